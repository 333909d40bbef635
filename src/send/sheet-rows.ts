// A sheet of rows, whole and bounded: CSV or a workbook, told apart by their first bytes, because files are named .csv that are none.

import { fail } from '../errors.ts';
import { titleOf } from '../values/text.ts';
import { splitRows } from './csv-rows.ts';
import { readLineBlocks } from './line-blocks.ts';
import { isWorkbook, WORKBOOK_BYTES_MAX, workbookRows } from './workbook.ts';
import { SHEET_ROWS_MAX } from './worksheet.ts';

/**
 * The rows of cells; blank rows stay in, so that the number of a row is the one that an editor shows, and at the end mean nothing. Throws `file_invalid` where
 * the file is no sheet, or one that is too long.
 */
export async function sheetRows(source: AsyncIterable<Uint8Array>, name: string): Promise<readonly (readonly string[])[]> {
  const title = titleOf(name);
  const rows: (readonly string[])[] = [];
  const { isBinary, chunks } = await peek(source);
  for await (const batch of isBinary ? workbookBatches(chunks, title) : splitRows(readLineBlocks(chunks, title), title)) {
    rows.push(...batch);
    if (rows.length > SHEET_ROWS_MAX) throw tooLong(title);
  }
  return rows.slice(0, rows.findLastIndex((cells) => cells.join('').trim() !== '') + 1);
}

async function peek(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (first.done !== true) yield first.value;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return { isBinary: first.done !== true && isWorkbook(first.value), chunks: chunks() };
}

async function* workbookBatches(chunks: AsyncIterable<Uint8Array>, title: string): AsyncGenerator<readonly (readonly string[])[]> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size > WORKBOOK_BYTES_MAX) throw tooLong(title);
  }
  yield await workbookRows(joined(parts, size), title);
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function tooLong(title: string): Error {
  return fail('file_invalid', {
    message: `${title} has more than ${SHEET_ROWS_MAX} rows, or is a workbook of more than ${WORKBOOK_BYTES_MAX / 1024 / 1024} MB.`,
    hint: 'Split it, for instance by year.',
    details: { path: title },
  });
}
