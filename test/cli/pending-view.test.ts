// The lines below a bill: a sum for each currency, and where the provider has counted further than this store.

import { expect, test } from 'vitest';
import type { PendingDiscount } from '../../src/billing/pending.ts';
import { pendingText } from '../../src/cli/pending-view.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import type { Month } from '../../src/values/time.ts';

function discount(rest: Partial<PendingDiscount>): PendingDiscount {
  return {
    month: '2026-10' as Month,
    market: 'India',
    category: 'utility',
    currency: 'USD' as Currency,
    units: 12,
    list: toMicros(1_400n),
    reached: null,
    told: null,
    booked: toMicros(0n),
    pending: toMicros(0n),
    ...rest,
  };
}

test('nothing is said where nothing is pending', () => {
  expect(pendingText([])).toBe('');
});

test('sums are by currency, and what the provider counts of others is told apart', () => {
  const text = pendingText([
    discount({ pending: toMicros(-5n), told: '11:MAX' }),
    discount({ market: 'Brazil', pending: toMicros(-7n) }),
    discount({ currency: 'INR' as Currency, pending: toMicros(-1n) }),
    discount({ told: '25000001:50000000' }),
  ]);
  expect(text.split('\n')).toEqual([
    '',
    'Not in these figures: volume discounts of -0.000012 USD, which bill-close books; --json has them by market.',
    'Not in these figures: volume discounts of -0.000001 INR, which bill-close books; --json has them by market.',
    'The provider has counted further: tier 25000001:50000000 for utility to India in 2026-10, where this store has 12 messages.',
  ]);
});
