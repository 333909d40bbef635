// The built-in market map against its own file, and the numbers that are easy to get wrong.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import marketsCsv from '../../src/catalog/markets.csv';
import { marketMap } from '../../src/catalog/markets.ts';
import { plainRecords } from '../../src/catalog/plain-csv.ts';
import { marketOf } from '../../src/domain/market.ts';
import { callingCode } from '../../src/values/phone.ts';
import { type Day, parseDay } from '../../src/values/time.ts';

const TODAY = '2026-11-22';
const RECORDS = plainRecords(marketsCsv).slice(1);
const CALLING_CODES = Array.from({ length: 999 }, (_, index) => String(index + 1)).filter(
  (code) => callingCode(`+${code}0000000`) === code,
);

function at(phone: string, day = TODAY): string {
  return marketOf(marketMap(), phone, day as Day);
}

describe('markets.csv', () => {
  it('is plain, whole and readable', () => {
    expect(marketsCsv).not.toMatch(/["\r]/);
    for (const record of RECORDS) {
      expect(record).toHaveLength(8);
      const [iso2, country, code = '', areas = '', market, from = '', to = '', source] = record;
      expect(iso2).toMatch(/^[A-Z]{2}$/);
      expect([country, market, source].every(Boolean)).toBe(true);
      expect(CALLING_CODES).toContain(code);
      expect(areas).toMatch(/^(\d+(\|\d+)*)?$/);
      for (const day of [from, to]) if (day !== '') expect(parseDay(day)).toBe(day);
    }
  });

  it('is read once', () => {
    expect(marketMap()).toBe(marketMap());
    expect(marketMap().changeDays).toEqual(['2025-10-01', '2026-07-01', '2026-10-01']);
  });
});

describe('the built-in markets', () => {
  it('have the 47 names that the provider counts since October', () => {
    expect(marketMap().markets.size).toBe(47);
  });

  it('cover every calling code: the listed ones by their row, all others as Other', () => {
    expect(CALLING_CODES.length).toBeGreaterThan(200);
    for (const code of CALLING_CODES) {
      const row = RECORDS.find(([, , listed, areas, , , to]) => listed === code && areas === '' && to === '');
      expect([code, at(`+${code}0000000`)]).toEqual([code, row?.[4] ?? 'Other']);
    }
  });

  it.each([
    [
      'the last day before July',
      '2026-06-30',
      { '+36201234567': 'Rest of Central & Eastern Europe', '+85291234567': 'Rest of Asia Pacific' },
    ],
    ['the first of July', '2026-07-01', { '+36201234567': 'Hungary', '+85291234567': 'Hong Kong', '+97433123456': 'Qatar' }],
    [
      'the last of September',
      '2026-09-30',
      { '+212612345678': 'Rest of Africa', '+96550012345': 'Rest of Middle East', '+77011234567': 'Other' },
    ],
    ['the first of October', '2026-10-01', { '+212612345678': 'Morocco', '+96550012345': 'Kuwait', '+77011234567': 'Kazakhstan' }],
    ['before Zimbabwe moved', '2025-09-30', { '+263712345678': 'Other' }],
    ['after Zimbabwe moved', '2025-10-01', { '+263712345678': 'Rest of Africa' }],
  ])('change at the start of a day: %s', (_, day, expected) => {
    for (const [phone, market] of Object.entries(expected)) expect([phone, at(phone, day)]).toEqual([phone, market]);
  });

  it('count Guernsey, Jersey and Man as the United Kingdom, by their +44', () => {
    for (const phone of ['+441481960194', '+447781123456', '+441534960194', '+441624756789', '+447700900123']) {
      expect(at(phone)).toBe('United Kingdom');
    }
  });

  it('split +1 by area code', () => {
    const areas = (text: string) => text.split(' ').map((area) => at(`+1${area}5550100`));
    expect(new Set(areas('212 310 907 808 416 604 867 800 200'))).toEqual(new Set(['North America']));
    expect(new Set(areas('809 829 849 658 876 787 939'))).toEqual(new Set(['Rest of Latin America']));
    expect(new Set(areas('242 246 264 268 284 340 345 441 473 649 664 670 671 684 721 758 767 784 868 869'))).toEqual(new Set(['Other']));
  });

  it('split +7 by the digit after it', () => {
    for (const [phone, market] of [
      ['+79161234567', 'Russia'],
      ['+74951234567', 'Russia'],
      ['+77011234567', 'Kazakhstan'],
      ['+76112345678', 'Kazakhstan'],
    ] as const) {
      expect(at(phone)).toBe(market);
    }
    expect(at('+79161234567', '2026-09-30')).toBe('Russia');
    expect(at('+76112345678', '2026-09-30')).toBe('Other');
  });

  it('give every number exactly one market on every day: that of its longest prefix', () => {
    const code = fc.constantFrom(...CALLING_CODES, '1', '1', '7', '7');
    const number = fc.tuple(code, fc.stringMatching(/^\d{6,12}$/)).map(([prefix, rest]) => `+${prefix}${rest}`);
    const day = fc.constantFrom('2020-01-01', '2025-09-30', '2025-10-01', '2026-06-30', '2026-07-01', '2026-09-30', '2026-10-01', TODAY);
    fc.assert(
      fc.property(number, day, (phone, today) => {
        const matches = RECORDS.flatMap(([, , listed = '', areas = '', market = '', from = '', to = '']) =>
          areas.split('|').map((area) => ({ prefix: `+${listed}${area}`, market, from, to: to || '9999-12-31' })),
        ).filter((row) => phone.startsWith(row.prefix) && row.from <= today && today < row.to);
        const longest = Math.max(0, ...matches.map(({ prefix }) => prefix.length));
        const markets = new Set(matches.filter(({ prefix }) => prefix.length === longest).map(({ market }) => market));
        expect(markets.size).toBeLessThanOrEqual(1);
        expect(at(phone, today)).toBe([...markets][0] ?? 'Other');
      }),
      { numRuns: 1_000 },
    );
  });
});
