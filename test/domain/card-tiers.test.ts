// Tiers and list prices become one card: added, kept, and never invented.

import { describe, expect, it } from 'vitest';
import { changesTiers, countTiered, keepTiers, lossesOf, withTiers } from '../../src/domain/card-tiers.ts';
import type { PriceCard, Rate, TierEnd } from '../../src/domain/price-book.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import type { Day } from '../../src/values/time.ts';
import { failure } from './failure.ts';

function rate(category: Rate['category'], tierFrom: number, tierTo: TierEnd, micros: bigint): Rate {
  return { market: 'Brazil', category, tierFrom, tierTo, rate: toMicros(micros) };
}

function card(...rates: readonly Rate[]): PriceCard {
  return { currency: 'USD' as Currency, effectiveFrom: '2026-10-01' as Day, rates };
}

const LIST = card(rate('utility', 0, 'unknown', 100n), rate('marketing', 0, 'max', 500n));
const TIERS = [rate('utility', 11, 'max', 90n), rate('utility', 0, 10, 100n)];
const read = (rates: readonly Rate[]) => rates.map((each, index) => ({ row: index + 2, rate: each }));

describe('withTiers', () => {
  it('puts them where the list price was, lowest first, and leaves all else', () => {
    const merged = withTiers(LIST, read(TIERS), 'f');
    expect(merged.rates).toEqual([TIERS[1], TIERS[0], LIST.rates[1]]);
    expect([countTiered(LIST), countTiered(merged)]).toEqual([0, 1]);
    expect(withTiers(merged, read([rate('utility', 0, 'max', 100n)]), 'f').rates).toEqual([rate('utility', 0, 'max', 100n), LIST.rates[1]]);
  });

  it.each([
    [
      'a first rate that is not the list price',
      [rate('utility', 0, 'max', 99n)],
      2,
      'rate',
      'not the list price of the USD card from 2026-10-01, 0.000100',
    ],
    ['a price that the card does not have', [rate('authentication', 0, 'max', 1n)], 2, 'rate', 'has no authentication price for Brazil'],
    ['a gap', [rate('utility', 0, 10, 100n), rate('utility', 12, 'max', 90n)], 3, 'tier_from', 'must begin at 11'],
    ['an overlap', [rate('utility', 0, 10, 100n), rate('utility', 10, 'max', 90n)], 3, 'tier_from', 'must begin at 11'],
    ['no first tier', [rate('utility', 11, 'max', 90n)], 2, 'tier_from', 'must begin at 0'],
    ['a tier behind the last', [rate('utility', 0, 'max', 100n), rate('utility', 11, 'max', 90n)], 3, 'tier_from', 'has no end'],
    ['a rate that rises', [rate('utility', 0, 10, 100n), rate('utility', 11, 'max', 101n)], 3, 'rate', 'costs more than the tier before'],
  ] as const)('refuses %s', (_, tiers, row, column, reason) => {
    const error = failure(() => withTiers(LIST, read(tiers), 'f'));
    expect(error).toMatchObject({ code: 'price_card_invalid', details: { source: 'f', row, column } });
    expect(error.message).toContain(reason);
  });
});

describe('keepTiers', () => {
  const merged = withTiers(LIST, read(TIERS), 'f');

  it('keeps the tiers of a price that stays the same', () => {
    expect(keepTiers(LIST, merged)).toEqual(merged);
  });

  it('drops those of a price that changed, or whose card says where its first tier ends', () => {
    const dearer = card(rate('utility', 0, 'unknown', 101n));
    expect(keepTiers(dearer, merged)).toEqual(dearer);
    const told = card(rate('utility', 0, 'max', 100n));
    expect(keepTiers(told, merged)).toEqual(told);
  });
});

describe('changesTiers', () => {
  const merged = withTiers(LIST, read(TIERS), 'f');

  it('is so only where tiers were known', () => {
    expect(changesTiers(merged, LIST)).toBe(false);
    expect(changesTiers(merged, merged)).toBe(false);
    expect(changesTiers(withTiers(LIST, read([rate('utility', 0, 20, 100n), rate('utility', 21, 'max', 90n)]), 'f'), merged)).toBe(true);
    expect(changesTiers(LIST, merged)).toBe(true);
  });
});

describe('lossesOf', () => {
  const merged = withTiers(LIST, read(TIERS), 'f');
  const india = { ...rate('utility', 0, 'max', 1n), market: 'India' };

  it('names markets, and counts prices and tiers that only the card before has', () => {
    expect(lossesOf(merged, merged)).toEqual({ markets: [], prices: 0, tiers: 0 });
    expect(lossesOf(LIST, merged)).toEqual({ markets: [], prices: 0, tiers: 1 });
    expect(lossesOf(card(rate('marketing', 0, 'max', 1n)), card(...merged.rates, india))).toEqual({
      markets: ['India'],
      prices: 1,
      tiers: 0,
    });
    expect(lossesOf(card(india), merged)).toEqual({ markets: ['Brazil'], prices: 0, tiers: 0 });
    expect(lossesOf(merged, LIST)).toEqual({ markets: [], prices: 0, tiers: 0 });
  });
});
