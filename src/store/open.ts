// From a store's name to an open store. The only file that will know more than one engine; each is loaded when it is wanted.

import { statSync } from 'node:fs';
import type { Config } from '../config.ts';
import { type AppError, fail } from '../errors.ts';
import type { Journals } from './journal.ts';
import type { Store } from '../ports/store.ts';

/** True when there is a file to read, and also when that cannot be told: opening it then says why, where "no store" would give an empty bill. */
export function storeExists(db: string): boolean {
  if (db === ':memory:') return true;
  try {
    return statSync(db, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

export type StoreOptions = {
  readonly config: Config;
  readonly readOnly: boolean;
  /** Where several connections of a process share them. */
  readonly journals?: Journals;
};

/**
 * Opens the store; a writable one is created and migrated on first use. Throws `store_unreadable`, `store_invalid`, `store_newer`, `store_busy`,
 * and `driver_missing` where the installation is not whole.
 */
export async function openStore({ config, readOnly, journals }: StoreOptions): Promise<Store> {
  try {
    const { openSqliteStore } = await import('./sqlite/open.ts');
    return await openSqliteStore({
      path: config.db,
      readOnly,
      busyTimeoutMs: config.busyTimeoutMs,
      ...(journals === undefined ? {} : { journals }),
    });
  } catch (error) {
    throw isDriverError(error) ? driverMissing(error) : error;
  }
}

// Not installed, or installed without its binary, which npm leaves out where install scripts are not allowed.
function isDriverError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED' || error.message.includes('bindings file');
}

function driverMissing(cause: Error): AppError {
  return fail('driver_missing', {
    hint: 'Install again with scripts allowed: npm install -g tollbell --allow-scripts=better-sqlite3',
    cause,
  });
}
