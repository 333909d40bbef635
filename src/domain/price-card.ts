// Reading a price card: CSV records to cards, or one clear refusal with its place. What is in force when is price-book's.

import { type AppError, fail } from '../errors.ts';
import { type Currency, formatAmount, parseCurrency } from '../values/money.ts';
import { shorten } from '../values/text.ts';
import { type Day, parseDay } from '../values/time.ts';
import { CATEGORIES, type Category } from './consent.ts';
import type { Market } from './market.ts';
import type { PriceCard, Rate, TierEnd } from './price-book.ts';
import { NOT_OFFERED, type PriceCell, readPrice, refuseCell, refuseMarket } from './price-cell.ts';
import { orderedTiers, type ReadRate } from './tier-order.ts';

export const PRICE_CARD_COLUMNS = ['market', 'category', 'currency', 'effective_from', 'tier_from', 'tier_to', 'rate'] as const;

type Column = (typeof PRICE_CARD_COLUMNS)[number];
type Positions = Readonly<Record<Column, number>>;
type Row = { readonly source: string; readonly number: number; readonly positions: Positions; readonly cells: readonly string[] };
/** `seen`: the row in which each price of the card was first given. */
type Draft = { readonly currency: Currency; readonly effectiveFrom: Day; readonly tiers: ReadRate[]; readonly seen: Map<string, number> };

const COUNT = /^\d{1,15}$/;
const COLUMNS_HINT = `The first row names the columns: ${PRICE_CARD_COLUMNS.join(',')}.`;

/**
 * The cards of a file, one for each currency and day, in the order of the file. The first record names the columns; `row` in errors counts
 * records from 1, as a spreadsheet does. A rate of `n/a` means not offered: the card then has no such rate, and never a zero.
 * Throws `price_card_invalid` or `unknown_market` at the first row that is wrong: half a card is worse than none.
 * `source` is the file's name, for the error.
 */
export function parsePriceCards(
  records: readonly (readonly string[])[],
  { source, markets }: { readonly source: string; readonly markets: ReadonlySet<Market> },
): readonly PriceCard[] {
  const [header = [], ...body] = records;
  const positions = parseHeader(header, source);
  if (body.length === 0) {
    throw fail('price_card_invalid', { message: 'The price card has no rows.', hint: COLUMNS_HINT, details: { source } });
  }
  const drafts = new Map<string, Draft>();
  for (const [index, cells] of body.entries()) {
    const row = { source, number: index + 2, positions, cells };
    checkShape(row, header.length);
    const draft = draftOf(drafts, row);
    const rate = parseRate(row, draft, markets);
    if (rate !== undefined) draft.tiers.push({ row: row.number, rate });
  }
  return Array.from(drafts.values(), ({ currency, effectiveFrom, tiers }) => ({
    currency,
    effectiveFrom,
    rates: orderedTiers(tiers, source),
  }));
}

/** The card as text that does not depend on the order of its rows: cards are equal when their texts are. What a card's digest is made of. */
export function canonicalCard({ currency, effectiveFrom, rates }: PriceCard): string {
  const lines = rates.map((rate) => `${rate.market},${rate.category},${rate.tierFrom},${rate.tierTo},${formatAmount(rate.rate)}`);
  return [`${currency},${effectiveFrom}`, ...lines.sort()].join('\n');
}

/** Where each column is. */
function parseHeader(cells: readonly string[], source: string): Positions {
  const names = cells.map((name) => name.trim().toLowerCase());
  const refuseHeader = (message: string, column: string) =>
    fail('price_card_invalid', { message, hint: COLUMNS_HINT, details: { source, row: 1, column: shorten(column, 80), value: null } });
  for (const [index, name] of names.entries()) {
    if (!PRICE_CARD_COLUMNS.some((column) => column === name)) {
      throw refuseHeader('Row 1 has a column that price cards do not have.', name);
    }
    if (names.indexOf(name) !== index) throw refuseHeader(`Row 1 names the column ${name} twice.`, name);
  }
  const position = (column: Column): number => {
    const index = names.indexOf(column);
    if (index === -1) throw refuseHeader(`The column ${column} is missing.`, column);
    return index;
  };
  return {
    market: position('market'),
    category: position('category'),
    currency: position('currency'),
    effective_from: position('effective_from'),
    tier_from: position('tier_from'),
    tier_to: position('tier_to'),
    rate: position('rate'),
  };
}

function checkShape({ source, number, cells }: Row, width: number): void {
  if (cells.length === width) return;
  throw fail('price_card_invalid', {
    message: `Row ${number} has ${cells.length} cells where the first row has ${width}.`,
    hint: 'Quote a cell that contains the separator.',
    details: { source, row: number, column: null, value: null },
  });
}

// A file names the same few cards in every row, so their text is read once each.
function draftOf(drafts: Map<string, Draft>, row: Row): Draft {
  const text = `${cell(row, 'currency').toUpperCase()} ${cell(row, 'effective_from')}`;
  const known = drafts.get(text);
  if (known !== undefined) return known;
  const currency = parseCurrency(cell(row, 'currency'));
  if (currency === undefined) throw refuse(row, 'currency', 'not a currency that the provider bills in');
  const effectiveFrom = parseDay(cell(row, 'effective_from'));
  if (effectiveFrom === undefined) throw refuse(row, 'effective_from', 'not a day such as 2026-10-01');
  const draft: Draft = { currency, effectiveFrom, tiers: [], seen: new Map() };
  drafts.set(text, draft);
  return draft;
}

function parseRate(row: Row, draft: Draft, markets: ReadonlySet<Market>): Rate | undefined {
  const market = cell(row, 'market');
  if (!markets.has(market)) throw refuseMarket(placeOf(row, 'market'));
  const category = parseCategory(row);
  const isOffered = cell(row, 'rate').toLowerCase() !== NOT_OFFERED;
  const tierFrom = isOffered ? parseTierFrom(row) : 0;
  const key = `${market}\n${category}\n${tierFrom}`;
  const first = draft.seen.get(key);
  if (first !== undefined) throw refuse(row, 'market', `the same price as in row ${first}`);
  draft.seen.set(key, row.number);
  return isOffered ? { market, category, tierFrom, tierTo: parseTierTo(row, tierFrom), rate: readPrice(placeOf(row, 'rate')) } : undefined;
}

function parseCategory(row: Row): Category {
  const category = CATEGORIES.find((known) => known === cell(row, 'category').toLowerCase());
  if (category === undefined) throw refuse(row, 'category', `none of ${CATEGORIES.join(', ')}`);
  return category;
}

function parseTierFrom(row: Row): number {
  const text = cell(row, 'tier_from');
  if (!COUNT.test(text)) throw refuse(row, 'tier_from', 'not a whole number; the first tier begins at 0');
  return Number(text);
}

function parseTierTo(row: Row, tierFrom: number): TierEnd {
  const text = cell(row, 'tier_to');
  if (text === '') return 'unknown';
  if (text.toUpperCase() === 'MAX') return 'max';
  if (!COUNT.test(text)) throw refuse(row, 'tier_to', 'not a whole number, MAX (no end) or empty (end not known)');
  if (Number(text) < tierFrom) throw refuse(row, 'tier_to', 'below tier_from');
  return Number(text);
}

function cell(row: Row, column: Column): string {
  const { [row.positions[column]]: text = '' } = row.cells;
  return text.trim();
}

function placeOf(row: Row, column: Column): PriceCell {
  return { source: row.source, row: row.number, column, value: cell(row, column) };
}

function refuse(row: Row, column: Column, reason: string): AppError {
  return refuseCell(placeOf(row, column), reason);
}
