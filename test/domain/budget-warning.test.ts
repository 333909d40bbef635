// Thresholds of budgets: when one is reached, and how they are written.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Budget } from '../../src/domain/budget.ts';
import { formatThresholds, parseThresholds, reachedThresholds, USUAL_THRESHOLDS, warningKey } from '../../src/domain/budget-warning.ts';
import type { BudgetId, SenderId } from '../../src/values/id.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import { toInstant } from '../../src/values/time.ts';

const BUDGET: Budget = {
  id: 'k3v9x0ab' as BudgetId,
  senderId: 'sender' as SenderId,
  period: 'month',
  cap: toMicros(200n),
  currency: 'USD' as Currency,
  category: null,
  costCenter: null,
  mode: 'hard',
  thresholds: USUAL_THRESHOLDS,
  createdAt: toInstant(0),
};

const reached = (used: bigint, rest: Partial<Budget> = {}) =>
  reachedThresholds({ budget: { ...BUDGET, ...rest }, used: toMicros(used) }).map(({ threshold }) => threshold);

describe('the thresholds that a use has reached', () => {
  it.each([
    [0n, []],
    [99n, []],
    [100n, [50]],
    [159n, [50]],
    [160n, [50, 80]],
    [199n, [50, 80]],
    [200n, [50, 80, 100]],
    [500n, [50, 80, 100]],
  ])('of 200 at %d', (used, thresholds) => {
    expect(reached(used)).toEqual(thresholds);
  });

  it('are exact beyond what a float holds', () => {
    const cap = toMicros(2n ** 60n + 1n);
    expect(reached(2n ** 59n, { cap, thresholds: [50] })).toEqual([]);
    expect(reached(2n ** 59n + 1n, { cap, thresholds: [50] })).toEqual([50]);
  });

  it('are all of them where nothing may be used and something is, and none where nothing is', () => {
    expect(reached(0n, { cap: toMicros(0n) })).toEqual([]);
    expect(reached(1n, { cap: toMicros(0n) })).toEqual([50, 80, 100]);
  });

  it('are none where there are none, and may lie above the cap', () => {
    expect(reached(200n, { thresholds: [] })).toEqual([]);
    expect(reached(300n, { thresholds: [150, 151] })).toEqual([150]);
  });

  it('are all up to the cap once a message was refused for which too little is left', () => {
    const use = { budget: { ...BUDGET, thresholds: [50, 80, 100, 150] }, used: toMicros(100n), hasRefused: true };
    expect(reachedThresholds(use)).toEqual([
      { threshold: 50, byRefusal: false },
      { threshold: 80, byRefusal: true },
      { threshold: 100, byRefusal: true },
    ]);
  });

  it('grow with the use and shrink with the cap', () => {
    const amount = fc.bigInt(0n, 1_000n);
    fc.assert(
      fc.property(amount, amount, amount, (cap, used, more) => {
        const low = reached(used, { cap: toMicros(cap) });
        expect(reached(used + more, { cap: toMicros(cap) })).toEqual(expect.arrayContaining([...low]));
        expect(low).toEqual(expect.arrayContaining([...reached(used, { cap: toMicros(cap + more) })]));
      }),
    );
  });
});

describe('thresholds as text', () => {
  it.each([
    ['50,80,100', [50, 80, 100]],
    [' 100 , 50 ', [50, 100]],
    ['5,5', [5]],
    ['1000', [1_000]],
    ['none', []],
  ])('%j', (text, thresholds) => {
    expect(parseThresholds(text)).toEqual(thresholds);
    expect(parseThresholds(formatThresholds(thresholds))).toEqual(thresholds);
  });

  it.each(['', ',', '0', '-1', '50,', '12.5', '1001', '80%', '1,2,3,4,5,6,7,8,9,10,11'])('refuses %j', (text) => {
    expect(parseThresholds(text)).toBeUndefined();
  });
});

it('names a warning by what is told once', () => {
  expect(warningKey({ budget: BUDGET, term: '2026-11', threshold: 80, used: toMicros(160n), byRefusal: false, at: toInstant(0) })).toBe(
    'k3v9x0ab:2026-11:80',
  );
});
