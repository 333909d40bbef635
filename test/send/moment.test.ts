// Times at which something is to be sent, as people write them.

import { expect, it } from 'vitest';
import { parseMoment } from '../../src/send/moment.ts';
import { DAY_MS, formatInstant, toInstant } from '../../src/values/time.ts';
import { at, NOW } from './facts.ts';
import { check } from './order-template.ts';

it.each([
  ['2026-12-01T09:00+01:00', at('2026-12-01T08:00:00Z')],
  [' 2026-12-01T09:00:30Z ', at('2026-12-01T09:00:30Z')],
  ['2020-01-01T00:00Z', at('2020-01-01T00:00:00Z')],
  [formatInstant(toInstant(NOW + 366 * DAY_MS)), toInstant(NOW + 366 * DAY_MS)],
])('%s', (text, moment) => {
  expect(parseMoment(text, NOW)).toBe(moment);
});

it.each([
  ['2026-12-01T09:00', 'no_time_zone'],
  ['2026-12-01T09:00:00', 'no_time_zone'],
  ['2026-12-01', 'invalid_time'],
  ['2026-13-01T09:00Z', 'invalid_time'],
  ['2026-13-01T09:00', 'invalid_time'],
  ['2026-13-01', 'invalid_time'],
  ['2026-12-01 09:00', 'invalid_time'],
  ['tomorrow', 'invalid_time'],
  [formatInstant(toInstant(NOW + 366 * DAY_MS + 1_000)), 'too_far'],
])('%s is %s', (text, reason) => {
  expect(parseMoment(text, NOW)).toMatchObject({ reason });
});

it('of a row is in the column at, which a parameter of that name takes away', async () => {
  const { recipients, rejections } = await check(
    'to,name,order,at\n+4915112345678,Ada,A-17,2026-12-01T09:00Z\n+4915112345679,Bo,A-18,\n+4915112345680,Cy,A-19,2026-12-01T09:00\n',
  );
  expect(recipients.map(({ sendAt }) => sendAt)).toEqual([at('2026-12-01T09:00:00Z'), null]);
  expect(rejections).toMatchObject([{ row: 3, column: 'at', value: '2026-12-01T09:00', reason: 'no_time_zone' }]);
});

it('of a row that is past is no flaw: the row may have been admitted in time, when the file was run before', async () => {
  const { recipients } = await check('to,name,order,at\n+4915112345678,Ada,A-17,2026-01-01T09:00Z\n');
  expect(recipients.map(({ sendAt }) => sendAt)).toEqual([at('2026-01-01T09:00:00Z')]);
});
