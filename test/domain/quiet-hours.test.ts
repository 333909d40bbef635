// Quiet hours: their wording, the first instant after them, and clocks that are changed meanwhile.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQuietHours, firstAllowed, NEVER, parseHours, quietSpansOf, type QuietRule } from '../../src/domain/quiet-hours.ts';
import type { SenderId } from '../../src/values/id.ts';
import { type Instant, type TimeZone, toInstant, WEEK_MINUTES, weekMinuteOf } from '../../src/values/time.ts';
import { at } from '../send/facts.ts';

const BERLIN = 'Europe/Berlin' as TimeZone;
const NEW_YORK = 'America/New_York' as TimeZone;
const LORD_HOWE = 'Australia/Lord_Howe' as TimeZone; // half an hour

function until(hours: string, when: string, zones: readonly TimeZone[] = [BERLIN]): Instant {
  return firstAllowed(parseHours(hours) ?? [], zones, at(when));
}

describe('hours', () => {
  const hour = (count: number) => count * 60;
  const day = (count: number) => count * hour(24);

  it.each([
    ['none', []],
    ['sun', [{ from: day(6), to: day(7) }]],
    ['mon 9:00-17:30', [{ from: hour(9), to: hour(17.5) }]],
    [
      'mon-tue 21:00-24:00',
      [
        { from: hour(21), to: hour(24) },
        { from: day(1) + hour(21), to: day(2) },
      ],
    ],
    [
      'sun 22:00-06:00',
      [
        { from: 0, to: hour(6) },
        { from: day(6) + hour(22), to: day(7) },
      ],
    ],
    [
      'sat-mon',
      [
        { from: 0, to: day(1) },
        { from: day(5), to: day(7) },
      ],
    ],
    ['mon 10:00-12:00, mon 11:00-13:00,MON 13:00-14:00', [{ from: hour(10), to: hour(14) }]],
  ])('%s', (text, spans) => {
    expect(parseHours(text)).toEqual(spans);
  });

  it('of every night are eight spans: the first and the last meet at the end of the week', () => {
    expect(parseHours('21:00-08:00')).toHaveLength(8);
  });

  it.each([
    '',
    '21:00',
    '21-08',
    '21:00-21:00',
    '24:00-08:00',
    '25:00-08:00',
    '21:60-08:00',
    'son',
    'mon-',
    'mon-xyz',
    '21:00-08:00,',
    'sun 21:00',
  ])('are not %j', (text) => {
    expect(parseHours(text)).toBeUndefined();
  });

  it('that are allowed leave the rest of the week quiet', () => {
    const quiet = quietSpansOf({ hours: 'mon-fri 9:00-18:00', areAllowed: true });
    const minutes = (spans: typeof quiet) => spans.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(minutes(quiet)).toBe(WEEK_MINUTES - 5 * 9 * 60);
    expect(quietSpansOf({ hours: 'mon-sun', areAllowed: true })).toEqual([]);
    expect(quietSpansOf({ hours: 'none', areAllowed: true })).toEqual([{ from: 0, to: WEEK_MINUTES }]);
  });
});

describe('the first instant after them', () => {
  it('is the instant itself where it is not quiet: the end is outside, the begin is inside', () => {
    expect(until('21:00-08:00', '2026-11-26T07:00:00.000Z')).toBe(at('2026-11-26T07:00:00Z'));
    expect(until('21:00-08:00', '2026-11-26T06:59:59.999Z')).toBe(at('2026-11-26T07:00:00Z'));
    expect(until('21:00-08:00', '2026-11-26T19:59:59.999Z')).toBe(at('2026-11-26T19:59:59.999Z'));
    expect(until('21:00-08:00', '2026-11-26T20:00:00Z')).toBe(at('2026-11-27T07:00:00Z'));
  });

  it('comes after all that follows without a break', () => {
    expect(until('20:00-10:00,sun', '2026-11-28T20:00:00Z')).toBe(at('2026-11-30T09:00:00Z'));
  });

  it('is by the clock on the wall, also where that was changed in the night', () => {
    expect(until('21:00-08:00', '2026-03-28T22:00:00Z')).toBe(at('2026-03-29T06:00:00Z'));
    expect(until('21:00-08:00', '2026-10-24T22:00:00Z')).toBe(at('2026-10-25T07:00:00Z'));
    expect(until('21:00-08:00', '2026-03-08T04:00:00Z', [NEW_YORK])).toBe(at('2026-03-08T12:00:00Z'));
    expect(until('22:00-02:30', '2026-03-28T22:00:00Z')).toBe(at('2026-03-29T01:00:00Z')); // there is no 02:30 that night
    expect(until('02:30-08:00', '2026-10-25T00:45:00Z')).toBe(at('2026-10-25T01:00:00Z')); // 02:00 for the second time
  });

  it('suits every zone that somebody may be in', () => {
    expect(until('21:00-08:00', '2026-11-26T12:00:00Z', [NEW_YORK, 'Pacific/Honolulu' as TimeZone])).toBe(at('2026-11-26T18:00:00Z'));
    const far = ['Europe/Kaliningrad', 'Asia/Kamchatka'] as TimeZone[];
    expect(firstAllowed(quietSpansOf({ hours: '10:00-19:00', areAllowed: true }), far, at('2026-11-26T12:00:00Z'))).toBe(NEVER);
  });

  it('is the first that is quiet nowhere, whatever the hours and wherever the clocks are changed', () => {
    const clock = fc
      .integer({ min: 0, max: 95 })
      .map((quarter) => `${Math.floor(quarter / 4)}:${String((quarter % 4) * 15).padStart(2, '0')}`);
    const part = fc.tuple(fc.constantFrom('', 'sat ', 'sun ', 'mon-fri '), clock, clock).filter(([, from, to]) => from !== to);
    const hours = fc
      .array(part, { minLength: 1, maxLength: 3 })
      .map((parts) => parts.map(([days, from, to]) => `${days}${from}-${to}`).join(','));
    // Three days around each change of 2026 and 2027, and some others.
    const changes = ['2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-05', '2026-10-04', '2027-03-28', '2026-06-15'];
    const moment = fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -2_880, max: 1_440 }), fc.nat({ max: 59_999 }));
    const somewhere = fc.subarray([BERLIN, NEW_YORK, LORD_HOWE], { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(hours, moment, somewhere, (text, [day, minutes, milliseconds], zones) => {
        const spans = parseHours(text) ?? [];
        const start = toInstant(at(`${day}T00:00:00Z`) + minutes * 60_000 + milliseconds);
        const isQuiet = (when: number): boolean =>
          zones.some((zone) =>
            spans.some(({ from, to }) => from <= weekMinuteOf(toInstant(when), zone) && weekMinuteOf(toInstant(when), zone) < to),
          );
        const found = firstAllowed(spans, zones, start);
        if (found === NEVER) return;
        expect(isQuiet(found)).toBe(false);
        if (found === start) return;
        expect(found % 60_000).toBe(0);
        for (let when = start; when < found; when = toInstant(when - (when % 60_000) + 60_000)) expect(isQuiet(when)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the rules of a sender', () => {
  const rule = (hours: string, rest: Partial<QuietRule> = {}): QuietRule => ({
    senderId: 'sender' as SenderId,
    category: 'marketing',
    country: null,
    hours,
    areAllowed: false,
    setAt: toInstant(0),
    ...rest,
  });
  const NIGHT = at('2026-11-26T22:00:00Z');
  const where = (country: string | null, zone = BERLIN) => ({ country, zones: [zone] });

  it('hold nothing where there are none', () => {
    const none = createQuietHours([]);
    expect([none.isEmpty, none.heldUntil('marketing', where('DE'), NIGHT)]).toEqual([true, null]);
  });

  it('hold what they are for, and never a code or an answer', () => {
    const hours = createQuietHours([rule('21:00-08:00'), rule('23:00-07:00', { category: 'utility' })]);
    const held = (['marketing', 'utility', 'authentication', 'authentication-international', 'service'] as const).map((category) =>
      hours.heldUntil(category, where('DE'), NIGHT),
    );
    expect(held).toEqual([at('2026-11-27T07:00:00Z'), at('2026-11-27T06:00:00Z'), null, null, null]);
  });

  it('of a country stand in the place of those for all', () => {
    const hours = createQuietHours([rule('21:00-08:00'), rule('none', { country: 'DE' }), rule('20:00-10:00', { country: 'FR' })]);
    expect(['DE', 'FR', 'IT', null].map((country) => hours.heldUntil('marketing', where(country), NIGHT))).toEqual([
      null,
      at('2026-11-27T09:00:00Z'),
      at('2026-11-27T07:00:00Z'),
      at('2026-11-27T07:00:00Z'),
    ]);
  });

  it('say the same again, and something else of another instant or zone', () => {
    const hours = createQuietHours([rule('21:00-08:00')]);
    const ask = (when: Instant, zone = BERLIN) => hours.heldUntil('marketing', where('DE', zone), when);
    expect([ask(NIGHT), ask(NIGHT), ask(at('2026-11-26T12:00:00Z')), ask(NIGHT, NEW_YORK)]).toEqual([
      at('2026-11-27T07:00:00Z'),
      at('2026-11-27T07:00:00Z'),
      null,
      null,
    ]);
  });
});
