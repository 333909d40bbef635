// A whole file as text, for the small files that are read at once: a template, a price card. Files of people are read as streams instead.

import { fail } from '../errors.ts';
import type { Io } from '../ports/host.ts';
import { titleOf } from '../values/text.ts';

/**
 * The text of a file, or of standard input for `-`, without its byte order mark. Throws `file_unreadable`, or `file_invalid` when it is
 * empty, not UTF-8, or larger than `bytesMax`.
 */
export async function readText(io: Pick<Io, 'read'>, path: string, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of io.read(path)) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw invalid(path, `has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  const text = decode(path, Buffer.concat(chunks));
  if (text.trim() === '') throw invalid(path, 'is empty');
  return text;
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid(path, 'is not UTF-8 text');
  }
}

function invalid(path: string, reason: string): Error {
  return fail('file_invalid', { message: `${titleOf(path)} ${reason}.`, hint: 'Check that it is the right file.', details: { path } });
}
