// The list of errors that `--errors` asks for: written while a file is read, so that a million invalid rows take no memory.

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

/** Begins the list. It has its header even when no row is rejected. */
export function openRejectionFile(io: Pick<Io, 'writeFile'>, path: string): RejectionFile {
  let waiting = '';
  let hasHeader = false;
  let isOver = false;
  let wakeWriter = (): void => undefined;
  let wakeAdder = (): void => undefined;
  async function* chunks(): AsyncGenerator<string> {
    while (!isOver || waiting !== '') {
      if (waiting === '') {
        wakeAdder();
        await new Promise<void>((resolve) => (wakeWriter = resolve));
        continue;
      }
      const chunk = waiting;
      waiting = '';
      yield chunk;
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
