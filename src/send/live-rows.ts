// Recipients from a pipe that may never end: every row answers for itself, also where no later row may follow.

import { titleOf } from '../values/text.ts';
import { columnFault, liveLines } from './live-lines.ts';
import { checkConstants, type Layout, toLayout } from './recipient-columns.ts';
import type { Recipient, RecipientOptions } from './recipients.ts';
import { type FileRecord, type Header, type InputFormat, type RecordBatch, readRecords, type RowFault } from './records.ts';
import { reject, type Rejection } from './rejections.ts';
import { checkRow } from './validate.ts';

/** A row that came, and what it is: somebody to send to, or the first thing that is wrong with it. */
export type LiveRow = {
  readonly row: number;
  readonly checked: Recipient | Rejection;
  readonly record: FileRecord;
  readonly header: Header;
};

export type LiveInput = Omit<RecipientOptions, 'title' | 'keepsRecords'> & {
  readonly format: InputFormat;
  readonly rename: Readonly<Record<string, string>>;
  /** A row without a key of its own is invalid: where there is no campaign to derive one from. */
  readonly needsKeys: boolean;
};

/**
 * Checks rows as they come. Throws `file_invalid` for CSV whose header or quotes are broken, or which is no text, since nothing can be told of what follows;
 * a line of NDJSON is one row, whatever it holds. Throws `parameter_mismatch` as `readRecipients` does.
 */
export async function* readLiveRows(source: AsyncIterable<Uint8Array>, input: LiveInput): AsyncGenerator<readonly LiveRow[]> {
  const options = { ...input, title: titleOf('-'), keepsRecords: false };
  checkConstants(options);
  let layout: Layout | RowFault | undefined;
  let planned: Header | undefined;
  for await (const { header, records } of recordsOf(source, input)) {
    if (layout === undefined || planned !== header) layout = layoutOf(header, options);
    planned = header;
    const plan = layout;
    yield records.map((record): LiveRow => ({ row: record.row, checked: checkLive(plan, record, input), record, header }));
  }
}

function recordsOf(source: AsyncIterable<Uint8Array>, { format, rename }: LiveInput): AsyncIterable<RecordBatch> {
  if (format === 'ndjson') return liveLines(source, { title: titleOf('-'), rename });
  return readRecords(() => source, { name: '-', format, rename, isLive: true });
}

// The header of CSV is there for all rows; the keys of a line of NDJSON are its own.
function layoutOf(header: Header, options: RecipientOptions): Layout | RowFault {
  try {
    return toLayout(header, options);
  } catch (error) {
    if (header.isWhole) throw error;
    return columnFault(error);
  }
}

function checkLive(layout: Layout | RowFault, record: FileRecord, { needsKeys }: LiveInput): Recipient | Rejection {
  const fault = record.fault ?? ('reason' in layout ? layout : null);
  if (fault !== null) return reject({ row: record.row, column: fault.column, value: undefined }, fault);
  const checked = checkRow(layout as Layout, record);
  return needsKeys && !('reason' in checked) && checked.key === null
    ? reject({ row: record.row, column: 'key', value: undefined }, NO_KEY)
    : checked;
}

const NO_KEY = { reason: 'missing_key', message: 'without --campaign every row needs a key' };
