// A file that is not a store yet, as another process leaves it while it makes one: readers see no store, and the next writer founds it.

import { symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { createWorld, type World } from '../world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

const STAGES = [
  ['empty', () => writeFileSync(world.db, '')],
  ['migrated, but not founded', () => openSqlite({ path: world.db, readOnly: false, busyTimeoutMs: 100 }).connection.close()],
] as const;

describe.each(STAGES)('a store that is %s', (_stage, make) => {
  beforeEach(make);

  it.each(['contact', 'sender', 'template', 'budget', 'message', 'price'])('has no items in %s list', async (noun) => {
    expect((await world.run(noun, 'list', '--json')).json()).toMatchObject({ items: [], next: null });
  });

  it('has an empty report, and is founded by who writes first', async () => {
    expect((await world.run('bill-report', '--json')).json()).toMatchObject({ totals: [] });
    expect((await world.run('contact', 'add', '+4915112345678')).code).toBe(0);
    expect((await world.run('sender', 'list', '--json')).json()).toMatchObject({ items: [{ name: 'sandbox' }] });
  });
});

// A loop of links stands for every place that cannot be looked into; where a right is missing, root would still look.
it('is not assumed where the place cannot be looked into', async () => {
  symlinkSync(world.db, world.db);
  expect(await world.failure('bill-report')).toMatchObject({ exit: 8, code: 'store_unreadable' });
  expect(await world.failure('contact', 'add', '+4915112345678')).toMatchObject({ exit: 8, code: 'store_unreadable' });
});
