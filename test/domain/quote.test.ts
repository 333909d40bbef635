// Quotes: the highest rate until the expiry, in the sender's own calendar, and how an amount is explained.

import { describe, expect, it } from 'vitest';
import { createMarketMap } from '../../src/domain/market.ts';
import { createPriceBook, type Rate } from '../../src/domain/price-book.ts';
import { quote, type QuoteQuestion, ruleOf } from '../../src/domain/quote.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Day, parseInstant, type TimeZone, toInstant, UTC } from '../../src/values/time.ts';

const USD = 'USD' as Currency;
const MARKETS = createMarketMap([{ callingCode: '49', areaPrefixes: [], market: 'Germany', from: null, to: null }]);

function rate(micros: bigint, rest: Partial<Rate> = {}): Rate {
  return { market: 'Germany', category: 'utility', tierFrom: 0, tierTo: 'unknown', rate: toMicros(micros), ...rest };
}

const BOOK = createPriceBook([
  { currency: USD, effectiveFrom: '2026-07-01' as Day, rates: [rate(50_000n)] },
  { currency: USD, effectiveFrom: '2026-10-01' as Day, rates: [rate(55_000n)] },
]);

function ask(at: string, until: string, rest: Partial<QuoteQuestion> = {}) {
  return quote(BOOK, MARKETS, {
    phone: '+4915112345678' as Phone,
    category: 'utility',
    currency: USD,
    timeZone: UTC,
    at: parseInstant(at) ?? toInstant(Number.NaN),
    until: parseInstant(until) ?? toInstant(Number.NaN),
    ...rest,
  });
}

describe('quote', () => {
  it('is for today, at the dearest price until the message expires', () => {
    expect(ask('2026-09-01', '2026-09-20')).toMatchObject({ day: '2026-09-01', market: 'Germany', rate: { rate: 50_000n } });
    expect(ask('2026-09-01', '2026-10-01')).toMatchObject({ day: '2026-09-01', rate: { rate: 55_000n } });
  });

  it("changes cards at the sender's own midnight", () => {
    const eve = ['2026-09-30T21:59:59Z', '2026-09-30T22:00:00Z'] as const; // the second is October in Berlin
    expect(eve.map((at) => ask(at, at, { timeZone: 'Europe/Berlin' as TimeZone }).rate?.rate)).toEqual([50_000n, 55_000n]);
    expect(eve.map((at) => ask(at, at).rate?.rate)).toEqual([50_000n, 50_000n]);
  });

  it('has a market and no rate where no price is known, which is never zero', () => {
    expect(ask('2026-09-01', '2026-09-20', { category: 'service' })).toEqual({ day: '2026-09-01', market: 'Germany', rate: null });
    expect(ask('2026-09-01', '2026-09-20', { phone: '+33612345678' as Phone })).toMatchObject({ market: 'Other', rate: null });
  });
});

describe('ruleOf', () => {
  it('says where a list rate stands for any volume because the card does not tell its tiers in full', () => {
    expect(ruleOf(rate(1n, { tierTo: 'max' }))).toBe('list');
    expect(ruleOf(rate(1n))).toBe('list_open_ended');
    expect(ruleOf(rate(1n, { tierTo: 1_000 }))).toBe('list_first_tier');
  });
});
