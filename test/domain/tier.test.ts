// Volume tiers: the sum of a month depends on the count alone, and shares add up to the micro.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rate, TierEnd } from '../../src/domain/price-book.ts';
import { allocate, tierDiscount, tieredTotal } from '../../src/domain/tier.ts';
import { type Micros, toMicros, ZERO } from '../../src/values/money.ts';

function tier(tierFrom: number, tierTo: TierEnd, micros: bigint): Rate {
  return { market: 'Brazil', category: 'utility', tierFrom, tierTo, rate: toMicros(micros) };
}

const TIERS = [tier(0, 10, 100n), tier(11, 20, 90n), tier(21, 'max', 50n)];

/** Message by message: the slow way that nobody can get wrong. */
function oneByOne(tiers: readonly Rate[], count: number): Micros {
  let sum = 0n;
  for (let nth = 1; nth <= count; nth += 1) {
    const rate = tiers.find(({ tierTo }) => typeof tierTo !== 'number' || nth <= tierTo);
    sum += rate?.rate ?? 0n;
  }
  return toMicros(sum);
}

describe('the total of a month', () => {
  it.each([
    [0, 0n],
    [1, 100n],
    [10, 1_000n],
    [11, 1_090n],
    [20, 1_900n],
    [21, 1_950n],
    [1_020, 51_900n],
  ])('of %s messages is %s: each at the rate of its own tier, both ends included', (count, total) => {
    expect(tieredTotal(TIERS, count)).toBe(total);
    expect(tierDiscount(TIERS, count)).toBe(total - 100n * BigInt(count));
  });

  it('is what the messages cost one by one', () => {
    const ends = fc
      .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 4 })
      .map((list) => list.toSorted((one, other) => one - other));
    fc.assert(
      fc.property(
        ends,
        fc.array(fc.bigInt({ min: 0n, max: 9_999n }), { minLength: 5, maxLength: 5 }),
        fc.nat(80),
        (bounds, rates, count) => {
          const starts = [0, ...bounds.map((end) => end + 1)];
          const tiers = starts.map((from, index) => tier(from, bounds[index] ?? 'max', rates[index] ?? 0n));
          expect(tieredTotal(tiers, count)).toBe(oneByOne(tiers, count));
        },
      ),
    );
  });

  it('stays at list price where the card does not say where the first tier ends, and is nothing without a price', () => {
    expect(tierDiscount([tier(0, 'unknown', 7n)], 1_000_000)).toBe(ZERO);
    expect(tieredTotal([], 5)).toBe(ZERO);
    expect(tierDiscount([], 5)).toBe(ZERO);
  });

  it('stays at list price above the last tier that the card has', () => {
    expect(tierDiscount([tier(0, 100, 7n)], 150)).toBe(ZERO);
    expect(tieredTotal([tier(0, 10, 100n), tier(11, 20, 90n)], 25)).toBe(1_900n + 500n);
  });

  it('goes by the beginning of the next tier where an end is not told', () => {
    expect(tieredTotal([tier(0, 'unknown', 100n), tier(11, 'unknown', 90n)], 12)).toBe(1_180n);
  });
});

describe('shares', () => {
  it('give what is left over to those who lost most by the rounding', () => {
    expect(allocate(toMicros(10n), [1, 1, 1])).toEqual([4n, 3n, 3n]);
    expect(allocate(toMicros(-10n), [1, 1, 1])).toEqual([-4n, -3n, -3n]);
    expect(allocate(toMicros(7n), [5, 0, 2])).toEqual([5n, 0n, 2n]);
  });

  it('add up to the amount, and are within a micro of what they would be', () => {
    const weights = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 8 }).filter((list) => list.some((weight) => weight > 0));
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), weights, (amount, list) => {
        const parts = allocate(toMicros(amount), list);
        const sum = BigInt(list.reduce((total, weight) => total + weight, 0));
        expect(parts.reduce((total, part) => total + part, 0n)).toBe(amount);
        for (const [index, part] of parts.entries()) {
          const error = part * sum - amount * BigInt(list[index] ?? 0);
          expect(error > -sum && error < sum).toBe(true);
        }
      }),
    );
  });

  it('need somebody to be given to', () => {
    expect(() => allocate(toMicros(1n), [0, 0])).toThrow('weights');
  });
});
