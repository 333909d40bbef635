// Urgency: who leaves room to whom, for how long, and when they look again.

import { describe, expect, it } from 'vitest';
import { aheadAfter, goesOnAt, LEAST_URGENT, leastUrgentNow } from '../../src/domain/urgency.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';

const START = toInstant(1_790_000_000_000);
const after = (ms: number): Instant => toInstant(START + ms);
const code = { urgency: 0, from: after(100) } as const;

describe('leastUrgentNow', () => {
  it('keeps the room for who waits, from shortly before their time until they are late', () => {
    expect([after(0), after(100), after(349)].map((at) => leastUrgentNow(code, at))).toEqual([0, 0, 0]);
    expect(leastUrgentNow(code, after(350))).toBe(LEAST_URGENT);
    expect(leastUrgentNow(null, START)).toBe(LEAST_URGENT);
  });

  it('keeps nothing for a time that is far off, as after a clock was set back', () => {
    expect(leastUrgentNow({ urgency: 0, from: after(3_600_000) }, START)).toBe(LEAST_URGENT);
  });
});

describe('aheadAfter', () => {
  const end = { waiting: null, claimed: null, at: START, allowedAt: after(12) };

  it('says who waits, unless what is more urgent waits too', () => {
    expect(aheadAfter(null, { ...end, waiting: 0 })).toEqual({ urgency: 0, from: after(12) });
    expect(aheadAfter(null, { ...end, waiting: 1 })).toEqual({ urgency: 1, from: after(12) });
    expect(aheadAfter({ urgency: 1, from: START }, { ...end, waiting: 0 })).toEqual({ urgency: 0, from: after(12) });
    expect(aheadAfter(code, { ...end, waiting: 1 })).toBe(code);
  });

  it('never lets marketing go ahead of anything', () => {
    expect(aheadAfter(null, { ...end, waiting: LEAST_URGENT })).toBeNull();
  });

  it('is over when whoever waited got what they waited for', () => {
    expect(aheadAfter(code, { ...end, claimed: 0 })).toBeNull();
    expect(aheadAfter({ urgency: 1, from: START }, { ...end, claimed: 0 })).toBeNull();
    expect(aheadAfter(code, { ...end, waiting: 0, claimed: 0 })).toEqual({ urgency: 0, from: after(12) });
    expect(aheadAfter(code, end)).toBe(code);
  });
});

describe('goesOnAt', () => {
  const end = { at: START, allowedAt: after(12) };

  it('is when the number may go on, for what gives way to nobody', () => {
    expect(goesOnAt(null, 2, end)).toBe(after(12));
    expect(goesOnAt(code, 0, end)).toBe(after(12));
    expect(goesOnAt(code, null, end)).toBe(after(12));
  });

  it('is a moment later for what gives way, so that it does not look without a pause', () => {
    expect(goesOnAt(code, 2, end)).toBeGreaterThan(after(12));
    expect(goesOnAt(code, 1, { at: after(50), allowedAt: START })).toBeGreaterThan(after(50));
  });
});
