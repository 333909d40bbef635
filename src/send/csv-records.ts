// CSV: rows become records. Owns the header; the splitting is csv-rows.ts's.

import { type Naming, toColumns } from './columns.ts';
import { splitRows } from './csv-rows.ts';
import type { FileRecord, Header, RecordBatch, RecordSource } from './records.ts';
import { fromInertCell } from '../values/text.ts';
import { REJECTION_COLUMNS } from './rejections.ts';

/** Reads the rows of a file under its header. A row with more or fewer cells than the header is a record with a fault. */
export async function* csvRecords({ title, rename, blocks }: RecordSource): AsyncGenerator<RecordBatch> {
  let sheet: Sheet | undefined;
  for await (const rows of splitRows(blocks, title)) {
    sheet ??= openSheet(rows[0], { title, rename });
    if (sheet !== undefined) yield { header: sheet.header, records: sheet.records(rows) };
  }
}

type Sheet = {
  readonly header: Header;
  /** The rows below the header as records, without the blank ones. All rows are given in order, the header's too. */
  readonly records: (rows: readonly string[][]) => FileRecord[];
};

function openSheet(headerRow: readonly string[] | undefined, naming: Naming): Sheet | undefined {
  if (headerRow === undefined) return undefined;
  // A list of errors, corrected, may be given back as it is: its own columns in front are passed over.
  const skipped = REJECTION_COLUMNS.every((name, index) => headerRow[index] === name) ? REJECTION_COLUMNS.length : 0;
  const original = headerRow.slice(skipped).map((name) => name.trim());
  const header = { columns: toColumns(original, naming), isWhole: true, original };
  let row = -1;
  return {
    header,
    records: (rows) => {
      const records: FileRecord[] = [];
      for (const cells of rows) {
        row += 1;
        if (row > 0 && !isBlank(cells)) records.push(toRecord(row, restored(skipped === 0 ? cells : cells.slice(skipped)), header));
      }
      return records;
    },
  };
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
