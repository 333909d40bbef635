// The list of errors that `--errors` asks for: written while a file is read, so that a million invalid rows take no memory.

import { AppError, fail } from '../errors.ts';
import type { Io } from '../ports/host.ts';
import type { FileRecord, Header } from './records.ts';
import { type Rejection, rejectionHeader, rejectionLine } from './rejections.ts';

export type RejectionFile = {
  readonly add: (rejection: Rejection, record: Pick<FileRecord, 'original'>, header: Pick<Header, 'original'>) => void;
  /** Resolves when what was added is handed over. Throws `file_unwritable`. */
  readonly flush: () => Promise<void>;
  /** Writes the rest and puts the file in its place. Also after an error, or the file never appears. Throws `output_unwritable`: it comes last. */
  readonly close: () => Promise<void>;
};

/** Where the list goes, and the files whose place it must not take: the one that is read, and the store's. */
export type RejectionTarget = { readonly path: string | null; readonly avoid: readonly string[] };

/**
 * Begins the list, if one was asked for; it has its header even when no row is rejected. Throws `invalid_input` where it would take the place of another
 * file, and `file_unwritable` where it cannot be written: now, and not when everything has been sent.
 */
export async function beginRejections(
  io: Pick<Io, 'isSameFile' | 'writeFile'>,
  { path, avoid }: RejectionTarget,
): Promise<RejectionFile | null> {
  if (path === null) return null;
  const taken = avoid.find((other) => path !== '-' && other !== '-' && io.isSameFile(path, other));
  if (taken !== undefined) {
    throw fail('invalid_input', {
      message: `errors: ${path} is a file that this command uses.`,
      hint: 'Give the list of errors a name of its own.',
      details: { option: 'errors' },
    });
  }
  const file = openRejectionFile(io, path);
  await file.flush();
  return file;
}

/** The files of a store, which nothing else may write. */
export function storeFiles(db: string): readonly string[] {
  return ['', '-wal', '-shm', '.key'].map((suffix) => `${db}${suffix}`);
}

function openRejectionFile(io: Pick<Io, 'writeFile'>, path: string): RejectionFile {
  let waiting = '';
  let hasHeader = false;
  let isOver = false;
  let wakeWriter = (): void => undefined;
  let wakeAdder = (): void => undefined;
  async function* chunks(): AsyncGenerator<string> {
    for (;;) {
      const chunk = waiting;
      waiting = '';
      if (chunk !== '') yield chunk;
      else if (isOver) return;
      else {
        wakeAdder();
        await new Promise<void>((resolve) => (wakeWriter = resolve));
      }
    }
  }
  const written = io.writeFile(path, chunks());
  written.catch(() => undefined); // told by flush and close
  return {
    add: (rejection, record, header) => {
      if (!hasHeader) waiting += rejectionHeader(header.original);
      hasHeader = true;
      waiting += rejectionLine(rejection, record.original);
    },
    flush: async () => {
      const isIdle = new Promise<void>((resolve) => (wakeAdder = resolve));
      wakeWriter();
      await Promise.race([isIdle, written]);
    },
    close: async () => {
      if (!hasHeader) waiting += rejectionHeader([]);
      isOver = true;
      wakeWriter();
      await written.catch(listLost);
    },
  };
}

// By now messages may have been sent, and `file_unwritable` promises that nothing was done.
function listLost(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'file_unwritable') throw error;
  throw fail('output_unwritable', {
    message: error.message,
    hint: 'What was done stays done; the list of errors is lost. The same command with another path for it repeats nothing.',
    cause: error,
    details: error.details,
  });
}
