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
  rateNow,
  type Recent,
  slowDown,
  UNUSED_NUMBER,
} from '../../domain/pace.ts';
import type { Sender } from '../../domain/sender.ts';
import { aheadAfter, goesOnAt, leastUrgentNow, type Urgency } from '../../domain/urgency.ts';
import type { Hold } from '../../ports/store/outbox.ts';
import type { SenderId, TemplateId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { onceEach } from './once-each.ts';
import { type Approach, HELD_BY_LIMIT, type ReachKeeper } from './reach.ts';
import type { SenderStore } from './senders.ts';

/** Until when a message waits, and why, where that is worth a word. */
export type Deferral = { readonly until: Instant; readonly reason: typeof HELD_BY_LIMIT | null };

/** What may be claimed in one transaction. */
export type PaceMeter = {
  /** How many requests the number may begin now. */
  readonly room: number;
  /** What is less urgent than this leaves the room to others that wait for it. */
  readonly leastUrgent: Urgency;
  /** True where most of what is due will be put off, because nobody new may be messaged now. */
  readonly putsOffMost: () => boolean;
  /** Until when a template is held; null where it is not, and for free-form text. */
  readonly heldUntil: (templateId: TemplateId | null) => Instant | null;
  /** Takes one request to a person; what puts it off where the pair's limit or the account's does not allow it now. */
  readonly take: (approach: Approach) => Deferral | null;
  /**
   * Writes what was taken of the number, as begun at `at`, and who waits for room of it: the urgency of what is left for want of room, null where nothing is.
   * Returns the instant at which such a turn may begin its next requests.
   */
  readonly commit: (at: Instant, waiting: Urgency | null) => Instant;
};

export type PaceStore = {
  /** The limits of a sender at an instant. Call it inside `write`. */
  readonly meter: (sender: Sender, at: Instant) => PaceMeter;
  /** Until when the provider's refusal holds a template; null where it does not. */
  readonly heldUntil: (senderId: SenderId, templateId: TemplateId, at: Instant) => Instant | null;
  /** Lets nothing begin within these reaches before their ends, and slows down a number that was too fast. Call it inside `write`. */
  readonly hold: (senderId: SenderId, holds: readonly Hold[], at: Instant) => void;
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

const READ_NUMBER = /* sql */ `SELECT due_at, recent, rate, rate_at, ahead, ahead_from FROM pace WHERE sender_id = ? AND pair = ''`;

const PUT_NUMBER = /* sql */ `
  INSERT INTO pace (sender_id, pair, due_at, recent, ahead, ahead_from) VALUES (?, '', ?, ?, ?, ?)
  ON CONFLICT (sender_id, pair) DO UPDATE SET
    due_at = excluded.due_at, recent = excluded.recent, ahead = excluded.ahead, ahead_from = excluded.ahead_from`;

// The row is there: whoever was too fast has sent something.
const SLOW_DOWN = /* sql */ `UPDATE pace SET rate = ?, rate_at = ? WHERE sender_id = ? AND pair = ''`;

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

type PaceParts = { readonly sqlite: Sqlite; readonly senders: SenderStore; readonly reach: Pick<ReachKeeper, 'meter'> };

/** The pace of one connection. */
export function createPaceStore(parts: PaceParts): PaceStore {
  const { sqlite, senders } = parts;
  const holdOne = (senderId: SenderId, pair: string, until: Instant): void => {
    const limit = pair === NUMBER ? numberLimit(rateOf(senders.byId(senderId))) : PAIR_LIMIT;
    sqlite.prepare(PUT).run(senderId, pair, heldUntil(limit, dueAtOf(sqlite, senderId, pair), until));
  };
  const holdNumber = (senderId: SenderId, { until, slows }: Pick<Hold, 'until' | 'slows'>, at: Instant): void => {
    holdOne(senderId, NUMBER, until);
    if (!slows) return;
    const slowed = slowDown(rateOf(senders.byId(senderId)), readNumber(sqlite, senderId).slowed, at);
    sqlite.prepare(SLOW_DOWN).run(slowed.rate, slowed.at, senderId);
  };
  const holdTemplate = (senderId: SenderId, templateId: TemplateId | null, until: Instant): void => {
    if (templateId !== null) holdOne(senderId, pairOf(templateId), until);
  };
  const sweep = createSweep(sqlite);
  return {
    meter: (sender, at) => createMeter(parts, { sender, at, sweep }),
    heldUntil: (senderId, templateId, at) => templateHeldUntil(sqlite, { senderId, templateId, at }),
    hold: (senderId, holds, at) => {
      for (const hold of holds) {
        const { scope, contactId, templateId, until } = hold;
        if (scope === 'pair') holdOne(senderId, contactId, until);
        else if (scope === 'number') holdNumber(senderId, hold, at);
        else if (scope === 'template') holdTemplate(senderId, templateId, until);
        else for (const id of accountSenders(sqlite, senders.byId(senderId))) holdOne(id, NUMBER, until);
      }
    },
  };
}

type Metered = { readonly sender: Sender; readonly at: Instant; readonly sweep: ReturnType<typeof createSweep> };

function createMeter({ sqlite, reach }: PaceParts, { sender, at, sweep }: Metered): PaceMeter {
  const before = readNumber(sqlite, sender.id);
  const rate = rateNow(rateOf(sender), before.slowed, at);
  const limit = reach.meter(sender.accountId, at);
  const now = at * MS_US;
  const latest = now + (PAIR_LIMIT.burst - 1) * PAIR_LIMIT.intervalUs;
  const take = sqlite.prepare(TAKE);
  let count = 0;
  let claimed: Urgency | null = null;
  return {
    room: numberAllowance(rate, before, at),
    leastUrgent: leastUrgentNow(before.ahead, at),
    putsOffMost: () => limit?.isFull() ?? false,
    heldUntil: onceEach((templateId) => (templateId === null ? null : templateHeldUntil(sqlite, { senderId: sender.id, templateId, at }))),
    take: (approach) => {
      const { contactId, urgency } = approach;
      const roomAt = limit?.roomAt(approach) ?? null;
      if (roomAt !== null) return { until: roomAt, reason: HELD_BY_LIMIT };
      if (take.run(sender.id, contactId, now + PAIR_LIMIT.intervalUs, PAIR_LIMIT.intervalUs, latest).changes === 0)
        return { until: nextAllowedAt(PAIR_LIMIT, dueAtOf(sqlite, sender.id, contactId)), reason: null };
      limit?.take(approach);
      count += 1;
      if (claimed === null || urgency < claimed) claimed = urgency;
      return null;
    },
    commit: (begunAt, waiting) => {
      limit?.commit();
      const after = count === 0 ? before : advanceNumber(rate, before, { at: begunAt, count });
      const end = { waiting, claimed, at: begunAt, allowedAt: numberAllowedAt(rate, after, begunAt) };
      const ahead = aheadAfter(before.ahead, end);
      if (count > 0 || ahead !== before.ahead) {
        const { dueAt, recent } = after;
        sqlite.prepare(PUT_NUMBER).run(sender.id, dueAt ?? 0, JSON.stringify(recent), ahead?.urgency ?? null, ahead?.from ?? null);
        if (count > 0) sweep(count, now);
      }
      return goesOnAt(ahead, waiting, end);
    },
  };
}

type HeldAt = { readonly senderId: SenderId; readonly templateId: TemplateId; readonly at: Instant };

function templateHeldUntil(sqlite: Sqlite, { senderId, templateId, at }: HeldAt): Instant | null {
  const allowedAt = nextAllowedAt(PAIR_LIMIT, dueAtOf(sqlite, senderId, pairOf(templateId)));
  return allowedAt > at ? allowedAt : null;
}

function dueAtOf(sqlite: Sqlite, senderId: SenderId, pair: string): DueAt {
  return (sqlite.prepare(DUE_AT).pluck().get(senderId, pair) as number | undefined) ?? null;
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

type NumberRow = readonly [
  due: number,
  recent: string | null,
  rate: number | null,
  rateAt: Instant | null,
  ahead: Urgency | null,
  from: Instant | null,
];

function readNumber(sqlite: Sqlite, senderId: SenderId): NumberPace {
  const row = sqlite.prepare(READ_NUMBER).raw().get(senderId) as NumberRow | undefined;
  if (row === undefined) return UNUSED_NUMBER;
  const [dueAt, recent, rate, rateAt, urgency, from] = row;
  return {
    dueAt,
    recent: recent === null ? [] : (JSON.parse(recent) as Recent),
    slowed: rate === null || rateAt === null ? null : { rate, at: rateAt },
    ahead: urgency === null || from === null ? null : { urgency, from },
  };
}

/** A sender without a channel of its own is paced by nobody; asked all the same, it may send a million a second. */
function rateOf({ whatsapp }: Sender): number {
  return whatsapp?.ratePerSecond ?? 1_000_000;
}
