// The composition root: puts real parts behind the ports, opens each when it is first used, closes all of them once.

import { resolve } from 'node:path';
import { type Channels, createChannels } from './channels.ts';
import type { Config, HookSettings } from './config.ts';
import type { Clock, Io, KeyedDigest } from './ports/host.ts';
import type { Hook } from './ports/hook.ts';
import type { Store } from './ports/store.ts';
import type { TransportName } from './domain/sender.ts';
import { createIds, type IdSource, type WorkerId } from './values/id.ts';
import { toInstant } from './values/time.ts';

/** Everything a command may use. The store and the key are opened on first use, so that `--help` and a wrong flag open nothing. */
export type App = Channels & {
  readonly config: Config;
  readonly io: Io;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly workerId: WorkerId;
  /** Aborts on the first Ctrl-C: finish what is in flight, then stop. */
  readonly interrupted: AbortSignal;
  /** The version of Node that runs this. */
  readonly nodeVersion: string;
  /** A path that was given from here, as it is named from everywhere. */
  readonly absolutePath: (path: string) => string;
  /** Hex SHA-256, for content that is public. */
  readonly digest: (text: string) => string;
  readonly keyedDigest: () => Promise<KeyedDigest>;
  /** The store, made and migrated where it is not there yet. */
  readonly store: () => Promise<Store>;
  /** The store that was opened to write, where the command did so. */
  readonly writtenStore: () => Store | null;
  /** The hook with its secret. Throws `secret_missing`. */
  readonly budgetHook: (settings: HookSettings) => Promise<Hook>;
  /** The store for a process that must stay awake: while another one writes, it blocks for a moment only, and then throws `store_busy`. */
  readonly servingStore: () => Promise<Store>;
  /** The store for reading only; null where none was founded, and nothing is created. */
  readonly reader: () => Promise<Store | null>;
  /** What a command needs that only asks: the store for reading, or a fresh one in memory where there is none. */
  readonly asking: () => Promise<Pick<App, 'keyedDigest'> & { readonly store: Store }>;
  /** The transports whose messages cannot have left a process that died. */
  readonly diedWithProcess: readonly TransportName[];
  /** The same app on a store that lives in memory until it is closed, with these variables in its environment: the secrets of its senders. */
  readonly throwAway: (variables?: Readonly<Record<string, string>>) => App;
  readonly close: () => Promise<void>;
};

export type AppParts = {
  readonly config: Config;
  readonly io: Io;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupted: AbortSignal;
};

const SERVING_BUSY_MS = 50;

/** Builds the app of one command. */
export function createApp({ config, io, env, interrupted }: AppParts): App {
  const clock = createClock(config);
  const ids = createIds(cheapBytes);
  const opened: { readonly close: () => Promise<void> }[] = [];
  const keep = <Resource extends { readonly close: () => Promise<void> }>(resource: Resource): Resource => {
    opened.push(resource);
    return resource;
  };
  const { open, openServing, read, written } = createStores({ config, env, clock, ids, keep });
  const digestOf = async (store: Store): Promise<KeyedDigest> => {
    const { checkStoreKey, createKeyedDigest, readStoreKey } = await import('./store/key.ts');
    const key = readStoreKey(config.db, env);
    checkStoreKey(config.db, key, await store.keyCheck());
    return createKeyedDigest(key);
  };
  const throwAway: App['throwAway'] = (variables = {}) =>
    createApp({ config: { ...config, db: ':memory:', sender: null, budgetHook: null }, io, env: { ...env, ...variables }, interrupted });
  const keyedDigest = once(async () => digestOf(await open())); // the key is made together with the store
  const workerId = ids.sortable<'worker'>(clock.now());
  const journal = async () => (await open()).journal(workerId);
  const channels = createChannels({ config, env, clock, keyedDigest, journal, keep: (transport) => keep(transport) });
  return {
    config,
    io,
    clock,
    ids,
    workerId,
    interrupted,
    nodeVersion: process.versions.node,
    absolutePath: (path) => resolve(path),
    digest: sha256,
    keyedDigest,
    asking: async () => {
      const store = await read();
      if (store !== null) return { store, keyedDigest: () => digestOf(store) };
      const scratch = throwAway();
      keep(await scratch.store());
      return { store: await scratch.store(), keyedDigest: scratch.keyedDigest };
    },
    store: open,
    writtenStore: written,
    servingStore: openServing,
    reader: config.db === ':memory:' ? open : read,
    budgetHook: async ({ url, secretEnv }) => {
      const { createHook } = await import('./hook.ts');
      return createHook(url, channels.secret({ env: secretEnv }));
    },
    ...channels,
    diedWithProcess: ['sandbox'],
    throwAway,
    close: async () => {
      for (const resource of opened.toReversed()) await resource.close(); // what leans on the store first
    },
  };
}

type StoreParts = Pick<AppParts, 'config' | 'env'> & Pick<App, 'clock' | 'ids'> & { readonly keep: (store: Store) => Store };

// The ways to the store, each opened once. A process has one journal, whichever way it sends.
function createStores({ config, env, clock, ids, keep }: StoreParts) {
  let opened: Store | null = null;
  const journals = once(async () => (await import('./store/journal.ts')).createJournals(config.db));
  const open = once(async () => {
    const { openStore } = await import('./store/open.ts');
    const store = keep(await openStore({ config, readOnly: false, journals: await journals() }));
    if (await store.isEmpty()) {
      const { foundStore } = await import('./found.ts');
      await foundStore({ store, config, env, now: clock.now(), ids, secretBytes, digest: sha256 });
    }
    opened = store;
    return store;
  });
  const openServing = once(async () => {
    const store = await open();
    if (config.db === ':memory:') return store;
    const { openStore } = await import('./store/open.ts');
    const busyTimeoutMs = Math.min(config.busyTimeoutMs, SERVING_BUSY_MS);
    return keep(await openStore({ config: { ...config, busyTimeoutMs }, readOnly: false, journals: await journals() }));
  });
  const read = once(async () => {
    const { openStore, storeExists } = await import('./store/open.ts');
    if (!storeExists(config.db)) return null;
    const store = keep(await openStore({ config, readOnly: true }));
    return (await store.isEmpty()) ? null : store; // another process is just making it
  });
  return { open, openServing, read, written: () => opened };
}

// A clock that was set by hand moves only while somebody sleeps: what waits for a rate or a retry goes on, and all else happens at one moment.
function createClock({ now: fixed }: Config): Clock {
  let slept = 0;
  return {
    now: () => toInstant(fixed === null ? Date.now() : fixed + slept),
    sleep: async (milliseconds, signal) => {
      const until = slept + milliseconds;
      const { setTimeout: wait } = await import('node:timers/promises');
      await wait(milliseconds, undefined, { signal }).then(
        () => (slept = Math.max(slept, until)),
        () => undefined,
      );
    },
    yield: () => new Promise((resolve) => void setImmediate(resolve)),
  };
}

// For ids, which are no secrets: V8 seeds its generator from the system's entropy in each process, and node:crypto takes 3 ms of a start.
function cheapBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => Math.floor(Math.random() * 256));
}

function secretBytes(count: number): Uint8Array {
  return process.getBuiltinModule('node:crypto').randomBytes(count);
}

// Loaded when it is first needed: most commands have nothing to digest, and the module takes 3 ms of a start.
function sha256(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
