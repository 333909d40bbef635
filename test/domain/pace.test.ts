// Pace: never more than the limit in any window, and hardly anything wasted below it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  advanceNumber,
  allowance,
  type DueAt,
  heldUntil,
  nextAllowedAt,
  numberAllowance,
  numberAllowedAt,
  type NumberPace,
  PAIR_LIMIT,
  rateNow,
  type Slowed,
  slowDown,
  UNUSED_NUMBER,
} from '../../src/domain/pace.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';

const START = toInstant(1_790_000_000_000);
const after = (ms: number): Instant => toInstant(START + ms);

describe('a number', () => {
  it.each([1, 20, 80, 1_000, 5_000])('of %i a second never begins more in any second, wherever it starts', (rate) => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 300 }), (gaps) => {
        let [pace, now] = [UNUSED_NUMBER, 0];
        const begun = gaps.flatMap((gap) => {
          now += gap;
          const count = numberAllowance(rate, pace, after(now));
          if (count > 0) pace = advanceNumber(rate, pace, { at: after(now), count });
          return [{ at: now, count }];
        });
        for (const { at: from } of begun) {
          const inSecond = begun.filter(({ at }) => at >= from && at < from + 1_000);
          expect(inSecond.reduce((total, { count }) => total + count, 0)).toBeLessThanOrEqual(rate);
        }
      }),
      { numRuns: 30 },
    );
  });

  // Timers are late on a busy machine; that must not cost the requests of the time between.
  it.each([
    [80, 0],
    [80, 10],
    [1_000, 0],
    [1_000, 10],
  ])('of %i a second loses less than 5 in 100 to the limit, with timers late by %i ms', (rate, lateMs) => {
    let [pace, now, count]: [NumberPace, Instant, number] = [UNUSED_NUMBER, START, 0];
    while (now < after(20_000)) {
      const room = numberAllowance(rate, pace, now);
      if (room > 0) pace = advanceNumber(rate, pace, { at: now, count: room });
      count += room;
      const next = numberAllowedAt(rate, pace, now);
      expect(next).toBeGreaterThan(now);
      now = toInstant(next + lateMs);
    }
    expect(count / 20).toBeGreaterThanOrEqual(rate * 0.95);
  });

  it('begins with one request after a rest, however long that was', () => {
    expect(numberAllowance(80, UNUSED_NUMBER, START)).toBe(1);
    expect(numberAllowance(1_000, advanceNumber(1_000, UNUSED_NUMBER, { at: START, count: 1 }), after(5_000))).toBe(1);
  });

  it('goes on at once where its clock was set back', () => {
    const pace = advanceNumber(80, UNUSED_NUMBER, { at: after(3_600_000), count: 1 });
    expect(numberAllowance(80, pace, START)).toBe(1);
    expect(numberAllowedAt(80, pace, START)).toBeLessThanOrEqual(START);
  });

  it('says truly when it may go on', () => {
    const pace = advanceNumber(80, UNUSED_NUMBER, { at: START, count: 77 });
    const next = numberAllowedAt(80, pace, START);
    expect(numberAllowance(80, pace, toInstant(next - 1))).toBe(0);
    expect(numberAllowance(80, pace, next)).toBeGreaterThan(0);
  });
});

describe('a pair', () => {
  it('takes 45 at once, and then one in 6 seconds', () => {
    let due: DueAt = null;
    const begun = Array.from({ length: 600 }, (_, second) => second * 1_000).flatMap((moment) => {
      const count = allowance(PAIR_LIMIT, due, after(moment));
      if (count > 0) due = advance(PAIR_LIMIT, due, { at: after(moment), count });
      return Array.from({ length: count }, () => moment);
    });
    expect(begun.filter((at) => at === 0)).toHaveLength(45);
    expect(begun.slice(45, 48)).toEqual([6_000, 12_000, 18_000]);
  });

  it('says when it may be used again', () => {
    const due = advance(PAIR_LIMIT, null, { at: START, count: 45 });
    expect(nextAllowedAt(PAIR_LIMIT, due)).toBe(after(6_000));
    expect(allowance(PAIR_LIMIT, due, after(5_999))).toBe(0);
    expect(allowance(PAIR_LIMIT, due, after(6_000))).toBe(1);
  });
});

describe('a hold', () => {
  it('lets nothing begin before its end, and one request at it', () => {
    const due = heldUntil(PAIR_LIMIT, null, after(10_000));
    expect(allowance(PAIR_LIMIT, due, after(9_999))).toBe(0);
    expect(allowance(PAIR_LIMIT, due, after(10_000))).toBe(1);
  });

  it('never shortens a wait that is longer already', () => {
    const due = advance(PAIR_LIMIT, null, { at: START, count: 46 });
    expect(heldUntil(PAIR_LIMIT, due, after(1_000))).toBe(due);
  });
});

describe('a number that was too fast', () => {
  it('is halved, at most once a second, and never to less than a 16th', () => {
    const once = slowDown(80, null, START);
    expect(rateNow(80, once, START)).toBe(40);
    expect(slowDown(80, once, after(999))).toBe(once);
    const twice = slowDown(80, once, after(1_000));
    expect(rateNow(80, twice, after(1_000))).toBe(21); // 42 by then, a 40th more
    let slowed: Slowed | null = null;
    for (let second = 0; second < 60; second += 1) slowed = slowDown(80, slowed, after(second * 1_000));
    expect(rateNow(80, slowed, after(59_000))).toBe(5);
    expect(rateNow(1, slowDown(1, null, START), START)).toBe(1);
  });

  it('is back at its rate within 20 seconds of one refusal', () => {
    const slowed = slowDown(80, null, START);
    expect(rateNow(80, slowed, after(10_000))).toBe(60);
    expect(rateNow(80, slowed, after(20_000))).toBe(80);
  });

  it('knows nothing of a refusal that is yet to come, as after a clock was set back', () => {
    expect(rateNow(80, { rate: 5, at: after(60_000) }, START)).toBe(80);
    expect(slowDown(80, { rate: 5, at: after(60_000) }, START)).toEqual({ rate: 40, at: START });
  });

  it('is never above its rate, never below a 16th of it, never slower without a refusal, and recovers from any', () => {
    const event = fc.record({ gap: fc.nat(5_000), refused: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.array(event, { maxLength: 60 }), (rate, events) => {
        let [slowed, now, before]: [Slowed | null, number, number] = [null, 0, rate];
        for (const { gap, refused } of events) {
          now += gap;
          const risen = rateNow(rate, slowed, after(now));
          expect(risen).toBeGreaterThanOrEqual(before);
          if (refused) slowed = slowDown(rate, slowed, after(now));
          before = rateNow(rate, slowed, after(now));
          expect(before).toBeLessThanOrEqual(risen);
          expect(before).toBeLessThanOrEqual(rate);
          expect(before).toBeGreaterThanOrEqual(Math.max(1, Math.floor(rate / 16)));
        }
        expect(rateNow(rate, slowed, after(now + 40_000))).toBe(rate);
      }),
    );
  });

  // A number that is set to 80 and may send 20, as one that a phone uses too: it finds its rate, and few requests are refused.
  it('finds the rate that it may have', () => {
    let [pace, now, sent, refused, left, second]: [NumberPace, Instant, number, number, number, number] = [
      UNUSED_NUMBER,
      START,
      0,
      0,
      20,
      0,
    ];
    while (now < after(120_000)) {
      const rate = rateNow(80, pace.slowed, now);
      const count = numberAllowance(rate, pace, now);
      if (count > 0) pace = advanceNumber(rate, pace, { at: now, count });
      const nowSecond = Math.floor((now - START) / 1_000);
      if (nowSecond !== second) [second, left] = [nowSecond, 20];
      const taken = Math.min(count, left);
      left -= taken;
      sent += taken;
      refused += count - taken;
      if (count > taken) pace = { ...pace, slowed: slowDown(80, pace.slowed, now) };
      now = toInstant(Math.max(now + 1, numberAllowedAt(rate, pace, now)));
    }
    expect(sent / 120).toBeGreaterThan(14);
    expect(refused / sent).toBeLessThan(0.1);
  });
});
