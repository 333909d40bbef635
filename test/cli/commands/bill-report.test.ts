// bill-report as of an instant: the document of then, for ever, and no look into the future.

import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;
const PHONE = '+4915112345678';

beforeEach(async () => {
  world = createWorld();
  world.setClock('2026-10-31T12:00:00Z');
  await world.run('init', '-y');
  await world.run('contact', 'add', PHONE, '--language', 'en_US', '--opt-in', 'utility', '--source', 't');
  await world.run('send', 'hello_world', '--to', PHONE, '--tag', 'vip', '--queue');
});
afterEach(() => world.close());

test('prints the document of then, byte for byte, though its month is over and its messages were sent since', async () => {
  const commands = [
    ['bill-report', '--json'],
    ['bill-report', '--by', 'tag,day', '--format', 'ndjson'],
    ['bill-report', '--by', 'campaign,template,sender', '--format', 'csv'],
  ];
  const then = [];
  for (const command of commands) then.push((await world.run(...command)).out);
  world.setClock('2026-11-02T08:00:00Z');
  await world.run('dispatch');
  await world.run('send', 'hello_world', '--to', PHONE);
  const later = [];
  for (const command of commands) later.push((await world.run(...command, '--as-of', '2026-10-31T12:00:00Z')).out);
  expect(later).toEqual(then);
  expect((await world.run('bill-report', '--month', '2026-10', '--json')).json()).toMatchObject({
    totals: [{ units: 1, reserved: '0.000000' }],
  });
});

test('says in text what it is of', async () => {
  world.setClock('2026-11-02T08:00:00Z');
  const { out } = await world.run('bill-report', '--as-of', '2026-10-31');
  expect(out).toBe('Bill from 2026-10-01 up to 2026-11-01, as the books stood at 2026-10-31T00:00:00Z\nNothing was sent in this period.\n');
});

test('of what is scheduled ends with the month in which it begins', async () => {
  world.setClock('2026-11-02T08:00:00Z');
  expect((await world.run('bill-report', '--from', '2026-12-05')).out).toContain('Bill from 2026-12-05 up to 2027-01-01');
  expect((await world.run('bill-report', '--from', '2026-09-05')).out).toContain('Bill from 2026-09-05 up to 2026-12-01');
});

test('may be of this very moment, and of none to come', async () => {
  const { out } = await world.run('bill-report', '--json');
  expect((await world.run('bill-report', '--as-of', '2026-10-31T13:00+01:00', '--json')).out).toBe(out);
  expect(await world.failure('bill-report', '--as-of', '2026-10-31T12:00:00.001Z')).toEqual({
    exit: 2,
    code: 'invalid_input',
    message: 'as-of: 2026-10-31T12:00:00.001Z is later than now, 2026-10-31T12:00:00Z.',
    hint: 'Give an instant that is past; without --as-of the report is of now.',
    retryable: false,
    details: { option: 'as-of' },
  });
});

test.each([
  ['yesterday', 'neither a time with its zone, such as 2026-12-01T09:00+01:00, nor a day, such as 2026-12-01'],
  ['2026-10-30 10:00', 'neither a time with its zone, such as 2026-12-01T09:00+01:00, nor a day, such as 2026-12-01'],
  ['2026-10-30T10:00:00', 'the time has no zone; write it like 2026-12-01T09:00+01:00, or with Z for UTC'],
  ['2026-10-32', 'there is no such date or time'],
  ['2026-10-30T25:00Z', 'there is no such date or time'],
])('of %s says what an instant looks like', async (text, flaw) => {
  expect(await world.failure('bill-report', '--as-of', text)).toMatchObject({
    exit: 2,
    code: 'invalid_input',
    message: `as-of: '${text}': ${flaw}.`,
    hint: 'A day is its midnight in UTC.',
    details: { option: 'as-of' },
  });
});

test('tells the discounts that are not booked yet on standard error where the output does not', async () => {
  const path = `${world.directory}/tiers.csv`;
  const tiers = 'Market,Category,Currency,From,To,Rate\nGermany,utility,USD,0,1,0.055\nGermany,utility,USD,2,MAX,0.05\n';
  writeFileSync(path, tiers);
  expect(await world.run('price', 'import', path, '--effective-from', '2026-10-01')).toMatchObject({ code: 0 });
  await world.run('dispatch');
  await world.run('send', 'hello_world', '--to', PHONE);
  const words = 'Not in these figures: volume discounts of -0.005000 USD, which bill-close books; ';
  const report = async (...argv: readonly string[]) => {
    const { out, err } = await world.run('bill-report', ...argv);
    return [out.includes(words), err];
  };
  expect(await report()).toEqual([true, '']);
  expect(await report('--json')).toEqual([false, '']);
  for (const format of ['csv', 'hledger', 'beancount'])
    expect(await report('--format', format)).toEqual([false, `${words}--json has them by market.\n`]);
  const apart = `${words}they belong to whole months: --from 2026-10-01 --to 2026-11-01 --json has them by market.\n`;
  for (const format of ['table', 'json', 'csv'])
    expect(await report('--from', '2026-10-02', '--to', '2026-11-01', '--format', format)).toEqual([false, apart]);
  expect(await report('--from', '2026-10-01', '--to', '2026-10-31', '-q')).toEqual([false, '']);
});
