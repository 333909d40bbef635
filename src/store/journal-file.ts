// The file of one journal: opened once, appended to, and written anew when it has grown long.

import { closeSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Journal } from '../ports/journal.ts';
import { diskError } from './disk.ts';
import { lineOfAnswer, lineOfLeaving, messageOf } from './journal-lines.ts';

export type JournalFile = Journal & {
  /** Never fails: an answer is noted for an accident, and is in the books in a moment. */
  readonly flush: () => void;
  /** In bytes. */
  readonly size: () => number;
  /** Leaves out the lines of all other messages. Whoever reads it meanwhile finds the old file or the new one. Never fails. */
  readonly shorten: (keep: ReadonlySet<string>) => void;
  readonly close: () => void;
};

/** Makes the file, private, with its title. */
export function beginJournal(path: string, title: string): JournalFile {
  let lines = refusing(path, () => openLines(path, title));
  let answers = ''; // not handed over yet

  const flush = (): void => {
    if (answers === '') return;
    quietly(() => {
      lines.append(answers);
      answers = '';
    });
  };
  return {
    leave: (requests) =>
      refusing(path, () => {
        lines.append(requests.reduce((text, request) => text + lineOfLeaving(request), answers));
        answers = '';
      }),
    answered: (delivery) => {
      answers += lineOfAnswer(delivery);
    },
    flush,
    size: () => lines.size(),
    shorten: (keep) =>
      quietly(() => {
        const kept = readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => keep.has(messageOf(line)));
        const shorter = openLines(nextOf(path), [title, ...kept.map((line) => `${line}\n`)].join(''));
        renameSync(nextOf(path), path);
        lines.close();
        lines = shorter;
      }),
    close: () => {
      flush();
      lines.close();
    },
  };
}

/** The content of a file; null where there is none. Throws `store_unreadable`. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw diskError(error, { what: `${path} cannot be read`, path });
  }
}

/** Removes a journal, and the draft of a shorter one. */
export function removeJournal(path: string): void {
  for (const file of [path, nextOf(path)]) {
    // Not by rmSync, which Node loads its removal of whole trees for: 0.7 ms of a start.
    try {
      unlinkSync(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function nextOf(path: string): string {
  return `${path}.next`;
}

type Lines = {
  /** The text is the system's when this returns. */
  readonly append: (text: string) => void;
  readonly size: () => number;
  readonly close: () => void;
};

function openLines(path: string, text: string): Lines {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const descriptor = openSync(path, 'w', 0o600);
  let size = 0;
  let isTorn = false;
  const append = (more: string): void => {
    const whole = isTorn ? `\n${more}` : more;
    isTorn = true; // where a full disk cuts it short, the next line begins anew
    let done = writeSync(descriptor, whole); // faster than bytes made of it first
    const length = Buffer.byteLength(whole);
    while (done < length) done += writeSync(descriptor, Buffer.from(whole), done);
    isTorn = false;
    size += length;
  };
  const close = (): void => closeSync(descriptor);
  try {
    append(text);
  } catch (cause) {
    close();
    throw cause;
  }
  return { append, size: () => size, close };
}

function refusing<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw diskError(cause, { what: `The journal ${path}, which tells after an accident what was sent, cannot be written`, path });
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // what is not noted is unknown after an accident, and nothing else
  }
}
