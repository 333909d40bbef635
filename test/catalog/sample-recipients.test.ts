// The demo's people: the same each time, and as varied as the demo promises.

import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { marketMap } from '../../src/catalog/markets.ts';
import { sampleContacts, sampleRecipientsCsv } from '../../src/catalog/sample-recipients.ts';
import { marketOf } from '../../src/domain/market.ts';
import { parsePhone } from '../../src/values/phone.ts';
import type { Day } from '../../src/values/time.ts';

const ROWS: Record<string, string>[] = parse(sampleRecipientsCsv(), { columns: true });
const NUMBERS = ROWS.map((row) => row['to'] ?? '');
const VALID = NUMBERS.flatMap((to) => parsePhone(to) ?? []);

describe('sampleRecipientsCsv', () => {
  it('has 1,000 rows of the same text each time, with names and order numbers', () => {
    expect(sampleRecipientsCsv()).toBe(sampleRecipientsCsv());
    expect(ROWS).toHaveLength(1_000);
    for (const row of ROWS) expect(Object.keys(row)).toEqual(['to', 'name', 'order']);
    for (const row of ROWS) expect(row['name']).toMatch(/\S/);
    expect(new Set(ROWS.map((row) => row['order'])).size).toBe(1_000);
  });

  it('has 12 numbers that cannot be read; all others are written in full and occur once', () => {
    expect(VALID).toHaveLength(988);
    expect(new Set(NUMBERS).size).toBe(1_000);
    for (const phone of VALID) expect(NUMBERS).toContain(phone);
  });

  it('spreads over 12 countries in 12 markets', () => {
    const counts = new Map<string, number>();
    for (const phone of VALID) {
      const market = marketOf(marketMap(), phone, '2026-10-01' as Day);
      counts.set(market, (counts.get(market) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([
      'Brazil',
      'France',
      'Germany',
      'India',
      'Indonesia',
      'Kazakhstan',
      'Mexico',
      'North America',
      'Rest of Latin America',
      'South Africa',
      'Spain',
      'United Kingdom',
    ]);
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(15);
  });

  it('uses the endings that choose an outcome on purpose only, none that leaves it open, and one that slows the number down', () => {
    const endings = VALID.map((phone) => phone.slice(-4)).filter((ending) => ending < '0010');
    const times = Object.entries({ '0000': 5, '0001': 9, '0002': 5, '0003': 5, '0005': 1 });
    expect(endings.toSorted()).toEqual(times.flatMap(([ending, length]) => Array.from({ length }, () => ending)));
  });

  it('has names in several scripts, and two that try to act where they are shown', () => {
    const names = ROWS.map((row) => row['name'] ?? '').join('\n');
    for (const script of [/[äöüß]/, /\p{Script=Devanagari}/u, /\p{Script=Cyrillic}/u]) expect(names).toMatch(script);
    expect(ROWS.filter((row) => row['name']?.startsWith('='))).toHaveLength(1);
    expect(ROWS.filter((row) => row['name']?.includes('\u001b'))).toHaveLength(1);
  });
});

describe('sampleContacts', () => {
  it('knows everyone whose number can be read', () => {
    expect(sampleContacts().map(({ phone }) => phone)).toEqual(VALID);
  });

  it('has all kinds of consent', () => {
    const standings = sampleContacts().map(({ standing }) => standing);
    const count = (standing: string) => standings.filter((one) => one === standing).length;
    expect([count('no_consent'), count('opted_out'), count('blocked'), count('opted_in')]).toEqual([50, 30, 15, 893]);
  });

  it('reads order_shipped in a language that it has', () => {
    expect(new Set(sampleContacts().map(({ language }) => language))).toEqual(new Set(['en_US', 'de', 'es']));
  });
});
