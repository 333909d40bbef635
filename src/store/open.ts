// From a store's name to an open store. The only file that will know more than one engine.

import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import { fail } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import { openSqliteStore } from './sqlite/open.ts';

/** True when there is a file to read. */
export function storeExists(db: string): boolean {
  return db === ':memory:' || existsSync(db);
}

/** Opens the store; a writable one is created and migrated on first use. Throws `store_unreadable`, `store_invalid`, `store_newer`. */
export async function openStore({ config, readOnly }: { readonly config: Config; readonly readOnly: boolean }): Promise<Store> {
  if (/^[a-z]+:\/\//i.test(config.db)) {
    throw fail('config_invalid', { message: `This version keeps its store in a file, not at ${config.db.split(':')[0]}://….`, hint: 'Give --db a path.' });
  }
  return openSqliteStore({ path: config.db, readOnly, fileMode: config.storeMode, busyTimeoutMs: config.busyTimeoutMs });
}
