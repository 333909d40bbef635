// The provider's volume-tier file. For each market a block of rows, one a tier, with From, To and Rate side by side for each category; a market is named in its
// first row only. The same table with a category column, and a tier written as "lower:upper", are taken as well.

import { type Currency, parseCurrency } from '../values/money.ts';
import { hyphenated } from '../values/text.ts';
import { type Category, categoryNamed } from './consent.ts';
import type { Market } from './market.ts';
import type { TierEnd } from './price-book.ts';
import { NOT_OFFERED, type PriceCell, readPrice, refuseCell, refuseMarket } from './price-cell.ts';
import { cellOf, columnOf, findTable, refuseHeader, type Table, type TableRow } from './price-table.ts';
import { isTiered } from './tier.ts';
import type { ReadRate } from './tier-order.ts';

/** The tiers of one currency, in the order of the file, each with its row. */
export type TierList = { readonly currency: Currency; readonly tiers: readonly ReadRate[] };

/** Where the tiers of a category are; of whichever the row names where that is a column of its own. */
type Section = { readonly category: Category | number; readonly from: number; readonly to: number | null; readonly rate: number };

const CATEGORY_NAMES = ['category', 'pricing-category', 'message-type', 'message-category'];
// Columns that say again what others do: the word "List rate" or "Tier rate", and by how much a rate is lower than that.
const PASSED_OVER = ['', 'rate-type', 'vs.-list-rate', 'vs-list-rate', 'discount'];
const NO_END = new Set(['max', '--', '-', '–', '—']);
const COUNT = /^(\d{1,15}|\d{1,3}(,\d{3}){1,4})$/;

/** The table of a tier file; undefined where the records are none. */
export function findTiersTable(records: readonly (readonly string[])[], source: string): Table | undefined {
  return (
    findTable(records, { source, having: ['market', 'from', 'to', 'rate'] }) ??
    findTable(records, { source, having: ['market', 'tier', 'rate'] })
  );
}

/** The tiers of a file by currency, as they are printed. Throws `price_card_invalid` or `unknown_market` at the first cell that is not understood. */
export function readTiersTable(table: Table, markets: ReadonlySet<Market>): readonly TierList[] {
  const sections = sectionsOf(table);
  const columns = { market: columnOf(table, 'market'), currency: columnOf(table, 'currency') };
  const lists = new Map<Currency, ReadRate[]>();
  let block: { readonly market: Market; readonly currency: Currency } | null = null;
  for (const row of table.rows) {
    if (row.isBlank) continue;
    const told = sections.filter((section) => hasTier(row, section));
    if (row.text(columns.market) !== '') block = told.length === 0 ? null : blockOf(table, row, { columns, markets });
    if (told.length === 0) continue; // a note, or a market without tiers
    if (block === null) throw refuseCell(cellOf(table, row, columns.market), 'empty, and no market is named above');
    const { market, currency } = block;
    const list = lists.get(currency) ?? [];
    list.push(...told.map((section) => ({ row: row.number, rate: { market, ...readTier(table, row, section) } })));
    lists.set(currency, list);
  }
  return Array.from(lists, ([currency, tiers]) => ({ currency, tiers }));
}

function blockOf(
  table: Table,
  row: TableRow,
  { columns, markets }: { readonly columns: { readonly market: number; readonly currency: number }; readonly markets: ReadonlySet<Market> },
) {
  const market = row.text(columns.market);
  if (!markets.has(market)) throw refuseMarket(cellOf(table, row, columns.market));
  const currency = parseCurrency(row.text(columns.currency));
  if (currency === undefined) throw refuseCell(cellOf(table, row, columns.currency), 'not a currency that the provider bills in');
  return { market, currency };
}

function sectionsOf(table: Table): readonly Section[] {
  const { names } = table;
  const known = new Set([...PASSED_OVER, ...CATEGORY_NAMES, 'market', 'currency', 'from', 'to', 'tier', 'rate']);
  const strange = names.findIndex((name) => !known.has(name));
  if (strange !== -1) throw refuseHeader(table, table.header.text(strange), 'is not understood');
  const category = names.findIndex((name) => CATEGORY_NAMES.includes(name));
  const starts = [...names.keys()].filter((column) => names[column] === 'from' || names[column] === 'tier');
  if (category !== -1 && starts.length > 1) throw refuseHeader(table, table.header.text(starts[1] ?? 0), 'is there twice');
  return starts.map((from, index) => {
    const end = starts[index + 1] ?? names.length;
    const within = (name: string): number => names.findIndex((found, column) => column > from && column < end && found === name);
    const rate = within('rate');
    const to = names[from] === 'tier' ? null : within('to');
    if (rate === -1 || to === -1) throw refuseHeader(table, rate === -1 ? 'rate' : 'to', `is missing behind column ${from + 1}`);
    return { category: category === -1 ? categoryAbove(table, from, end) : category, from, to, rate };
  });
}

// Its name spans the columns of the section, so that the cell which has it is the first, or one of the others.
function categoryAbove(table: Table, from: number, end: number): Category {
  for (const row of table.above) {
    for (let column = from; column < end; column += 1) {
      const category = categoryNamed(row.text(column));
      if (category !== undefined) return category;
    }
  }
  throw refuseHeader(table, table.header.text(from), `in column ${from + 1} has no category above it`);
}

function hasTier(row: TableRow, { from, rate }: Section): boolean {
  return [from, rate].some((column) => !['', NOT_OFFERED].includes(row.text(column).toLowerCase()));
}

function readTier(table: Table, row: TableRow, section: Section) {
  const category = typeof section.category === 'number' ? categoryIn(table, row, section.category) : section.category;
  const at = (column: number, part: string): PriceCell =>
    cellOf(table, row, column, typeof section.category === 'number' ? undefined : `${category} ${part}`);
  if (!isTiered(category)) throw refuseCell(at(section.from, 'from'), `${category} has no volume tiers`);
  const from = at(section.from, 'from');
  const { lower, upper } = section.to === null ? boundsOf(from) : { lower: from, upper: at(section.to, 'to') };
  const tierFrom = readCount(lower);
  const tierTo: TierEnd = NO_END.has(upper.value.toLowerCase()) ? 'max' : readCount(upper);
  if (tierTo !== 'max' && tierTo < tierFrom) throw refuseCell(upper, 'below where the tier begins');
  // Messages are counted from 1, so that the first tier may be printed from there.
  return { category, tierFrom: tierFrom === 1 ? 0 : tierFrom, tierTo, rate: readPrice(at(section.rate, 'rate')) };
}

function categoryIn(table: Table, row: TableRow, column: number): Category {
  const category = categoryNamed(row.text(column));
  if (category === undefined) throw refuseCell(cellOf(table, row, column), `no category: ${hyphenated(row.text(column)) || 'empty'}`);
  return category;
}

function boundsOf(cell: PriceCell): { readonly lower: PriceCell; readonly upper: PriceCell } {
  const [lower = '', upper] = cell.value.split(':');
  if (upper === undefined) throw refuseCell(cell, 'not a tier such as 0:250000 or 250001:MAX');
  return { lower: { ...cell, value: lower.trim() }, upper: { ...cell, value: upper.trim() } };
}

function readCount(cell: PriceCell): number {
  if (!COUNT.test(cell.value)) throw refuseCell(cell, 'not a whole number of messages; a tier without end says MAX or --');
  return Number(cell.value.replaceAll(',', ''));
}
