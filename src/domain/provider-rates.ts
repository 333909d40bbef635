// The provider's rates file: one row a market, one column a category, list prices only. It names no day; whoever imports it says from when it is in force.

import { type Currency, parseCurrency } from '../values/money.ts';
import type { Day } from '../values/time.ts';
import { type Category, categoryNamed } from './consent.ts';
import type { Market } from './market.ts';
import type { PriceCard, Rate } from './price-book.ts';
import { NOT_OFFERED, readPrice, refuseCell, refuseMarket } from './price-cell.ts';
import { cellOf, columnOf, findTable, refuseHeader, type Table, type TableRow } from './price-table.ts';
import { isTiered } from './tier.ts';

type Columns = {
  readonly market: number;
  readonly currency: number;
  readonly prices: readonly { readonly column: number; readonly category: Category }[];
};

/** The table of a rates file; undefined where the records are none. */
export function findRatesTable(records: readonly (readonly string[])[], source: string): Table | undefined {
  return findTable(records, { source, having: ['market', 'currency', 'marketing'] });
}

/**
 * The cards of a rates file, one for each currency in it. Where the first volume tier of a price ends such a file does not say. Throws `price_card_invalid` or
 * `unknown_market` at the first cell that is not understood; rows with nothing but a note are passed over.
 */
export function readRatesTable(
  table: Table,
  { markets, effectiveFrom }: { readonly markets: ReadonlySet<Market>; readonly effectiveFrom: Day },
): readonly PriceCard[] {
  const columns = columnsOf(table);
  const cards = new Map<Currency, Map<Market, readonly Rate[]>>();
  for (const row of table.rows) {
    if (isNote(row, columns, markets)) continue;
    const market = row.text(columns.market);
    const place = cellOf(table, row, columns.market);
    if (market === '') throw refuseCell(place, 'empty, in a row with prices');
    if (!markets.has(market)) throw refuseMarket(place);
    const currency = parseCurrency(row.text(columns.currency));
    if (currency === undefined) throw refuseCell(cellOf(table, row, columns.currency), 'not a currency that the provider bills in');
    const rates = cards.get(currency) ?? new Map<Market, readonly Rate[]>();
    if (rates.has(market)) throw refuseCell(place, 'there before');
    rates.set(market, ratesOf(table, row, { columns, market }));
    cards.set(currency, rates);
  }
  return Array.from(cards, ([currency, rates]) => ({ currency, effectiveFrom, rates: [...rates.values()].flat() }));
}

function columnsOf(table: Table): Columns {
  const prices: { column: number; category: Category }[] = [];
  for (const [column, name] of table.names.entries()) {
    if (name === '' || name === 'market' || name === 'currency') continue;
    const category = categoryNamed(name);
    if (category === undefined) throw refuseHeader(table, table.header.text(column), 'is not understood');
    prices.push({ column: columnOf(table, name), category });
  }
  return { market: columnOf(table, 'market'), currency: columnOf(table, 'currency'), prices };
}

// A note has text and no price. Of a market that there is, an empty price is a mistake.
function isNote(row: TableRow, { market, prices }: Columns, markets: ReadonlySet<Market>): boolean {
  if (row.isBlank) return true;
  const texts = prices.map(({ column }) => row.text(column));
  if (row.text(market) === '') return !texts.some((text) => /\d/.test(text));
  return !markets.has(row.text(market)) && texts.every((text) => text === '');
}

function ratesOf(
  table: Table,
  row: TableRow,
  { columns, market }: { readonly columns: Columns; readonly market: Market },
): readonly Rate[] {
  return columns.prices.flatMap(({ column, category }): Rate[] => {
    if (row.text(column).toLowerCase() === NOT_OFFERED) return [];
    const rate = readPrice(cellOf(table, row, column));
    return [{ market, category, tierFrom: 0, tierTo: isTiered(category) ? 'unknown' : 'max', rate }];
  });
}
