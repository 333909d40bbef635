// Files that live in memory, for the tests of what reads them.

import type { AppError } from '../../src/errors.ts';
import { type FileRecord, type Header, readRecords, type RecordsOptions } from '../../src/send/records.ts';

export type Sheet = { readonly header: Header | null; readonly records: readonly FileRecord[]; readonly batches: number };

type Reading = Partial<RecordsOptions> & { readonly chunkBytes?: number };

/** The bytes of a file in pieces of a size. */
export function sourceOf(content: string | Uint8Array, chunkBytes = 1_000_000): () => AsyncIterable<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return async function* chunks() {
    for (let from = 0; from < bytes.length; from += chunkBytes) yield bytes.subarray(from, from + chunkBytes);
  };
}

/** Bytes cut into pieces of these sizes, one after the other; the rest is one piece. */
export async function* piecesOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from = Math.min(from + size, bytes.length);
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

/** Everything in a file. */
export async function read(content: string | Uint8Array, { chunkBytes, ...options }: Reading = {}): Promise<Sheet> {
  let header: Header | null = null;
  const records: FileRecord[] = [];
  let batches = 0;
  for await (const batch of readRecords(sourceOf(content, chunkBytes), { name: 'people.csv', format: null, rename: {}, ...options })) {
    header = batch.header;
    records.push(...batch.records);
    batches += 1;
  }
  return { header, records, batches };
}

/** The cells of every row of a file. */
export async function cellsOf(content: string | Uint8Array, options?: Reading): Promise<readonly (readonly (string | undefined)[])[]> {
  return (await read(content, options)).records.map(({ cells }) => cells);
}

/** The error that a promise ends with. */
export async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  return promise.then(
    () => {
      throw new Error('it went well');
    },
    (error: unknown) => error as AppError,
  );
}
