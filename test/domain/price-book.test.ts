// Which rate is in force, on cards made up here. What the real cards say is tested in test/catalog.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarketMap } from '../../src/domain/market.ts';
import {
  createFetchedPriceBook,
  createPriceBook,
  highestRate,
  type PriceCard,
  type Rate,
  rateInForce,
  tiersInForce,
} from '../../src/domain/price-book.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import type { Day } from '../../src/values/time.ts';

const USD = 'USD' as Currency;
const EUR = 'EUR' as Currency;

function rate(market: string, micros: bigint, rest: Partial<Rate> = {}): Rate {
  return { market, category: 'utility', tierFrom: 0, tierTo: 'unknown', rate: toMicros(micros), ...rest };
}

function card(effectiveFrom: string, rates: readonly Rate[], currency = USD): PriceCard {
  return { currency, effectiveFrom: effectiveFrom as Day, rates };
}

const JULY = card('2026-07-01', [rate('Germany', 55_000n), rate('Poland', 20_000n), rate('Rest', 7_000n)]);
const OCTOBER = card('2026-10-01', [rate('Germany', 50_000n), rate('Own', 18_000n), rate('Rest', 8_000n)]);
const BOOK = createPriceBook([OCTOBER, card('2026-07-01', [rate('Germany', 45_600n)], EUR), JULY]);

describe('rateInForce', () => {
  const at = (day: string, market: string, currency = USD) =>
    rateInForce(BOOK, { currency, day: day as Day, market, category: 'utility' })?.rate;

  it('is that of the newest card that is not after the day', () => {
    expect(at('2026-07-01', 'Germany')).toBe(55_000n);
    expect(at('2026-09-30', 'Germany')).toBe(55_000n);
    expect(at('2026-10-01', 'Germany')).toBe(50_000n);
    expect(at('2030-01-01', 'Germany')).toBe(50_000n);
  });

  it('is undefined, never zero, where the card has no row; an older card does not fill the gap', () => {
    expect(at('2026-09-30', 'Poland')).toBe(20_000n);
    expect(at('2026-10-01', 'Poland')).toBeUndefined();
    expect(rateInForce(BOOK, { currency: USD, day: '2026-10-01' as Day, market: 'Germany', category: 'service' })).toBeUndefined();
  });

  it('is undefined before the first card and in a currency without cards', () => {
    expect(at('2026-06-30', 'Germany')).toBeUndefined();
    expect(at('2026-10-01', 'Germany', 'BRL' as Currency)).toBeUndefined();
  });

  it('keeps currencies apart', () => {
    expect(at('2026-11-22', 'Germany', EUR)).toBe(45_600n);
    expect(at('2026-11-22', 'Rest', EUR)).toBeUndefined();
  });

  it('hands back the row that the card was made of, with all that it carries', () => {
    const stored = { ...rate('Germany', 1n), priceId: 7 };
    const book = createPriceBook([{ currency: USD, effectiveFrom: '2026-01-01' as Day, rates: [stored] }]);
    expect(rateInForce(book, { currency: USD, day: '2026-01-01' as Day, market: 'Germany', category: 'utility' })).toBe(stored);
  });

  it('agrees with a plain search of the cards', () => {
    const days = ['2026-01-01', '2026-04-01', '2026-07-01', '2026-10-01'] as const;
    const markets = ['Germany', 'Poland', 'Rest'] as const;
    const rates = fc.uniqueArray(fc.record({ market: fc.constantFrom(...markets), micros: fc.bigInt(0n, 9n) }), {
      selector: (r) => r.market,
    });
    const cards = fc.uniqueArray(fc.record({ day: fc.constantFrom(...days), currency: fc.constantFrom(USD, EUR), rates }), {
      selector: ({ day, currency }) => `${day} ${currency}`,
    });
    const query = fc.record({ day: fc.constantFrom('2025-12-31', '2026-03-31', ...days), market: fc.constantFrom(...markets) });
    fc.assert(
      fc.property(cards, query, (drawn, { day, market }) => {
        const plain = drawn.map((drawnCard) =>
          card(
            drawnCard.day,
            drawnCard.rates.map((r) => rate(r.market, r.micros)),
            drawnCard.currency,
          ),
        );
        const newest = plain
          .filter(({ currency, effectiveFrom }) => currency === USD && effectiveFrom <= day)
          .sort((left, right) => left.effectiveFrom.localeCompare(right.effectiveFrom))
          .at(-1);
        const expected = newest?.rates.find((r) => r.market === market);
        expect(rateInForce(createPriceBook(plain), { currency: USD, day: day as Day, market, category: 'utility' })).toBe(expected);
      }),
    );
  });
});

describe('tiersInForce', () => {
  const tiered = card('2026-10-01', [
    rate('Brazil', 6_000n, { tierFrom: 250_001 }),
    rate('Brazil', 6_800n, { tierTo: 250_000 }),
    rate('Brazil', 62_500n, { category: 'marketing', tierTo: 'max' }),
  ]);
  const book = createPriceBook([tiered]);
  const query = { currency: USD, day: '2026-10-01' as Day, market: 'Brazil' } as const;

  it('gives the tiers lowest first; the first is the list rate', () => {
    expect(tiersInForce(book, { ...query, category: 'utility' }).map((tier) => tier.tierTo)).toEqual([250_000, 'unknown']);
    expect(rateInForce(book, { ...query, category: 'utility' })?.rate).toBe(6_800n);
    expect(rateInForce(book, { ...query, category: 'marketing' })?.tierTo).toBe('max');
  });

  it('is empty without a price', () => {
    expect(tiersInForce(book, { ...query, category: 'service' })).toEqual([]);
    expect(tiersInForce(book, { ...query, category: 'utility', day: '2026-09-30' as Day })).toEqual([]);
  });
});

describe('highestRate', () => {
  const markets = createMarketMap([
    { country: 'XX', callingCode: '49', areaPrefixes: [], market: 'Germany', from: null, to: null },
    { country: 'XX', callingCode: '48', areaPrefixes: [], market: 'Poland', from: null, to: null },
    { country: 'XX', callingCode: '212', areaPrefixes: [], market: 'Rest', from: null, to: '2026-10-01' as Day },
    { country: 'XX', callingCode: '212', areaPrefixes: [], market: 'Own', from: '2026-10-01' as Day, to: null },
    { country: 'XX', callingCode: '40', areaPrefixes: [], market: 'Rest', from: null, to: '2026-08-01' as Day },
    { country: 'XX', callingCode: '40', areaPrefixes: [], market: 'Poland', from: '2026-08-01' as Day, to: null },
  ]);
  const highest = (phone: string, from: string, to: string) =>
    highestRate(BOOK, { currency: USD, category: 'utility', address: phone, markets, from: from as Day, to: to as Day })?.rate;

  it("is the first day's where the next card is cheaper", () => {
    expect(highest('+4915112345678', '2026-09-20', '2026-10-20')).toBe(55_000n);
    expect(highest('+4915112345678', '2026-10-01', '2026-10-20')).toBe(50_000n);
  });

  it('follows a number into the market and the card of a later day; the last day counts', () => {
    expect(highest('+212612345678', '2026-09-20', '2026-09-30')).toBe(7_000n);
    expect(highest('+212612345678', '2026-09-20', '2026-10-01')).toBe(18_000n);
  });

  it('follows a move on a day without a new card', () => {
    expect(highest('+40712345678', '2026-07-31', '2026-07-31')).toBe(7_000n);
    expect(highest('+40712345678', '2026-07-31', '2026-08-01')).toBe(20_000n);
  });

  it('is undefined where the first day has no price', () => {
    expect(highest('+48512345678', '2026-10-01', '2026-10-20')).toBeUndefined();
    expect(highest('+4915112345678', '2026-06-30', '2026-07-20')).toBeUndefined();
    const none = createPriceBook([]);
    const query = { currency: USD, category: 'utility', address: '+4915112345678' as Phone, markets } as const;
    expect(highestRate(none, { ...query, from: '2026-07-01' as Day, to: '2026-07-02' as Day })).toBeUndefined();
  });

  it('passes over a later day without a price', () => {
    expect(highest('+48512345678', '2026-09-20', '2026-10-20')).toBe(20_000n);
  });
});

describe('createPriceBook', () => {
  it('is a bug when two cards of one currency begin on one day', () => {
    expect(() => createPriceBook([JULY, OCTOBER, { ...JULY }])).toThrow('two USD price cards begin on 2026-07-01');
  });
});

describe('createFetchedPriceBook', () => {
  it('says what the whole book says, and asks for each market of a card once', () => {
    const asked: string[] = [];
    const fetched = createFetchedPriceBook(
      [JULY, OCTOBER].map(({ currency, effectiveFrom, rates }) => ({
        currency,
        effectiveFrom,
        ratesIn: (market) => {
          asked.push(`${effectiveFrom} ${market}`);
          return rates.filter((r) => r.market === market);
        },
      })),
    );
    expect(asked).toEqual([]);
    for (const market of ['Germany', 'Poland', 'Poland', 'Atlantis']) {
      for (const day of ['2026-06-30', '2026-07-01', '2026-10-01']) {
        const query = { currency: USD, day: day as Day, market, category: 'utility' } as const;
        expect(rateInForce(fetched, query)).toBe(rateInForce(BOOK, query));
      }
    }
    expect(asked.toSorted()).toEqual(
      ['Atlantis', 'Germany', 'Poland'].flatMap((market) => [`2026-07-01 ${market}`, `2026-10-01 ${market}`]).toSorted(),
    );
  });
});
