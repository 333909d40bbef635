// Signs of life: each sending process holds the lock of a small file of its own, which the kernel frees on any death. Clocks can jump and process
// numbers can be reused; a held lock can do neither.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { WorkerId } from '../../values/id.ts';

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

/** The signs of life beside a store file. A store in memory has no other processes. */
export function createLiveness(storePath: string): Liveness {
  const directory = `${storePath}.workers`;
  const fileOf = (workerId: WorkerId): string => join(directory, workerId);
  let held: { readonly workerId: WorkerId; readonly lock: Database.Database } | undefined;

  const hold = (workerId: WorkerId): void => {
    if (storePath === ':memory:' || held !== undefined) return;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    held = { workerId, lock: lockFile(fileOf(workerId)) };
  };

  const ifDead = (workerId: WorkerId, work: () => void): boolean => {
    // Never open our own file a second time: closing that copy would free our lock (POSIX locks belong to the process).
    if (workerId === held?.workerId || storePath === ':memory:') return false;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    let lock: Database.Database;
    try {
      lock = lockFile(fileOf(workerId));
    } catch (error) {
      if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return false;
      throw error;
    }
    try {
      work();
      rmSync(fileOf(workerId), { force: true });
    } finally {
      lock.close();
    }
    return true;
  };

  const release = (): void => {
    if (held === undefined) return;
    rmSync(fileOf(held.workerId), { force: true });
    held.lock.close();
    held = undefined;
  };

  return { hold, ifDead, release };
}

// An empty SQLite file in an exclusive transaction: a lock that Node itself does not offer. Nothing is ever written to it.
function lockFile(path: string): Database.Database {
  const lock = new Database(path, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}
