// Which queued messages a dispatcher may take: one campaign's, certain ones, or all of a sender, campaign by campaign; never what is paused. In a campaign the oldest come first.

import type { OutboxScope } from '../../ports/store/outbox.ts';
import type { Category } from '../../domain/consent.ts';
import type { CampaignId, ContactId, MessageId, SenderId, TemplateId } from '../../values/id.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

/** A queued message that is due. */
export type Candidate = {
  readonly id: MessageId;
  readonly contactId: ContactId;
  readonly phone: Phone | null;
  readonly userId: string | null;
  readonly templateId: TemplateId | null;
  readonly category: Category;
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
};

// By position: objects by column name take the driver twice as long, and this is read for every message that is sent.
type DueRow = readonly [
  MessageId,
  ContactId,
  Phone | null,
  string | null,
  TemplateId | null,
  Category,
  number,
  number,
  number | null,
  Instant,
  string,
  string | null,
  0 | 1,
  MessageId | null,
  CampaignId | null,
];

function toCandidate(row: DueRow): Candidate {
  const [
    id,
    contactId,
    phone,
    userId,
    templateId,
    category,
    attempt,
    uncounted,
    runId,
    expiresAt,
    held,
    content,
    confirms,
    retryOf,
    campaignId,
  ] = row;
  return {
    id,
    contactId,
    phone,
    userId,
    templateId,
    category,
    attempt,
    uncounted,
    runId,
    expiresAt,
    held,
    content,
    confirmsStop: confirms === 1,
    retryOf,
    campaignId,
  };
}

/** Whose messages, which of them, and when. */
export type DueTurn = { readonly senderId: SenderId; readonly scope: OutboxScope; readonly at: Instant };

export type ScopeQueries = {
  /** The due messages of the scope, at most `count`. */
  readonly due: (turn: DueTurn, count: number) => readonly Candidate[];
  /** When the next queued message of the scope is due; null when none waits. */
  readonly nextDueAt: (turn: DueTurn) => Instant | null;
};

const DUE = /* sql */ `
  SELECT m.id, m.contact_id, c.phone, c.user_id, m.template_id, m.category, m.attempt, m.uncounted, m.run_id, m.expires_at, CAST(m.held AS TEXT), mc.content,
    m.confirms IS NOT NULL, m.retry_of, m.campaign_id
  FROM message m
  JOIN contact c ON c.id = m.contact_id
  LEFT JOIN message_content mc ON mc.message_id = m.id
  WHERE m.state = 'queued' AND m.sender_id = ? AND m.not_before <= ?`;

const DUE_ALL = `${DUE} ORDER BY m.campaign_id, m.not_before, m.id LIMIT ?`;
const DUE_OF_CAMPAIGN = `${DUE} AND m.campaign_id IS ? ORDER BY m.not_before, m.id LIMIT ?`;

const NEXT = /* sql */ `SELECT MIN(m.not_before) FROM message m WHERE m.state = 'queued' AND m.sender_id = ?`;
const NEXT_OF_CAMPAIGN = `${NEXT} AND m.campaign_id IS ?`;

const NOT_PAUSED = /* sql */ `(m.campaign_id IS NULL OR m.campaign_id NOT IN (SELECT id FROM campaign WHERE paused_at IS NOT NULL))`;
const DUE_BY_ID = `${DUE} AND m.id = ? AND ${NOT_PAUSED}`;
const NEXT_BY_ID = `${NEXT} AND m.id = ? AND ${NOT_PAUSED}`;

const CAMPAIGN_AFTER = /* sql */ `
  SELECT campaign_id FROM message WHERE state = 'queued' AND sender_id = ? AND campaign_id > ? ORDER BY campaign_id LIMIT 1`;

/** The queries of one connection. `paused` names the campaigns that are left out. */
export function createScopeQueries(sqlite: Sqlite, paused: (senderId: SenderId) => ReadonlySet<CampaignId>): ScopeQueries {
  const all = (sql: string, ...values: unknown[]): readonly Candidate[] =>
    (
      sqlite
        .prepare(sql)
        .raw()
        .all(...values) as readonly DueRow[]
    ).map(toCandidate);
  const next = (sql: string, ...values: unknown[]): Instant | null =>
    sqlite
      .prepare(sql)
      .pluck()
      .get(...values) as Instant | null;
  // Campaign by campaign, because what is paused may be a million entries of the index in front of what is not.
  function* waiting(senderId: SenderId, without: ReadonlySet<CampaignId>): Generator<CampaignId | null> {
    yield null;
    for (let last = ''; ; ) {
      const id = sqlite.prepare(CAMPAIGN_AFTER).pluck().get(senderId, last) as CampaignId | undefined;
      if (id === undefined) return;
      if (!without.has(id)) yield id;
      last = id;
    }
  }
  const dueBesides = (without: ReadonlySet<CampaignId>, { senderId, at }: DueTurn, count: number): readonly Candidate[] => {
    const found: Candidate[] = [];
    for (const id of waiting(senderId, without)) {
      if (found.length >= count) break;
      found.push(...all(DUE_OF_CAMPAIGN, senderId, at, id, count - found.length));
    }
    return found;
  };
  return {
    due: (turn, count) => {
      const { senderId, scope, at } = turn;
      const without = paused(senderId);
      switch (scope.kind) {
        case 'all':
          return without.size === 0 ? all(DUE_ALL, senderId, at, count) : dueBesides(without, turn, count);
        case 'campaign':
          return without.has(scope.campaignId) ? [] : all(DUE_OF_CAMPAIGN, senderId, at, scope.campaignId, count);
        case 'messages':
          return [...new Set(scope.ids)].flatMap((id) => all(DUE_BY_ID, senderId, at, id)).slice(0, count);
      }
    },
    nextDueAt: ({ senderId, scope }) => {
      const without = paused(senderId);
      switch (scope.kind) {
        case 'all':
          return without.size === 0
            ? next(NEXT, senderId)
            : earliest(Array.from(waiting(senderId, without), (id) => next(NEXT_OF_CAMPAIGN, senderId, id)));
        case 'campaign':
          return without.has(scope.campaignId) ? null : next(NEXT_OF_CAMPAIGN, senderId, scope.campaignId);
        case 'messages':
          return earliest(scope.ids.map((id) => next(NEXT_BY_ID, senderId, id)));
      }
    },
  };
}

function earliest(times: readonly (Instant | null)[]): Instant | null {
  const known = times.filter((at) => at !== null);
  return known.length === 0 ? null : known.reduce((first, at) => (at < first ? at : first));
}
