// The built-in cards: complete, consistent with the market map, and exact where a figure was looked up by hand.

import { describe, expect, it } from 'vitest';
import { marketMap } from '../../src/catalog/markets.ts';
import { builtinPriceCards } from '../../src/catalog/price-cards.ts';
import ratesCsv from '../../src/catalog/rates.csv';
import { CATEGORIES, type Category } from '../../src/domain/consent.ts';
import { createPriceBook, highestRate, type PriceCard, rateInForce } from '../../src/domain/price-book.ts';
import type { Currency } from '../../src/values/money.ts';
import type { Day } from '../../src/values/time.ts';

const CARDS = builtinPriceCards().map(({ card }) => card);
const BOOK = createPriceBook(CARDS);
const USD = 'USD' as Currency;

function cardOf(currency: string, day: string): PriceCard {
  const card = CARDS.find((one) => one.currency === currency && one.effectiveFrom === day);
  if (card === undefined) throw new Error(`no card ${currency} ${day}`);
  return card;
}

function marketsOf(card: PriceCard): Set<string> {
  return new Set(card.rates.map(({ market }) => market));
}

describe('builtinPriceCards', () => {
  it('has a card for each currency and day, read once, each with its source', () => {
    expect(CARDS.map(({ currency, effectiveFrom }) => `${currency} ${effectiveFrom}`).sort()).toEqual([
      'AED 2026-10-01',
      'BRL 2026-07-01',
      'BRL 2026-10-01',
      'CLP 2026-07-01',
      'COP 2026-07-01',
      'COP 2026-10-01',
      'EUR 2026-07-01',
      'EUR 2026-10-01',
      'GBP 2026-07-01',
      'INR 2026-07-01',
      'USD 2026-07-01',
      'USD 2026-10-01',
    ]);
    expect(builtinPriceCards()).toBe(builtinPriceCards());
    for (const { card, source } of builtinPriceCards()) {
      expect(source).toContain(card.currency === 'USD' || card.currency === 'COP' ? 'rates file, all markets' : 'quoted');
    }
  });

  it('can be asked for one currency', () => {
    expect(builtinPriceCards(USD)).toEqual(builtinPriceCards().filter(({ card }) => card.currency === 'USD'));
    expect(builtinPriceCards(USD)).toBe(builtinPriceCards(USD));
    expect(builtinPriceCards('PEN' as Currency)).toEqual([]);
  });

  it('leaves no row of the file out', () => {
    expect(ratesCsv).not.toMatch(/["\r]/);
    expect(CARDS.flatMap(({ rates }) => rates)).toHaveLength(765);
  });

  it('has the 38 markets of July and the 47 of October in US dollars', () => {
    expect(marketsOf(cardOf('USD', '2026-07-01')).size).toBe(38);
    expect(marketsOf(cardOf('USD', '2026-10-01')).size).toBe(47);
  });

  it('prices every market of the map in October, and no other', () => {
    expect(marketsOf(cardOf('USD', '2026-10-01'))).toEqual(marketMap().markets);
  });

  it('has marketing, utility and authentication for each market, service since October, never a zero', () => {
    for (const card of CARDS.filter(({ currency }) => currency === 'USD')) {
      const always: readonly Category[] =
        card.effectiveFrom < '2026-10-01' ? CATEGORIES.slice(0, 3) : [...CATEGORIES.slice(0, 3), 'service'];
      for (const market of marketsOf(card)) {
        const categories = card.rates.filter((rate) => rate.market === market).map(({ category }) => category);
        expect(categories).toEqual(expect.arrayContaining([...always]));
      }
    }
    expect(CARDS.flatMap(({ rates }) => rates).filter(({ rate }) => rate <= 0n)).toEqual([]);
  });

  it('has rates abroad for the 18 markets of October', () => {
    const abroad = cardOf('USD', '2026-10-01').rates.filter(({ category }) => category === 'authentication-international');
    expect(abroad).toHaveLength(18);
  });
});

describe('a built-in rate', () => {
  it.each([
    ['Germany', 'utility', 'USD', '2026-10-01', 55_000n, 'unknown'],
    ['Germany', 'marketing', 'USD', '2026-10-01', 136_500n, 'max'],
    ['Brazil', 'utility', 'USD', '2026-10-01', 6_800n, 250_000],
    ['Brazil', 'authentication', 'USD', '2026-10-01', 6_800n, 500_000],
    ['Mexico', 'marketing', 'USD', '2026-09-30', 30_500n, 'max'],
    ['Mexico', 'marketing', 'USD', '2026-10-01', 39_700n, 'max'],
    ['India', 'utility', 'USD', '2026-11-22', 1_400n, 'unknown'],
    ['India', 'authentication-international', 'USD', '2026-11-22', 30_400n, 'unknown'],
    ['India', 'authentication', 'INR', '2026-11-22', 115_000n, 750_000],
    ['North America', 'utility', 'USD', '2026-10-01', 3_400n, 'unknown'],
    ['Kazakhstan', 'utility', 'USD', '2026-10-01', 18_000n, 'unknown'],
    ['Rest of Latin America', 'utility', 'USD', '2026-10-01', 11_300n, 100_000],
    ['Other', 'service', 'USD', '2026-10-01', 7_700n, 'max'],
    ['United Kingdom', 'utility', 'GBP', '2026-11-22', 15_900n, 'unknown'],
    ['Germany', 'service', 'COP', '2026-10-01', 202_499_700n, 'max'],
  ] as const)('of %s %s in %s on %s is exact', (market, category, currency, day, micros, tierTo) => {
    const rate = rateInForce(BOOK, { currency: currency as Currency, day: day as Day, market, category });
    expect([rate?.rate, rate?.tierTo]).toEqual([micros, tierTo]);
  });

  it.each([
    ['before the first card', 'Germany', 'utility', 'USD', '2026-06-30'],
    ['of a market that came later', 'Kazakhstan', 'utility', 'USD', '2026-09-30'],
    ['of a service message before October', 'Germany', 'service', 'USD', '2026-09-30'],
    ['that the card prints as n/a', 'Germany', 'authentication-international', 'USD', '2026-10-01'],
    ['of a market that is not on a card known in part', 'India', 'utility', 'GBP', '2026-10-01'],
    ['in a currency without a card', 'Germany', 'utility', 'PEN', '2026-10-01'],
  ] as const)('is undefined, never zero: %s', (_, market, category, currency, day) => {
    expect(rateInForce(BOOK, { currency: currency as Currency, day: day as Day, market, category })).toBeUndefined();
  });

  it('is reserved at the dearer side of a quarter', () => {
    const over = { currency: USD, markets: marketMap(), from: '2026-09-25' as Day, to: '2026-10-05' as Day };
    expect(highestRate(BOOK, { ...over, category: 'marketing', address: '+520000001000' })?.rate).toBe(39_700n);
    expect(highestRate(BOOK, { ...over, category: 'utility', address: '+77900001000' })?.rate).toBe(18_000n);
    expect(highestRate(BOOK, { ...over, category: 'utility', address: '+493023125100' })?.rate).toBe(55_000n);
  });
});
