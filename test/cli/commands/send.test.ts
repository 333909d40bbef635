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
    expect(header).toBe('row,id,to,status,reason,category,market,price,currency,provider_id,duplicate_of,due_at');
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
  const { code, err, json } = await world.run('dispatch', '--sender', 'shop', '--json');
  expect([code, JSON.parse(err)]).toMatchObject([130, { error: { code: 'interrupted', hint } }]);
  expect(json()).toMatchObject({ sent: 0, charged: '0.000000' });
});

describe('--queue again', () => {
  const queue = (...options: readonly string[]) =>
    world.run('send', 'order_shipped', '--from', join(world.directory, 'orders.csv'), '--campaign', 'autumn', ...options);
  const orders = (...endings: readonly string[]) =>
    file(`to,name,order\n${endings.map((ending) => `+49151123${ending},Ada,A-17\n`).join('')}`);

  it('counts what is queued already as duplicates, and reserves for the new only; it is all sent in the end', async () => {
    await addPeople('40001', '40002', '40000');
    orders('40001', '40000');
    await queue('--queue');
    orders('40001', '40000', '45678');
    await addPeople('45678');
    const again = (await queue('--queue', '--json', '--details')).json();
    expect(again).toMatchObject({
      counts: { read: 3, duplicate: 2, queued: 1 },
      amounts: [{ reserved: '0.055000' }],
      messages: [{ status: 'queued', duplicate_of: expect.any(String) }, { duplicate_of: expect.any(String) }, { duplicate_of: null }],
    });
    expect((await queue('--json')).json()).toMatchObject({ counts: { read: 3, delivered: 3, duplicate: 0 } });
  });
});

describe('the next step', () => {
  const send = async (to: string, ...options: readonly string[]) => (await world.run('send', 'hello_world', '--to', to, ...options)).out;

  it('is said for what was refused, failed or is not known, and not for what was done', async () => {
    await addPeople('40000', '40002', '40004');
    expect(await send('+4915112340000')).not.toContain('tollbell');
    expect(await send('+4915112340002')).toMatch(
      /\ntollbell message show \S{20} tells why; tollbell message retry \S{20} sends it again, or says why not\.\n$/,
    );
    expect(await send('+4915112340004')).toMatch(/tollbell message resolve \S{20} --as/);
    expect(await send('+4915112349999', '--language', 'en_US')).toContain('tollbell opt-in <phone>');
    expect(await send('+4915112340000', '--max-price', '0.01')).toContain('tollbell price quote');
    await world.run('block', '+4915112340000');
    expect(await send('+4915112340000')).toContain('tells who blocked them');
  });

  it('is not said with --quiet, nor what waits or is left', async () => {
    await addPeople('40000', '40002');
    for (const [to, ...more] of [
      ['+4915112340002'],
      ['+4915112349999', '--language', 'en_US'],
      ['+4915112340000', '--at', '2026-12-01T09:00Z'],
      ['+4915112349999', '--language', 'en_US', '--dry-run'],
    ] as const)
      expect(await send(to, '-q', ...more)).toMatch(/\ncharged \d\.\d{6} USD, reserved \d\.\d{6} USD\n$/);
  });

  it('names the list where it is about many, also after dispatch', async () => {
    await addPeople('40002', '50002', '60002');
    const failed = await send('+4915112340002', '--to', '+4915112350002', '--campaign', "Ada's");
    expect(failed).toContain("tollbell message list --state failed --campaign 'Ada'\\''s' tells why");
    await send('+4915112360002', '--queue');
    expect((await world.run('dispatch')).out).toContain('\ntollbell message list --state failed tells why');
  });
});

it('a campaign that nobody sent under is an error, in lists too', async () => {
  const failure = { exit: 2, code: 'unknown_campaign', message: "The sender sandbox has no campaign 'nope'." };
  expect(await world.failure('message', 'list', '--campaign', 'nope')).toMatchObject(failure);
  expect(await world.failure('message', 'cancel', '--campaign', 'nope')).toMatchObject(failure);
  world.env['TOLLBELL_DB'] = join(world.directory, 'none.db');
  expect(await world.failure('message', 'list', '--campaign', 'nope')).toMatchObject({ code: 'unknown_campaign' });
});
