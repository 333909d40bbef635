// UTF-16, as spreadsheets save it as «Unicode text», made UTF-8. Told by its byte order mark; everything else passes as it is.

import { fail } from '../errors.ts';

/** The bytes of a text as UTF-8. Throws `file_invalid` at what is no UTF-16 in a file that begins as such. */
export async function* toUtf8(source: AsyncIterable<Uint8Array>, title: string): AsyncGenerator<Uint8Array> {
  let transcoder: Transcoder | null | undefined;
  let rest: Uint8Array = EMPTY;
  for await (const chunk of source) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = EMPTY;
    if (transcoder === undefined && bytes.length < MARK_BYTES) {
      rest = bytes;
      continue;
    }
    if (transcoder === undefined) transcoder = transcoderFor(bytes, title); // null is an answer, too
    if (transcoder === null) yield bytes;
    else {
      const length = wholeLength(bytes, transcoder.highByte);
      rest = bytes.slice(length);
      if (length > 0) yield transcoder.toUtf8(bytes.subarray(0, length));
    }
  }
  if (rest.length > 0) yield transcoder?.toUtf8(rest) ?? rest; // half a pair is an error there
}

const EMPTY = new Uint8Array(0);
const MARK_BYTES = 2;

type Transcoder = {
  /** Which byte of a pair is the high one. */
  readonly highByte: 0 | 1;
  readonly toUtf8: (bytes: Uint8Array) => Uint8Array;
};

function transcoderFor(bytes: Uint8Array, title: string): Transcoder | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return transcoder('utf-16le', 1, title);
  return first === 0xfe && second === 0xff ? transcoder('utf-16be', 0, title) : null;
}

const LINE_ENDS: readonly number[] = [10, 13];

/**
 * The name of what a text without a mark seems to be, by its first line: in UTF-16 every second byte of a line in Latin-1 letters is zero. Null for anything else, other
 * scripts among it: to be sure of those one would have to know them.
 */
export function unmarkedUtf16(bytes: Uint8Array): 'UTF-16LE' | 'UTF-16BE' | null {
  const end = bytes.findIndex((byte) => LINE_ENDS.includes(byte));
  const line = bytes.subarray(0, end === -1 ? bytes.length : end);
  const pairs = line.subarray(0, line.length - (line.length % 2));
  const hasZeros = (rest: 0 | 1): boolean => pairs.every((byte, index) => (byte === 0) === (index % 2 === rest));
  if (pairs.length === 0) return null;
  if (hasZeros(1)) return 'UTF-16LE';
  return hasZeros(0) ? 'UTF-16BE' : null;
}

// The mark stays in: the reader of UTF-8 leaves it out.
function transcoder(encoding: 'utf-16le' | 'utf-16be', highByte: 0 | 1, title: string): Transcoder {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const encoder = new TextEncoder();
  let line = 1;
  return {
    highByte,
    toUtf8: (bytes) => {
      let text: string;
      try {
        text = decoder.decode(bytes);
      } catch (cause) {
        throw notUtf16(title, line + lineEndsBefore(new TextDecoder(encoding).decode(bytes), '\ufffd'), cause);
      }
      line += lineEndsBefore(text, null);
      return encoder.encode(text);
    },
  };
}

// Without the half of a pair of bytes, or of a pair of surrogates, that a chunk may end with.
function wholeLength(bytes: Uint8Array, highByte: 0 | 1): number {
  const even = bytes.length - (bytes.length % 2);
  const last = bytes[even - 2 + highByte] ?? 0;
  return last >= 0xd8 && last <= 0xdb ? even - 2 : even;
}

function lineEndsBefore(text: string, mark: string | null): number {
  return (mark === null ? text : text.slice(0, text.indexOf(mark))).split('\n').length - 1;
}

function notUtf16(title: string, line: number, cause: unknown): Error {
  return fail('file_invalid', {
    message: `${title} is not text: line ${line} is not UTF-16, as the file begins.`,
    hint: 'Save it as CSV in UTF-8.',
    cause,
    details: { path: title, line },
  });
}
