// SQLite sits the exam: in memory, and on a file that is opened anew for every single call.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { type OpenedStore, storeConformance } from '../conformance/store/exam.ts';

storeConformance('SQLite in memory', openInMemory, []);
storeConformance('SQLite on a file', openForEachCall, ['several_connections', 'several_processes']);

async function openInMemory(): Promise<OpenedStore> {
  const store = await connect(':memory:');
  return { store, connect: () => Promise.reject(new Error('a store in memory has one connection')), place: ':memory:', close: store.close };
}

async function openOnFile(): Promise<OpenedStore> {
  const directory = mkdtempSync(join(tmpdir(), 'tollbell-store-'));
  const path = join(directory, 't.db');
  const open: Store[] = [await connect(path)];
  const connectOnceMore = async (): Promise<Store> => {
    const store = await connect(path);
    open.push(store);
    return store;
  };
  const close = async (): Promise<void> => {
    for (const store of open) await store.close();
    rmSync(directory, { recursive: true });
  };
  const [store] = open;
  if (store === undefined) throw new Error('the store was opened above');
  return { store, connect: connectOnceMore, place: path, close };
}

// Nothing may live in the process alone: what one call leaves, the next must find in the file.
async function openForEachCall(): Promise<OpenedStore> {
  const opened = await openOnFile();
  const call = async (name: keyof Store, parameters: readonly unknown[]): Promise<unknown> => {
    const store = await opened.connect();
    try {
      return await (store[name] as (...values: readonly unknown[]) => Promise<unknown>)(...parameters);
    } finally {
      await store.close();
    }
  };
  const store = new Proxy(opened.store, {
    get:
      (_, name) =>
      (...parameters: readonly unknown[]) =>
        call(name as keyof Store, parameters),
  });
  return { ...opened, store };
}

async function connect(path: string): Promise<Store> {
  return openSqliteStore({ path, readOnly: false, busyTimeoutMs: 5_000 });
}
