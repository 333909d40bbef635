// The country of a number, as ISO 3166 letters: analytics and user ids name countries, not markets. The prefixes are those of markets.csv.

import marketsCsv from './markets.csv';
import { plainRecords } from './plain-csv.ts';

/** A number whose calling code no row has. */
export const UNKNOWN_COUNTRY = 'ZZ';

// The United States and Canada share +1; these area codes are Canadian (North American Numbering Plan Administrator, list of 2025).
const CANADIAN_AREAS = new Set(
  (
    '204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 460 468 474 506 514 519 548 579 581 584 587 600 ' +
    '604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942'
  ).split(' '),
);

let prefixes: ReadonlyMap<string, string> | undefined;

/** The country of a number that begins with `+`; `ZZ` where it is not known. */
export function countryOf(phone: string): string {
  prefixes ??= readPrefixes();
  for (let length = Math.min(7, phone.length - 1); length > 0; length -= 1) {
    const country = prefixes.get(phone.slice(1, 1 + length));
    if (country !== undefined) return country === 'US' && CANADIAN_AREAS.has(phone.slice(2, 5)) ? 'CA' : country;
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
