// The machine on which the processes run: one store in memory, each process with a view of its own of it, signs of life, and a plug that somebody may pull.

import { createJournals } from '../../src/store/journal.ts';
import Database from 'better-sqlite3';
import { AppError, fail } from '../../src/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { createSqlite, type Sqlite } from '../../src/store/sqlite/database.ts';
import type { Liveness } from '../../src/store/sqlite/liveness.ts';
import { createSqliteStore, openSqlite } from '../../src/store/sqlite/open.ts';
import { createIds, type IdSource, type WorkerId } from '../../src/values/id.ts';
import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import type { Faults } from './faults.ts';
import { type Process, startProcess } from './process.ts';

/** A store in memory dies with its machine, and so does what was noted beside it. */
const NO_JOURNALS = createJournals(':memory:');

/** A process with what it needs. */
export type Running = { readonly process: Process; readonly store: Store; readonly workerId: WorkerId };

/** Told of each operation of a store that was committed, in the order of the commits. */
export type Watch = (operation: keyof Store, given: readonly unknown[], result: unknown) => void;

export type Machine = {
  readonly ids: IdSource;
  /** Starts a process; it ends when `main` does. What `main` throws and is no error of the user's is a failure of the history. */
  readonly spawn: (name: string, main: (running: Running) => Promise<void>) => Process;
  /** Whether the kernel holds the lock of a worker. */
  readonly lives: (workerId: WorkerId) => boolean;
  /** The store as it is now, for who stands outside. */
  readonly look: () => Store;
  /** Asks the database itself: what it answers is nobody's code. */
  readonly sql: (sql: string, ...given: readonly unknown[]) => readonly unknown[];
  readonly cutPower: () => void;
  readonly counts: { crashes: number; powerCuts: number };
  readonly close: () => void;
};

export type MachineParts = {
  readonly engine: Engine;
  readonly chance: Chance;
  readonly faults: () => Pick<Faults, 'crash' | 'stall' | 'busy'>;
  readonly watch: Watch;
  /** Told when a process was killed. */
  readonly onDeath: () => void;
  readonly onFailure: (what: string) => void;
};

/** SQLite's number for `synchronous = FULL`. */
const FULL = 2;
/** How many commits a disk may owe that does not wait for each. */
const OWED_MAX = 12;

/** A machine with an empty store. */
export function startMachine(parts: MachineParts): Machine {
  const { engine, chance, onFailure } = parts;
  const ids = createIds(chance.bytes);
  const running = new Set<Process>();
  const alive = new Set<WorkerId>();
  const counts = { crashes: 0, powerCuts: 0 };
  const disk = createDisk(chance);
  const watch: Watch = (...committed) => {
    disk.committed();
    parts.watch(...committed);
  };

  const spawn: Machine['spawn'] = (name, main) => {
    const process = startProcess(name, parts);
    const workerId = ids.sortable<'worker'>(engine.now());
    const liveness = livenessOf(alive, process);
    const store = reachedBy(process, createSqliteStore(disk.sqlite(), { liveness, journals: NO_JOURNALS }), { ...parts, watch });
    running.add(process);
    process.onEnd((wasKilled) => {
      running.delete(process);
      liveness.release();
      if (!wasKilled) return;
      counts.crashes += 1;
      parts.onDeath();
    });
    main({ process, store, workerId })
      .catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code === 'bug')
          onFailure(`${name}: ${error instanceof Error ? (error.stack ?? '') : ''}`);
      })
      .finally(process.exit);
    return process;
  };

  return {
    ids,
    spawn,
    lives: (workerId) => alive.has(workerId),
    look: () => createSqliteStore(disk.sqlite(), { liveness: livenessOf(alive, null), journals: NO_JOURNALS }),
    sql: (sql, ...given) =>
      disk
        .sqlite()
        .prepareExact(sql)
        .all(...given),
    cutPower: () => {
      counts.powerCuts += 1;
      for (const process of running) process.kill('with the power');
      disk.restart();
    },
    counts,
    close: () => disk.sqlite().connection.close(),
  };
}

// The kernel frees the locks of a process on any death; the set stands for the kernel.
function livenessOf(alive: Set<WorkerId>, process: Process | null): Liveness {
  const held = new Set<WorkerId>();
  return {
    hold: (workerId) => {
      if (process?.isAlive() !== true) return;
      held.add(workerId);
      alive.add(workerId);
    },
    ifDead: (workerId, work) => {
      if (alive.has(workerId)) return false;
      work();
      return true;
    },
    release: () => {
      for (const workerId of held) alive.delete(workerId);
    },
  };
}

/** Operations in which a writer may be turned away. What stands in for the others is tried at their own tests. */
const CONTESTED: ReadonlySet<string> = new Set(['admit', 'turn', 'settle', 'receive']);

function reachedBy(process: Process, store: Store, { chance, faults, watch }: Pick<MachineParts, 'chance' | 'faults' | 'watch'>): Store {
  const reach = (operation: keyof Store) => {
    const perform = store[operation] as (...given: readonly unknown[]) => Promise<unknown>;
    return (...given: readonly unknown[]): Promise<unknown> =>
      process.turn(operation, async () => {
        if (CONTESTED.has(operation) && chance.hits(faults().busy)) throw fail('store_busy', { hint: 'The history says so.' });
        const result = await perform(...given);
        watch(operation, given, result);
        return result;
      });
  };
  return Object.fromEntries((Object.keys(store) as (keyof Store)[]).map((operation) => [operation, reach(operation)])) as unknown as Store;
}

// What is on the disk: each commit where SQLite is told to wait for it, else some commit before.
function createDisk(chance: Chance) {
  let sqlite = openSqlite({ path: ':memory:', readOnly: false, busyTimeoutMs: 0 });
  const isDurable = sqlite.connection.pragma('synchronous', { simple: true }) === FULL;
  const images: Buffer[] = [];
  return {
    sqlite: () => sqlite,
    committed: () => {
      if (isDurable) return;
      images.push(sqlite.connection.serialize());
      if (images.length > OWED_MAX) images.shift();
    },
    restart: () => {
      const image = isDurable ? sqlite.connection.serialize() : (images[chance.below(images.length)] ?? sqlite.connection.serialize());
      sqlite.connection.close();
      sqlite = reopen(image);
      images.splice(0);
    },
  };
}

function reopen(image: Buffer): Sqlite {
  const connection = new Database(image);
  connection.exec('PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF');
  return createSqlite({ connection, path: ':memory:' });
}
