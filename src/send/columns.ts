// The names of a file's columns: trimmed, renamed, each at most once.

import { fail } from '../errors.ts';

/** More columns than any template has parameters: a file with more is not what it should be, and memory stays bounded. */
const COLUMNS_MAX = 1_000;

/** How a file's columns get their names. */
export type Naming = { readonly title: string; readonly rename: Readonly<Record<string, string>> };

/** The names of a header row. Throws `file_invalid` for a name twice and `invalid_input` for a renamed column that is not there. */
export function toColumns(names: readonly string[], { title, rename }: Naming): string[] {
  const trimmed = names.map((name) => name.trim());
  const missing = Object.keys(rename).find((name) => !trimmed.includes(name));
  if (missing !== undefined) {
    throw fail('invalid_input', {
      message: `${title} has no column '${missing}' to rename.`,
      hint: `Its columns are ${trimmed.join(', ')}. Write --map column=name.`,
      details: { option: 'map' },
    });
  }
  const columns: string[] = [];
  for (const name of trimmed) addColumn(columns, name, { title, rename });
  return columns;
}

/** Adds one column under its new name. A column without a name may occur several times. */
export function addColumn(columns: string[], name: string, { title, rename }: Naming): void {
  const column = (Object.hasOwn(rename, name) ? rename[name] : undefined) ?? name;
  if (column !== '' && columns.includes(column)) {
    throw fail('file_invalid', {
      message: `${title} has the column '${column}' twice.`,
      hint: column === name ? 'Remove or rename one of them.' : `'${name}' is renamed to it; leave out one of them.`,
      details: { path: title, column },
    });
  }
  if (columns.length === COLUMNS_MAX) {
    throw fail('file_invalid', {
      message: `${title} has more than ${COLUMNS_MAX} columns.`,
      hint: 'Keep those that are needed.',
      details: { path: title },
    });
  }
  columns.push(column);
}
