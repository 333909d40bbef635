// Step 1 of a file: bytes → records with row numbers, in constant memory. Knows CSV and NDJSON, and nothing of what the columns mean.

import { fail } from '../errors.ts';
import { titleOf } from '../values/text.ts';
import { csvRecords } from './csv-records.ts';
import { countLineEnds, type LineBlock, readLineBlocks } from './line-blocks.ts';
import { ndjsonRecords } from './ndjson-records.ts';

export const INPUT_FORMATS = ['csv', 'ndjson'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** The names of the columns. The same object as long as they are the same, so that a plan made for them is made once. */
export type Header = {
  /** Trimmed, and renamed as asked. */
  readonly columns: readonly string[];
  /** True when no other column can come. In NDJSON every line may bring one. */
  readonly isWhole: boolean;
  /** What a row is written back under, for the list of errors: the columns as the file has them, or `line`. */
  readonly original: readonly string[];
};

/** One row: its cells in the order of the header. An NDJSON line may lack some. */
export type FileRecord = {
  /** Counts the rows below the header from 1, blank ones too, as a spreadsheet does; in NDJSON it is the line. */
  readonly row: number;
  readonly cells: readonly (string | undefined)[];
  /** Why the row cannot be read; its cells mean nothing then. */
  readonly fault: RowFault | null;
  /** The row as the file has it, in the order of `Header.original`. */
  readonly original: readonly (string | undefined)[];
};

/** What is wrong with a row, as a code and as a sentence. */
export type RowFault = {
  readonly reason: 'ragged_row' | 'not_json' | 'not_an_object' | 'nested_value' | 'too_long' | 'not_utf8' | 'unusable_columns';
  readonly column: string | null;
  readonly message: string;
};

/** Records of one header, in order. One object for a thousand or so rows: awaiting each row would cost as much as reading it. */
export type RecordBatch = { readonly header: Header; readonly records: readonly FileRecord[] };

export type RecordsOptions = {
  /** The path, or `-`. */
  readonly name: string;
  /** Null: told by the name, else by the first character. */
  readonly format: InputFormat | null;
  /** New names for columns, by their names in the file. */
  readonly rename: Readonly<Record<string, string>>;
  /** Gives each row of CSV as soon as it has come, and not with the next one. */
  readonly isLive?: boolean;
};

/**
 * Reads a file's records. Throws `file_invalid` with the row, the line and what to do where the file cannot be read on: no text, no header, broken
 * quotes, a row over 64 KB, a column twice. What is wrong with single rows comes with them as a fault. A whole header is given at least once.
 */
export async function* readRecords(source: () => AsyncIterable<Uint8Array>, options: RecordsOptions): AsyncGenerator<RecordBatch> {
  const title = titleOf(options.name);
  const blocks = fromFirstWord(readLineBlocks(source(), title));
  try {
    const first = await blocks.next();
    if (first.done === true) throw emptyFile(options.name, title);
    const given = { title, rename: options.rename, isLive: options.isLive ?? false, blocks: resumed(first.value, blocks) };
    yield* formatOf(options, first.value, title) === 'csv' ? csvRecords(given) : ndjsonRecords(given);
  } finally {
    await blocks.return(undefined); // also where nobody got to read on: an open file would stay open
  }
}

function emptyFile(path: string, title: string): Error {
  return fail('file_invalid', {
    message: `${title} is empty.`,
    hint: 'The first line of a CSV file names its columns.',
    details: { path },
  });
}

/** What both readers are given. `title` names the file in messages. */
export type RecordSource = {
  readonly title: string;
  readonly rename: Readonly<Record<string, string>>;
  readonly isLive: boolean;
  readonly blocks: AsyncIterable<LineBlock>;
};

// Blank lines before the header are passed over.
async function* fromFirstWord(blocks: AsyncIterable<LineBlock>): AsyncGenerator<LineBlock> {
  let isBlank = true;
  for await (const block of blocks) {
    if (isBlank && block.text.trim() === '') continue;
    yield isBlank ? withoutBlankStart(block) : block;
    isBlank = false;
  }
}

function withoutBlankStart(block: LineBlock): LineBlock {
  const length = /^(?:[ \t]*\r?\n)*/.exec(block.text)?.[0].length ?? 0; // plain ASCII, so characters are bytes
  if (length === 0) return block;
  const line = block.line + countLineEnds(block.bytes, length);
  return { bytes: block.bytes.subarray(length), text: block.text.slice(length), offset: block.offset + length, line };
}

async function* resumed(first: LineBlock, others: AsyncGenerator<LineBlock>): AsyncGenerator<LineBlock> {
  yield first;
  yield* others;
}

function formatOf({ format, name }: RecordsOptions, { text }: LineBlock, title: string): InputFormat {
  if (format !== null) return format;
  if (/\.(csv|tsv)(\.gz)?$/i.test(name)) return 'csv';
  if (/\.(ndjson|jsonl)(\.gz)?$/i.test(name)) return 'ndjson';
  const first = text.trimStart().charAt(0);
  if (first !== '[') return first === '{' ? 'ndjson' : 'csv';
  throw fail('file_invalid', {
    message: `${title} is a JSON array.`,
    hint: 'Write one object a line, without brackets and commas around them: jq -c ".[]" does it.',
    details: { path: name },
  });
}
