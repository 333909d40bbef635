// bill-report as of an instant: the document of then, for ever, and no look into the future.

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
  expect(await world.failure('bill-report', '--as-of', 'yesterday')).toMatchObject({ code: 'invalid_input' });
});
