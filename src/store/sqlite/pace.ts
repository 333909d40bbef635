// Pace on SQLite: the state of each limit, read and moved in the transaction that claims, so that all processes on the store keep to it together.

import {
  advanceNumber,
  type DueAt,
  heldUntil,
  nextAllowedAt,
  type NumberPace,
  numberAllowance,
  numberAllowedAt,
  numberLimit,
  PAIR_LIMIT,
  type Recent,
  UNUSED_NUMBER,
} from '../../domain/pace.ts';
import type { Sender } from '../../domain/sender.ts';
import type { Hold } from '../../ports/store/outbox.ts';
import type { ContactId, SenderId, TemplateId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { onceEach } from './once-each.ts';
import type { SenderStore } from './senders.ts';

/** What may be claimed in one transaction. */
export type PaceMeter = {
  /** How many requests the number may begin now. */
  readonly room: number;
  /** Until when a template is held; null where it is not, and for free-form text. */
  readonly heldUntil: (templateId: TemplateId | null) => Instant | null;
  /** Takes one request of a pair; the instant at which the pair may be used again where its limit does not allow one now. */
  readonly take: (contactId: ContactId) => Instant | null;
  /** Writes what was taken of the number, as begun at `at`, and returns the instant at which it may begin its next requests. */
  readonly commit: (at: Instant) => Instant;
};

export type PaceStore = {
  /** The limits of a sender at an instant. Call it inside `write`. */
  readonly meter: (sender: Sender, at: Instant) => PaceMeter;
  /** Lets nothing begin within these reaches before their ends. Call it inside `write`. */
  readonly hold: (senderId: SenderId, holds: readonly Hold[]) => void;
};

/** The pair that stands for the number itself. */
const NUMBER = '';

/** What stands for a template, in the place of a pair. A contact's id has no colon. */
function pairOf(templateId: TemplateId): string {
  return `template:${templateId}`;
}

const DUE_AT = /* sql */ `SELECT due_at FROM pace WHERE sender_id = ? AND pair = ?`;

const PUT = /* sql */ `
  INSERT INTO pace (sender_id, pair, due_at) VALUES (?, ?, ?)
  ON CONFLICT (sender_id, pair) DO UPDATE SET due_at = excluded.due_at`;

const READ_NUMBER = /* sql */ `SELECT due_at, recent FROM pace WHERE sender_id = ? AND pair = ''`;

const PUT_NUMBER = /* sql */ `
  INSERT INTO pace (sender_id, pair, due_at, recent) VALUES (?, '', ?, ?)
  ON CONFLICT (sender_id, pair) DO UPDATE SET due_at = excluded.due_at, recent = excluded.recent`;

// `allowance` and `advance` of domain/pace.ts for one request, in one statement: it changes nothing where the limit allows none.
const TAKE = /* sql */ `
  INSERT INTO pace (sender_id, pair, due_at) VALUES (?, ?, ?)
  ON CONFLICT (sender_id, pair) DO UPDATE SET due_at = max(due_at + ?, excluded.due_at)
  WHERE due_at <= ?`;

// A hand that goes round: rows in the past say nothing. An index by instant would find them at once, and cost each claim more than this does.
const SWEEP = /* sql */ `
  SELECT sender_id, pair, due_at FROM pace WHERE (sender_id, pair) > (?, ?) ORDER BY sender_id, pair LIMIT ?`;

const DELETE = /* sql */ `DELETE FROM pace WHERE sender_id = ? AND pair = ?`;

const WHATSAPP_SENDERS = /* sql */ `SELECT id FROM sender WHERE account_id = ? AND transport = 'whatsapp'`;

const MS_US = 1_000;

/** The pace of one connection. */
export function createPaceStore({ sqlite, senders }: { readonly sqlite: Sqlite; readonly senders: SenderStore }): PaceStore {
  const dueAt = (senderId: SenderId, pair: string): DueAt =>
    (sqlite.prepare(DUE_AT).pluck().get(senderId, pair) as number | undefined) ?? null;
  const holdOne = (senderId: SenderId, pair: string, until: Instant): void => {
    const limit = pair === NUMBER ? numberLimit(rateOf(senders.byId(senderId))) : PAIR_LIMIT;
    sqlite.prepare(PUT).run(senderId, pair, heldUntil(limit, dueAt(senderId, pair), until));
  };
  const holdTemplate = (senderId: SenderId, templateId: TemplateId | null, until: Instant): void => {
    if (templateId !== null) holdOne(senderId, pairOf(templateId), until);
  };
  const sweep = createSweep(sqlite);
  return {
    meter: (sender, at) => {
      const rate = rateOf(sender);
      const before = readNumber(sqlite, sender.id);
      const now = at * MS_US;
      const latest = now + (PAIR_LIMIT.burst - 1) * PAIR_LIMIT.intervalUs;
      const take = sqlite.prepare(TAKE);
      let count = 0;
      return {
        room: numberAllowance(rate, before, at),
        heldUntil: onceEach((templateId) => {
          const allowedAt = templateId === null ? at : nextAllowedAt(PAIR_LIMIT, dueAt(sender.id, pairOf(templateId)));
          return allowedAt > at ? allowedAt : null;
        }),
        take: (pair) => {
          if (take.run(sender.id, pair, now + PAIR_LIMIT.intervalUs, PAIR_LIMIT.intervalUs, latest).changes === 0)
            return nextAllowedAt(PAIR_LIMIT, dueAt(sender.id, pair));
          count += 1;
          return null;
        },
        commit: (begunAt) => {
          if (count === 0) return numberAllowedAt(rate, before, begunAt);
          const after = advanceNumber(rate, before, { at: begunAt, count });
          sqlite.prepare(PUT_NUMBER).run(sender.id, after.dueAt, JSON.stringify(after.recent));
          sweep(count, now);
          return numberAllowedAt(rate, after, begunAt);
        },
      };
    },
    hold: (senderId, holds) => {
      for (const { scope, contactId, templateId, until } of holds) {
        if (scope === 'pair') holdOne(senderId, contactId, until);
        else if (scope === 'number') holdOne(senderId, NUMBER, until);
        else if (scope === 'template') holdTemplate(senderId, templateId, until);
        else for (const id of accountSenders(sqlite, senders.byId(senderId))) holdOne(id, NUMBER, until);
      }
    },
  };
}

type PaceRow = readonly [SenderId, string, number];

/** Looks at the next rows after those of the last time, and deletes what is past. */
function createSweep(sqlite: Sqlite): (rows: number, now: number) => void {
  let hand: readonly [string, string] = ['', ''];
  return (count, now) => {
    const rows = sqlite
      .prepare(SWEEP)
      .raw()
      .all(...hand, count) as readonly PaceRow[];
    for (const [senderId, pair, due] of rows) if (pair !== NUMBER && due < now) sqlite.prepare(DELETE).run(senderId, pair);
    const last = rows.at(-1);
    hand = rows.length < count || last === undefined ? ['', ''] : [last[0], last[1]];
  };
}

function accountSenders(sqlite: Sqlite, { accountId }: Sender): readonly SenderId[] {
  return sqlite.prepare(WHATSAPP_SENDERS).pluck().all(accountId) as SenderId[];
}

function readNumber(sqlite: Sqlite, senderId: SenderId): NumberPace {
  const row = sqlite.prepare(READ_NUMBER).raw().get(senderId) as readonly [number, string | null] | undefined;
  if (row === undefined) return UNUSED_NUMBER;
  const [due, recent] = row;
  return { dueAt: due, recent: recent === null ? [] : (JSON.parse(recent) as Recent) };
}

/** A sender without a channel of its own is paced by nobody; asked all the same, it may send a million a second. */
function rateOf({ whatsapp }: Sender): number {
  return whatsapp?.ratePerSecond ?? 1_000_000;
}
