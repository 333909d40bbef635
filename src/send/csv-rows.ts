// CSV text to rows of cells, by the library. Owns its settings, the delimiter's detection and what is said of broken quotes.

import type { CsvError, Options, Parser } from 'csv-parse';
import { fail } from '../errors.ts';
import { countLineEnds, LINE_BYTES_MAX, type LineBlock } from './line-blocks.ts';

// Left to itself the library takes the first line's end for all: a CRLF header above LF rows would swallow them.
const SETTINGS: Options = { record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, max_record_size: LINE_BYTES_MAX };

const DELIMITERS = [',', ';', '\t'];

/**
 * The rows of each block, header first, in order; a blank line is a row with one empty cell. Throws `file_invalid` where a quote breaks the file.
 * Rows are taken from events while a block is written: iterating the library's stream costs 0.3 µs more a row, its `on_record` hook 2 µs more.
 * The library holds a block's last row back until more has come; `isLive` begins a new parser behind each block that ends with a whole row.
 */
export async function* splitRows(blocks: AsyncIterable<LineBlock>, title: string, isLive = false): AsyncGenerator<string[][]> {
  const { parse } = await import('csv-parse');
  const place = createPlace();
  let parser: Parser | undefined;
  let delimiter: string | undefined;
  let parsedBefore = 0;
  let hasOpenQuote = false;
  let rows: string[][] = [];
  let count = 0;
  const taken = (): string[][] => {
    const done = rows;
    count += done.length;
    rows = [];
    return done;
  };
  try {
    for await (const block of blocks) {
      delimiter ??= delimiterOf(block.text);
      parser ??= parse({ ...SETTINGS, delimiter })
        .on('data', (row: string[]) => rows.push(row))
        .on('error', () => undefined); // told again to whoever writes
      place.enter(block, parsedBefore + parser.info.bytes);
      await write(parser, block.bytes);
      hasOpenQuote = isLive && hasOpenQuote !== hasOddQuotes(block.text);
      if (isLive && !hasOpenQuote) {
        await end(parser);
        parsedBefore += parser.info.bytes;
        parser = undefined;
      }
      yield taken();
    }
    if (parser !== undefined) await end(parser);
    yield taken();
  } catch (cause) {
    const complaint = COMPLAINTS[String((cause as Partial<CsvError>).code)];
    if (complaint === undefined) throw cause;
    const line = place.lineOf(parsedBefore + (parser?.info.bytes ?? 0));
    throw broken(complaint, { title, row: count + rows.length, line }, cause);
  }
}

function hasOddQuotes(text: string): boolean {
  return text.split('"').length % 2 === 0;
}

function write(parser: Parser, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function end(parser: Parser): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('end', resolve).once('error', reject).end();
  });
}

// The separator that occurs most in the first line, outside of quotes; a comma where none occurs.
function delimiterOf(text: string): string {
  const line = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? '';
  const bare = line.replace(/"(?:[^"]|"")*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

type Place = {
  readonly enter: (block: LineBlock, position: number) => void;
  /** The line of a position, which counts bytes from the first block on. */
  readonly lineOf: (position: number) => number;
};

// The blocks from the one on that holds the last whole cell. A row is bounded, so they are few; the library's own count of lines takes a CRLF
// inside quotes for two.
function createPlace(): Place {
  let blocks: readonly LineBlock[] = [];
  let start: number | undefined;
  return {
    enter: (block, position) => {
      start ??= block.offset;
      const offset = start + position;
      const first = Math.max(
        blocks.findLastIndex((earlier) => earlier.offset <= offset),
        0,
      );
      blocks = [...blocks.slice(first), block];
    },
    lineOf: (position) => {
      const offset = (start ?? 0) + position;
      const block = blocks.findLast((earlier) => earlier.offset <= offset);
      return block === undefined ? 1 : block.line + countLineEnds(block.bytes, offset - block.offset);
    },
  };
}

type Complaint = { readonly what: string; readonly hint: string };

const QUOTING = 'Put the whole cell in quotes and double those inside it: "say ""hi""".';

// By the library's codes.
const COMPLAINTS: Readonly<Record<string, Complaint>> = {
  INVALID_OPENING_QUOTE: { what: 'a quote stands inside a cell that is not quoted as a whole', hint: QUOTING },
  CSV_INVALID_CLOSING_QUOTE: {
    what: 'a quoted cell goes on behind its closing quote',
    hint: `${QUOTING} A quote that opens and never closes looks like this, too.`,
  },
  CSV_QUOTE_NOT_CLOSED: { what: 'a quote opens and never closes', hint: 'Close it at the end of its cell.' },
  CSV_MAX_RECORD_SIZE: {
    what: `the row is longer than ${LINE_BYTES_MAX / 1024} KB`,
    hint: 'A quote that opens and never closes looks like this.',
  },
};

function broken({ what, hint }: Complaint, { title, row, line }: { title: string; row: number; line: number }, cause: unknown): Error {
  const where = row === 0 ? 'the header' : `row ${row}`;
  return fail('file_invalid', { message: `${title}: ${where} (line ${line}): ${what}.`, hint, cause, details: { path: title, row, line } });
}
