// Books and figures of one October for the rule of reconciling: short ways to make what differs in one thing.

import { createPriceBook } from '../../src/domain/price-book.ts';
import type { BilledLine } from '../../src/domain/billed.ts';
import type { BilledMonth } from '../../src/billing/reconcile-lines.ts';
import type { BookedLine, MonthBooks } from '../../src/ports/store/reconcile.ts';
import { type Currency, toMicros, ZERO } from '../../src/values/money.ts';
import type { Day, Month } from '../../src/values/time.ts';

export const OCTOBER = '2026-10' as Month;
const FIFTH = '2026-10-05' as Day;

/** Two utility messages to Germany at 100 micros. */
export function booked(rest: Partial<BookedLine> = {}): BookedLine {
  return {
    day: FIFTH,
    market: 'Germany',
    origin: '+4915',
    category: 'utility',
    pricingType: 'regular',
    units: 2,
    charged: toMicros(200n),
    byHand: ZERO,
    unheard: 0,
    unpriced: 0,
    openEnded: 0,
    otherCategory: 0,
    ...rest,
  };
}

/** The same, as the provider tells them. */
export function told(rest: Partial<BilledLine> = {}): BilledLine {
  return {
    period: FIFTH,
    country: 'DE',
    market: null,
    category: 'utility',
    type: 'regular',
    tierFrom: 0,
    units: 2,
    amount: toMicros(200n),
    ...rest,
  };
}

export function books(lines: readonly BookedLine[], rest: Partial<MonthBooks> = {}): MonthBooks {
  return { lines, discounts: [], accepted: [], ...rest };
}

const USD = 'USD' as Currency;
const RATES = ['Germany', 'Rest of Western Europe'].map((market) => ({
  market,
  category: 'utility' as const,
  tierFrom: 0,
  tierTo: 'max' as const,
  rate: toMicros(100n),
}));

export function billed(lines: readonly BilledLine[], tells: BilledMonth['tells'] = { types: true, tiers: true }): BilledMonth {
  const prices = createPriceBook([{ currency: USD, effectiveFrom: '2026-07-01' as Day, rates: RATES }]);
  return { month: OCTOBER, currency: USD, lines, tells, prices };
}
