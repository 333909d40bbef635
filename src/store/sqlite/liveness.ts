// Signs of life: each sending process holds the lock of a small file of its own, which the kernel frees on any death. Clocks can jump and process
// numbers can be reused; a held lock can do neither.

import { mkdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../../errors.ts';
import type { WorkerId } from '../../values/id.ts';
import { diskError } from '../disk.ts';

export type Liveness = {
  /** Shows that this worker lives, from now until `release` or death. */
  readonly hold: (workerId: WorkerId) => void;
  /**
   * Runs the work if the worker is dead, and keeps every other process from doing the same meanwhile. False when it lives, or another
   * process is burying it.
   */
  readonly ifDead: (workerId: WorkerId, work: () => void) => boolean;
  readonly release: () => void;
};

/** A held lock on a file, until it is closed or the process dies. */
export type FileLock = { readonly close: () => void };

/** Takes the lock of a file, which is made where it is not there; null when another process holds it. */
export type TakeLock = (path: string) => FileLock | null;

// Locks are held on to here, since a store that nothing can reach any more is collected, and its lock with it, while its process may still be sending.
const holding = new Set<FileLock>();

/** The signs of life beside a store file. A store in memory has no other processes. */
export function createLiveness(storePath: string, takeLock: TakeLock): Liveness {
  const directory = `${storePath}.workers`;
  const fileOf = (workerId: WorkerId): string => join(directory, workerId);
  let held: { readonly workerId: WorkerId; readonly lock: FileLock } | undefined;

  const lockOf = (workerId: WorkerId): FileLock | null => {
    const path = fileOf(workerId);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return takeLock(path);
    } catch (cause) {
      throw diskError(cause, { what: `The file ${path}, by which other processes know that this one lives, cannot be made`, path });
    }
  };

  const hold = (workerId: WorkerId): void => {
    if (storePath === ':memory:' || held !== undefined) return;
    const lock = lockOf(workerId);
    assert(lock !== null, 'nobody else holds the lock of a worker that has just begun');
    held = { workerId, lock };
    holding.add(lock);
  };

  const ifDead = (workerId: WorkerId, work: () => void): boolean => {
    // Never open our own file a second time: closing that copy would free our lock (POSIX locks belong to the process).
    if (workerId === held?.workerId || storePath === ':memory:') return false;
    const lock = lockOf(workerId);
    if (lock === null) return false;
    try {
      work();
      removeFile(fileOf(workerId));
    } finally {
      lock.close();
    }
    return true;
  };

  const release = (): void => {
    if (held === undefined) return;
    removeFile(fileOf(held.workerId));
    held.lock.close();
    holding.delete(held.lock);
    held = undefined;
  };

  return { hold, ifDead, release };
}

// Not by rmSync, which Node loads its removal of whole trees for: 0.7 ms of a start.
function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
