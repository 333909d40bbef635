// The health of a SQLite store: its file and disk, what waits in it, and the claims of the dead. Changes no row.

import { statfsSync, statSync } from 'node:fs';
import type { Backlog, HealthStore, StoreHealth } from '../../ports/store/health.ts';
import type { WorkerId } from '../../values/id.ts';
import { instantOf, type StoredInteger } from '../rows.ts';
import type { Sqlite } from './database.ts';
import type { Liveness } from './liveness.ts';
import { SCHEMA_VERSION } from './migrate.ts';

const ENGINE = /* sql */ `SELECT 'SQLite ' || sqlite_version()`;

// Both answered by an index of messages that wait: the table itself may have millions of rows.
const QUEUED = /* sql */ `SELECT COUNT(*), MIN(changed_at) FROM message WHERE state = 'queued'`;
const SCHEDULED = /* sql */ `SELECT COUNT(*), MIN(not_before) FROM message WHERE state = 'scheduled'`;
const UNKNOWN = /* sql */ `
  SELECT COUNT(*), MIN(changed_at) FROM message INDEXED BY message_silent
  WHERE (state = 'accepted' OR state = 'sent' OR state = 'unknown') AND state = 'unknown'`;

const CLAIMS = /* sql */ `SELECT worker_id, COUNT(*) FROM message WHERE state = 'sending' GROUP BY worker_id`;

// Ids begin with the time, so the last one is the newest.
const NEWEST = /* sql */ `SELECT created_at FROM message ORDER BY id DESC LIMIT 1`;

/** The health slice of the port. */
export function createHealthStore({ sqlite, liveness }: { readonly sqlite: Sqlite; readonly liveness: Liveness }): HealthStore {
  const backlog = (sql: string): Backlog => {
    const [count, oldest] = sqlite.prepare(sql).raw().get() as readonly [number, StoredInteger | null];
    return { count, oldestAt: oldest === null ? null : instantOf(oldest) };
  };
  const scheduled = (): StoreHealth['scheduled'] => {
    const { count, oldestAt } = backlog(SCHEDULED);
    return { count, nextAt: oldestAt };
  };
  const deadClaims = (): number => {
    const claims = sqlite.prepare(CLAIMS).raw().all() as readonly (readonly [WorkerId, number])[];
    return claims.filter(([workerId]) => liveness.ifDead(workerId, () => undefined)).reduce((sum, [, count]) => sum + count, 0);
  };
  return {
    health: async () =>
      sqlite.read(() => {
        const newest = sqlite.prepare(NEWEST).pluck().get() as StoredInteger | undefined;
        return {
          engine: sqlite.prepare(ENGINE).pluck().get() as string,
          schema: SCHEMA_VERSION,
          ...diskOf(sqlite.path),
          deadClaims: deadClaims(),
          unknown: backlog(UNKNOWN),
          queued: backlog(QUEUED),
          scheduled: scheduled(),
          newestAt: newest === undefined ? null : instantOf(newest),
        };
      }),
  };
}

function diskOf(path: string): { readonly mode: number | null; readonly freeBytes: number | null } {
  if (path === ':memory:') return { mode: null, freeBytes: null };
  const { bavail, bsize } = statfsSync(path);
  return { mode: statSync(path).mode & 0o777, freeBytes: bavail * bsize };
}
