// The dispatch journals beside a store, one for each worker: lines that are appended and never waited for. They outlive the process and not the machine, so
// each names the boot in which it was written, and says nothing in another one.

import { join } from 'node:path';
import { type Journal, NO_JOURNAL } from '../ports/journal.ts';
import type { MessageId, WorkerId } from '../values/id.ts';
import { beginJournal, type JournalFile, readIfThere, removeJournal } from './journal-file.ts';
import { type JournalRecord, parseJournal, titleLine } from './journal-lines.ts';

export type Journals = {
  /** The journal of a worker of this process. Its file is there when this returns. Throws `store_full` and `store_unreadable`. */
  readonly open: (workerId: WorkerId) => Journal;
  /** Hands over to the system what came back, and leaves out of a file that has grown long what is not in flight any more. Never fails. */
  readonly flush: (inFlight: InFlight) => void;
  /** What the journal of a dead worker says; null where it has none of this boot. Throws `store_unreadable`. */
  readonly read: (workerId: WorkerId) => JournalRecord | null;
  /** Removes the journal of a dead worker whose claims are taken back. */
  readonly remove: (workerId: WorkerId) => void;
  /** Ends the journal of this process, and removes it where nothing of its worker is in flight. */
  readonly close: (inFlight: InFlight) => void;
};

type InFlight = (workerId: WorkerId) => readonly MessageId[];

/** Some ten thousand messages. To write anew what of them is in flight takes some milliseconds. */
const LONG_BYTES = 1_048_576;

/** Linux names each boot here. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** The journals beside a store. There are none for a store in memory, nor where the system does not name its boots: the dead then leave unknown outcomes. */
export function createJournals(storePath: string): Journals {
  const fileOf = (workerId: WorkerId): string => join(`${storePath}.workers`, `${workerId}.journal`);
  const title = (): string | null => (storePath === ':memory:' ? null : titleLine(readIfThere(BOOT_ID)));
  let own: { readonly workerId: WorkerId; readonly file: JournalFile } | undefined;

  return {
    open: (workerId) => {
      const line = own === undefined ? title() : null;
      if (line !== null) own = { workerId, file: beginJournal(fileOf(workerId), line) };
      return own?.file ?? NO_JOURNAL;
    },
    flush: (inFlight) => {
      if (own === undefined) return;
      const { workerId, file } = own;
      file.flush();
      if (file.size() > LONG_BYTES) file.shorten(new Set(inFlight(workerId)));
    },
    read: (workerId) => {
      const line = title();
      const text = line === null ? null : readIfThere(fileOf(workerId));
      return line === null || text === null ? null : parseJournal(text, line);
    },
    remove: (workerId) => removeJournal(fileOf(workerId)),
    close: (inFlight) => {
      if (own === undefined) return;
      const { workerId, file } = own;
      own = undefined;
      file.close();
      if (isIdle(workerId, inFlight)) removeJournal(fileOf(workerId));
    },
  };
}

// A store that cannot be asked any more: whoever opens it next looks.
function isIdle(workerId: WorkerId, inFlight: InFlight): boolean {
  try {
    return inFlight(workerId).length === 0;
  } catch {
    return false;
  }
}
