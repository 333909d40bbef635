// NDJSON: one object a line becomes one record. Values are text, numbers and truth values; numbers stay as they are written.

import { addColumn, type Naming } from './columns.ts';
import type { FileRecord, Header, RecordBatch, RecordSource, RowFault } from './records.ts';

/** What a line is written back under, for the list of errors. */
export const LINE_COLUMNS: readonly string[] = ['line'];

/** A line with the number of its row. */
export type NumberedLine = { readonly row: number; readonly text: string };

/** Reads the objects of a file. A line that is none is a record with a fault; a key not seen before makes a new header. */
export async function* ndjsonRecords({ title, rename, blocks }: RecordSource): AsyncGenerator<RecordBatch> {
  const recordsOf = lineReader({ title, rename });
  for await (const block of blocks) {
    const lines = block.text.split('\n').map((text, index) => ({ row: block.line + index, text }));
    yield* recordsOf(lines);
  }
}

/** Reads lines wherever they come from; it remembers the keys that it saw. */
export function lineReader(naming: Naming): (lines: readonly NumberedLine[]) => Generator<RecordBatch> {
  const layout = createLayout(naming);
  return (lines) => batchesOf(lines, layout);
}

function* batchesOf(lines: readonly NumberedLine[], layout: Layout): Generator<RecordBatch> {
  let records: FileRecord[] = [];
  for (const { row, text } of lines) {
    const line = text.trim();
    if (line === '') continue;
    const parsed = parseLine(line);
    const isNew = parsed.fault === null && !layout.holds(parsed.keys);
    if (isNew && records.length > 0) {
      yield { header: layout.header(), records };
      records = [];
    }
    if (isNew) layout.extend(parsed.keys);
    const cells = parsed.fault === null ? layout.cells(parsed.keys, parsed.texts) : [];
    records.push({ row, cells, fault: parsed.fault, original: [line] });
  }
  if (records.length > 0) yield { header: layout.header(), records };
}

type Layout = {
  readonly holds: (keys: readonly string[]) => boolean;
  readonly extend: (keys: readonly string[]) => void;
  readonly cells: (keys: readonly string[], texts: readonly string[]) => (string | undefined)[];
  readonly header: () => Header;
};

// Which key has which place. Places never move, so cells of earlier lines stay right.
function createLayout(naming: Naming): Layout {
  const columns: string[] = [];
  const places = new Map<string, number>();
  let header = toHeader(columns);
  return {
    holds: (keys) => keys.every((key) => places.has(key)),
    extend: (keys) => {
      for (const key of keys) {
        if (places.has(key)) continue;
        places.set(key, columns.length);
        addColumn(columns, key.trim(), naming);
      }
      header = toHeader(columns);
    },
    cells: (keys, texts) => {
      const cells = columns.map((): string | undefined => undefined);
      for (const [index, key] of keys.entries()) cells[places.get(key) ?? 0] = texts[index];
      return cells;
    },
    header: () => header,
  };
}

function toHeader(columns: readonly string[]): Header {
  return { columns: [...columns], isWhole: false, original: LINE_COLUMNS };
}

type Parsed = { readonly fault: null; readonly keys: readonly string[]; readonly texts: readonly string[] } | { readonly fault: RowFault };

/** The members of a line, as text, or why it cannot be read. */
export function parseLine(line: string): Parsed {
  const value = parseJson(line);
  if (value === undefined) return { fault: { reason: 'not_json', column: null, message: 'the line is not JSON' } };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { fault: { reason: 'not_an_object', column: null, message: 'the line is not a JSON object' } };
  }
  const keys: string[] = [];
  const texts: string[] = [];
  for (const [key, member] of Object.entries(Object.values(value).some(isNumber) ? withNumbersAsWritten(line) : value)) {
    if (member === null) continue; // the same as a key that is not there
    if (typeof member === 'object') {
      return {
        fault: {
          reason: 'nested_value',
          column: key,
          message: 'the value is an object or a list; it must be text, a number, true or false',
        },
      };
    }
    keys.push(key);
    texts.push(String(member));
  }
  return { fault: null, keys, texts };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

// JSON.parse turns 1.10 into 1.1 and rounds order numbers of 17 digits. A line that is valid JSON is read again with its numbers in quotes.
function withNumbersAsWritten(line: string): object {
  return JSON.parse(line.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token.startsWith('"') ? token : `"${token}"`))) as object;
}
