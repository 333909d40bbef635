// A file that is run again under its campaign: what an earlier run left queued is taken up, and every row counts once.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../world.ts';

let world: World;
let file: string;

const ONE = '+4915112345678';
const TWO = '+4915112345679';

beforeEach(async () => {
  world = createWorld();
  file = join(world.directory, 'people.csv');
  const template = join(world.directory, 'template.json');
  const components = [{ type: 'BODY', text: 'Hello' }];
  writeFileSync(template, JSON.stringify({ name: 'hello', language: 'en', category: 'UTILITY', components }));
  await world.run('template', 'add', template);
  for (const phone of [ONE, TWO]) await world.run('contact', 'add', phone, '--opt-in', 'utility', '--source', 'a test');
});
afterEach(() => world.close());

async function send(phones: readonly string[], ...flags: readonly string[]) {
  writeFileSync(file, `to\n${phones.join('\n')}\n`);
  const { json } = await world.run('send', 'hello', '--from', file, '--campaign', 'autumn', '--json', ...flags);
  const { counts, amounts } = json() as { counts: Record<string, number>; amounts: readonly [{ charged: string; reserved: string }] };
  const named = Object.entries(counts).filter(([, count]) => count > 0);
  return { ...Object.fromEntries(named), charged: amounts[0].charged, reserved: amounts[0].reserved };
}

it('sends what was left queued, and counts it by its outcome', async () => {
  expect(await send([ONE], '--queue')).toEqual({ read: 1, queued: 1, charged: '0.000000', reserved: '0.055000' });
  expect(await send([ONE, TWO])).toEqual({ read: 2, delivered: 2, charged: '0.110000', reserved: '0.000000' });
  expect(await send([ONE, TWO])).toEqual({ read: 2, duplicate: 2, charged: '0.000000', reserved: '0.000000' });
});

it('takes a row up once that is in the file twice', async () => {
  await send([ONE], '--queue');
  expect(await send([ONE, TWO, ONE], '--dry-run')).toMatchObject({ read: 3, queued: 2, duplicate: 1, reserved: '0.110000' });
  expect(await send([ONE, TWO, ONE])).toEqual({ read: 3, delivered: 2, duplicate: 1, charged: '0.110000', reserved: '0.000000' });
});

it('sends a row once that is in a new file twice', async () => {
  expect(await send([ONE, ONE])).toEqual({ read: 2, delivered: 1, duplicate: 1, charged: '0.055000', reserved: '0.000000' });
});
