// The rule of pricing: by dated rows, the nearest one first.

import { describe, expect, it, vi } from 'vitest';
import { pricingRules } from '../../src/catalog/pricing-rules.ts';
import { CATEGORIES, type Category } from '../../src/domain/consent.ts';
import { contradicts, type DeliveryFacts, isFreeIn, ownPricing, type PricingRule } from '../../src/domain/pricing-rule.ts';
import { OPEN_WINDOWS } from '../../src/domain/window.ts';
import type { Day } from '../../src/values/time.ts';

const BEFORE = '2026-09-30' as Day;
const SINCE = '2026-10-01' as Day;

function price(rest: Partial<DeliveryFacts>, rules: readonly PricingRule[] = pricingRules()) {
  return ownPricing(rules, { category: 'utility', window: 'none', day: SINCE, freeUnitsBefore: () => 0, ...rest });
}

describe('a delivery', () => {
  it.each<[Category, Day, string[]]>([
    ['marketing', BEFORE, ['regular', 'regular', 'free_entry_point']],
    ['authentication', SINCE, ['regular', 'regular', 'free_entry_point']],
    ['authentication-international', SINCE, ['regular', 'regular', 'free_entry_point']],
    ['utility', BEFORE, ['regular', 'free_customer_service', 'free_entry_point']],
    ['utility', SINCE, ['regular', 'regular', 'free_entry_point']],
    ['service', BEFORE, ['free_customer_service', 'free_customer_service', 'free_entry_point']],
  ])('of %s on %s costs by the window that was open', (category, day, types) => {
    expect(OPEN_WINDOWS.map((window) => price({ category, window, day })?.type)).toEqual(types);
  });

  it('of service uses the allowance of its month, to the last unit, and a free entry point uses none', () => {
    const service = (used: number, window: 'service' | 'free_entry_point' = 'service') =>
      price({ category: 'service', window, freeUnitsBefore: () => used });
    expect(service(999)).toMatchObject({ type: 'free_customer_service', freeUnitsBefore: 999, rule: { id: 9, freeUnits: 1_000 } });
    expect(service(1_000)).toMatchObject({ type: 'regular', freeUnitsBefore: 1_000 });
    expect(service(1_000, 'free_entry_point')).toMatchObject({ type: 'free_entry_point', freeUnitsBefore: null, rule: { id: 1 } });
  });

  it('is free in a window however much was sent, or is not: what is left of an allowance says nothing', () => {
    const isFree = (category: Category, day: Day) => OPEN_WINDOWS.map((window) => isFreeIn(pricingRules(), { category, day, window }));
    expect(isFree('utility', BEFORE)).toEqual([false, true, true]);
    expect(isFree('utility', SINCE)).toEqual([false, false, true]);
    expect(isFree('service', SINCE)).toEqual([false, false, true]);
  });

  it('has its allowance counted only where a row has one', () => {
    const freeUnitsBefore = vi.fn<() => number>(() => 0);
    for (const window of OPEN_WINDOWS) price({ category: 'utility', window, freeUnitsBefore });
    price({ category: 'service', day: BEFORE, freeUnitsBefore });
    expect(freeUnitsBefore).not.toHaveBeenCalled();
  });

  it('before the first row is covered by none', () => {
    expect(price({ day: '2025-06-30' as Day })).toBeNull();
  });

  it('is covered by the newest of the nearest rows, in whatever order they stand', () => {
    const row = (id: number, rest: Partial<PricingRule> = {}): PricingRule => ({
      id,
      from: '2026-01-01' as Day,
      category: 'any',
      window: 'any',
      charge: 'charged',
      freeUnits: 0,
      ...rest,
    });
    const rows = [
      row(1, { from: SINCE }),
      row(2, { category: 'utility' }),
      row(3, { window: 'none' }),
      row(4, { window: 'none', from: SINCE }),
    ];
    for (const rules of [rows, rows.toReversed()]) {
      expect(price({ day: SINCE }, rules)?.rule.id).toBe(4);
      expect(price({ day: BEFORE }, rules)?.rule.id).toBe(3);
      expect(price({ window: 'service' }, rules)?.rule.id).toBe(2);
      expect(price({ window: 'service', category: 'service' }, rules)?.rule.id).toBe(1);
    }
  });
});

describe("the provider's word", () => {
  const own = (rest: Partial<DeliveryFacts>) => {
    const pricing = price(rest);
    if (pricing === null) throw new Error('a row covers it');
    return pricing;
  };

  it('contradicts the rule where it charges what is free, or gives away what is charged', () => {
    expect(contradicts('regular', own({ window: 'service', day: BEFORE }))).toBe(true);
    expect(contradicts('free_customer_service', own({ window: 'service' }))).toBe(true);
    expect(contradicts('free_customer_service', own({ category: 'service', freeUnitsBefore: () => 1_000 }))).toBe(true);
  });

  it('agrees where both charge, or both give away', () => {
    for (const category of CATEGORIES.filter((name) => name !== 'service')) expect(contradicts('regular', own({ category }))).toBe(false);
    expect(contradicts('free_customer_service', own({ category: 'service' }))).toBe(false);
    expect(contradicts('free_customer_service', own({ window: 'free_entry_point' }))).toBe(false);
  });

  it('contradicts nothing where it alone knows: a free entry point, and who came first within an allowance', () => {
    expect(contradicts('free_entry_point', own({}))).toBe(false);
    expect(contradicts('regular', own({ category: 'service', freeUnitsBefore: () => 998 }))).toBe(false);
  });
});
