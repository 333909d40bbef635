// Where the provider delivers nothing of a category for the time being, from market-pauses.csv (its page on the limits of marketing templates): a row holds from its
// effective_from until the day before its effective_before, which is empty until further notice.

import type { MarketPause } from '../domain/market-pause.ts';
import { CATEGORIES } from '../domain/consent.ts';
import { assert } from '../errors.ts';
import { parseDay } from '../values/time.ts';
import marketPausesCsv from './market-pauses.csv';
import { plainRecords } from './plain-csv.ts';

let pauses: readonly MarketPause[] | undefined;

/** The rows, read on first use and then kept. */
export function marketPauses(): readonly MarketPause[] {
  pauses ??= plainRecords(marketPausesCsv).slice(1).map(toPause);
  return pauses;
}

function toPause([country = '', name, from = '', before = '']: readonly string[]): MarketPause {
  const category = CATEGORIES.find((known) => known === name);
  const [first, end] = [parseDay(from), before === '' ? null : parseDay(before)];
  assert(category !== undefined && first !== undefined && end !== undefined, `the pause of ${name} in ${country} is readable`);
  return { country, category, from: first, to: end };
}
