// Which months are closed, on SQLite. Whoever books many lines in a transaction asks once.

import type { Closing } from '../../domain/closing.ts';
import type { SenderId } from '../../values/id.ts';
import { type Month, toInstant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

export type ClosingReader = {
  /** The newest closed month of a sender. Call it inside a transaction. */
  readonly closedThrough: (senderId: SenderId) => Month | null;
  /** All of them, oldest first. Call it inside a transaction. */
  readonly all: (senderId: SenderId) => readonly Closing[];
};

const NEWEST = /* sql */ `SELECT MAX(month) FROM closing WHERE sender_id = ?`;

const ALL = /* sql */ `
  SELECT month, closed_at, closed_by, previous, lines, digest FROM closing WHERE sender_id = ? ORDER BY month`;

type Row = readonly [Month, number, string, string | null, number | null, string | null];

/** The closed months of one connection. */
export function createClosingReader(sqlite: Sqlite): ClosingReader {
  return {
    closedThrough: (senderId) => sqlite.prepare(NEWEST).pluck().get(senderId) as Month | null,
    all: (senderId) =>
      (sqlite.prepare(ALL).raw().all(senderId) as Row[]).map(([month, closedAt, closedBy, previous, lines, digest]) => ({
        senderId,
        month,
        closedAt: toInstant(closedAt),
        closedBy,
        previous,
        lines,
        digest,
      })),
  };
}
