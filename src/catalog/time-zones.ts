// The zones that somebody may be in, from time-zones.csv: those of the time zone database (zone.tab of tzdata 2025b, public domain), by country, one for each that
// tells another time in 2026 or 2027. An area prefix does not narrow it: people take their number along. Calling codes stand there where markets.csv has
// none of that country; uninhabited places are left out.

import { countryIn } from '../domain/market.ts';
import type { Whereabouts } from '../domain/quiet-hours.ts';
import type { TimeZone } from '../values/time.ts';
import { marketMap } from './markets.ts';
import { plainRecords } from './plain-csv.ts';
import timeZonesCsv from './time-zones.csv';

type Table = { readonly zones: ReadonlyMap<string, readonly TimeZone[]>; readonly countries: ReadonlyMap<string, string> };

let table: Table | undefined;

function readTable(): Table {
  const records = plainRecords(timeZonesCsv).slice(1);
  const zones = records.map(([country = '', , names = '']) => [country, names.split('|') as TimeZone[]] as const);
  const countries = records.flatMap(([country = '', prefixes = '']) =>
    prefixes === '' ? [] : prefixes.split('|').map((prefix) => [prefix, country] as const),
  );
  return { zones: new Map(zones), countries: new Map(countries) };
}

const PREFIX_DIGITS_MAX = 7;

/** The countries that have zones, by their two letters. */
export function zonedCountries(): readonly string[] {
  table ??= readTable();
  return [...table.zones.keys()];
}

/** Where somebody of this number or user id may be; no country and no zone where that is not known. */
export function whereaboutsOf(address: string): Whereabouts {
  table ??= readTable();
  const country = address.startsWith('+') ? countryOfNumber(table, address) : address.slice(0, 2);
  const zones = country === null ? undefined : table.zones.get(country);
  return zones === undefined ? NOWHERE : { country, zones };
}

const NOWHERE: Whereabouts = { country: null, zones: [] };

function countryOfNumber({ countries }: Table, phone: string): string | null {
  for (let digits = PREFIX_DIGITS_MAX; digits > 1; digits -= 1) {
    const country = countries.get(phone.slice(1, digits + 1));
    if (country !== undefined) return country;
  }
  return countryIn(marketMap(), phone);
}
