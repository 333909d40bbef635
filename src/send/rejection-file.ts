// The list of errors that `--errors` asks for: written while a file is read, so that a million invalid rows take no memory.

import { fail } from '../errors.ts';
import type { Io } from '../ports/host.ts';
import type { FileRecord, Header } from './records.ts';
import { type Rejection, rejectionHeader, rejectionLine } from './rejections.ts';

export type RejectionFile = {
  readonly add: (rejection: Rejection, record: Pick<FileRecord, 'original'>, header: Pick<Header, 'original'>) => void;
  /** Resolves when what was added is handed over. Throws `file_unwritable`. */
  readonly flush: () => Promise<void>;
  /** Writes the rest and puts the file in its place. Also after an error, or the file never appears. */
  readonly close: () => Promise<void>;
};

/** Passes when the list of errors would not take the place of the file that is read. Throws `invalid_input`. */
export function checkErrorsPath(io: Pick<Io, 'isSameFile'>, errorsPath: string | null, path: string): void {
  if (errorsPath === null || errorsPath === '-' || path === '-' || !io.isSameFile(errorsPath, path)) return;
  throw fail('invalid_input', {
    message: `errors: ${path} is the file that is read.`,
    hint: 'Give the list of errors a name of its own.',
    details: { option: 'errors' },
  });
}

/** Begins the list. It has its header even when no row is rejected. */
export function openRejectionFile(io: Pick<Io, 'writeFile'>, path: string): RejectionFile {
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
      await written;
    },
  };
}
