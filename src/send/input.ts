// A file that is read, and the list of errors beside it: opened together, closed together, whatever goes wrong between.

import type { Io, RepeatableSource } from '../ports/host.ts';
import { beginRejections, type RejectionFile, storeFiles } from './rejection-file.ts';

export type InputOptions = {
  readonly path: string;
  /** Where to write the rows that were not taken; null for nowhere. */
  readonly errorsPath: string | null;
  /** The store's path, whose files the list must not replace. */
  readonly db: string;
};

export type Input = {
  readonly source: RepeatableSource;
  readonly errors: RejectionFile | null;
  /** Deletes what was copied and puts the list in its place. */
  readonly close: () => Promise<void>;
};

/** Does the work and closes after it. Where the work fails, its error is the one to tell, and not what closing says after it. */
export async function closeAfter<Result>(close: Input['close'], work: () => Promise<Result>): Promise<Result> {
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  await close();
  return result;
}

/** Opens both; a source that is compressed gives what it holds. Throws `file_unreadable`, `file_unwritable`, `invalid_input`, and leaves nothing open then. */
export async function openInput(io: Io, { path, errorsPath, db }: InputOptions): Promise<Input> {
  const source = await io.openRepeatable(path);
  try {
    const errors = await beginRejections(io, { path: errorsPath, avoid: [path, ...storeFiles(db)] });
    const close = async (): Promise<void> => {
      await source.close();
      await errors?.close();
    };
    return { source: { ...source, read: () => io.unpacked(source.read(), source.name) }, errors, close };
  } catch (error) {
    await source.close();
    throw error;
  }
}
