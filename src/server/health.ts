// Whether a server is ready: only while its store answers and it takes what comes.

import type { DirectoryStore } from '../ports/store/directory.ts';

export type Health = { readonly status: 'ok' | 'store_unavailable' | 'stopping' };

/** Asks the store the cheapest question it has. */
export async function healthOf(store: Pick<DirectoryStore, 'isEmpty'>, isStopping: boolean): Promise<Health> {
  if (isStopping) return { status: 'stopping' };
  try {
    await store.isEmpty();
    return { status: 'ok' };
  } catch {
    return { status: 'store_unavailable' };
  }
}
