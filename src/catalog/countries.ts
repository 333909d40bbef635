// The country of a number, as ISO 3166 letters: analytics and user ids name countries, not markets. The prefixes are those of markets.csv.

import marketsCsv from './markets.csv';
import { plainRecords } from './plain-csv.ts';

/** A number whose calling code no row has. */
export const UNKNOWN_COUNTRY = 'ZZ';

let prefixes: ReadonlyMap<string, string> | undefined;

/** The country of a number that begins with `+`; `ZZ` where it is not known. */
export function countryOf(phone: string): string {
  prefixes ??= readPrefixes();
  for (let length = Math.min(7, phone.length - 1); length > 0; length -= 1) {
    const country = prefixes.get(phone.slice(1, 1 + length));
    if (country !== undefined) return country;
  }
  return UNKNOWN_COUNTRY;
}

function readPrefixes(): ReadonlyMap<string, string> {
  return new Map(
    plainRecords(marketsCsv)
      .slice(1)
      .flatMap(([country = '', , code = '', areas = '']) => areas.split('|').map((area): [string, string] => [code + area, country])),
  );
}
