// Markets: which price group a number is in on a day. Decided by calling code and area prefix, as the provider counts, and never by a
// parsed country: Guernsey's +44 is the United Kingdom. The rows themselves are data, in catalog/.

import { assert } from '../errors.ts';
import type { Day } from '../values/time.ts';

/** A price group by the name that the provider's rate card gives it: `Germany`, `Rest of Western Europe`. */
export type Market = string;

/** The market of every number that no row covers. */
const OTHER_MARKET: Market = 'Other';

/** What tells where a person is: a number, or a user id of the provider, which begins with the country (`DE.9f3kQ2`). */
export type Address = string;

/** Puts a calling code, or only some of its area prefixes, in a market from the day `from` until the day before `to`. */
export type MarketRow = {
  /** ISO 3166-1, two capitals. */
  readonly country: string;
  /** Without `+`. */
  readonly callingCode: string;
  /** The digits that follow the calling code; none means all of its numbers. A longer prefix beats a shorter one. */
  readonly areaPrefixes: readonly string[];
  readonly market: Market;
  /** Null: since ever. */
  readonly from: Day | null;
  /** Null: until further notice. */
  readonly to: Day | null;
};

const ALL_AREAS = [''];

/** Rows made ready for look-ups. */
export type MarketMap = {
  readonly markets: ReadonlySet<Market>;
  /** The days on which some number moves to another market, in order. */
  readonly changeDays: readonly Day[];
  /** Keyed by calling code and area prefix read as one integer, because hashing a fresh substring costs four times as much. */
  readonly rowsByPrefix: ReadonlyMap<number, readonly MarketRow[]>;
  readonly prefixDigitsMax: number;
  /** Built when the first user id is looked up: numbers do without. */
  readonly rowsByCountry: () => ReadonlyMap<string, readonly MarketRow[]>;
};

/** The map of these rows. Two rows that put one prefix in two markets on one day are a bug in the data. */
export function createMarketMap(rows: readonly MarketRow[]): MarketMap {
  const markets = new Set([OTHER_MARKET]);
  const changeDays = new Set<Day>();
  const rowsByPrefix = new Map<number, MarketRow[]>();
  let prefixDigitsMax = 0;
  for (const row of rows) {
    markets.add(row.market);
    if (row.from !== null) changeDays.add(row.from);
    if (row.to !== null) changeDays.add(row.to);
    for (const areaPrefix of row.areaPrefixes.length === 0 ? ALL_AREAS : row.areaPrefixes) {
      const prefix = row.callingCode + areaPrefix;
      prefixDigitsMax = Math.max(prefixDigitsMax, prefix.length);
      const others = rowsByPrefix.get(Number(prefix));
      if (others === undefined) {
        rowsByPrefix.set(Number(prefix), [row]);
        continue;
      }
      const conflict = others.some((other) => other.market !== row.market && overlap(other, row));
      assert(!conflict, `the market map puts +${prefix} in two markets at once`);
      others.push(row);
    }
  }
  let byCountry: ReadonlyMap<string, readonly MarketRow[]> | undefined;
  const rowsByCountry = () => (byCountry ??= groupByCountry(rows));
  return { markets, changeDays: [...changeDays].sort(), rowsByPrefix, prefixDigitsMax, rowsByCountry };
}

/**
 * The market of a person on a day, `Other` when no row covers it. By number: that of the longest prefix in force. Calling codes are never the beginning of
 * one another, so digits alone decide. About 30 ns, since it runs for every recipient of a file. By user id: that of its country.
 */
export function marketOf(map: MarketMap, address: Address, day: Day): Market {
  return address.startsWith('+') ? marketOfNumber(map, address, day) : marketOfCountry(map, address.slice(0, 2), day);
}

/** What put an address in its market: the calling code with the area prefix that decided (`''` for all of its numbers), or the country of a user id. */
export type MarketOrigin =
  | { readonly market: Market; readonly by: 'number'; readonly callingCode: string; readonly areaPrefix: string }
  | { readonly market: Market; readonly by: 'user_id'; readonly country: string }
  /** No row covers it. */
  | { readonly market: Market; readonly by: 'none' };

/** The market of a person on a day, as `marketOf` finds it, and what gave it. Not for the hot path. */
export function marketOriginOf(map: MarketMap, address: Address, day: Day): MarketOrigin {
  if (!address.startsWith('+')) {
    const country = address.slice(0, 2);
    const isKnown =
      map
        .rowsByCountry()
        .get(country)
        ?.some((row) => isInForce(row, day)) === true;
    return isKnown ? { market: marketOf(map, address, day), by: 'user_id', country } : { market: OTHER_MARKET, by: 'none' };
  }
  const found = rowOfNumber(map, address, (row) => isInForce(row, day));
  if (found === undefined) return { market: OTHER_MARKET, by: 'none' };
  const { market, callingCode } = found.row;
  return { market, by: 'number', callingCode, areaPrefix: found.prefix.slice(callingCode.length) };
}

/** The country of a person: of the number's longest prefix, or of the user id; null where no row has the number. Not for the hot path. */
export function countryIn(map: MarketMap, address: Address): string | null {
  return address.startsWith('+') ? (rowOfNumber(map, address, () => true)?.row.country ?? null) : address.slice(0, 2);
}

function rowOfNumber(
  map: MarketMap,
  phone: string,
  counts: (row: MarketRow) => boolean,
): { readonly row: MarketRow; readonly prefix: string } | undefined {
  for (let digits = map.prefixDigitsMax; digits > 0; digits -= 1) {
    const prefix = phone.slice(1, digits + 1);
    const row = prefix.length < digits ? undefined : map.rowsByPrefix.get(Number(prefix))?.find(counts);
    if (row !== undefined) return { row, prefix };
  }
  return undefined;
}

function marketOfCountry({ rowsByCountry }: MarketMap, country: string, day: Day): Market {
  return (
    rowsByCountry()
      .get(country)
      ?.find((row) => isInForce(row, day))?.market ?? OTHER_MARKET
  );
}

function marketOfNumber(map: MarketMap, phone: string, day: Day): Market {
  let market = OTHER_MARKET;
  let prefix = 0;
  for (let index = 1; index <= map.prefixDigitsMax; index += 1) {
    prefix = prefix * 10 + phone.charCodeAt(index) - 48;
    const rows = map.rowsByPrefix.get(prefix);
    if (rows === undefined) continue;
    for (const row of rows) if (isInForce(row, day)) market = row.market;
  }
  return market;
}

function groupByCountry(rows: readonly MarketRow[]): ReadonlyMap<string, readonly MarketRow[]> {
  const groups = new Map<string, MarketRow[]>();
  for (const row of rows) {
    const group = groups.get(row.country);
    if (group === undefined) groups.set(row.country, [row]);
    else group.push(row);
  }
  return groups;
}

function isInForce(row: MarketRow, day: Day): boolean {
  return (row.from === null || row.from <= day) && (row.to === null || day < row.to);
}

function overlap(left: MarketRow, right: MarketRow): boolean {
  const leftFirst = left.to === null || right.from === null || right.from < left.to;
  const rightFirst = right.to === null || left.from === null || left.from < right.to;
  return leftFirst && rightFirst;
}
