// Reach on SQLite: whom an account messaged in the last day, counted in the transaction that claims, so that all processes keep to the messaging limit together.
// An account whose limit is not known, or has none, pays one look at its row for a turn.

import { countsAsReached, LIMIT_REFUSAL, type MessagingLimit, REACH_MS, type Reach, roomOf } from '../../domain/messaging-limit.ts';
import type { Urgency } from '../../domain/urgency.ts';
import type { MessagingLimitChange, ReachStore } from '../../ports/store/reach.ts';
import type { AccountId, ContactId } from '../../values/id.ts';
import { DAY_MS, type Instant, toInstant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

/** Who is to be messaged, how urgently, and when they last wrote to the sender. */
export type Approach = { readonly contactId: ContactId; readonly urgency: Urgency; readonly inboundAt: Instant | null };

/** The messaging limit in one transaction. */
export type ReachMeter = {
  /** True where nobody new can be reached now: most of what is due has to be put off. */
  readonly isFull: () => boolean;
  /** Null where the person may be messaged now, else the first instant at which there is room for them. */
  readonly roomAt: (approach: Approach) => Instant | null;
  /** Counts the person; call it for each message that is claimed. */
  readonly take: (approach: Approach) => void;
  /** Writes how many count now. */
  readonly commit: () => void;
};

export type ReachKeeper = {
  readonly store: ReachStore;
  /** Null where nothing limits the account. Call it inside `write`. */
  readonly meter: (accountId: AccountId, at: Instant) => ReachMeter | null;
  /** Takes over what was told of a limit. Call it inside `write`. */
  readonly change: (accountId: AccountId, change: MessagingLimitChange) => 'updated' | 'unchanged';
  /** Tells of whom a message would count, and does not yet. For one transaction. */
  readonly newcomers: (accountId: AccountId, at: Instant) => (approach: Omit<Approach, 'urgency'>) => boolean;
};

/** Why a message waits that was put off because nobody new could be messaged. */
export const HELD_BY_LIMIT = 'messaging_limit';

const ACCOUNT = /* sql */ `SELECT messaging_limit, limit_told_at, reached FROM account WHERE id = ?`;

const PUT_LIMIT = /* sql */ `UPDATE account SET messaging_limit = ?, limit_told_at = ? WHERE id = ?`;

const PUT_COUNT = /* sql */ `UPDATE account SET reached = ? WHERE id = ?`;

const FORGET = /* sql */ `DELETE FROM reached WHERE account_id = ? AND at <= ?`;

const IS_REACHED = /* sql */ `SELECT 1 FROM reached WHERE account_id = ? AND contact_id = ? AND at > ?`;

const REACHED_AGAIN = /* sql */ `UPDATE reached SET before_at = at, at = max(at, ?) WHERE account_id = ? AND contact_id = ?`;

const REACHED_NEW = /* sql */ `INSERT INTO reached (account_id, contact_id, at) VALUES (?, ?, ?)`;

// Whoever was reached by an earlier message of the day still is.
const FALL_BACK = /* sql */ `
  UPDATE reached SET at = before_at, before_at = NULL WHERE account_id = ? AND contact_id = ? AND at = ? AND before_at IS NOT NULL`;

const UNREACH = /* sql */ `DELETE FROM reached WHERE account_id = ? AND contact_id = ? AND at = ?`;

const COUNT_LESS = /* sql */ `UPDATE account SET reached = max(0, reached - ?) WHERE id = ?`;

const STILL_REACHED = /* sql */ `SELECT COUNT(*) FROM reached WHERE account_id = ? AND at > ?`;

const OLDEST = /* sql */ `SELECT at, contact_id FROM reached WHERE account_id = ? AND at > ? ORDER BY at, contact_id LIMIT 1 OFFSET ?`;

const NEXT_OLDEST = /* sql */ `
  SELECT at, contact_id FROM reached WHERE account_id = ? AND (at, contact_id) > (?, ?) ORDER BY at, contact_id LIMIT 1`;

// Nobody was counted while nothing limited the account: the messages tell. What is queued again was refused. No index has when they were
// claimed, and this is asked once.
const REACHED_BEFORE = /* sql */ `
  INSERT INTO reached (account_id, contact_id, at)
  SELECT s.account_id, m.contact_id, MAX(m.claimed_at)
  FROM message m
  JOIN sender s ON s.id = m.sender_id
  WHERE s.account_id = ? AND s.transport = 'whatsapp' AND m.claimed_at > ? AND (m.inbound_at IS NULL OR m.inbound_at <= m.claimed_at - ${DAY_MS})
    AND m.state <> 'queued' AND NOT (m.state = 'failed' AND m.reason IS '${LIMIT_REFUSAL}')
  GROUP BY m.contact_id
  ON CONFLICT (account_id, contact_id) DO UPDATE SET at = max(at, excluded.at)`;

// They were put off one by one, each to a place of its own; there is room for so many of them at once now.
const BRING_FORWARD = /* sql */ `
  UPDATE message SET not_before = @at, reason = NULL
  WHERE id IN (
    SELECT id FROM message
    WHERE state = 'queued' AND sender_id IN (SELECT id FROM sender WHERE account_id = @accountId) AND not_before > @at AND reason = '${HELD_BY_LIMIT}'
    ORDER BY urgency, not_before
    LIMIT @count
  )`;

const UNLIMITED = -1;

type AccountRow = readonly [limit: number | null, toldAt: Instant | null, reached: number];
type ReachedRow = readonly [at: Instant, contactId: ContactId];

/** A person whose place comes free, and how many times it was given to somebody before. */
type Place = { readonly row: ReachedRow; readonly round: number };
type Places = { readonly first: Place; readonly last: Place };

/** The reach of the accounts of one connection. */
export function createReachKeeper(sqlite: Sqlite): ReachKeeper {
  const handedOut = new Map<AccountId, Places>();
  const stateOf = (accountId: AccountId, at: Instant): Reach => {
    const [limit, toldAt] = accountRow(sqlite, accountId);
    const reached = sqlite
      .prepare(STILL_REACHED)
      .pluck()
      .get(accountId, at - REACH_MS) as number;
    const known = { limit: toLimit(limit), toldAt, reached };
    const full = roomOf(known) === 0 ? oldest(sqlite, accountId, { after: at - REACH_MS, over: reached - (limit ?? 0) }) : undefined;
    return { ...known, roomAt: full === undefined ? null : freeAt({ row: full, round: 0 }) };
  };
  const change = (accountId: AccountId, { limit, toldAt, at }: MessagingLimitChange): 'updated' | 'unchanged' => {
    const [before, beforeToldAt, count] = accountRow(sqlite, accountId);
    if (toldAt !== null && beforeToldAt !== null && toldAt < beforeToldAt) return 'unchanged'; // older news
    const next = limit === 'unlimited' ? UNLIMITED : limit;
    sqlite.prepare(PUT_LIMIT).run(next, toldAt ?? beforeToldAt, accountId);
    if (before === null || before === UNLIMITED) {
      if (next !== UNLIMITED) recount(sqlite, accountId, { at, count });
    } else if (next === UNLIMITED || next > before) {
      sqlite.prepare(BRING_FORWARD).run({ accountId, at, count: next === UNLIMITED ? -1 : next - before });
    }
    return next === before ? 'unchanged' : 'updated';
  };
  return {
    meter: (accountId, at) => createMeter(sqlite, handedOut, { accountId, at }),
    change,
    newcomers: (accountId, at) => {
      const [limit] = accountRow(sqlite, accountId);
      const isLimited = limit !== null && limit !== UNLIMITED;
      return ({ contactId, inboundAt }) => isLimited && countsAsReached(inboundAt, at) && !isReached(sqlite, { accountId, contactId, at });
    },
    store: {
      reach: async (accountId, at) => sqlite.read(() => stateOf(accountId, at)),
      setMessagingLimit: async (accountId, told) => sqlite.write(() => change(accountId, told)),
    },
  };
}

/** A message that was claimed at `claimedAt`, and that the provider refused for its limit. */
export type Unreached = { readonly accountId: AccountId; readonly contactId: ContactId; readonly claimedAt: Instant };

/** Does not count the person for it any more; true where they were counted for it. Call it inside `write`. */
export function forgetReach(sqlite: Sqlite, { accountId, contactId, claimedAt }: Unreached): boolean {
  if (sqlite.prepare(FALL_BACK).run(accountId, contactId, claimedAt).changes > 0) return true;
  const { changes } = sqlite.prepare(UNREACH).run(accountId, contactId, claimedAt);
  if (changes > 0) sqlite.prepare(COUNT_LESS).run(changes, accountId);
  return changes > 0;
}

type Where = { readonly accountId: AccountId; readonly at: Instant };

function createMeter(sqlite: Sqlite, handedOut: Map<AccountId, Places>, { accountId, at }: Where): ReachMeter | null {
  const [limit, , before] = accountRow(sqlite, accountId);
  if (limit === null || limit === UNLIMITED) return null;
  let count = before - sqlite.prepare(FORGET).run(accountId, at - REACH_MS).changes;
  const counts = ({ contactId, inboundAt }: Approach): boolean =>
    countsAsReached(inboundAt, at) && !isReached(sqlite, { accountId, contactId, at });
  return {
    isFull: () => count >= limit,
    roomAt: (approach) => {
      if (count < limit || !counts(approach)) return null;
      const query = { accountId, at, over: count - limit };
      return approach.urgency === 0 ? firstFreeAt(sqlite, query) : nextFreeAt(sqlite, handedOut, query);
    },
    take: ({ contactId, inboundAt }) => {
      if (!countsAsReached(inboundAt, at)) return;
      if (sqlite.prepare(REACHED_AGAIN).run(at, accountId, contactId).changes > 0) return;
      sqlite.prepare(REACHED_NEW).run(accountId, contactId, at);
      count += 1;
    },
    commit: () => {
      if (count !== before) sqlite.prepare(PUT_COUNT).run(count, accountId);
    },
  };
}

function accountRow(sqlite: Sqlite, accountId: AccountId): AccountRow {
  return (sqlite.prepare(ACCOUNT).raw().get(accountId) as AccountRow | undefined) ?? [null, null, 0];
}

function toLimit(limit: number | null): MessagingLimit | null {
  return limit === UNLIMITED ? 'unlimited' : limit;
}

function isReached(sqlite: Sqlite, { accountId, contactId, at }: Where & { readonly contactId: ContactId }): boolean {
  return (
    sqlite
      .prepare(IS_REACHED)
      .pluck()
      .get(accountId, contactId, at - REACH_MS) === 1
  );
}

function recount(sqlite: Sqlite, accountId: AccountId, { at, count }: { readonly at: Instant; readonly count: number }): void {
  sqlite.prepare(REACHED_BEFORE).run(accountId, at - REACH_MS);
  const now = sqlite.prepare(STILL_REACHED).pluck().get(accountId, Number.MIN_SAFE_INTEGER) as number;
  if (now !== count) sqlite.prepare(PUT_COUNT).run(now, accountId);
}

function oldest(sqlite: Sqlite, accountId: AccountId, { after, over }: { readonly after: number; readonly over: number }) {
  return sqlite.prepare(OLDEST).raw().get(accountId, after, Math.max(0, over)) as ReachedRow | undefined;
}

function freeAt({ row: [at], round }: Place): Instant {
  return toInstant(at + (round + 1) * REACH_MS);
}

type Query = Where & { readonly over: number };

// A code for a login takes the first place that comes free, whoever was promised it.
function firstFreeAt(sqlite: Sqlite, { accountId, at, over }: Query): Instant {
  const row = oldest(sqlite, accountId, { after: at - REACH_MS, over }) ?? ([at, '' as ContactId] as const);
  return freeAt({ row, round: 0 });
}

// Each gets the next place that comes free, or a million would be due at the first one and all but one of them be put off again. Which places were given is
// kept in memory and begins anew when the first of them is free: a place that somebody else took costs whoever was promised it one more look.
function nextFreeAt(sqlite: Sqlite, handedOut: Map<AccountId, Places>, { accountId, at, over }: Query): Instant {
  const given = handedOut.get(accountId);
  const first = oldest(sqlite, accountId, { after: at - REACH_MS, over }) ?? ([at, '' as ContactId] as const);
  const isCurrent = given !== undefined && freeAt(given.first) > at;
  const last = isCurrent ? placeAfter(sqlite, accountId, { first, last: given.last }) : { row: first, round: 0 };
  handedOut.set(accountId, { first: isCurrent ? given.first : last, last });
  return freeAt(last);
}

function placeAfter(sqlite: Sqlite, accountId: AccountId, { first, last }: { readonly first: ReachedRow; readonly last: Place }): Place {
  const next = sqlite
    .prepare(NEXT_OLDEST)
    .raw()
    .get(accountId, ...last.row) as ReachedRow | undefined;
  return next === undefined ? { row: first, round: last.round + 1 } : { row: next, round: last.round };
}
