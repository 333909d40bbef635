// The rule of markets, on rows made up here. What the real rows say is tested in test/catalog.

import { describe, expect, it } from 'vitest';
import { createMarketMap, marketOriginOf, type MarketRow, marketOf } from '../../src/domain/market.ts';
import type { Phone } from '../../src/values/phone.ts';
import type { Day } from '../../src/values/time.ts';

const TODAY = '2026-10-15' as Day;

function row(fields: Partial<MarketRow> & Pick<MarketRow, 'callingCode' | 'market'>): MarketRow {
  return { country: 'XX', areaPrefixes: [], from: null, to: null, ...fields };
}

describe('marketOriginOf', () => {
  const map = createMarketMap([
    row({ country: 'GB', callingCode: '44', market: 'Country' }),
    row({ country: 'GG', callingCode: '44', areaPrefixes: ['1481', '7781'], market: 'Island', from: '2026-10-01' as Day }),
  ]);

  it('names the calling code, and the area prefix where that decided', () => {
    expect(marketOriginOf(map, '+447700900123', TODAY)).toEqual({ market: 'Country', by: 'number', callingCode: '44', areaPrefix: '' });
    expect(marketOriginOf(map, '+441481960000', TODAY)).toEqual({ market: 'Island', by: 'number', callingCode: '44', areaPrefix: '1481' });
    expect(marketOriginOf(map, '+441481960000', '2026-09-30' as Day)).toMatchObject({ market: 'Country', areaPrefix: '' });
  });

  it('names the country of a user id, and says where no row covers it', () => {
    expect(marketOriginOf(map, 'GB.9f3kQ2', TODAY)).toEqual({ market: 'Country', by: 'user_id', country: 'GB' });
    expect(marketOriginOf(map, 'FR.9f3kQ2', TODAY)).toEqual({ market: 'Other', by: 'none' });
    expect(marketOriginOf(map, '+3361', TODAY)).toEqual({ market: 'Other', by: 'none' });
  });
});

describe('marketOf', () => {
  it('goes by the calling code', () => {
    const map = createMarketMap([
      row({ country: 'DE', callingCode: '49', market: 'Germany' }),
      row({ callingCode: '234', market: 'Nigeria' }),
    ]);
    expect(marketOf(map, '+4915112345678', TODAY)).toBe('Germany');
    expect(marketOf(map, '+2348012345678', TODAY)).toBe('Nigeria');
  });

  it('puts every number without a row in Other', () => {
    expect(marketOf(createMarketMap([]), '+35123456789', TODAY)).toBe('Other');
    expect(createMarketMap([]).markets).toEqual(new Set(['Other']));
  });

  it('prefers the longest prefix, whatever the order of the rows', () => {
    const rows = [
      row({ callingCode: '44', areaPrefixes: ['1481'], market: 'Island' }),
      row({ callingCode: '44', market: 'Country' }),
      row({ callingCode: '44', areaPrefixes: ['14'], market: 'Shire' }),
    ];
    for (const map of [createMarketMap(rows), createMarketMap(rows.toReversed())]) {
      expect(marketOf(map, '+441481960000', TODAY)).toBe('Island');
      expect(marketOf(map, '+441482960000', TODAY)).toBe('Shire');
      expect(marketOf(map, '+447700900123', TODAY)).toBe('Country');
    }
  });

  it('falls back to the shorter prefix on days when the longer one has no row', () => {
    const map = createMarketMap([
      row({ callingCode: '7', market: 'Large' }),
      row({ callingCode: '7', areaPrefixes: ['7'], market: 'Small', from: '2026-10-01' as Day, to: '2026-11-01' as Day }),
    ]);
    const phone = '+77011234567' as Phone;
    expect(marketOf(map, phone, '2026-09-30' as Day)).toBe('Large');
    expect(marketOf(map, phone, '2026-10-01' as Day)).toBe('Small');
    expect(marketOf(map, phone, '2026-10-31' as Day)).toBe('Small');
    expect(marketOf(map, phone, '2026-11-01' as Day)).toBe('Large');
  });
});

describe('a person without a number', () => {
  const map = createMarketMap([
    row({ country: 'DE', callingCode: '49', market: 'Germany' }),
    row({ country: 'MA', callingCode: '212', market: 'Large', to: '2026-10-01' as Day }),
    row({ country: 'MA', callingCode: '212', market: 'Small', from: '2026-10-01' as Day }),
  ]);

  it('is in the market of the country that the user id begins with', () => {
    expect(marketOf(map, 'DE.9f3kQ2', TODAY)).toBe('Germany');
    expect(marketOf(map, 'DE.ENT.9f3kQ2', TODAY)).toBe('Germany');
    expect(marketOf(map, 'LU.9f3kQ2', TODAY)).toBe('Other');
  });

  it('moves with the country', () => {
    expect(marketOf(map, 'MA.1', '2026-09-30' as Day)).toBe('Large');
    expect(marketOf(map, 'MA.1', '2026-10-01' as Day)).toBe('Small');
  });
});

describe('createMarketMap', () => {
  const until = row({ callingCode: '212', market: 'Rest', to: '2026-10-01' as Day });
  const since = row({ callingCode: '212', market: 'Own', from: '2026-10-01' as Day });

  it('knows on which days numbers move', () => {
    const earlier = row({ callingCode: '263', market: 'Rest', from: '2025-10-01' as Day });
    expect(createMarketMap([until, since, earlier]).changeDays).toEqual(['2025-10-01', '2026-10-01']);
  });

  it('takes several rows of one market for one prefix, and one market after another', () => {
    const usa = row({ callingCode: '1', market: 'North' });
    expect(() => createMarketMap([usa, { ...usa }, until, since])).not.toThrow();
    expect(() => createMarketMap([since, until])).not.toThrow();
  });

  it.each([
    ['for ever', row({ callingCode: '212', market: 'Third' })],
    ['from before the move', row({ callingCode: '212', market: 'Third', from: '2026-09-30' as Day })],
    ['until after the move', row({ callingCode: '212', market: 'Third', to: '2026-10-02' as Day })],
  ])('is a bug when a prefix is in two markets at once: %s', (_, third) => {
    expect(() => createMarketMap([until, since, third])).toThrow('the market map puts +212 in two markets at once');
  });
});
