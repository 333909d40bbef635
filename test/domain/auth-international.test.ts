// From when the international rate of authentication counts: what the provider writes, by market, and in words.

import { describe, expect, it } from 'vitest';
import { marketMap } from '../../src/catalog/markets.ts';
import {
  type InternationalStart,
  parseAuthInternational,
  startsAlike,
  startsByMarket,
  startText,
} from '../../src/domain/auth-international.ts';
import { type Day, toInstant } from '../../src/values/time.ts';

const DECEMBER = 1_796_083_200; // 2026-12-01T00:00:00Z
const JANUARY = 1_798_761_600; // 2027-01-01T00:00:00Z
const TODAY = '2026-11-22' as Day;

const india = (seconds: number) => ({ country: 'IN', from: toInstant(seconds * 1_000) });
const EVERYWHERE: InternationalStart = { from: toInstant(DECEMBER * 1_000), countries: [] };
const WITH_INDIA: InternationalStart = { ...EVERYWHERE, countries: [india(JANUARY)] };
const INDIA_ONLY: InternationalStart = { from: null, countries: [india(JANUARY)] };

describe('parseAuthInternational', () => {
  const exception = (country: unknown, start: unknown) => ({ country_code: country, start_time: start });

  it.each<readonly [unknown, InternationalStart]>([
    [{ start_time: DECEMBER }, EVERYWHERE],
    [{ start_time: String(DECEMBER), exception_countries: null }, EVERYWHERE],
    [{ start_time: DECEMBER, exception_countries: [exception('IN', JANUARY)] }, WITH_INDIA],
    [{ exception_countries: [exception('IN', String(JANUARY))] }, INDIA_ONLY],
    [{ start_time: null, exception_countries: [exception('IN', JANUARY)], more: 1 }, INDIA_ONLY],
  ])('reads %j', (value, start) => {
    expect(parseAuthInternational(value)).toEqual(start);
  });

  it('has the countries by their starts', () => {
    const countries = [exception('NG', JANUARY), exception('EG', JANUARY), exception('IN', DECEMBER)];
    expect(parseAuthInternational({ exception_countries: countries })?.countries.map(({ country }) => country)).toEqual(['IN', 'EG', 'NG']);
  });

  it.each([
    undefined,
    null,
    DECEMBER,
    [],
    {},
    { start_time: null, exception_countries: [] },
    { start_time: 'soon' },
    { start_time: -1 },
    { start_time: 1e15 },
    { start_time: DECEMBER, exception_countries: {} },
    { start_time: DECEMBER, exception_countries: [null] },
    { start_time: DECEMBER, exception_countries: [exception('India', JANUARY)] },
    { start_time: DECEMBER, exception_countries: [exception(91, JANUARY)] },
    { start_time: DECEMBER, exception_countries: [exception('IN', null)] },
    { start_time: DECEMBER, exception_countries: Array.from({ length: 301 }, () => exception('IN', JANUARY)) },
  ])('takes nothing from %j', (value) => {
    expect(parseAuthInternational(value)).toBeUndefined();
  });
});

describe('startsByMarket', () => {
  it.each<readonly [string, InternationalStart | null, number | null, number | null]>([
    ['nothing', null, null, null],
    ['one start', EVERYWHERE, DECEMBER, DECEMBER],
    ['one of its own for a country', WITH_INDIA, JANUARY, DECEMBER],
    ['that of a country alone', INDIA_ONLY, JANUARY, null],
    ['a country that no map has', { ...EVERYWHERE, countries: [{ country: 'XX', from: toInstant(1) }] }, DECEMBER, DECEMBER],
  ])('of %s', (_, start, inIndia, inEgypt) => {
    const from = startsByMarket(start, marketMap());
    const seconds = (market: string) => ((at) => (at === null ? null : at / 1_000))(from(market, TODAY));
    expect([seconds('India'), seconds('Egypt')]).toEqual([inIndia, inEgypt]);
  });

  it('follows a country that moves to a market of its own', () => {
    const from = startsByMarket({ from: null, countries: [{ country: 'KZ', from: toInstant(5) }] }, marketMap());
    expect(from('Kazakhstan', '2026-10-01' as Day)).toBe(5);
    expect(from('Kazakhstan', '2026-09-30' as Day)).toBeNull();
  });
});

it('is said in words', () => {
  expect([null, EVERYWHERE, WITH_INDIA, INDIA_ONLY].map(startText)).toEqual([
    'nowhere',
    'from 2026-12-01T00:00:00Z',
    'from 2026-12-01T00:00:00Z, in IN from 2027-01-01T00:00:00Z',
    'in IN from 2027-01-01T00:00:00Z',
  ]);
});

it('is alike where it begins alike', () => {
  const all = [null, EVERYWHERE, WITH_INDIA, INDIA_ONLY];
  for (const [index, left] of all.entries()) {
    expect(all.map((right) => startsAlike(left, right === null ? null : { ...right }))).toEqual(all.map((_, other) => other === index));
  }
});
