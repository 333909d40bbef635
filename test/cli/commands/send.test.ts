// Sending, as a user runs it: what is shown of the rows, in which order, and what options may hold.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;

beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
});
afterEach(() => world.close());

function file(content: string, name = 'orders.csv'): string {
  const path = join(world.directory, name);
  writeFileSync(path, content);
  return path;
}

async function addPeople(...endings: readonly string[]): Promise<void> {
  const rows = endings.map((ending) => `+49151123${ending},en_US,utility,web`);
  await world.run('contact', 'import', file(`phone,language,opt_in,source\n${rows.join('\n')}\n`, 'people.csv'));
}

describe('the rows of a file', () => {
  const ORDERS = ['40001', '40002', '49999', '40003'].map((ending, index) => `+49151123${ending},Ada,A-${index}`).join('\n');
  const send = (...options: readonly string[]) =>
    world.run('send', 'order_shipped', '--from', file(`to,name,order\n${ORDERS}\n`), '--campaign', 'autumn', ...options);

  beforeEach(() => addPeople('40001', '40002', '40003'));

  it.each([[['--dry-run']], [[]]])('are in the order of the file in JSON with --details (%j)', async (options) => {
    const { messages } = (await send('--json', '--details', ...options)).json();
    expect(messages).toMatchObject([1, 2, 3, 4].map((row) => ({ row })));
    expect(messages).toMatchObject([{}, {}, { status: 'refused', reason: 'no_consent' }, {}]);
  });

  it('are not in JSON without --details', async () => {
    expect((await send('--json')).json()).not.toHaveProperty('messages');
  });

  it('are lines of NDJSON before the summary', async () => {
    const lines = (await send('--format', 'ndjson')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines.slice(0, -1)).toMatchObject([1, 2, 3, 4].map((row) => ({ row })));
    expect(lines.at(-1)).toMatchObject({ schema: 'tollbell.send.summary/1', counts: { read: 4, refused: 1, delivered: 1 } });
  });

  it('are a table of CSV', async () => {
    const [header, ...rows] = (await send('--format', 'csv')).out.trim().split('\n');
    expect(header).toBe('row,id,to,status,reason,category,market,price,currency,provider_id,duplicate_of');
    expect(rows.map((row) => row.split(',')[0])).toEqual(['1', '2', '3', '4']);
  });
});

describe('what a message is filed under', () => {
  const options = ['send', 'order_shipped', '--to', '+4915112340001', '--param', 'name=Ada', '--param', 'order=A-17'];

  it.each([
    ['key', ' ', 'key: the key is empty'],
    ['key', 'k'.repeat(257), 'key: the text is longer than 256 characters'],
    ['cost-center', 'c'.repeat(65), 'cost-center: the text is longer than 64 characters'],
    ['tag', 't'.repeat(65), 'tag: at most 10 tags, separated by commas, of 64 characters each'],
    ['tag', '1,2,3,4,5,6,7,8,9,10,11', 'tag: at most 10 tags, separated by commas, of 64 characters each'],
  ])('has the limits of a file on the command line: --%s %j', async (option, value, message) => {
    expect(await world.failure(...options, `--${option}`, value)).toMatchObject({
      exit: 2,
      code: 'invalid_input',
      message,
      details: { option },
    });
  });

  it('is taken apart like a column', async () => {
    await world.run('contact', 'add', '+4915112340001', '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
    await world.run(...options, '--tag', 'a, b', '--tag', 'b', '--cost-center', ' north ');
    expect((await world.run('bill-report', '--by', 'tag,cost_center', '--json')).json()).toMatchObject({
      rows: [
        { tag: 'a', cost_center: 'north' },
        { tag: 'b', cost_center: 'north' },
      ],
    });
  });
});

it.each([
  [true, 'Go on with: tollbell dispatch'],
  [false, 'Go on with: tollbell dispatch --sender shop'],
])('Ctrl-C names the command that goes on (default sender: %j)', async (isDefault, hint) => {
  await world.run('sender', 'add', 'shop', '--transport', 'sandbox', '--currency', 'USD');
  if (isDefault) await world.run('sender', 'default', 'shop');
  world.interrupt();
  expect(await world.failure('dispatch', '--sender', 'shop')).toMatchObject({ exit: 130, code: 'interrupted', hint });
});
