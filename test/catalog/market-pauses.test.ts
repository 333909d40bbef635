// Where the provider pauses a category: the rows, by the country of a number or of a user id.

import { describe, expect, it } from 'vitest';
import marketPausesCsv from '../../src/catalog/market-pauses.csv';
import { marketPauses } from '../../src/catalog/market-pauses.ts';
import { marketMap } from '../../src/catalog/markets.ts';
import type { Category } from '../../src/domain/consent.ts';
import { countryIn } from '../../src/domain/market.ts';
import { isPaused, type MarketPause } from '../../src/domain/market-pause.ts';
import type { Day } from '../../src/values/time.ts';

const TODAY = '2026-11-22' as Day;

function paused(address: string, day = TODAY, category: Category = 'marketing', pauses: readonly MarketPause[] = marketPauses()): boolean {
  return isPaused(pauses, { category, address, day, markets: marketMap() });
}

describe('market-pauses.csv', () => {
  it('is plain, and read once', () => {
    expect(marketPausesCsv).not.toMatch(/["\r ]/);
    expect(marketPauses()).toBe(marketPauses());
  });
});

describe('a pause', () => {
  it('is of a country, not of its calling code', () => {
    expect(paused('+12125550100')).toBe(true);
    expect(paused('US.9f3kQ2')).toBe(true);
    for (const address of ['+14165550100', '+17875550100', '+12425550100', '+4915112345678', 'CA.9f3kQ2'])
      expect(paused(address)).toBe(false);
  });

  it('is of one category', () => {
    expect(paused('+12125550100', TODAY, 'utility')).toBe(false);
    expect(paused('+12125550100', TODAY, 'authentication')).toBe(false);
  });

  it('begins and ends on its days', () => {
    expect(paused('+12125550100', '2025-03-31' as Day)).toBe(false);
    expect(paused('+12125550100', '2025-04-01' as Day)).toBe(true);
    const ended = marketPauses().map((pause) => ({ ...pause, to: TODAY }));
    expect(paused('+12125550100', '2026-11-21' as Day, 'marketing', ended)).toBe(true);
    expect(paused('+12125550100', TODAY, 'marketing', ended)).toBe(false);
  });
});

describe('the country of an address', () => {
  it.each([
    ['+12125550100', 'US'],
    ['+18005550100', 'US'],
    ['+14165550100', 'CA'],
    ['+17875550100', 'PR'],
    ['+4915112345678', 'DE'],
    ['DE.9f3kQ2', 'DE'],
    ['+99900000000', null],
  ])('%s is %s', (address, country) => {
    expect(countryIn(marketMap(), address)).toBe(country);
  });
});
