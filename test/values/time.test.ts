// Instants, days and months: across both clock changes, month ends and leap days.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Day,
  DAY_MS,
  dayOf,
  formatInstant,
  type Instant,
  monthDays,
  monthOf,
  nextDay,
  parseDay,
  parseDuration,
  parseInstant,
  parseMonth,
  parseTimeZone,
  startOfDay,
  type TimeZone,
  toInstant,
  UTC,
} from '../../src/values/time.ts';

const BERLIN = 'Europe/Berlin' as TimeZone;
const NEW_YORK = 'America/New_York' as TimeZone;

const HOUR_MS = 3_600_000;

function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`${text} is no instant`);
  return instant;
}

describe('parseInstant', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1970-01-01', 0],
    ['2026-11-22T12:00Z', Date.UTC(2026, 10, 22, 12)],
    [' 2026-11-22T12:00:00.25+01:00 ', Date.UTC(2026, 10, 22, 11, 0, 0, 250)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2026-01-01T00:30:00+01:00', Date.UTC(2025, 11, 31, 23, 30)],
  ])('reads %s', (text, milliseconds) => {
    expect(parseInstant(text)).toBe(milliseconds);
  });

  it.each([
    '',
    'now',
    '2026-11-22T12:00:00', // without an offset nobody knows when it is
    '2026-11-22 12:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-02-29',
    '2026-13-01T00:00:00Z',
    '2026-11-22T25:00:00Z',
    '2026-11-22T12:00:00+99:00',
    '22.11.2026',
    '1790000000000',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('tells the two 02:30 of the night in which the clock goes back, an hour apart', () => {
    const summer = at('2026-10-25T02:30:00+02:00');
    const winter = at('2026-10-25T02:30:00+01:00');
    expect(winter - summer).toBe(HOUR_MS);
    expect(at('2026-11-01T01:30:00-05:00') - at('2026-11-01T01:30:00-04:00')).toBe(HOUR_MS);
  });

  it('reads back what formatInstant writes', () => {
    expect(formatInstant(at('2026-11-22T13:00:00+01:00'))).toBe('2026-11-22T12:00:00Z');
    expect(formatInstant(at('2026-11-22T12:00:00.250Z'))).toBe('2026-11-22T12:00:00.250Z');
    const instants = fc.integer({ min: 0, max: Date.UTC(2099, 11, 31) }).map(toInstant);
    fc.assert(fc.property(instants, (instant) => parseInstant(formatInstant(instant)) === instant));
  });
});

describe('dayOf', () => {
  // The last and the first moment of a day on each side of a midnight.
  const midnights: readonly (readonly [string, TimeZone, string, Day])[] = [
    ['the end of a month', BERLIN, '2026-10-01T00:00:00+02:00', '2026-10-01' as Day],
    ['the end of a month after the clock went back', BERLIN, '2026-11-01T00:00:00+01:00', '2026-11-01' as Day],
    ['the end of a year', BERLIN, '2027-01-01T00:00:00+01:00', '2027-01-01' as Day],
    ['a leap day', BERLIN, '2028-02-29T00:00:00+01:00', '2028-02-29' as Day],
    ['the day after a leap day', BERLIN, '2028-03-01T00:00:00+01:00', '2028-03-01' as Day],
    ['the night before the clock goes forward', BERLIN, '2026-03-29T00:00:00+01:00', '2026-03-29' as Day],
    ['the night after the clock went forward', BERLIN, '2026-03-30T00:00:00+02:00', '2026-03-30' as Day],
    ['the night before the clock goes back', BERLIN, '2026-10-25T00:00:00+02:00', '2026-10-25' as Day],
    ['the night after the clock went back', BERLIN, '2026-10-26T00:00:00+01:00', '2026-10-26' as Day],
    ['the first of November in New York, when the clock goes back there', NEW_YORK, '2026-11-01T00:00:00-04:00', '2026-11-01' as Day],
    ['the day after', NEW_YORK, '2026-11-02T00:00:00-05:00', '2026-11-02' as Day],
    ['when the clock goes forward in New York', NEW_YORK, '2026-03-08T00:00:00-05:00', '2026-03-08' as Day],
    ['the day after that', NEW_YORK, '2026-03-09T00:00:00-04:00', '2026-03-09' as Day],
    ['midnight in UTC', UTC, '2026-10-01T00:00:00Z', '2026-10-01' as Day],
  ];

  it.each(midnights)('begins the day at its midnight: %s', (_, zone, midnight, day) => {
    expect(dayOf(at(midnight), zone)).toBe(day);
    const before = dayOf(toInstant(at(midnight) - 1), zone);
    expect(nextDay(before)).toBe(day);
  });

  it('counts 23, 24 and 25 hours into the days of the clock changes', () => {
    const hoursOf = (zone: TimeZone, day: string, around: string): number => {
      const hours = Array.from({ length: 72 }, (_, hour) => toInstant(at(around) - DAY_MS + hour * HOUR_MS));
      return hours.filter((hour) => dayOf(hour, zone) === day).length;
    };
    expect(hoursOf(BERLIN, '2026-03-29', '2026-03-29')).toBe(23);
    expect(hoursOf(BERLIN, '2026-10-25', '2026-10-25')).toBe(25);
    expect(hoursOf(NEW_YORK, '2026-03-08', '2026-03-08')).toBe(23);
    expect(hoursOf(NEW_YORK, '2026-11-01', '2026-11-01')).toBe(25);
    expect(hoursOf(BERLIN, '2026-11-22', '2026-11-22')).toBe(24);
  });

  it('never goes back as time goes on, and skips no day', () => {
    const instants = fc.integer({ min: Date.UTC(2020), max: Date.UTC(2030) });
    fc.assert(
      fc.property(instants, fc.constantFrom(UTC, BERLIN, NEW_YORK), (milliseconds, zone) => {
        const today = dayOf(toInstant(milliseconds), zone);
        const tomorrow = dayOf(toInstant(milliseconds + DAY_MS), zone);
        // An hour more, or less, at a clock change: a day later is today's end, tomorrow or the beginning of the day after.
        expect([today, nextDay(today), nextDay(nextDay(today))]).toContain(tomorrow);
        expect(parseDay(today)).toBe(today);
      }),
    );
  });
});

describe('startOfDay', () => {
  it.each([
    ['2026-10-05', 'UTC', '2026-10-05T00:00:00Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z'],
    ['2026-11-02', 'America/New_York', '2026-11-02T05:00:00Z'],
    ['2026-10-05', 'Asia/Kathmandu', '2026-10-04T18:15:00Z'],
    ['2026-10-05', 'Pacific/Kiritimati', '2026-10-04T10:00:00Z'],
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00Z'], // midnight is skipped
  ])('%s in %s is %s', (day, zone, instant) => {
    expect(formatInstant(startOfDay(day as Day, zone as TimeZone))).toBe(instant);
  });
});

describe('days and months', () => {
  it.each(['2026-02-28', '2028-02-29', '2000-02-29', '2026-12-31'])('reads %s', (text) => {
    expect(parseDay(text)).toBe(text);
  });

  it.each(['2026-02-29', '1900-02-29', '2026-04-31', '2026-00-10', '2026-1-1', '2026-13-01', ' 2026-01-01', 'today', ''])(
    'refuses the day %j',
    (text) => {
      expect(parseDay(text)).toBeUndefined();
    },
  );

  it('reads months', () => {
    expect(parseMonth('2026-10')).toBe('2026-10');
    for (const text of ['2026-13', '2026-00', '2026-1', '2026-10-01', '']) expect(parseMonth(text)).toBeUndefined();
  });

  it.each([
    ['2026-10', '2026-10-01', '2026-11-01'],
    ['2026-12', '2026-12-01', '2027-01-01'],
    ['2028-02', '2028-02-01', '2028-03-01'],
    ['0999-12', '0999-12-01', '1000-01-01'],
  ])('the days of %s end where the next month begins', (text, from, to) => {
    expect(monthDays(parseMonth(text) ?? monthOf(to as Day))).toEqual({ from, to });
  });

  it('months have no gap and no overlap: every day is in the period of its own month alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2000), max: Date.UTC(2100) }), (milliseconds) => {
        const day = dayOf(toInstant(milliseconds), UTC);
        const { from, to } = monthDays(monthOf(day));
        expect(from <= day && day < to).toBe(true);
        expect(monthDays(monthOf(to)).from).toBe(to);
      }),
    );
  });

  it('steps over month ends and leap days', () => {
    const days = ['2026-12-31', '2027-02-28', '2028-02-28', '2028-02-29'] as Day[];
    expect(days.map(nextDay)).toEqual(['2027-01-01', '2027-03-01', '2028-02-29', '2028-03-01']);
  });
});

describe('parseTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/New_York'])('knows %s', (name) => {
    expect(parseTimeZone(name)).toBe(name);
  });

  it.each(['', 'Mars/Olympus', 'Berlin', '25:00', '+01:00', '-0500'])('refuses %j', (name) => {
    expect(parseTimeZone(name)).toBeUndefined();
  });
});

describe('the day in UTC', () => {
  it("is the calendar's, for every instant of the years 1900 to 2400", () => {
    const instants = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2400, 0, 1) - 1 });
    fc.assert(fc.property(instants, (at) => dayOf(toInstant(at), UTC) === new Date(at).toISOString().slice(0, 10)));
  });

  it.each(['1970-01-01', '2000-02-29', '2024-02-29', '2100-02-28', '2100-03-01', '2026-12-31'])('%s begins and ends at midnight', (day) => {
    const midnight = Date.parse(`${day}T00:00:00Z`);
    expect([dayOf(toInstant(midnight), UTC), dayOf(toInstant(midnight + 86_399_999), UTC)]).toEqual([day, day]);
  });
});

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    [' 5m ', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '30', 's', '1.5h', '-1s', '30 s', '30S', '1h30m', '1w', '9999999999s'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
