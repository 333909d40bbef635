// The country of a number, as ISO 3166 letters: analytics and user ids name countries, not markets.

import { countryIn } from '../domain/market.ts';
import { marketMap } from './markets.ts';

/** A number whose calling code no row has. */
export const UNKNOWN_COUNTRY = 'ZZ';

/** The country of a number that begins with `+`; `ZZ` where it is not known. */
export function countryOf(phone: string): string {
  return countryIn(marketMap(), phone) ?? UNKNOWN_COUNTRY;
}
