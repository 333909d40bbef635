// Lines of a pipe that may never end: as soon as they are whole, and one that cannot be read is one line, never the end.

import { AppError } from '../errors.ts';
import { addColumn, type Naming } from './columns.ts';
import { LINE_BYTES_MAX } from './line-blocks.ts';
import { LINE_COLUMNS, parseLine } from './ndjson-records.ts';
import type { FileRecord, Header, RecordBatch, RowFault } from './records.ts';
import { toUtf8 } from './utf8.ts';

/**
 * The objects of NDJSON, in batches of lines with the same keys. Each line has a header of its own keys only, so that what one line brings means nothing for
 * the next one, and nothing grows. Blank lines are passed over; they count.
 */
export async function* liveLines(source: AsyncIterable<Uint8Array>, naming: Naming): AsyncGenerator<RecordBatch> {
  const toRecord = recordReader(naming);
  let row = 0;
  for await (const lines of wholeLines(source, naming.title)) {
    let batch: { readonly header: Header; readonly records: FileRecord[] } | undefined;
    for (const line of lines) {
      row += 1;
      if (line?.length === 0) continue;
      const { header, record } = toRecord(row, line);
      if (batch !== undefined && batch.header !== header) yield batch;
      if (batch?.header !== header) batch = { header, records: [] };
      batch.records.push(record);
    }
    if (batch !== undefined) yield batch;
  }
}

const LINE_FEED = 10;
const EMPTY = new Uint8Array(0);

// Lines without their ends; null stands for one that is too long, whose bytes are let go while they come.
async function* wholeLines(source: AsyncIterable<Uint8Array>, title: string): AsyncGenerator<readonly (Uint8Array | null)[]> {
  let rest: Uint8Array = EMPTY;
  let isTooLong = false;
  for await (const chunk of toUtf8(source, title)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: (Uint8Array | null)[] = [];
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
      lines.push(isTooLong || end - from > LINE_BYTES_MAX ? null : bytes.subarray(from, end));
      isTooLong = false;
      from = end + 1;
    }
    rest = bytes.slice(from);
    if (rest.length > LINE_BYTES_MAX) {
      isTooLong = true;
      rest = EMPTY;
    }
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0 || isTooLong) yield [isTooLong ? null : rest];
}

const NO_KEYS: Header = { columns: [], isWhole: false, original: LINE_COLUMNS };
const TOO_LONG: RowFault = { reason: 'too_long', column: null, message: `the line is longer than ${LINE_BYTES_MAX / 1024} KB` };
const NOT_UTF8: RowFault = { reason: 'not_utf8', column: null, message: 'the line is not UTF-8' };

type Read = { readonly header: Header; readonly record: FileRecord };

function recordReader(naming: Naming): (row: number, line: Uint8Array | null) => Read {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const headerOf = headerMaker(naming);
  return (row, line) => {
    const text = line === null ? TOO_LONG : decoded(decoder, line);
    if (typeof text !== 'string') return { header: NO_KEYS, record: { row, cells: [], fault: text, original: [] } };
    const parsed = parseLine(text);
    const original = [text];
    if (parsed.fault !== null) return { header: NO_KEYS, record: { row, cells: [], fault: parsed.fault, original } };
    const header = headerOf(parsed.keys);
    if ('reason' in header) return { header: NO_KEYS, record: { row, cells: [], fault: header, original } };
    return { header, record: { row, cells: parsed.texts, fault: null, original } };
  };
}

function decoded(decoder: InstanceType<typeof TextDecoder>, line: Uint8Array): string | RowFault {
  try {
    return decoder.decode(line).trim();
  } catch {
    return NOT_UTF8;
  }
}

// The header of the line before, as long as the keys are the same.
function headerMaker(naming: Naming): (keys: readonly string[]) => Header | RowFault {
  let known: readonly string[] = [];
  let header: Header = NO_KEYS;
  return (keys) => {
    if (keys.length === known.length && keys.every((key, index) => key === known[index])) return header;
    const columns: string[] = [];
    try {
      for (const key of keys) addColumn(columns, key.trim(), naming);
    } catch (error) {
      return columnFault(error);
    }
    [known, header] = [keys, { columns, isWhole: false, original: LINE_COLUMNS }];
    return header;
  };
}

/** What is wrong with the columns of one line. */
export function columnFault(error: unknown): RowFault {
  if (!(error instanceof AppError) || error.code === 'bug') throw error;
  return { reason: 'unusable_columns', column: null, message: error.message.replace(/\.$/, '') };
}
