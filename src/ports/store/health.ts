// How a store is: what the disk says of it, and what lies in it that a person should know of. Reads only.

import type { Instant } from '../../values/time.ts';

/** How many there are, and since when the oldest has been so; null where there is none. */
export type Backlog = { readonly count: number; readonly oldestAt: Instant | null };

export type StoreHealth = {
  /** The engine with its version, in words. */
  readonly engine: string;
  readonly schema: number;
  /** The permission bits of the file; null for a store without a file. */
  readonly mode: number | null;
  /** Room on its disk; null for a store without a file. */
  readonly freeBytes: number | null;
  /** Messages that processes claimed which are dead now; the next command that sends takes them back. */
  readonly deadClaims: number;
  /** Messages whose outcome is not known. */
  readonly unknown: Backlog;
  readonly queued: Backlog;
  /** What waits for its time, and when the first of it is due. */
  readonly scheduled: { readonly count: number; readonly nextAt: Instant | null };
  /** When the newest message was admitted: the clock stood there at least. Null without a message. */
  readonly newestAt: Instant | null;
};

export type HealthStore = {
  /** Looks at the whole store, whatever the sender. */
  readonly health: () => Promise<StoreHealth>;
};
