// The price rule by date, window and allowance, for every category.

import { describe, expect, it } from 'vitest';
import { FREE_SERVICE_UNITS, type PricingFacts, pricingOf, usesAllowance } from '../../src/emulator/pricing.ts';
import { type Instant, parseInstant, type TimeZone } from '../../src/values/time.ts';

const at = (text: string): Instant => parseInstant(text) as Instant;
const OLD = at('2026-09-30T12:00:00Z');
const NEW = at('2026-10-01T12:00:00Z');

function facts(more: Partial<PricingFacts>): PricingFacts {
  return { category: 'utility', at: NEW, windowOpen: false, freeEntryOpen: false, freeUnitsUsed: 0, ...more };
}

describe('pricingOf', () => {
  it.each<readonly [Partial<PricingFacts>, string]>([
    [{ category: 'marketing', windowOpen: true, at: OLD }, 'regular'],
    [{ category: 'authentication', windowOpen: true, at: OLD }, 'regular'],
    [{ category: 'authentication-international', at: NEW }, 'regular'],
    [{ category: 'utility', windowOpen: false, at: OLD }, 'regular'],
    [{ category: 'utility', windowOpen: true, at: OLD }, 'free_customer_service'],
    [{ category: 'utility', windowOpen: true, at: NEW }, 'regular'],
    [{ category: 'service', windowOpen: true, at: OLD, freeUnitsUsed: 5_000 }, 'free_customer_service'],
    [{ category: 'service', windowOpen: true, at: NEW, freeUnitsUsed: FREE_SERVICE_UNITS - 1 }, 'free_customer_service'],
    [{ category: 'service', windowOpen: true, at: NEW, freeUnitsUsed: FREE_SERVICE_UNITS }, 'regular'],
  ])('%j: %s', (more, type) => {
    expect(pricingOf(facts(more))).toEqual({ billable: type === 'regular', type, category: more.category });
  });

  it('is free of charge in a free-entry-point window, whatever is sent', () => {
    for (const category of ['marketing', 'utility', 'authentication', 'service'] as const) {
      expect(pricingOf(facts({ category, freeEntryOpen: true, freeUnitsUsed: 5_000 }))).toEqual({
        billable: false,
        type: 'free_entry_point',
        category: 'referral_conversion',
      });
    }
  });

  it('charges no reaction', () => {
    expect(pricingOf(facts({ category: 'service', isReaction: true, freeUnitsUsed: 5_000 })).billable).toBe(false);
  });

  it('changes at midnight of the account’s zone', () => {
    const late = at('2026-09-30T23:00:00Z');
    const inside = { category: 'utility', windowOpen: true, at: late } as const;
    expect(pricingOf(facts(inside)).billable).toBe(false);
    expect(pricingOf(facts({ ...inside, timeZone: 'Europe/Berlin' as TimeZone })).billable).toBe(true);
  });
});

it.each<readonly [string, Partial<PricingFacts>, boolean]>([
  ['a service message', { category: 'service' }, true],
  ['one beyond the free ones', { category: 'service', freeUnitsUsed: 2_000 }, true],
  ['one before October 2026', { category: 'service', at: OLD }, false],
  ['one in a free-entry-point window', { category: 'service', freeEntryOpen: true }, false],
  ['a reaction', { category: 'service', isReaction: true }, false],
  ['a template', { category: 'utility' }, false],
])('the allowance counts %s: %s', (_what, more, counts) => {
  expect(usesAllowance(pricingOf(facts(more)), facts(more))).toBe(counts);
});
