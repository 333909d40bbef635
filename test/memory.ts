// A real store in memory, for tests of what uses one.

import { it } from 'vitest';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { type Started, start } from './conformance/store/fixture.ts';

/** A founded store with a sender, a card and two templates. It is gone when nobody holds it any more. */
export function startInMemory(): Promise<Started> {
  return start({
    open: async () => {
      const store = await openSqliteStore({ path: ':memory:', readOnly: false, busyTimeoutMs: 0 });
      const connect = () => Promise.reject(new Error('a store in memory has one connection'));
      return { store, connect, place: ':memory:', close: store.close };
    },
    needs: () => it.skip,
  });
}
