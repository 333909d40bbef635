// What waits for its time on SQLite. It stands apart from the queue, so that what is due later costs those who look for what is due now nothing; what has become
// due is woken, and from then on is queued like anything else.

import { CATEGORIES } from '../../domain/consent.ts';
import type { OutboxScope } from '../../ports/store/outbox.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { MessageId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

type WakeTurn = { readonly senderId: SenderId; readonly scope: OutboxScope; readonly at: Instant };

export type Schedule = {
  /** Queues what is due in the scope: at most `BATCH_MAX` of a campaign, or of each category of a sender, the longest due first. Call it inside `write`. */
  readonly wake: (turn: WakeTurn) => void;
  /** Lets a queued message wait until quiet hours are over. Call it inside `write`. */
  readonly hold: (id: MessageId, times: { readonly at: Instant; readonly until: Instant }) => void;
  /** When the next one is due, scheduled or queued; null when none waits. Whoever sends its own leaves what is scheduled to a dispatcher, who waits for it. */
  readonly nextDueAt: (turn: WakeTurn, queued: Instant | null) => Instant | null;
};

const WAKE = /* sql */ `UPDATE message SET state = 'queued', reason = NULL, changed_at = ? WHERE state = 'scheduled'`;
const DUE = /* sql */ `SELECT id FROM message WHERE state = 'scheduled'`;
const OLDEST_FIRST = `ORDER BY not_before LIMIT ${BATCH_MAX}`;

const WAKE_CATEGORY = `${WAKE} AND id IN (${DUE} AND sender_id = ? AND category = ? AND not_before <= ? ${OLDEST_FIRST})`;
const WAKE_CAMPAIGN = `${WAKE} AND id IN (${DUE} AND campaign_id = ? AND not_before <= ? ${OLDEST_FIRST})`;
const WAKE_MESSAGE = `${WAKE} AND id = ? AND sender_id = ? AND not_before <= ?`;

const HOLD = /* sql */ `
  UPDATE message SET state = 'scheduled', reason = 'quiet_hours', not_before = ?, changed_at = ?
  WHERE id = ? AND state = 'queued'`;

const ANY = /* sql */ `SELECT EXISTS (SELECT 1 FROM message WHERE state = 'scheduled' AND sender_id = ?)`;
const NEXT = /* sql */ `SELECT MIN(not_before) FROM message WHERE state = 'scheduled' AND sender_id = ? AND category = ?`;

/** The schedule of one connection. */
export function createSchedule(sqlite: Sqlite): Schedule {
  return {
    wake: ({ senderId, scope, at }) => {
      switch (scope.kind) {
        case 'all':
          if (sqlite.prepare(ANY).pluck().get(senderId) !== 1) return; // as it is most often, and then this look is all that it costs
          for (const category of CATEGORIES) sqlite.prepare(WAKE_CATEGORY).run(at, senderId, category, at);
          return;
        case 'campaign':
          sqlite.prepare(WAKE_CAMPAIGN).run(at, scope.campaignId, at);
          return;
        case 'messages':
          for (const id of scope.ids) sqlite.prepare(WAKE_MESSAGE).run(at, id, senderId, at);
      }
    },
    hold: (id, { at, until }) => void sqlite.prepare(HOLD).run(until, at, id),
    nextDueAt: ({ senderId, scope }, queued) => {
      const times =
        scope.kind !== 'all' ? [] : CATEGORIES.map((category) => sqlite.prepare(NEXT).pluck().get(senderId, category) as Instant | null);
      return times.reduce((first, at) => (first === null || (at !== null && at < first) ? at : first), queued);
    },
  };
}
