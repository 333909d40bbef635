// The country of a number, as ISO 3166 letters: analytics and user ids name countries, not markets.

import { type Address, countryIn } from '../domain/market.ts';
import { marketMap } from './markets.ts';

/** A number whose calling code no row has. */
export const UNKNOWN_COUNTRY = 'ZZ';

/** The country of a number that begins with `+`, or of a user id; `ZZ` where it is not known. */
export function countryOf(address: Address): string {
  return countryIn(marketMap(), address) ?? UNKNOWN_COUNTRY;
}
