// Estimates: what many messages may come to, against a slow account of the same.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEstimateMeter, type EstimateGroup, estimateOf, totalOf } from '../../src/domain/estimate.ts';
import type { Rate } from '../../src/domain/price-book.ts';
import { type Micros, toMicros } from '../../src/values/money.ts';

function tiers(...steps: readonly (readonly [from: number, micros: number])[]): readonly Rate[] {
  return steps.map(([tierFrom, micros], index) => {
    const next = steps[index + 1];
    return {
      market: 'Brazil',
      category: 'utility',
      tierFrom,
      tierTo: next === undefined ? 'max' : next[0] - 1,
      rate: toMicros(BigInt(micros)),
    };
  });
}

function group(units: number, reserved: bigint | null, free = 0): EstimateGroup {
  return { market: 'Brazil', category: 'utility', units, reserved: reserved === null ? null : toMicros(reserved), cap: null, free };
}

describe('an estimate', () => {
  it('is the list price three times where nothing else is known', () => {
    expect(estimateOf(group(10, 70n), { cards: [tiers([0, 7])], charged: 0 })).toEqual({ min: 70n, expected: 70n, max: 70n });
  });

  it('expects the tier that the month has reached, and reserves as if it had not', () => {
    const cards = [tiers([0, 10], [101, 6])];
    expect(estimateOf(group(10, 100n), { cards, charged: 95 })).toEqual({ min: 80n, expected: 80n, max: 100n });
    expect(estimateOf(group(10, 100n), { cards, charged: 500 })).toEqual({ min: 60n, expected: 60n, max: 100n });
  });

  it.each([
    ['by the card where that is less than the bid', 90n, [tiers([0, 7])], 70n],
    ['by the bid where the card asks for more', 50n, [tiers([0, 7])], 50n],
    ['by the bid where no card has a price', 50n, [], 50n],
  ] as const)('of a bid is expected %s, at least nothing, and at most the bid', (_, reserved, cards, expected) => {
    const bid = { ...group(10, reserved), cap: toMicros(reserved / 10n) };
    expect(estimateOf(bid, { cards, charged: 0 })).toEqual({ min: 0n, expected, max: reserved });
    expect(estimateOf({ ...bid, free: 10 }, { cards, charged: 0 })).toEqual({ min: 0n, expected: 0n, max: reserved });
  });

  it('is at least what the cheapest card takes that comes into force meanwhile', () => {
    const cards = [tiers([0, 10]), tiers([0, 12]), tiers([0, 8])];
    expect(estimateOf(group(10, 120n), { cards, charged: 0 })).toEqual({ min: 80n, expected: 100n, max: 120n });
  });

  it('expects nothing for what is free now, and reserves it all the same', () => {
    expect(estimateOf(group(10, 70n, 4), { cards: [tiers([0, 7])], charged: 0 })).toEqual({ min: 42n, expected: 42n, max: 70n });
  });

  it('is nothing for what is free today without a price, and what it may cost on a later day at most', () => {
    const nothing = { min: 0n, expected: 0n };
    expect(estimateOf(group(10, 0n, 10), { cards: [], charged: 0 })).toEqual({ ...nothing, max: 0n });
    expect(estimateOf(group(10, 70n, 10), { cards: [], charged: 0 })).toEqual({ ...nothing, max: 70n });
    expect(estimateOf(group(10, 70n, 9), { cards: [], charged: 0 })).toBeNull();
  });

  it('is none where no price is known, which is never a zero', () => {
    expect(estimateOf(group(10, null), { cards: [tiers([0, 7])], charged: 0 })).toBeNull();
    expect(estimateOf(group(10, 70n), { cards: [], charged: 0 })).toBeNull();
    expect(estimateOf(group(10, 70n, 9), { cards: [], charged: 0 })).toBeNull();
    expect(totalOf([null, { min: toMicros(1n), expected: toMicros(2n), max: toMicros(3n) }, null])).toEqual({
      min: 1n,
      expected: 2n,
      max: 3n,
    });
  });

  it('is what the messages cost one after the other, and never out of order', () => {
    const count = fc.integer({ min: 0, max: 60 });
    const card = fc.tuple(fc.integer({ min: 10, max: 20 }), fc.integer({ min: 2, max: 50 }), fc.integer({ min: 0, max: 10 }));
    fc.assert(
      fc.property(fc.array(card, { minLength: 1, maxLength: 3 }), count, count, count, (drawn, units, freeOf, charged) => {
        const free = Math.min(units, freeOf);
        const cards = drawn.map(([list, from, less]) => tiers([0, list], [from, list - less]));
        const oneByOne = ([list, from, less]: readonly [number, number, number]): bigint =>
          Array.from({ length: units - free }, (_, index) => charged + index + 1).reduce(
            (sum, place) => sum + BigInt(place < from ? list : list - less),
            0n,
          );
        const reserved = BigInt(units * Math.max(...drawn.map(([list]) => list)));
        const costs = drawn.map(oneByOne);
        const estimate = estimateOf(group(units, reserved, free), { cards, charged });
        expect(estimate).toEqual({ min: costs.reduce((left, right) => (right < left ? right : left)), expected: costs[0], max: reserved });
        expect((estimate?.min ?? 0n) <= (estimate?.expected ?? 0n) && (estimate?.expected ?? 0n) <= reserved).toBe(true);
      }),
    );
  });
});

describe('a meter', () => {
  it('adds up by market, category and bid, and keeps what has no price apart', () => {
    const meter = createEstimateMeter();
    const add = (market: string, reserved: Micros | null, isFreeNow: boolean, cap: Micros | null = null) =>
      meter.add({ market, category: 'utility', units: 2, reserved, cap, isFreeNow });
    add('Brazil', toMicros(5n), false);
    add('Chile', toMicros(9n), false);
    add('Brazil', toMicros(6n), true);
    add('Brazil', null, false);
    add('Chile', toMicros(8n), false, toMicros(4n));
    add('Chile', toMicros(6n), false, toMicros(3n));
    expect(meter.groups()).toEqual([
      { market: 'Brazil', category: 'utility', units: 4, reserved: 11n, cap: null, free: 2 },
      { market: 'Chile', category: 'utility', units: 2, reserved: 9n, cap: null, free: 0 },
      { market: 'Brazil', category: 'utility', units: 2, reserved: null, cap: null, free: 0 },
      { market: 'Chile', category: 'utility', units: 2, reserved: 8n, cap: 4n, free: 0 },
      { market: 'Chile', category: 'utility', units: 2, reserved: 6n, cap: 3n, free: 0 },
    ]);
  });
});
