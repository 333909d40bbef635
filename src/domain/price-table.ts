// A table of the provider's: title lines above it, a header that names its columns, notes below. Owns what a name and a row are, not what they mean.

import { type AppError, fail } from '../errors.ts';
import { hyphenated, shorten } from '../values/text.ts';
import type { PriceCell } from './price-cell.ts';

export type TableRow = {
  /** From 1, as a spreadsheet counts. */
  readonly number: number;
  /** The text of a column, trimmed; empty where the row ends before it. */
  readonly text: (column: number) => string;
  readonly isBlank: boolean;
};

export type Table = {
  readonly source: string;
  /** What the header calls each column. */
  readonly names: readonly string[];
  /** The rows above the header, nearest first, and those below it. */
  readonly above: readonly TableRow[];
  readonly header: TableRow;
  readonly rows: readonly TableRow[];
};

// The provider's files have their header in line 4 or 6.
const HEADER_ROW_MAX = 30;

/** The table below the first row that has all of these names; undefined where there is none. */
export function findTable(
  records: readonly (readonly string[])[],
  { source, having }: { readonly source: string; readonly having: readonly string[] },
): Table | undefined {
  const index = records.slice(0, HEADER_ROW_MAX).findIndex((cells) => {
    const names = cells.map(hyphenated);
    return having.every((name) => names.includes(name));
  });
  const { [index]: header } = records;
  if (header === undefined) return undefined;
  const rows = records.map(toRow);
  return {
    source,
    names: header.map(hyphenated),
    above: rows.slice(0, index).toReversed(),
    header: toRow(header, index),
    rows: rows.slice(index + 1),
  };
}

/** Where a cell of the table is. `column` is what the header says there, unless a better name is given. */
export function cellOf({ source, header }: Table, row: TableRow, column: number, name?: string): PriceCell {
  return { source, row: row.number, column: name ?? header.text(column).replace(/\s+/g, ' '), value: row.text(column) };
}

/** The column of a name. Throws `price_card_invalid` where the header has none, or two. */
export function columnOf(table: Table, name: string): number {
  const column = table.names.indexOf(name);
  if (column === -1) throw refuseHeader(table, name, 'is missing');
  if (table.names.lastIndexOf(name) !== column) throw refuseHeader(table, name, 'is there twice');
  return column;
}

/** What is thrown at a header that is not understood. */
export function refuseHeader({ source, header }: Table, column: string, reason: string): AppError {
  return fail('price_card_invalid', {
    message: `Row ${header.number}: the column ${shorten(column, 80)} ${reason}.`,
    hint: "Take out columns that are not the provider's; nothing was imported.",
    details: { source, row: header.number, column: shorten(column, 80), value: null },
  });
}

function toRow(cells: readonly string[], index: number): TableRow {
  return {
    number: index + 1,
    text: (column) => cells[column]?.trim() ?? '',
    isBlank: cells.every((cell) => cell.trim() === ''),
  };
}
