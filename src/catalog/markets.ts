// The provider's markets: which calling codes and area prefixes are in which, and from when. The rows are in markets.csv: the pricing
// page's country table (updated 2026-03-02), with the moves that the rate cards of July and October 2026 show. Three things in it are
// not from there: the +1 areas that the page does not list are Other, like every calling code without a row; Kazakhstan's part of +7 is 6
// and 7, by the numbering plan; and Canada's part of +1 is the North American Numbering Plan Administrator's list of 2025. A row holds from its effective_from until the day before its effective_before.

import { createMarketMap, type MarketMap, type MarketRow } from '../domain/market.ts';
import type { Day } from '../values/time.ts';
import marketsCsv from './markets.csv';
import { plainRecords } from './plain-csv.ts';

let map: MarketMap | undefined;

/** The built-in market map, read on first use and then kept. */
export function marketMap(): MarketMap {
  map ??= createMarketMap(plainRecords(marketsCsv).slice(1).map(toMarketRow));
  return map;
}

// By index, not by destructuring: on a cold start that is three times as fast, and every send reads this file.
function toMarketRow(record: readonly string[]): MarketRow {
  const areaPrefixes = record[3] ?? '';
  return {
    country: record[0] ?? '',
    callingCode: record[2] ?? '',
    areaPrefixes: areaPrefixes === '' ? [] : areaPrefixes.split('|'),
    market: record[4] ?? '',
    from: toDay(record[5]),
    to: toDay(record[6]),
  };
}

function toDay(cell: string | undefined): Day | null {
  return cell === undefined || cell === '' ? null : (cell as Day);
}
