// An endless pipe, as a user runs it: answers line by line, what the options may say together, and what a real process does when it is stopped or left alone.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

const PEOPLE = ['+4915112340001', '+4915112350001', '+4915112360001'] as const;

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  const rows = PEOPLE.map((phone) => `${phone},en_US,utility,web\n`).join('');
  await world.pipe(`phone,language,opt_in,source\n${rows}`, 'contact', 'import', '-');
});
afterEach(() => world.close());

const LIVE = ['send', 'order_shipped', '--from', '-', '--live'] as const;
const order = (to: string, rest: object = {}): string => `${JSON.stringify({ to, name: 'Ada', order: 'A-1', ...rest })}\n`;
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the answers of a pipe', () => {
  it('are NDJSON whatever the format is, and the summary is the last line', async () => {
    const input = `${order(PEOPLE[0], { key: 'a' })}nope\n${order('+4915112399999')}${order('12')}`;
    for (const format of ['table', 'json', 'csv']) {
      const { out, code } = await world.pipe(input, ...LIVE, '--campaign', format, '--format', format);
      const [first, second, third, fourth, summary] = linesOf(out);
      expect(first).toMatchObject({ row: 1, to: PEOPLE[0], status: 'delivered', key: 'a', price: '0.055000' });
      expect(second).toMatchObject({ row: 2, id: null, to: null, status: 'invalid', reason: 'not_json' });
      expect(third).toMatchObject({ row: 3, status: 'refused', reason: 'no_consent', key: null });
      expect(fourth).toMatchObject({ row: 4, status: 'invalid', reason: 'invalid_phone', column: 'to' });
      expect(summary).toMatchObject({ schema: 'tollbell.send.summary/1', counts: { read: 4, invalid: 2, refused: 1 } });
      expect(code).toBe(3);
      expect(Object.keys(first ?? {})).toEqual(Object.keys(second ?? {}));
    }
  });

  it('are for rows of CSV too, with columns renamed and labels of the command', async () => {
    const input = `phone;name;order;tag\n${PEOPLE[0]};"Ada;";A-1;a\n${PEOPLE[1]};Bob\n`;
    const run = [...LIVE, '--input', 'csv', '--campaign', 'c', '--map', 'phone=to', '--tag', 'b', '--cost-center', 'shop'];
    expect(linesOf((await world.pipe(input, ...run)).out)).toMatchObject([
      { row: 1, status: 'delivered' },
      { row: 2, reason: 'ragged_row' },
      {},
    ]);
    const bill = (await world.run('bill-report', '--by', 'tag,cost_center', '--json')).json()['rows'];
    expect(bill).toMatchObject([
      { tag: 'a', cost_center: 'shop', units: 1 },
      { tag: 'b', cost_center: 'shop', units: 1 },
    ]);
  });

  it('come with a list of errors that can be corrected and sent again', async () => {
    const errors = join(world.directory, 'errors.csv');
    await world.pipe(order('12') + order('+4915112399999'), ...LIVE, '--campaign', 'c', '--errors', errors);
    const list = readFileSync(errors, 'utf8').replace('""12""', `""${PEOPLE[0]}""`).replaceAll('+4915112399999', PEOPLE[1]);
    expect(list.split('\n')).toHaveLength(4);
    const again = await world.pipe(list, 'send', 'order_shipped', '--from', '-', '--campaign', 'c', '--json');
    expect(again.json()).toMatchObject({ counts: { read: 2, delivered: 2 } });
  });

  it('are followed by who sends what is left, where something is that nobody asked to leave', async () => {
    await world.pipe(order(PEOPLE[0]), ...LIVE, '--campaign', 'held', '--queue');
    await world.run('campaign', 'pause', 'held');
    const paused = await world.pipe(order(PEOPLE[1]), ...LIVE, '--campaign', 'held', '--timeout', '100ms');
    expect([paused.code, paused.err]).toEqual([
      10,
      'The campaign is paused: 1 left in the queue; tollbell campaign resume held sends it.\n',
    ]);
    await world.run('quiet-hours', 'set', 'sun', '--category', 'utility');
    const quiet = await world.pipe(order(PEOPLE[1], { key: 'q' }) + order(PEOPLE[2], { key: 'r' }), ...LIVE);
    expect([quiet.code, quiet.err]).toEqual([10, '2 left in the queue; tollbell dispatch sends them.\n']);
    const queued = await world.pipe(order(PEOPLE[2], { key: 's' }), ...LIVE, '--queue');
    expect(queued.err).toBe('');
  });

  it('are part of the status and the exit code where rows are invalid, with one hint for each mistake', async () => {
    const csv = await world.pipe(`to,name,order\n${PEOPLE[0]},Ada,A-1\n`, ...LIVE, '--campaign', 'c');
    expect([csv.code, csv.err]).toEqual([2, 'Row 1 is not JSON. CSV? Say --input csv.\n']);
    expect(linesOf(csv.out).at(-1)).toMatchObject({ status: 'failed', counts: { read: 2, invalid: 2 } });
    const keyless = await world.pipe(order(PEOPLE[0]) + order(PEOPLE[1]) + order(PEOPLE[2], { key: 'k' }), ...LIVE);
    expect([keyless.code, keyless.err]).toEqual([
      2,
      'Row 1 has no key. Give each row one, {"to":"…","key":"…"}, or all of them a --campaign.\n',
    ]);
    expect(linesOf(keyless.out).at(-1)).toMatchObject({ status: 'partial', counts: { invalid: 2, delivered: 1 } });
    const left = await world.pipe(order(PEOPLE[0]), ...LIVE, '--skip-invalid');
    expect([left.code, linesOf(left.out).at(-1)]).toMatchObject([0, { status: 'success', counts: { invalid: 1 } }]);
  });

  it('say of what was sent before what became of it', async () => {
    await world.pipe(order(PEOPLE[0]), ...LIVE, '--campaign', 'c', '--queue');
    expect(linesOf((await world.pipe(order(PEOPLE[0]), ...LIVE, '--campaign', 'c')).out)).toMatchObject([
      { status: 'delivered', duplicate_of: null },
      {},
    ]);
    const [again, summary] = linesOf((await world.pipe(order(PEOPLE[0]), ...LIVE, '--campaign', 'c')).out);
    expect([again?.['duplicate_of'], again?.['status']]).toEqual([again?.['id'], 'delivered']);
    expect(summary).toMatchObject({ counts: { read: 1, duplicate: 1 } });
  });
});

it.each([
  ['another source', ['send', 'order_shipped', '--from', 'orders.csv', '--live', '--campaign', 'c']],
  ['one recipient', ['send', 'order_shipped', '--to', PEOPLE[0], '--live']],
  ['--dry-run', [...LIVE, '--campaign', 'c', '--dry-run']],
  ['--wait delivered', [...LIVE, '--campaign', 'c', '--wait', 'delivered']],
  ['--key', [...LIVE, '--key', 'k']],
])('goes not with %s', async (_what, argv) => {
  expect(await world.failure(...argv)).toMatchObject({ exit: 2, code: 'usage' });
});

it('ends with what is wrong with a header of CSV, and does nothing', async () => {
  const { code, err, out } = await world.pipe(`${PEOPLE[0]},Ada\n`, ...LIVE, '--campaign', 'c', '--input', 'csv');
  expect([code, err.split('\n')[0]]).toEqual([
    2,
    'error[file_invalid]: Standard input begins with a row, not with the names of its columns.',
  ]);
  expect(linesOf(out)).toMatchObject([{ counts: { read: 0 } }]);
});

describe('a process', () => {
  function start(...argv: readonly string[]): { readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<number | null> } {
    const { TOLLBELL_NOW: _now, ...env } = world.env;
    const child = spawn(process.execPath, [resolve('bin/tollbell.js'), ...LIVE, '--campaign', 'c', ...argv], {
      env: { ...process.env, ...env },
    });
    child.stdin.on('error', () => undefined);
    return { child, ended: once(child, 'close').then(([code]) => code as number | null) };
  }

  const collected = (stream: NodeJS.ReadableStream) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return () => text;
  };

  it('answers while its input is open, ends on Ctrl-C with what it did, and exits with 130', async () => {
    const { child, ended } = start();
    const [out, err] = [collected(child.stdout), collected(child.stderr)];
    child.stdin.write(order(PEOPLE[0]));
    await expect.poll(out, { timeout: 10_000 }).toContain('"status":"delivered"');
    child.stdin.write(`${order(PEOPLE[1])}${order(PEOPLE[2])}{"to":`);
    await expect.poll(() => linesOf(out()).length).toBe(3);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(linesOf(out()).at(-1)).toMatchObject({ counts: { read: 3, delivered: 3 } });
    expect(err()).toContain('error[interrupted]');
  });

  it('says what is left in the queue when its answers are not read any more', async () => {
    const { child, ended } = start('--queue');
    const err = collected(child.stderr);
    child.stdin.write(order(PEOPLE[0]));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.stdin.write(order(PEOPLE[1]));
    expect(await ended).toBe(8);
    expect(err()).toContain('2 were admitted, 2 still queued: tollbell campaign resume c, or tollbell dispatch, sends them.');
  });

  it('ends when its answers are not read any more, with what was under way finished', async () => {
    const { child, ended } = start();
    const err = collected(child.stderr);
    child.stdin.write(order(PEOPLE[0]));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.stdin.write(order(PEOPLE[1]));
    expect(await ended).toBe(8);
    expect(err()).toContain('Nobody reads the answers any more.');
    expect(err()).toContain('2 were admitted, none is left in the queue. No further row was taken;');
    const { items } = (await world.run('message', 'list', '--json')).json() as { items: { status: string }[] };
    expect(items.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
  });
});
