// The XML of a workbook: which sheet is the first, the texts that cells share, the cells of a sheet. Figures come as the decimal text that people see.

import type { SaxesParser } from 'saxes';

type Parser = SaxesParser<{ xmlns: true }>;
type Attributes = Readonly<Record<string, { readonly local: string; readonly value: string }>>;

/** The most rows of a sheet that is read as a whole. */
export const SHEET_ROWS_MAX = 200_000;

// A row may have one cell far away, and all before it are made.
const COLUMNS_MAX = 100;

/** The id of the first sheet of a workbook that is not hidden. */
export function firstSheetId(parser: Parser, xml: string): string {
  let id: string | undefined;
  parser.on('opentag', ({ local, attributes }) => {
    if (local === 'sheet' && (attributeOf(attributes, 'state') ?? 'visible') === 'visible') id ??= attributeOf(attributes, 'id', 'r:id');
  });
  parser.write(xml).close();
  if (id === undefined) throw new Error('no sheet');
  return id;
}

/** The path of the part that an id stands for. */
export function targetOf(parser: Parser, xml: string, id: string): string {
  let target: string | undefined;
  parser.on('opentag', ({ attributes }) => {
    if (attributeOf(attributes, 'Id') === id) target ??= attributeOf(attributes, 'Target');
  });
  parser.write(xml).close();
  if (target === undefined) throw new Error(`no target of ${id}`);
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
}

/** The texts that cells name by their number. What is written above a text to help reading it is no part of it. */
export function sharedTexts(parser: Parser, xml = ''): readonly string[] {
  const texts: string[] = [];
  let depth = 0;
  let isText = false;
  parser.on('opentag', ({ local }) => {
    if (local === 'si') texts.push('');
    if (local === 'rPh') depth += 1;
    isText = local === 't' && depth === 0;
  });
  parser.on('closetag', ({ local }) => {
    if (local === 'rPh') depth -= 1;
    isText = false;
  });
  parser.on('text', (text) => {
    if (isText) texts.push((texts.pop() ?? '') + text);
  });
  if (xml !== '') parser.write(xml).close();
  return texts;
}

/** The rows of a sheet, each cell at its own place: what is left out is blank. */
export function rowsOf(parser: Parser, xml: string, texts: readonly string[]): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row = -1;
  let column = -1;
  let type = '';
  let content: string | null = null;
  parser.on('opentag', ({ local, attributes }) => {
    if (local === 'row') {
      row = placeOf(Number(attributeOf(attributes, 'r') ?? row + 2), SHEET_ROWS_MAX);
      column = -1;
      while (rows.length <= row) rows.push([]);
    } else if (local === 'c') {
      const reference = attributeOf(attributes, 'r');
      column = reference === undefined ? column + 1 : columnOf(reference);
      type = attributeOf(attributes, 't') ?? 'n';
    } else if (local === 'v' || local === 't') {
      content = '';
    }
  });
  parser.on('text', (text) => {
    if (content !== null) content += text;
  });
  parser.on('closetag', ({ local }) => {
    if (content === null || (local !== 'v' && local !== 't')) return;
    const cells = rows[row];
    if (cells === undefined || column < 0) throw new Error('a value outside of a cell');
    while (cells.length <= column) cells.push('');
    cells[column] += shown(content, type, texts);
    content = null;
  });
  parser.write(xml).close();
  return rows;
}

function shown(content: string, type: string, texts: readonly string[]): string {
  if (type === 'n') return decimalOf(content);
  if (type !== 's') return content;
  const { [Number(content)]: text } = texts;
  if (text === undefined) throw new Error(`no shared text ${content}`);
  return text;
}

/**
 * A figure as decimal text. Files hold it in binary, written out: 0.0068 is there as 6.7999999999999996E-3. Spreadsheet programs show 15 digits of it, and so do we.
 */
export function decimalOf(content: string): string {
  const number = Number(content);
  if (content.trim() === '' || !Number.isFinite(number)) return content;
  const [mantissa = '', exponent] = String(Number(number.toPrecision(15))).split('e');
  if (exponent === undefined) return mantissa;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

// A=0, Z=25, AA=26.
function columnOf(reference: string): number {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0] ?? '';
  return placeOf(
    Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0),
    COLUMNS_MAX,
  );
}

function placeOf(position: number, most: number): number {
  if (!(position >= 1 && position <= most)) throw new Error(`a place at ${position}`);
  return position - 1;
}

function attributeOf(attributes: Attributes, local: string, name = local): string | undefined {
  return attributes[name]?.value ?? Object.values(attributes).find((attribute) => attribute.local === local)?.value;
}
