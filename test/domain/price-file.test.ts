// The provider's files, read as they are: what is taken, what is passed over, and that every refusal names its place.

import { describe, expect, it } from 'vitest';
import { parsePriceFile, type PriceFile } from '../../src/domain/price-file.ts';
import type { Day } from '../../src/values/time.ts';
import { MARKETS, RATES, TIERS, withCell } from './provider-files.ts';
import { failure } from './failure.ts';

const OCTOBER = '2026-10-01' as Day;

function parse(records: readonly (readonly string[])[], effectiveFrom: Day | null = OCTOBER): PriceFile {
  return parsePriceFile(records, { source: 'file.csv', markets: MARKETS, effectiveFrom });
}

function refusal(records: readonly (readonly string[])[], effectiveFrom: Day | null = OCTOBER) {
  return failure(() => parse(records, effectiveFrom));
}

function ratesOf(file: PriceFile): readonly string[] {
  if (file.layout === 'tiers') return file.lists.flatMap(({ tiers }) => tiers.map(({ row, rate }) => `${row} ${lineOf(rate)}`));
  return file.cards.flatMap(({ rates }) => rates.map(lineOf));
}

function lineOf(rate: { market: string; category: string; tierFrom: number; tierTo: number | string; rate: bigint }): string {
  return `${rate.market} ${rate.category} ${rate.tierFrom}:${rate.tierTo} ${rate.rate}`;
}

describe('a rates file', () => {
  it('has list prices, whose first tiers end where the file does not say', () => {
    const file = parse(RATES);
    expect(file).toMatchObject({ layout: 'rates', cards: [{ currency: 'USD', effectiveFrom: '2026-10-01' }] });
    expect(ratesOf(file)).toEqual([
      'Brazil marketing 0:max 62500',
      'Brazil utility 0:unknown 6800',
      'Brazil authentication 0:unknown 6800',
      'India marketing 0:max 11800',
      'India utility 0:unknown 1400',
      'India authentication 0:unknown 1400',
      'India authentication-international 0:unknown 28000',
    ]);
  });

  it('has a card for each currency, and a service price where it is printed', () => {
    const wide = RATES.map((cells, index) =>
      index === 5 ? [...cells, 'Service'] : index > 6 && cells.length > 1 ? [...cells, '0.001'] : cells,
    );
    const file = parse(withCell(wide, 9, 2, 'INR'));
    expect(file).toMatchObject({ layout: 'rates', cards: [{ currency: 'USD' }, { currency: 'INR' }] });
    expect(ratesOf(file)).toContain('India service 0:max 1000');
  });

  it.each([
    [8, 1, 'Atlantis', 'unknown_market', 'Market', 'no such market'],
    [8, 1, '', 'price_card_invalid', 'Market', 'empty, in a row with prices'],
    [9, 1, 'Brazil', 'price_card_invalid', 'Market', 'there before'],
    [8, 2, 'XXX', 'price_card_invalid', 'Currency', 'not a currency'],
    [8, 4, '', 'price_card_invalid', 'Utility', 'empty; write n/a'],
    [8, 4, '0,0068', 'price_card_invalid', 'Utility', 'not an amount'],
    [9, 6, 'soon', 'price_card_invalid', 'Authentication- International', 'not an amount'],
    [6, 5, 'Calling', 'price_card_invalid', 'Calling', 'is not understood'],
    [6, 5, 'Utility', 'price_card_invalid', 'utility', 'is there twice'],
  ])('is refused with %s, %s: "%s"', (row, column, text, code, name, reason) => {
    const error = refusal(withCell(RATES, row, column, text));
    expect(error).toMatchObject({ code, details: { source: 'file.csv', row, column: name } });
    expect(error.message).toContain(`Row ${row}`);
    expect(error.message).toContain(reason);
  });

  it('is refused without a price, and without a day', () => {
    expect(refusal(RATES.slice(0, 7))).toMatchObject({ code: 'price_card_invalid', message: 'The file has a header and no prices.' });
    expect(refusal(RATES, null)).toMatchObject({ code: 'invalid_input', details: { option: 'effective-from' } });
  });
});

describe('a tier file', () => {
  it('has the tiers of each category side by side, and a market named once for its block', () => {
    const file = parse(TIERS);
    expect(file).toMatchObject({ layout: 'tiers', effectiveFrom: '2026-10-01', lists: [{ currency: 'USD' }] });
    expect(ratesOf(file)).toEqual([
      '5 Brazil utility 0:250000 6800',
      '5 Brazil authentication 0:500000 6800',
      '6 Brazil utility 250001:2000000 6500',
      '6 Brazil authentication 500001:max 6500',
      '7 Brazil utility 2000001:max 6100',
      '8 India utility 0:max 1400',
      '8 India authentication-international 0:750000 28000',
      '9 India authentication-international 750001:max 26600',
    ]);
  });

  it('may name the category in a column, and write a tier as its two ends', () => {
    const expected = ['2 Brazil utility 0:250000 6800', '3 Brazil utility 250001:max 6500'];
    const byColumns = [
      ['Market', 'Currency', 'Category', 'From', 'To', 'Rate'],
      ['Brazil', 'USD', 'Utility', '1', '250000', '0.0068'],
      ['Brazil', 'USD', 'UTILITY', '250001', 'MAX', '0.0065'],
    ];
    const byEnds = [
      ['Market', 'Currency', 'Pricing category', 'Tier', 'Rate'],
      ['Brazil', 'USD', 'utility', '0:250000', '0.0068'],
      ['', '', 'utility', '250001:MAX', '0.0065'],
    ];
    expect(ratesOf(parse(byColumns))).toEqual(expected);
    expect(ratesOf(parse(byEnds))).toEqual(expected);
  });

  it.each([
    [5, 1, 'Atlantis', 'unknown_market', 'Market', 'no such market'],
    [5, 1, '', 'price_card_invalid', 'Market', 'no market is named above'],
    [5, 2, '', 'price_card_invalid', 'Currency', 'not a currency'],
    [6, 3, 'lots', 'price_card_invalid', 'utility from', 'not a whole number'],
    [6, 4, '', 'price_card_invalid', 'utility to', 'a tier without end says MAX or --'],
    [6, 4, '250,000', 'price_card_invalid', 'utility to', 'below where the tier begins'],
    [6, 9, '1,00', 'price_card_invalid', 'authentication to', 'not a whole number'],
    [9, 16, '-5%', 'price_card_invalid', 'authentication-international rate', 'negative'],
    [4, 6, 'Price', 'price_card_invalid', 'Price', 'is not understood'],
    [4, 6, '', 'price_card_invalid', 'rate', 'is missing'],
    [3, 3, '', 'price_card_invalid', 'From', 'has no category above it'],
    [3, 3, 'Marketing', 'price_card_invalid', 'marketing from', 'has no volume tiers'],
    [4, 2, '', 'price_card_invalid', 'currency', 'is missing'],
  ])('is refused with %s, %s: "%s"', (row, column, text, code, name, reason) => {
    const error = refusal(withCell(TIERS, row, column, text));
    expect(error).toMatchObject({ code, details: { source: 'file.csv', column: name } });
    expect(error.message).toContain(reason);
    expect(error.details['row']).toBe(row === 3 && text === '' ? 4 : row === 3 ? 5 : row);
  });

  it.each([
    ['Voice', 'Tier', '0:MAX', 'no category: voice'],
    ['Utility', 'Tier', '250000', 'not a tier such as'],
  ])('is refused with the category %s and the %s %s', (category, name, tier, reason) => {
    const error = refusal([
      ['Market', 'Currency', 'Category', name, 'Rate'],
      ['Brazil', 'USD', category, tier, '0.0068'],
    ]);
    expect(error).toMatchObject({ code: 'price_card_invalid', details: { row: 2 } });
    expect(error.message).toContain(reason);
  });

  it('takes two tables of one category for none', () => {
    expect(refusal([['Market', 'Currency', 'Category', 'From', 'To', 'Rate', 'From', 'To', 'Rate']]).message).toContain('is there twice');
  });
});

describe('a card of our own', () => {
  it('says its days itself', () => {
    const records = [
      ['market', 'category', 'currency', 'effective_from', 'tier_from', 'tier_to', 'rate'],
      ['Brazil', 'utility', 'USD', '2026-10-01', '0', 'MAX', '0.1'],
    ];
    expect(parse(records, null)).toMatchObject({ layout: 'cards', cards: [{ currency: 'USD' }] });
    expect(refusal(records)).toMatchObject({ code: 'invalid_input', details: { option: 'effective-from' } });
  });
});
