// CSV: rows become records. Owns the header; the splitting is csv-rows.ts's.

import { type Naming, toColumns } from './columns.ts';
import { splitRows } from './csv-rows.ts';
import { LINE_COLUMNS, lineReader } from './ndjson-records.ts';
import type { FileRecord, Header, RecordBatch, RecordSource } from './records.ts';
import { fromInertCell } from '../values/text.ts';
import { REJECTION_COLUMNS } from './rejections.ts';

/** Reads the rows of a file under its header. A row with more or fewer cells than the header is a record with a fault. */
export async function* csvRecords({ title, rename, isLive, blocks }: RecordSource): AsyncGenerator<RecordBatch> {
  let sheet: Sheet | undefined;
  for await (const rows of splitRows(blocks, title, isLive)) {
    sheet ??= openSheet(rows[0], { title, rename });
    if (sheet !== undefined) yield* sheet.batches(rows);
  }
}

type Sheet = {
  /** The rows below the header as records, without the blank ones. All rows are given in order, the header's too. */
  readonly batches: (rows: readonly string[][]) => Iterable<RecordBatch>;
};

function openSheet(headerRow: readonly string[] | undefined, naming: Naming): Sheet | undefined {
  if (headerRow === undefined) return undefined;
  // A list of errors, corrected, may be given back as it is: its own columns in front are passed over.
  const skipped = REJECTION_COLUMNS.every((name, index) => headerRow[index] === name) ? REJECTION_COLUMNS.length : 0;
  const original = headerRow.slice(skipped).map((name) => name.trim());
  let row = -1;
  const recordsOf = (rows: readonly string[][], header: Header): FileRecord[] => {
    const records: FileRecord[] = [];
    for (const cells of rows) {
      row += 1;
      if (row > 0 && !isBlank(cells)) records.push(toRecord(row, restored(skipped === 0 ? cells : cells.slice(skipped)), header));
    }
    return records;
  };
  if (skipped > 0 && original.join() === LINE_COLUMNS.join()) {
    const batchesOf = lineReader(naming); // the list of errors of an NDJSON file
    const lines = { columns: LINE_COLUMNS, isWhole: true, original };
    return { batches: (rows) => batchesOf(recordsOf(rows, lines).map((record) => ({ row: record.row, text: record.original.join(',') }))) };
  }
  const header = { columns: toColumns(original, naming), isWhole: true, original };
  return { batches: (rows) => [{ header, records: recordsOf(rows, header) }] };
}

function toRecord(row: number, cells: readonly string[], { columns }: Header): FileRecord {
  if (cells.length === columns.length) return { row, cells, fault: null, original: cells };
  const message = `the row has ${cells.length} cells and the header ${columns.length}`;
  return { row, cells, fault: { reason: 'ragged_row', column: null, message }, original: cells };
}

// Our own lists guard cells that would start a formula with an apostrophe; read back, such a cell is what it was.
function restored(cells: readonly string[]): readonly string[] {
  return cells.some((cell) => cell.startsWith("'")) ? cells.map(fromInertCell) : cells;
}

function isBlank(cells: readonly string[]): boolean {
  return cells[0] === '' && cells.every((cell) => cell === '');
}
