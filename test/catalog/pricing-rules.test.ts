// The dated rows of the pricing rule, and what they say beside the provider's double, which has a rule of its own.

import { describe, expect, it } from 'vitest';
import pricingRulesCsv from '../../src/catalog/pricing-rules.csv';
import { pricingRule, pricingRules } from '../../src/catalog/pricing-rules.ts';
import { CATEGORIES } from '../../src/domain/consent.ts';
import { ownPricing } from '../../src/domain/pricing-rule.ts';
import { OPEN_WINDOWS } from '../../src/domain/window.ts';
import { pricingOf } from '../../src/emulator/pricing.ts';
import { type Day, parseInstant, toInstant, UTC } from '../../src/values/time.ts';

describe('pricing-rules.csv', () => {
  it('is plain, read once, and has no id twice', () => {
    expect(pricingRulesCsv).not.toMatch(/["\r ]/);
    expect(pricingRules()).toBe(pricingRules());
    const ids = pricingRules().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(pricingRule(9)).toMatchObject({ from: '2026-10-01', category: 'service', charge: 'allowance', freeUnits: 1_000 });
    expect(pricingRule(0)).toBeUndefined();
  });

  it('has one row for a category and a window on each day', () => {
    const places = pricingRules().map(({ from, category, window }) => `${from} ${category} ${window}`);
    expect(new Set(places).size).toBe(places.length);
  });

  const cases = ['2025-07-01', '2026-09-30', '2026-10-01', '2026-12-31'].flatMap((day) =>
    CATEGORIES.flatMap((category) => OPEN_WINDOWS.map((window) => [category, window, day as Day] as const)),
  );

  it.each(cases)("says of %s, window %s, on %s what the provider's double bills, up to the last free unit", (category, window, day) => {
    const at = parseInstant(`${day}T12:00:00Z`) ?? toInstant(0);
    for (const used of [0, 999, 1_000]) {
      const own = ownPricing(pricingRules(), { category, window, day, freeUnitsBefore: () => used });
      const facts = { windowOpen: window !== 'none', freeEntryOpen: window === 'free_entry_point', freeUnitsUsed: used };
      expect(own?.type).toBe(pricingOf({ ...facts, category, at, timeZone: UTC }).type);
    }
  });
});
