// Pauses: countries in which the provider delivers nothing of a category for the time being. What is sent there all the same fails, days later and unexplained.

import type { Day } from '../values/time.ts';
import type { Category } from './consent.ts';
import { type Address, countryIn, type MarketMap } from './market.ts';

/** One dated row. */
export type MarketPause = {
  /** ISO 3166-1, two capitals. */
  readonly country: string;
  readonly category: Category;
  readonly from: Day;
  /** The first day on which it is over; null until further notice. */
  readonly to: Day | null;
};

export type PauseQuestion = { readonly category: Category; readonly address: Address; readonly day: Day; readonly markets: MarketMap };

/** True where a row stands against sending. Asks for the country only where its category is paused anywhere. */
export function isPaused(pauses: readonly MarketPause[], { category, address, day, markets }: PauseQuestion): boolean {
  return pauses.some(
    (pause) =>
      pause.category === category &&
      pause.from <= day &&
      (pause.to === null || day < pause.to) &&
      countryIn(markets, address) === pause.country,
  );
}
