// An invoice as rows of cells: its columns by name, in any order and spelling, and each row as a line of what the provider billed. Pure.

import { type BilledLine, parseBilledCategory, parsePricingType } from '../domain/billed.ts';
import { type AppError, fail } from '../errors.ts';
import { type Currency, parseCurrency, roundedAmount } from '../values/money.ts';
import { printable, shorten } from '../values/text.ts';
import { type Day, type Month, monthOf, parseDay, parseMonth } from '../values/time.ts';

/** The names that each column may have; case, spaces and underscores do not matter. */
const COLUMNS = {
  day: ['day', 'date'],
  month: ['month', 'billingmonth', 'period'],
  country: ['country', 'countrycode', 'iso2'],
  market: ['market', 'region'],
  category: ['category', 'pricingcategory', 'messagecategory'],
  type: ['type', 'pricingtype'],
  tier: ['tier', 'tierfrom'],
  units: ['volume', 'units', 'quantity', 'messages'],
  amount: ['cost', 'amount', 'charge', 'total'],
  currency: ['currency'],
  number: ['phonenumber', 'phone', 'number'],
} as const;
type Column = keyof typeof COLUMNS;

/** What the help says of them. */
export const INVOICE_COLUMNS =
  'day (2026-10-05) or month (2026-10); country (ISO, DE) or market (Germany); category; volume or units; cost or amount; and optionally ' +
  'type (regular, free_customer_service, free_entry_point), tier (0:250000), currency, phone_number';

/** What is asked of an invoice. `number`: the digits of the number whose rows count; null where all do. */
export type InvoiceQuestion = {
  readonly title: string;
  readonly month: Month;
  readonly currency: Currency;
  readonly markets: ReadonlySet<string>;
  readonly number: string | null;
};

export type Invoice = { readonly lines: readonly BilledLine[]; readonly tells: { readonly types: boolean; readonly tiers: boolean } };

type Cells = Readonly<Partial<Record<Column, string>>>;
/** `names`: the columns as the file calls them. */
type Row = { readonly row: number; readonly cells: Cells; readonly names: Cells };

/**
 * The rows of the month. Rows of other months, and blank ones, are passed over; so are other columns. Throws `file_invalid` with row and column where a
 * cell cannot be read, or stands past the last column, a column is missing, the currency is another, several numbers are told and none was chosen, or no row
 * is of the month. The header is row 1, and blank rows count, as in an editor.
 */
export function readInvoice(rows: readonly (readonly string[])[], question: InvoiceQuestion): Invoice {
  const { title, month, number } = question;
  const [header = [], ...below] = rows;
  const columns = columnsOf(header, title);
  refuseCellsPastHeader(rows, title);
  const read = below
    .map((cells, index): Row => ({ row: index + 2, cells: pick(columns, cells), names: pick(columns, header) }))
    .filter(({ cells }) => Object.values(cells).some((cell) => cell !== ''))
    .map((row) => ({ row, number: digitsOf(row.cells.number), line: toLine(row, question) }))
    .filter(({ line, number: own }) => monthIn(line.period) === month && (number === null || own === '' || own === number));
  const several = new Set(read.map(({ number: own }) => own));
  if (number === null && several.size > 1)
    throw invalid(title, `it has rows of ${several.size} numbers`, "Say with --number which one is the sender's, in digits.", {
      column: 'number',
    });
  if (read.length === 0)
    throw invalid(title, `it has no rows of ${month}${number === null ? '' : ` and of the number ${number}`}`, 'Nothing was compared.', {
      month,
    });
  const has = (column: Column): boolean => columns.some(([known]) => known === column);
  return { lines: read.map(({ line }) => line), tells: { types: has('type'), tiers: has('tier') } };
}

// An amount with a decimal comma and without quotes is two cells, of which the first alone would be another amount.
function refuseCellsPastHeader([header = [], ...below]: readonly (readonly string[])[], title: string): void {
  const width = header.findLastIndex((name) => name.trim() !== '') + 1;
  for (const [index, cells] of below.entries()) {
    const column = cells.findIndex((cell, place) => place >= width && cell.trim() !== '') + 1;
    if (column === 0) continue;
    const [row, text] = [index + 2, shorten(printable((cells[column - 1] ?? '').trim()), CELL_MAX)];
    throw invalid(
      title,
      `row ${row}, column ${column}: '${text}' stands past the last column of the header`,
      'Write amounts with a point (0.0546), or quote what has a comma in it, and compare again.',
      { row, column },
    );
  }
}

function pick(columns: readonly (readonly [Column, number])[], cells: readonly string[]): Cells {
  return Object.fromEntries(columns.map(([column, place]) => [column, (cells[place] ?? '').trim()]));
}

function columnsOf(header: readonly string[], title: string): readonly (readonly [Column, number])[] {
  const names = header.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ''));
  const columns = (Object.keys(COLUMNS) as Column[]).flatMap((column): readonly (readonly [Column, number])[] => {
    const place = COLUMNS[column].map((name) => names.indexOf(name)).find((found) => found !== -1);
    return place === undefined ? [] : [[column, place]];
  });
  const has = (...any: readonly Column[]): boolean => columns.some(([column]) => any.includes(column));
  const missing = [
    ...(has('day', 'month') ? [] : ['day']),
    ...(has('country', 'market') ? [] : ['country']),
    ...(['category', 'units', 'amount'] as const).filter((column) => !has(column)),
  ];
  if (missing.length === 0) return columns;
  const shown = header.map((name) => shorten(printable(name.trim()), CELL_MAX)).filter((name) => name !== '');
  throw invalid(
    title,
    `it has no column for ${missing.join(', ')}`,
    `Its columns are ${shown.join(', ') || 'none'}. They may be: ${INVOICE_COLUMNS}.`,
    {
      column: missing[0] ?? '',
    },
  );
}

function toLine({ row, cells, names }: Row, { title, currency, markets }: InvoiceQuestion): BilledLine {
  const take = <Value>(column: Column, parse: (text: string) => Value | undefined, takes: string): Value => {
    const text = cells[column] ?? '';
    const value = parse(text);
    if (value !== undefined) return value;
    const name = shorten(printable(names[column] ?? column), CELL_MAX);
    throw invalid(
      title,
      `row ${row}, column ${name}: '${shorten(printable(text), CELL_MAX)}' is not ${takes}`,
      'Correct the row, and compare again.',
      {
        row,
        column: name,
      },
    );
  };
  if (cells.currency !== undefined)
    take('currency', (text) => (parseCurrency(text) === currency ? true : undefined), `${currency}, the currency of the sender`);
  const hasCountry = (cells.country ?? '') !== '';
  return {
    period: (cells.day ?? '') === '' ? take('month', parseMonth, 'a month like 2026-10') : take('day', parseDay, 'a day like 2026-10-05'),
    country: hasCountry ? take('country', parseCountry, 'a country like DE') : null,
    market: hasCountry ? null : take('market', (text) => (markets.has(text) ? text : undefined), 'a market of the price card'),
    category: take('category', parseBilledCategory, 'a category of the provider'),
    type: cells.type === undefined ? 'regular' : take('type', parsePricingType, 'regular, free_customer_service or free_entry_point'),
    tierFrom: cells.tier === undefined ? null : take('tier', parseTier, 'a tier like 0:250000'),
    units: take('units', parseUnits, 'a whole number'),
    amount: take('amount', roundedAmount, 'an amount like 0.0546'),
  };
}

const CELL_MAX = 40;

function parseCountry(text: string): string | undefined {
  return /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : undefined;
}

function parseTier(text: string): number | null | undefined {
  if (text === '') return null; // what is free has none
  const [, from] = /^(\d{1,15})(:(\d{1,15}|MAX))?$/i.exec(text) ?? [];
  return from === undefined ? undefined : Number(from);
}

function parseUnits(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function digitsOf(text: string | undefined): string {
  return (text ?? '').replace(/\D/g, '');
}

function monthIn(period: Day | Month): Month {
  return monthOf(period as Day);
}

function invalid(title: string, what: string, hint: string, details: Readonly<Record<string, string | number>>): AppError {
  return fail('file_invalid', { message: `${title}: ${what}.`, hint, details: { path: title, ...details } });
}
