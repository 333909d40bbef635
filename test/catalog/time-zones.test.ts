// The zones that somebody may be in, checked against what this runtime knows of the countries.

import { describe, expect, it } from 'vitest';
import { marketMap } from '../../src/catalog/markets.ts';
import { whereaboutsOf, zonedCountries } from '../../src/catalog/time-zones.ts';
import { parseTimeZone, type TimeZone, toInstant, weekMinuteOf } from '../../src/values/time.ts';

// ICU lists the zones of a country; the types of this version of TypeScript do not know it.
function zonesOf(country: string): readonly TimeZone[] {
  return (new Intl.Locale(`und-${country}`) as unknown as { readonly timeZones?: TimeZone[] }).timeZones ?? [];
}

// What its clocks show at noon and at midnight in the middle of each month of two years.
function clocks(zone: TimeZone): string {
  const moments = Array.from({ length: 24 }, (_, index) => Date.UTC(2026, index, 15, index % 2 === 0 ? 12 : 0));
  return moments.map((at) => weekMinuteOf(toInstant(at), zone)).join(' ');
}

describe('the zones of a country', () => {
  it('are zones that this runtime knows', () => {
    const unknown = zonedCountries().flatMap((country) =>
      whereaboutsOf(`${country}.1`).zones.filter((zone) => parseTimeZone(zone) === undefined),
    );
    expect(unknown).toEqual([]);
  });

  it('tell every time that is told there', () => {
    const missing = zonedCountries().flatMap((country) => {
      const told = new Set(whereaboutsOf(`${country}.1`).zones.map(clocks));
      return zonesOf(country).filter((zone) => !told.has(clocks(zone)) && !zone.startsWith('Antarctica/'));
    });
    expect(missing).toEqual([]);
  });

  it('are there for every country that has a market', () => {
    const countries = [...marketMap().rowsByCountry().keys()];
    expect(countries.filter((country) => whereaboutsOf(`${country}.1`).zones.length === 0)).toEqual([]);
  });
});

describe('a number', () => {
  it.each([
    ['+4915112345678', 'DE', 'Europe/Berlin'],
    ['+33612345678', 'FR', 'Europe/Paris'],
    ['+821012345678', 'KR', 'Asia/Seoul'],
    ['+18765550123', 'JM', 'America/Jamaica'],
    ['+61891621234', 'CC', 'Indian/Cocos'],
    ['+262692123456', 'RE', 'Indian/Reunion'],
    ['+262639123456', 'YT', 'Indian/Mayotte'],
  ])('%s is in %s', (phone, country, zone) => {
    expect(whereaboutsOf(phone)).toEqual({ country, zones: [zone] });
  });

  it('may be anywhere in its country, whatever its area', () => {
    expect(whereaboutsOf('+12125550123').zones).toEqual(expect.arrayContaining(['America/New_York', 'Pacific/Honolulu']));
    expect(whereaboutsOf('+16045550123')).toMatchObject({
      country: 'CA',
      zones: expect.arrayContaining(['America/St_Johns', 'America/Vancouver']),
    });
  });

  it('of no country that is known is nowhere', () => {
    expect(whereaboutsOf('+8835100012345')).toEqual({ country: null, zones: [] });
    expect(whereaboutsOf('ZZ.1')).toEqual({ country: null, zones: [] });
  });
});
