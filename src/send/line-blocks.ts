// Bytes to text: blocks of whole lines, checked to be UTF-8. Owns the bound on a line's length and what is said of files that are no text.

import { fail } from '../errors.ts';
import { toUtf8, unmarkedUtf16 } from './utf8.ts';

/** Whole lines of a file. */
export type LineBlock = {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** Where the block begins in the file. */
  readonly offset: number;
  /** The number of its first line, from 1. */
  readonly line: number;
};

/** The longest line. A message's text has at most 4,096 characters, so a longer line is a mistake, and memory stays bounded. */
export const LINE_BYTES_MAX = 64 * 1024;

/** How long a block becomes, unless its first line is longer. Records live as long as their block: with 64 KB garbage took twice the time, and 8 MB more. */
const BLOCK_BYTES = 16 * 1024;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

// What is often given by mistake, by its first bytes.
const OTHER_FORMATS: readonly { readonly magic: readonly number[]; readonly what: string; readonly hint: string }[] = [
  { magic: [0x50, 0x4b, 0x03, 0x04], what: 'a workbook or a zip archive', hint: 'Save the sheet as CSV (UTF-8), or unpack the archive.' },
  { magic: [0x1f, 0x8b], what: 'compressed (gzip)', hint: 'Unpack it: gunzip -c.' },
];

/**
 * Cuts a stream of UTF-8, or of UTF-16 with its mark, into blocks that end where a line ends; the byte order mark is left out. Throws `file_invalid` at a line
 * over `LINE_BYTES_MAX` and at the first byte that is not text.
 */
export async function* readLineBlocks(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<LineBlock> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest: Uint8Array = new Uint8Array(0);
  let offset = 0;
  let line = 1;
  const take = (bytes: Uint8Array): LineBlock => {
    const skipped = offset === 0 ? checkStart(bytes, name) : 0;
    const content = bytes.subarray(skipped);
    const block = {
      bytes: content,
      text: decode(decoder, content, { name, offset: offset + skipped, line }),
      offset: offset + skipped,
      line,
    };
    offset += bytes.length;
    line += countLineEnds(content, content.length);
    return block;
  };
  for await (const chunk of toUtf8(source, name)) {
    let bytes = rest.length === 0 ? chunk : joined(rest, chunk);
    for (let cut = blockEnd(bytes); cut > 0; cut = blockEnd(bytes)) {
      yield take(bytes.subarray(0, cut));
      bytes = bytes.subarray(cut);
    }
    if (bytes.length >= LINE_BYTES_MAX) throw tooLong(name, line);
    rest = bytes.slice();
  }
  if (rest.length > 0) yield take(rest);
}

/** How many lines end before a place. CRLF, LF and CR each end one. */
export function countLineEnds(bytes: Uint8Array, to: number): number {
  let count = 0;
  for (let index = 0; index < to; index += 1) {
    const byte = bytes[index];
    if (byte === LINE_FEED || (byte === CARRIAGE_RETURN && bytes[index + 1] !== LINE_FEED)) count += 1;
  }
  return count;
}

// Where a block ends; 0 where no line ends. A last byte CR is no end yet: an LF may follow in the next chunk.
function blockEnd(bytes: Uint8Array): number {
  const window = bytes.subarray(0, LINE_BYTES_MAX);
  return endWithin(window, LINE_FEED) || endWithin(window.subarray(0, -1), CARRIAGE_RETURN);
}

// Behind the last line of a block's length, else behind the first line.
function endWithin(window: Uint8Array, lineEnd: number): number {
  return window.subarray(0, BLOCK_BYTES).lastIndexOf(lineEnd) + 1 || window.indexOf(lineEnd) + 1;
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

// The number of bytes to leave out at the start of the file.
function checkStart(bytes: Uint8Array, name: string): number {
  const other = OTHER_FORMATS.find(({ magic }) => startsWith(bytes, magic));
  if (other === undefined) return startsWith(bytes, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  throw fail('file_invalid', { message: `${name} is ${other.what}, not UTF-8 text.`, hint: other.hint, details: { path: name } });
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

type Decoder = InstanceType<typeof TextDecoder>;
type Place = { readonly name: string; readonly offset: number; readonly line: number };

function decode(decoder: Decoder, bytes: Uint8Array, place: Place): string {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw notText(place, bytes, firstInvalidByte(bytes), 'is not UTF-8');
  }
  if (text.includes('\0')) throw notText(place, bytes, bytes.indexOf(0), 'is a zero byte, as binary files have it');
  return text;
}

// Slow and exact, for the one block that failed: the decoder is fed byte by byte until it refuses.
function firstInvalidByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let index = 0; index < bytes.length; index += 1) {
    try {
      decoder.decode(bytes.subarray(index, index + 1), { stream: true });
    } catch {
      return index;
    }
  }
  return bytes.length - 1; // cut off in the middle of its last character
}

const WORKBOOK_NAME = /\.xls[bmx]?$/i;

function notText({ name, offset, line }: Place, bytes: Uint8Array, index: number, what: string): Error {
  const where = line + countLineEnds(bytes, index);
  const encoding = offset === 0 ? unmarkedUtf16(bytes) : null;
  if (encoding !== null)
    return fail('file_invalid', {
      message: `${name} looks like UTF-16 without its byte order mark: in line 1 every second byte is zero.`,
      hint: `Save it as CSV in UTF-8, or convert it: iconv -f ${encoding} -t UTF-8.`,
      details: { path: name, line: 1 },
    });
  return fail('file_invalid', {
    message: `${name} is not text: byte ${offset + index} (line ${where}) ${what}.`,
    hint: WORKBOOK_NAME.test(name)
      ? 'It is named like a workbook, and is none that can be read: open it in a spreadsheet program and save the sheet as CSV (UTF-8).'
      : 'Save it as CSV in UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8.',
    details: { path: name, byte: offset + index, line: where },
  });
}

function tooLong(name: string, line: number): Error {
  return fail('file_invalid', {
    message: `${name}: line ${line} is longer than ${LINE_BYTES_MAX / 1024} KB.`,
    hint: 'Write one recipient a line. A file without line ends, or with binary content in a cell, looks like this.',
    details: { path: name, line },
  });
}
