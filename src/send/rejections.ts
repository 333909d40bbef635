// Rows that cannot be used: what is wrong where, the few that an error names, and the line of each in the list of errors.

import { type AppError, fail } from '../errors.ts';
import { inertCell, printable, shorten } from '../values/text.ts';

/** A row that cannot be used. `value` is what stands there, shortened. */
export type Rejection = {
  readonly row: number;
  readonly column: string | null;
  readonly value: string | null;
  /** A code: `invalid_phone`, `ragged_row`. */
  readonly reason: string;
  /** A sentence without its full stop, for people. */
  readonly message: string;
};

/** The first columns of a list of errors; those of the file follow, so that the list can be corrected and given back. */
export const REJECTION_COLUMNS = ['row', 'column', 'value', 'reason'] as const;

const VALUE_LENGTH_MAX = 60;

/** Makes a rejection; the value is shortened here, so no caller can forget it. */
export function reject(
  place: { readonly row: number; readonly column: string | null; readonly value: string | undefined },
  why: Pick<Rejection, 'reason' | 'message'>,
): Rejection {
  const value = place.value === undefined ? null : shorten(place.value, VALUE_LENGTH_MAX);
  return { row: place.row, column: place.column, value, reason: why.reason, message: why.message };
}

/** A line of the list of errors: CSV with every cell made harmless for spreadsheets. */
export function rejectionLine(rejection: Rejection, original: readonly (string | undefined)[]): string {
  return csvLine([String(rejection.row), rejection.column ?? '', rejection.value ?? '', rejection.reason, ...original]);
}

/** The header of the list of errors. */
export function rejectionHeader(original: readonly string[]): string {
  return csvLine([...REJECTION_COLUMNS, ...original]);
}

// One line at a time: the library's function takes 20 µs to be set up, and a list of errors may be as long as its file.
function csvLine(cells: readonly (string | undefined)[]): string {
  return `${cells.map((cell) => quoted(inertCell(cell ?? ''))).join(',')}\n`;
}

function quoted(cell: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The error that ends a command because of invalid rows. It names the first ones; `--errors` lists them all. */
export function rowsInvalid({
  name,
  read,
  invalid,
  first,
  hint = 'Correct them; --errors FILE writes them all to a file, --skip-invalid leaves them out.',
}: {
  name: string;
  read: number;
  invalid: number;
  first: readonly Rejection[];
  hint?: string;
}): AppError {
  const rows = first.map(describe);
  const more = invalid > rows.length ? [`… and ${invalid - rows.length} more`] : [];
  return fail('rows_invalid', {
    message: [`${invalid} of ${read} rows cannot be used; nothing was done.`, ...rows, ...more].join('\n  '),
    hint,
    details: { path: name, read, invalid, rows: first },
  });
}

function describe({ row, column, value, message }: Rejection): string {
  const shown = value === null || value === '' ? '' : ` '${printable(value)}'`;
  return `row ${row}${column === null ? '' : `, ${column}`}${shown}: ${message}`;
}
