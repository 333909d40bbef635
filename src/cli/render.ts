// Showing a view: text for people, or JSON, NDJSON, CSV for programs. The only user of chalk.

import type { Config } from '../config.ts';
import { assert } from '../errors.ts';
import type { Output } from '../ports/host.ts';
import { inertCell, printable, safeJson, shorten } from '../values/text.ts';
import type { Document, View } from './command.ts';

/** How text for people may be coloured; plain functions where there is no colour. */
export type Style = {
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
};

const CELL_WIDTH_MAX = 60;
const same = (text: string): string => text;
const PLAIN: Style = { strong: same, dim: same, good: same, bad: same, warn: same };

/** The style for a stream: colour only where a terminal shows it, or where it was asked for. */
export async function styleFor(output: Pick<Output, 'isTerminal'>, color: Config['color']): Promise<Style> {
  if (color === 'never' || (color === 'auto' && !output.isTerminal)) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { strong: chalk.bold, dim: chalk.dim, good: chalk.green, bad: chalk.red, warn: chalk.yellow };
}

/** How a view is shown, and whether a terminal shows it. */
export type Showing = { readonly format: Config['format']; readonly style: Style; readonly isTerminal: boolean };

/** The view in the format that was asked for, as it goes to standard output. */
export async function render<Shape extends Document>(view: View<Shape>, { format, style, isTerminal }: Showing): Promise<string> {
  if (view.isSilent === true) return '';
  switch (format) {
    case 'table':
      return ensureNewline(await view.text(style));
    case 'json':
      return `${safeJson(documentOf(view), 2)}\n`;
    case 'ndjson':
      return ndjson(view);
    case 'csv':
      return csv(view, isTerminal);
    case 'hledger':
    case 'beancount':
      assert(view.books !== undefined, `${view.command} is in the table of commands with a format that it cannot write`);
      return view.books(format);
  }
}

/** The last line of NDJSON: everything but the rows. A single thing has one too, so that a reader may always take the last line off. */
function summaryLine<Shape extends Document>(view: View<Shape>): string {
  const schema = `tollbell.${view.command}.summary/1`;
  if (view.rows === undefined) return `${safeJson({ schema })}\n`;
  const { schema: _schema, ...rest } = documentOf(view);
  return `${safeJson({ schema, ...without(rest, view.rows.split('.')) })}\n`;
}

function without(document: Document, [name = '', ...deeper]: readonly string[]): Document {
  const { [name]: member, ...rest } = document;
  return deeper.length === 0 ? rest : { ...rest, [name]: without(member as Document, deeper) };
}

/** What a table shows: a header, and columns that hold figures aligned to the right. */
export type Table = {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly rightAligned?: readonly number[];
};

/** A table with aligned columns under a header in capitals. Cells are made safe and shortened here, so no command can forget it. */
export async function table({ header, rows, rightAligned = [] }: Table, style: Style): Promise<string> {
  const cells = rows.map((row) => row.map((cell) => shorten(printable(cell), CELL_WIDTH_MAX)));
  const width = await widthFunction(cells);
  const widths = header.map((title, column) => cells.reduce((most, row) => Math.max(most, width(row[column] ?? '')), title.length));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - width(cell));
        return rightAligned.includes(column) ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [style.strong(line(header.map((title) => title.toUpperCase()))), ...cells.map(line)].join('\n');
}

// The library knows how wide CJK and emoji are; a table of plain ASCII starts without it.
async function widthFunction(cells: readonly (readonly string[])[]): Promise<(text: string) => number> {
  if (cells.every((row) => row.every((cell) => /^[ -~]*$/.test(cell)))) return (text) => text.length;
  const { default: stringWidth } = await import('string-width');
  return (text) => stringWidth(text);
}

/** Name and value, one pair a line; pairs without a value are left out. */
export function fields(pairs: readonly (readonly [string, string | null])[], style: Style): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${style.dim(name.padEnd(width))}  ${printable(value)}`).join('\n');
}

function documentOf<Shape extends Document>(view: View<Shape>): Record<string, unknown> {
  return { schema: `tollbell.${view.command}/1`, ...view.schema.parse(view.document) };
}

function rowsOf<Shape extends Document>(view: View<Shape>): readonly Document[] {
  const document = documentOf(view);
  if (view.rows === undefined) return [(document['item'] ?? document) as Document];
  return (memberOf(document, view.rows) ?? []) as readonly Document[];
}

function ndjson<Shape extends Document>(view: View<Shape>): string {
  return rowsOf(view)
    .map((row) => `${safeJson(row)}\n`)
    .concat(summaryLine(view))
    .join('');
}

// The library's own `escape_formulas` would also prefix phone numbers and negative amounts, hence `inertCell`. A file gets the text as it is; a terminal
// would act on it.
async function csv<Shape extends Document>(view: View<Shape>, isTerminal: boolean): Promise<string> {
  const { stringify } = await import('csv-stringify/sync');
  const rows = rowsOf(view).map((row) => view.columns.map((column) => inertCell(csvText(memberOf(row, column)))));
  return stringify([view.columns, ...(isTerminal ? rows.map((row) => row.map(printable)) : rows)]);
}

// `consent.marketing` is a member of a member, where no column has that very name.
function memberOf(row: Document, column: string): unknown {
  if (column in row) return row[column];
  return column.split('.').reduce<unknown>((value, name) => (value as Document | undefined)?.[name], row);
}

// A list of texts or numbers is written as people write one; whoever must tell a comma of a member from one between them reads the JSON.
function csvText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && value.every((member) => typeof member !== 'object')) return value.map(csvText).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function ensureNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
