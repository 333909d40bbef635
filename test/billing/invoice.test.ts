// An invoice file: columns by name, in any order and spelling; each way in which a row or a header cannot be read.

import { describe, expect, it } from 'vitest';
import { readInvoice, type InvoiceQuestion } from '../../src/billing/invoice.ts';
import type { Currency } from '../../src/values/money.ts';
import type { Month } from '../../src/values/time.ts';

const QUESTION: InvoiceQuestion = {
  title: 'invoice.csv',
  month: '2026-10' as Month,
  currency: 'EUR' as Currency,
  markets: new Set(['Germany', 'Other']),
  number: null,
};

const read = (csv: string, rest: Partial<InvoiceQuestion> = {}) =>
  readInvoice(
    csv.split('\n').map((line) => line.split(',')),
    { ...QUESTION, ...rest },
  );

describe('what is read', () => {
  it('columns by name, spelling and order aside; others, blank rows and other months are passed over', () => {
    const { lines, tells } = read(
      'Note,Pricing Category,COUNTRY_CODE,Date,Volume,Pricing type,Tier,Cost,Currency\n' +
        'x,AUTHENTICATION_INTERNATIONAL,de,2026-10-05,12,REGULAR,0:750000,0.123456789,eur\n' +
        ',,,,,,,,\n' +
        'x,marketing lite,DE,2026-10-31,1,free_entry_point,,0,EUR\n' +
        'x,UTILITY,DE,2026-11-01,1,REGULAR,0:MAX,0,EUR',
    );
    expect(tells).toEqual({ types: true, tiers: true });
    expect(lines).toEqual([
      {
        period: '2026-10-05',
        country: 'DE',
        market: null,
        category: 'authentication-international',
        type: 'regular',
        tierFrom: 0,
        units: 12,
        amount: 123_457n,
      },
      {
        period: '2026-10-31',
        country: 'DE',
        market: null,
        category: 'marketing',
        type: 'free_entry_point',
        tierFrom: null,
        units: 1,
        amount: 0n,
      },
    ]);
  });

  it('a month and a market do; without types all rows are charged ones; credits are negative', () => {
    const { lines, tells } = read('month,market,category,units,amount\n2026-10,Germany,utility,3,-0.165');
    expect(tells).toEqual({ types: false, tiers: false });
    expect(lines).toMatchObject([{ period: '2026-10', country: null, market: 'Germany', type: 'regular', amount: -165_000n }]);
  });

  it('of several numbers one is chosen', () => {
    const csv = 'day,country,category,volume,cost,phone number\n2026-10-05,DE,utility,1,0.1,+1 555\n2026-10-05,DE,utility,2,0.2,+1 556';
    expect(() => read(csv)).toThrow(
      expect.objectContaining({ code: 'file_invalid', message: expect.stringContaining('rows of 2 numbers') as string }),
    );
    expect(read(csv, { number: '1556' }).lines).toMatchObject([{ units: 2 }]);
    expect(read(`${csv}\n2026-10-05,DE,utility,3,0.3,`, { number: '1556' }).lines).toMatchObject([{ units: 2 }, { units: 3 }]);
    expect(() => read(csv, { number: '1557' })).toThrow('no rows of 2026-10 and of the number 1557');
  });
});

describe('what is not', () => {
  const row = (change: Readonly<Record<string, string>>) => {
    const cells = {
      day: '2026-10-05',
      country: 'DE',
      category: 'utility',
      type: 'regular',
      tier: '0:MAX',
      volume: '1',
      cost: '0.1',
      currency: 'EUR',
      ...change,
    };
    return `${Object.keys(cells).join(',')}\n${Object.values(cells).join(',')}`;
  };

  it.each([
    ['day', '2026-10-32', 'day'],
    ['day', '5.10.2026', 'day'],
    ['country', 'DEU', 'country'],
    ['category', 'promo', 'category'],
    ['type', 'paid', 'type'],
    ['tier', 'first', 'tier'],
    ['volume', '1.5', 'volume'],
    ['volume', '-1', 'volume'],
    ['cost', '€0.1', 'cost'],
    ['cost', '', 'cost'],
    ['currency', 'USD', 'currency'],
  ])('%s %j', (name, value, column) => {
    expect(() => read(row({ [name]: value }))).toThrow(
      expect.objectContaining({ code: 'file_invalid', details: { path: 'invoice.csv', row: 2, column } }),
    );
  });

  it('a market that no card has', () => {
    expect(() => read('month,market,category,units,amount\n2026-10,Atlantis,utility,3,1')).toThrow(
      "'Atlantis' is not a market of the price card",
    );
  });

  it.each([
    ['an amount with a decimal comma', '2026-10-05,DE,utility,12,0,0546', 6, '0546'],
    ['also in a row of another month', '2026-11-05,DE,utility,12,0,0546', 6, '0546'],
    ['a cell far out', '2026-10-05,DE,utility,12,0.0546,,x', 7, 'x'],
  ])('more cells than the header has: %s', (_, line, column, text) => {
    for (const header of ['day,country,category,units,amount', 'day,country,category,units,amount, '])
      expect(() => read(`${header}\n\n${line}`)).toThrow(
        expect.objectContaining({
          code: 'file_invalid',
          message: expect.stringContaining(`row 3, column ${column}: '${text}' stands past`) as string,
          details: { path: 'invoice.csv', row: 3, column },
        }),
      );
    expect(read('day,country,category,units,amount\n2026-10-05,DE,utility,12,0.0546,, ').lines).toHaveLength(1);
  });

  it('a header that lacks something, which is named; a file without rows of the month', () => {
    expect(() => read('day,country,volume\n')).toThrow('it has no column for category, amount.');
    expect(() => read('')).toThrow('it has no column for day, country, category, units, amount.');
    expect(() => read('day,country,category,volume,cost')).toThrow('it has no rows of 2026-10.');
  });
});
