// Reading price cards: what is taken, and that every refusal names its place.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalCard, PRICE_CARD_COLUMNS, parsePriceCards } from '../../src/domain/price-card.ts';
import { AppError } from '../../src/errors.ts';
import { failure } from './failure.ts';

const HEADER = 'market,category,currency,effective_from,tier_from,tier_to,rate';
const MARKETS = new Set(['Germany', 'Brazil', 'Other']);

function parse(...lines: readonly string[]) {
  const records = lines.map((line) => line.split(','));
  return parsePriceCards(records, { source: 'card.csv', markets: MARKETS });
}

describe('parsePriceCards', () => {
  it('groups rows into cards by currency and day, amounts exact', () => {
    const cards = parse(
      HEADER,
      'Germany,marketing,USD,2026-10-01,0,MAX,0.1365',
      'Germany,utility,EUR,2026-10-01,0,,0.0456',
      'Brazil,utility,USD,2026-10-01,0,250000,0.0068',
      'Brazil,utility,USD,2026-07-01,0,,0.000001',
    );
    expect(cards).toEqual([
      {
        currency: 'USD',
        effectiveFrom: '2026-10-01',
        rates: [
          { market: 'Germany', category: 'marketing', tierFrom: 0, tierTo: 'max', rate: 136_500n },
          { market: 'Brazil', category: 'utility', tierFrom: 0, tierTo: 250_000, rate: 6_800n },
        ],
      },
      {
        currency: 'EUR',
        effectiveFrom: '2026-10-01',
        rates: [{ market: 'Germany', category: 'utility', tierFrom: 0, tierTo: 'unknown', rate: 45_600n }],
      },
      {
        currency: 'USD',
        effectiveFrom: '2026-07-01',
        rates: [{ market: 'Brazil', category: 'utility', tierFrom: 0, tierTo: 'unknown', rate: 1n }],
      },
    ]);
  });

  it('takes columns in any order and case, with spaces around cells', () => {
    const [card] = parse(
      'Rate, MARKET ,category,currency,effective_from,tier_to,tier_from',
      ' 0.1365 , Germany ,Marketing,usd,2026-10-01,max,0',
    );
    expect(card?.rates).toEqual([{ market: 'Germany', category: 'marketing', tierFrom: 0, tierTo: 'max', rate: 136_500n }]);
  });

  it('takes n/a as not offered, with or without tiers', () => {
    const [card] = parse(
      HEADER,
      'Germany,service,USD,2026-10-01,,,n/a',
      'Brazil,service,USD,2026-10-01,0,MAX,N/A',
      'Other,service,USD,2026-10-01,0,MAX,0',
    );
    expect(card?.rates).toEqual([{ market: 'Other', category: 'service', tierFrom: 0, tierTo: 'max', rate: 0n }]);
  });

  it('takes tiers that follow one another, in any order', () => {
    const [card] = parse(
      HEADER,
      'Brazil,utility,USD,2026-10-01,500001,MAX,0.0060',
      'Brazil,utility,USD,2026-10-01,0,250000,0.0068',
      'Brazil,utility,USD,2026-10-01,250001,500000,0.0064',
    );
    expect(card?.rates.map(({ tierFrom }) => tierFrom)).toEqual([500_001, 0, 250_001]);
  });

  it.each([
    ['Germany,marketing,XXX,2026-10-01,0,MAX,0.1', 'currency', 'XXX'],
    ['Germany,marketing,USD,2026-02-30,0,MAX,0.1', 'effective_from', '2026-02-30'],
    ['Germany,promotion,USD,2026-10-01,0,MAX,0.1', 'category', 'promotion'],
    ['Germany,marketing,USD,2026-10-01,,MAX,0.1', 'tier_from', ''],
    ['Germany,marketing,USD,2026-10-01,1,MAX,0.1', 'tier_from', '1'],
    ['Germany,marketing,USD,2026-10-01,-1,MAX,0.1', 'tier_from', '-1'],
    ['Germany,marketing,USD,2026-10-01,0,1e6,0.1', 'tier_to', '1e6'],
    ['Germany,marketing,USD,2026-10-01,5,4,0.1', 'tier_to', '4'],
    ['Germany,marketing,USD,2026-10-01,0,MAX,', 'rate', ''],
    ['Germany,marketing,USD,2026-10-01,0,MAX,-0.1', 'rate', '-0.1'],
    ['Germany,marketing,USD,2026-10-01,0,MAX,0.1234567', 'rate', '0.1234567'],
    ['Germany,marketing,USD,2026-10-01,0,MAX,1e-3', 'rate', '1e-3'],
  ])('refuses %s', (line, column, value) => {
    const error = failure(() => parse(HEADER, 'Other,marketing,USD,2026-10-01,0,MAX,0.1', line));
    expect(error.code).toBe('price_card_invalid');
    expect(error.details).toEqual({ source: 'card.csv', row: 3, column, value });
    expect(error.message).toMatch(new RegExp(`^Row 3, ${column}: .+\\.$`));
  });

  it('says what is wrong with an amount', () => {
    const message = (amount: string) => failure(() => parse(HEADER, `Other,service,USD,2026-10-01,0,MAX,${amount}`)).message;
    expect(message('')).toContain('empty; write n/a');
    expect(message('-1')).toContain('negative');
    expect(message('0.0000001')).toContain('more than six decimals');
    expect(message('abc')).toContain('not an amount');
  });

  it('refuses a market that the map does not have', () => {
    const error = failure(() => parse(HEADER, 'Atlantis,marketing,USD,2026-10-01,0,MAX,0.1'));
    expect(error.code).toBe('unknown_market');
    expect(error.details).toEqual({ source: 'card.csv', row: 2, column: 'market', value: 'Atlantis' });
  });

  it('refuses the same price twice, also where one of the two is n/a', () => {
    const line = 'Germany,marketing,USD,2026-10-01,0,MAX,0.1';
    const error = failure(() => parse(HEADER, line, line));
    expect(error.details).toEqual({ source: 'card.csv', row: 3, column: 'market', value: 'Germany' });
    expect(error.message).toContain('as in row 2');
    expect(failure(() => parse(HEADER, line, line.replace('0.1', 'n/a'))).code).toBe('price_card_invalid');
    expect(() => parse(HEADER, line, line.replace('USD', 'EUR'), line.replace('-10-', '-07-'))).not.toThrow();
  });

  it.each([
    ['a gap', '0,100', '102,MAX', 3, 'this tier must begin at 101'],
    ['an overlap', '0,100', '100,MAX', 3, 'this tier must begin at 101'],
    ['a tier after the last', '0,MAX', '101,200', 3, 'the tier before it has no end'],
    ['a tier after one of unknown end', '0,', '101,MAX', 3, 'the tier before it has no end'],
    ['no first tier', '101,MAX', '51,100', 3, 'this tier must begin at 0'],
  ])('refuses %s between tiers', (_, first, second, row, reason) => {
    const error = failure(() => parse(HEADER, `Other,utility,USD,2026-10-01,${first},0.2`, `Other,utility,USD,2026-10-01,${second},0.1`));
    expect(error.code).toBe('price_card_invalid');
    expect(error.details).toMatchObject({ row, column: 'tier_from' });
    expect(error.message).toContain(reason);
  });

  it.each([
    [[], 'The column market is missing.'],
    [[HEADER.replace(',rate', '')], 'The column rate is missing.'],
    [[`${HEADER},note`], 'Row 1 has a column that price cards do not have.'],
    [[`${HEADER},rate`], 'Row 1 names the column rate twice.'],
    [[HEADER], 'The price card has no rows.'],
    [[HEADER, 'Germany,marketing'], 'Row 2 has 2 cells where the first row has 7.'],
  ])('refuses a file of the wrong shape: %j', (lines, message) => {
    const error = failure(() => parse(...lines));
    expect(error.code).toBe('price_card_invalid');
    expect(error.message).toBe(message);
    expect(error.hint).toBeDefined();
  });

  it('never puts a long cell in an error', () => {
    const error = failure(() => parse(HEADER, `${'x'.repeat(1_000_000)},marketing,USD,2026-10-01,0,MAX,0.1`));
    expect(error.details['value']).toHaveLength(80);
  });

  it('answers anything at all with cards or an AppError', () => {
    const cell = fc.oneof(
      fc.constantFrom('', '0', 'MAX', 'n/a', 'USD', '2026-10-01', 'Germany', 'utility', '0.1', '__proto__'),
      fc.string(),
    );
    const body = fc.array(fc.array(cell, { minLength: 7, maxLength: 7 }), { maxLength: 5 });
    fc.assert(
      fc.property(body, (rows) => {
        try {
          const cards = parsePriceCards([[...PRICE_CARD_COLUMNS], ...rows], { source: '-', markets: MARKETS });
          for (const rate of cards.flatMap((card) => card.rates)) expect(rate.rate >= 0n).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(['price_card_invalid', 'unknown_market']).toContain(error instanceof AppError ? error.code : '');
        }
      }),
    );
  });
});

describe('canonicalCard', () => {
  const canonical = (...lines: readonly string[]) => parse(HEADER, ...lines).map(canonicalCard);
  const germany = 'Germany,utility,USD,2026-10-01,0,,0.0550';
  const other = 'Other,utility,USD,2026-10-01,0,MAX,0.0077';

  it('is the same for the same prices, however they are written and ordered', () => {
    expect(canonical(germany, other)).toEqual(canonical(other, germany.replace('0.0550', '0.055')));
    expect(canonical(germany, other)).toEqual(['USD,2026-10-01\nGermany,utility,0,unknown,0.055000\nOther,utility,0,max,0.007700']);
  });

  it.each([
    germany.replace('USD', 'EUR'),
    germany.replace('-10-', '-07-'),
    germany.replace('0.0550', '0.0551'),
    germany.replace('0,,', '0,MAX,'),
    germany.replace('0,,', '0,100,'),
    germany.replace('utility', 'service'),
  ])('differs for %s', (changed) => {
    expect(canonical(changed)).not.toEqual(canonical(germany));
  });
});
