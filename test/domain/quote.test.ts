// Quotes: the highest rate until the expiry, in the sender's own calendar, and how an amount is explained.

import { describe, expect, it } from 'vitest';
import { createMarketMap } from '../../src/domain/market.ts';
import { createPriceBook, type Rate } from '../../src/domain/price-book.ts';
import { basisOf, quote, type QuoteQuestion } from '../../src/domain/quote.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import type { Day } from '../../src/values/time.ts';

const USD = 'USD' as Currency;
const MARKETS = createMarketMap([{ country: 'DE', callingCode: '49', areaPrefixes: [], market: 'Germany', from: null, to: null }]);

function rate(micros: bigint, rest: Partial<Rate> = {}): Rate {
  return { market: 'Germany', category: 'utility', tierFrom: 0, tierTo: 'unknown', rate: toMicros(micros), ...rest };
}

const BOOK = createPriceBook([
  { currency: USD, effectiveFrom: '2026-07-01' as Day, rates: [rate(50_000n)] },
  { currency: USD, effectiveFrom: '2026-10-01' as Day, rates: [rate(55_000n)] },
]);

function ask(from: string, to: string, rest: Partial<QuoteQuestion> = {}) {
  return quote(BOOK, MARKETS, {
    address: '+4915112345678',
    category: 'utility',
    currency: USD,
    from: from as Day,
    to: to as Day,
    ...rest,
  });
}

describe('quote', () => {
  it('is for today, at the dearest price until the message expires', () => {
    expect(ask('2026-09-01', '2026-09-20')).toMatchObject({ market: 'Germany', rate: { rate: 50_000n } });
    expect(ask('2026-09-01', '2026-10-01')).toMatchObject({ rate: { rate: 55_000n } });
  });

  it('has a market and no rate where no price is known, which is never zero', () => {
    expect(ask('2026-09-01', '2026-09-20', { category: 'service' })).toEqual({ market: 'Germany', rate: null });
    expect(ask('2026-09-01', '2026-09-20', { address: '+33612345678' })).toMatchObject({ market: 'Other', rate: null });
  });
});

describe('basisOf', () => {
  it('says where a list rate stands for any volume because the card does not tell its tiers in full', () => {
    expect(basisOf(rate(1n, { tierTo: 'max' }))).toBe('list');
    expect(basisOf(rate(1n))).toBe('list_open_ended');
    expect(basisOf(rate(1n, { tierTo: 1_000 }))).toBe('list_first_tier');
  });
});
