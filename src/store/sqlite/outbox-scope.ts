// Which queued messages a dispatcher may take, and in which order: what is urgent first, campaigns of one urgency by turns, in a campaign the oldest first; never what is paused. The
// cost is that of the campaigns that have something queued, however much that is.

import type { OutboxScope } from '../../ports/store/outbox.ts';
import type { Category } from '../../domain/consent.ts';
import { LEAST_URGENT, URGENCIES, type Urgency } from '../../domain/urgency.ts';
import type { CampaignId, ContactId, MessageId, SenderId, TemplateId } from '../../values/id.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import type { Windows } from './windows.ts';

/** A queued message that is due. */
export type Candidate = {
  readonly id: MessageId;
  readonly contactId: ContactId;
  readonly phone: Phone | null;
  readonly userId: string | null;
  readonly templateId: TemplateId | null;
  readonly category: Category;
  readonly urgency: Urgency;
  readonly attempt: number;
  readonly uncounted: number;
  readonly runId: number | null;
  readonly expiresAt: Instant;
  /** Micro-units as text: a number would round what is past 2^53. */
  readonly held: string;
  /** Null when it was erased while the message waited. */
  readonly content: string | null;
  readonly confirmsStop: boolean;
  readonly retryOf: MessageId | null;
  readonly campaignId: CampaignId | null;
  readonly windows: Windows;
};

// By position: objects by column name take the driver twice as long, and this is read for every message that is sent.
type DueRow = readonly [
  MessageId,
  ContactId,
  Phone | null,
  string | null,
  TemplateId | null,
  Category,
  Urgency,
  number,
  number,
  number | null,
  Instant,
  string,
  string | null,
  0 | 1,
  MessageId | null,
  CampaignId | null,
  Instant | null,
  Instant | null,
];

function toCandidate(row: DueRow): Candidate {
  const [
    id,
    contactId,
    phone,
    userId,
    templateId,
    category,
    urgency,
    attempt,
    uncounted,
    runId,
    expiresAt,
    held,
    content,
    confirms,
    retryOf,
    campaignId,
    inboundAt,
    freeEntryUntil,
  ] = row;
  return {
    id,
    contactId,
    phone,
    userId,
    templateId,
    category,
    urgency,
    attempt,
    uncounted,
    runId,
    expiresAt,
    held,
    content,
    confirmsStop: confirms === 1,
    retryOf,
    campaignId,
    windows: { inboundAt, freeEntryUntil },
  };
}

/** Whose messages, which of them, and when. */
export type DueTurn = { readonly senderId: SenderId; readonly scope: OutboxScope; readonly at: Instant };

export type ScopeQueries = {
  /** The due messages of the scope, at most `count`, none of them less urgent than `least`. */
  readonly due: (turn: DueTurn, count: number, least?: Urgency) => readonly Candidate[];
  /** How urgent the most urgent due message of the scope is; null where none is due. */
  readonly mostUrgent: (turn: DueTurn) => Urgency | null;
  /** When the next queued message of the scope is due; null when none waits. */
  readonly nextDueAt: (turn: DueTurn) => Instant | null;
};

const DUE = /* sql */ `
  SELECT m.id, m.contact_id, c.phone, c.user_id, m.template_id, m.category, m.urgency, m.attempt, m.uncounted, m.run_id, m.expires_at,
    CAST(m.held AS TEXT), mc.content, m.confirms IS NOT NULL, m.retry_of, m.campaign_id, w.last_inbound_at, w.free_entry_until
  FROM message m
  JOIN contact c ON c.id = m.contact_id
  LEFT JOIN message_content mc ON mc.message_id = m.id
  LEFT JOIN service_window w ON w.contact_id = m.contact_id AND w.sender_id = m.sender_id
  WHERE m.state = 'queued' AND m.sender_id = ? AND m.not_before <= ?`;

// IS, because what is in no campaign is a lane too.
const DUE_OF_LANE = `${DUE} AND m.urgency = ? AND m.campaign_id IS ? ORDER BY m.not_before, m.id LIMIT ? OFFSET ?`;
/** Of the message `m`: no campaign of it is paused. */
export const NOT_PAUSED = /* sql */ `(m.campaign_id IS NULL OR m.campaign_id NOT IN (SELECT id FROM campaign WHERE paused_at IS NOT NULL))`;
const DUE_BY_ID = `${DUE} AND m.id = ? AND ${NOT_PAUSED}`;

const FIRST = /* sql */ `SELECT campaign_id, not_before FROM message WHERE state = 'queued' AND sender_id = ? AND urgency = ?`;
const FIRST_OF_LANE = `${FIRST} AND campaign_id IS ? ORDER BY not_before LIMIT 1`;
const FIRST_OF_NEXT = `${FIRST} AND campaign_id > ? ORDER BY campaign_id, not_before LIMIT 1`;

const SERVED = /* sql */ `SELECT campaign_id FROM served WHERE sender_id = ? AND urgency = ?`;
const SERVE = /* sql */ `
  INSERT INTO served (sender_id, urgency, campaign_id) VALUES (?, ?, ?)
  ON CONFLICT (sender_id, urgency) DO UPDATE SET campaign_id = excluded.campaign_id`;

const DUE_AT_OF = /* sql */ `
  SELECT m.not_before FROM message m WHERE m.id = ? AND m.state = 'queued' AND m.sender_id = ? AND m.urgency = ? AND ${NOT_PAUSED}`;

/** In the index of the outbox the urgency stands before the campaign: whoever asks for a campaign's names them all. */
export const ANY_URGENCY = `urgency IN (${URGENCIES.join(', ')})`;

/** Which campaigns of a sender are left out. */
type Paused = (senderId: SenderId) => ReadonlySet<CampaignId>;

/** The queries of one connection. */
export function createScopeQueries(sqlite: Sqlite, paused: Paused): ScopeQueries {
  const lanes = createLanes(sqlite, paused);
  return {
    due: (turn, count, least = LEAST_URGENT) => {
      const { scope } = turn;
      if (scope.kind === 'messages') return dueByIds(sqlite, turn, { ids: scope.ids, count, least });
      const due: Candidate[] = [];
      for (const urgency of URGENCIES) {
        if (urgency <= least && due.length < count) due.push(...dueByTurns(sqlite, lanes, { ...turn, urgency, count: count - due.length }));
      }
      return due;
    },
    mostUrgent: (turn) => URGENCIES.find((urgency) => firstsOf(sqlite, lanes, turn, urgency).some((dueAt) => dueAt <= turn.at)) ?? null,
    nextDueAt: (turn) => {
      const firsts = URGENCIES.flatMap((urgency) => firstsOf(sqlite, lanes, turn, urgency));
      return firsts.length === 0 ? null : firsts.reduce((first, at) => (at < first ? at : first));
    },
  };
}

/** What waits in one campaign, or in none, at one urgency; and when the first of it is due. */
type Lane = readonly [campaignId: CampaignId | null, firstDueAt: Instant];

type InLanes = DueTurn & { readonly urgency: Urgency };

type Lanes = {
  /** The lanes of the scope that have something queued, from the one whose turn it is. */
  readonly of: (turn: InLanes) => Generator<Lane>;
  /** Says whose turn it was last. */
  readonly serve: (turn: InLanes, campaignId: CampaignId | null) => void;
};

function createLanes(sqlite: Sqlite, paused: Paused): Lanes {
  const servedLast = ({ senderId, urgency }: InLanes): string | undefined =>
    sqlite.prepare(SERVED).pluck().get(senderId, urgency) as string | undefined;
  const first = ({ senderId, urgency }: InLanes, campaignId: CampaignId | null): Lane | undefined =>
    sqlite.prepare(FIRST_OF_LANE).raw().get(senderId, urgency, campaignId) as Lane | undefined;
  const next = ({ senderId, urgency }: InLanes, after: string): Lane | undefined =>
    sqlite.prepare(FIRST_OF_NEXT).raw().get(senderId, urgency, after) as Lane | undefined;

  // What is in no campaign comes first, since '' is before every id.
  function* after(turn: InLanes, last: string): Generator<Lane> {
    for (let lane = next(turn, last); lane !== undefined; lane = next(turn, lane[0] ?? '')) yield lane;
  }
  function* round(turn: InLanes): Generator<Lane> {
    const last = servedLast(turn);
    if (last !== undefined) yield* after(turn, last);
    const none = first(turn, null);
    if (none !== undefined) yield none;
    for (const lane of last === '' ? [] : after(turn, '')) {
      if (last !== undefined && (lane[0] ?? '') > last) return;
      yield lane;
    }
  }

  return {
    of: function* of(turn) {
      const without = paused(turn.senderId);
      const { scope } = turn;
      const lane = scope.kind === 'campaign' && !without.has(scope.campaignId) ? first(turn, scope.campaignId) : undefined;
      if (lane !== undefined) yield lane;
      if (scope.kind !== 'all') return;
      for (const next of round(turn)) if (next[0] === null || !without.has(next[0])) yield next;
    },
    serve: (turn, campaignId) => {
      if (turn.scope.kind !== 'all' || servedLast(turn) === (campaignId ?? '')) return;
      sqlite.prepare(SERVE).run(turn.senderId, turn.urgency, campaignId ?? '');
    },
  };
}

// As many lanes as there is room for get the same share; what one of them has no use for, others get.
function dueByTurns(sqlite: Sqlite, lanes: Lanes, turn: InLanes & { readonly count: number }): readonly Candidate[] {
  const { count, at } = turn;
  const waiting: Lane[] = [];
  for (const lane of lanes.of(turn)) {
    if (lane[1] <= at && waiting.push(lane) === count) break;
  }
  const due: Candidate[] = [];
  const further: (readonly [Lane, number])[] = [];
  for (const [index, lane] of waiting.entries()) {
    const share = Math.ceil((count - due.length) / (waiting.length - index));
    const rows = dueInLane(sqlite, turn, { lane, count: share, after: 0 });
    due.push(...rows);
    if (rows.length === share) further.push([lane, share]);
  }
  const last = waiting.at(-1);
  if (last !== undefined) lanes.serve(turn, last[0]);
  for (const [lane, after] of further) {
    if (due.length < count) due.push(...dueInLane(sqlite, turn, { lane, count: count - due.length, after }));
  }
  return due;
}

type Part = { readonly lane: Lane; readonly count: number; readonly after: number };

function dueInLane(sqlite: Sqlite, { senderId, at, urgency }: InLanes, { lane: [campaignId], count, after }: Part): readonly Candidate[] {
  return candidates(sqlite, DUE_OF_LANE, senderId, at, urgency, campaignId, count, after);
}

type Named = { readonly ids: readonly MessageId[]; readonly count: number; readonly least: Urgency };

function dueByIds(sqlite: Sqlite, { senderId, at }: DueTurn, { ids, count, least }: Named): readonly Candidate[] {
  const due: Candidate[] = [];
  for (const id of new Set(ids)) {
    if (due.length === count) break;
    due.push(...candidates(sqlite, DUE_BY_ID, senderId, at, id).filter(({ urgency }) => urgency <= least));
  }
  return due;
}

function candidates(sqlite: Sqlite, sql: string, ...values: readonly unknown[]): readonly Candidate[] {
  const rows = sqlite
    .prepare(sql)
    .raw()
    .all(...values) as readonly DueRow[];
  return rows.map(toCandidate);
}

/** When the first message of each lane is due, or each of the messages that the scope names. */
function firstsOf(sqlite: Sqlite, lanes: Lanes, turn: DueTurn, urgency: Urgency): readonly Instant[] {
  const { senderId, scope } = turn;
  if (scope.kind !== 'messages') return Array.from(lanes.of({ ...turn, urgency }), ([, firstDueAt]) => firstDueAt);
  return scope.ids.flatMap((id) => sqlite.prepare(DUE_AT_OF).pluck().all(id, senderId, urgency) as Instant[]);
}
