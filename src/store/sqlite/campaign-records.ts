// Campaigns on SQLite, as people ask for them. Nothing here writes, and nothing here reads the messages one by one: what is over is counted by the meter, what is
// not over by the indexes of what waits. Of a million messages that is some milliseconds.

import type { CampaignChange, CampaignStatus, Pulse } from '../../domain/campaign.ts';
import type { MessageState } from '../../domain/message.ts';
import { assert } from '../../errors.ts';
import { type CampaignEvent, type CampaignRecord, type CampaignRun, type CampaignStore, RUNS_MAX } from '../../ports/store/campaigns.ts';
import type { Page, PageRequest } from '../../ports/store/directory.ts';
import type { CampaignId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import { instantOf, microsOf, type StoredInteger } from '../rows.ts';
import type { Sqlite } from './database.ts';
import { ANY_URGENCY } from './outbox-scope.ts';

// INDEXED BY, here and below, or SQLite reads all that is open, or the messages one by one.
const STATUS = /* sql */ `
  CASE
    WHEN k.cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN k.paused_at IS NOT NULL THEN 'paused'
    WHEN EXISTS (SELECT 1 FROM message WHERE state = 'queued' AND sender_id = k.sender_id AND ${ANY_URGENCY} AND campaign_id = k.id) THEN 'active'
    WHEN EXISTS (SELECT 1 FROM message WHERE state = 'scheduled' AND campaign_id = k.id) THEN 'active'
    WHEN EXISTS (SELECT 1 FROM message INDEXED BY message_in_flight WHERE state = 'sending' AND campaign_id = k.id) THEN 'active'
    WHEN EXISTS (
      SELECT 1 FROM run r WHERE r.campaign_id = k.id AND r.admitted_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM run l WHERE l.campaign_id = k.id AND l.id > r.id AND l.source IS r.source AND l.admitted_at IS NOT NULL)
    ) THEN 'unfinished'
    ELSE 'done'
  END`;

const CAMPAIGN = /* sql */ `
  SELECT k.id, k.name, k.created_at, k.paused_at, k.cancelled_at, ${STATUS} AS status FROM campaign k WHERE k.sender_id = @senderId`;

const LIST = `${CAMPAIGN}
  AND (@after IS NULL OR (k.created_at, k.id) < (SELECT created_at, id FROM campaign WHERE sender_id = @senderId AND name = @after))
  AND (@status IS NULL OR ${STATUS} = @status)
  ORDER BY k.created_at DESC, k.id DESC
  LIMIT @count`;

const FIND = `${CAMPAIGN} AND k.id = @campaignId`;

const METER = /* sql */ `
  SELECT ifnull(SUM(c.units), 0) AS messages, ifnull(SUM(c.delivered), 0) AS delivered, ifnull(SUM(c.reserved), 0) AS reserved,
    ifnull(SUM(c.charged + c.adjusted), 0) AS charged, ifnull(SUM(c.committed), 0) AS used
  FROM bucket b
  JOIN counter c ON c.bucket_id = b.id
  WHERE b.campaign_id = ? AND b.campaign_id <> ''`;

const WAITING = /* sql */ `
  SELECT (SELECT COUNT(*) FROM message WHERE state = 'queued' AND sender_id = @senderId AND ${ANY_URGENCY} AND campaign_id = @id),
    (SELECT COUNT(*) FROM message WHERE state = 'scheduled' AND campaign_id = @id)`;

const GIVEN_UP = /* sql */ `
  SELECT ifnull(SUM(state = 'cancelled'), 0), ifnull(SUM(state = 'expired'), 0)
  FROM message INDEXED BY message_given_up WHERE (state = 'cancelled' OR state = 'expired') AND campaign_id = ?`;

const SENDING = /* sql */ `
  SELECT campaign_id, state, COUNT(*) FROM message INDEXED BY message_in_flight
  WHERE state = 'sending' AND campaign_id IS NOT NULL GROUP BY campaign_id`;

const HANDED_OVER = /* sql */ `
  SELECT campaign_id, state, COUNT(*) FROM message INDEXED BY message_silent
  WHERE (state = 'accepted' OR state = 'sent' OR state = 'unknown') AND campaign_id IS NOT NULL`;
const HANDED_OVER_OF_ALL = `${HANDED_OVER} GROUP BY campaign_id, state`;
const HANDED_OVER_OF_ONE = `${HANDED_OVER} AND campaign_id = ? GROUP BY state`;

const CAP = /* sql */ `
  SELECT cap FROM budget
  WHERE sender_id = ? AND period = 'campaign' AND mode = 'hard' AND removed_at IS NULL AND category IS NULL AND cost_center IS NULL`;

const RUNS = /* sql */ `
  SELECT started_at, source, admitted_at, first_claim_at, last_claim_at, span, span_claims, before_claims
  FROM run WHERE campaign_id = ? ORDER BY id DESC LIMIT ${RUNS_MAX}`;

const HISTORY = /* sql */ `
  SELECT change, at, decided_by, reason FROM campaign_event WHERE campaign_id = ? ORDER BY sequence`;

type CampaignRow = {
  readonly id: CampaignId;
  readonly name: string;
  readonly created_at: StoredInteger;
  readonly paused_at: StoredInteger | null;
  readonly cancelled_at: StoredInteger | null;
  readonly status: CampaignStatus;
};

type MeterRow = Readonly<Record<'messages' | 'delivered' | 'reserved' | 'charged' | 'used', bigint>>;

type RunRow = {
  readonly started_at: StoredInteger;
  readonly source: string | null;
  readonly admitted_at: StoredInteger | null;
  readonly first_claim_at: StoredInteger | null;
  readonly last_claim_at: StoredInteger | null;
  readonly span: StoredInteger | null;
  readonly span_claims: StoredInteger;
  readonly before_claims: StoredInteger;
};

type OpenRow = readonly [CampaignId, MessageState, number];
type EventRow = readonly [CampaignChange, Instant, string, string | null];

/** The records of one connection. */
export function createCampaignRecords(sqlite: Sqlite): Pick<CampaignStore, 'listCampaigns' | 'showCampaign'> {
  const open = (handedOver: string, ...which: readonly CampaignId[]): readonly OpenRow[] =>
    [
      sqlite
        .prepare(handedOver)
        .raw()
        .all(...which),
      sqlite.prepare(SENDING).raw().all(),
    ].flat() as OpenRow[];
  return {
    listCampaigns: async (filter, page) => sqlite.read(() => list(sqlite, filter, { ...page, open: open(HANDED_OVER_OF_ALL) })),
    showCampaign: async ({ senderId, campaignId }) =>
      sqlite.read(() => {
        const row = sqlite.prepareExact(FIND).get({ senderId, campaignId }) as CampaignRow | undefined;
        assert(row !== undefined, 'the caller found the campaign');
        return toRecord(sqlite, senderId, { row, open: open(HANDED_OVER_OF_ONE, campaignId) });
      }),
  };
}

type Filter = { readonly senderId: SenderId; readonly status: CampaignStatus | null };

function list(
  sqlite: Sqlite,
  { senderId, status }: Filter,
  { limit, after, open }: PageRequest & Pick<Read, 'open'>,
): Page<CampaignRecord> {
  // One more than asked for tells whether there is a next page.
  const rows = sqlite.prepareExact(LIST).all({ senderId, status, after, count: limit + 1 }) as CampaignRow[];
  const items = rows.slice(0, limit).map((row) => toRecord(sqlite, senderId, { row, open }));
  return { items, next: rows.length > limit ? (items.at(-1)?.name ?? null) : null };
}

type Read = { readonly row: CampaignRow; readonly open: readonly OpenRow[] };

function toRecord(sqlite: Sqlite, senderId: SenderId, { row, open }: Read): CampaignRecord {
  const { id, name, status } = row;
  const { messages, delivered, reserved, charged, used } = sqlite.prepareExact(METER).get(id) as MeterRow;
  const [queued, scheduled] = sqlite.prepare(WAITING).raw().get({ senderId, id }) as readonly [number, number];
  const [cancelled, expired] = sqlite.prepare(GIVEN_UP).raw().get(id) as readonly [number, number];
  const cap = sqlite.prepareExact(CAP).pluck().get(senderId) as StoredInteger | undefined;
  const own = open.filter(([campaignId]) => campaignId === id);
  return {
    id,
    name,
    status,
    createdAt: instantOf(row.created_at),
    pausedAt: instantOrNull(row.paused_at),
    cancelledAt: instantOrNull(row.cancelled_at),
    messages: Number(messages),
    open: new Map<MessageState, number>([
      ['queued', queued],
      ['scheduled', scheduled],
      ...own.map(([, state, count]) => [state, count] as const),
    ]),
    delivered: Number(delivered),
    cancelled,
    expired,
    reserved: microsOf(reserved),
    charged: microsOf(charged),
    cap: cap === undefined ? null : microsOf(cap),
    used: microsOf(used),
    runs: (sqlite.prepare(RUNS).all(id) as RunRow[]).toReversed().map(toRun),
    history: (sqlite.prepare(HISTORY).raw().all(id) as EventRow[]).map(toEvent),
  };
}

function toRun(row: RunRow): CampaignRun {
  return {
    startedAt: instantOf(row.started_at),
    source: row.source,
    admittedAt: instantOrNull(row.admitted_at),
    lastClaimAt: instantOrNull(row.last_claim_at),
    pulse: toPulse(row),
  };
}

function toPulse({ first_claim_at, span, span_claims, before_claims }: RunRow): Pulse | null {
  if (first_claim_at === null || span === null) return null;
  const [spanClaims, beforeClaims] = [Number(span_claims), Number(before_claims)];
  return { firstClaimAt: instantOf(first_claim_at), span: Number(span), spanClaims, beforeClaims };
}

function toEvent([change, at, by, reason]: EventRow): CampaignEvent {
  return { change, at, by, reason };
}

function instantOrNull(value: StoredInteger | null): Instant | null {
  return value === null ? null : instantOf(value);
}
