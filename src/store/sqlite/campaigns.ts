// Campaigns on SQLite, where they are changed: who may still be claimed or admitted, and the pulse of the claims. How far they are is in campaign-records.ts.

import { type CampaignStanding, type DecideCampaignChange, spanOf } from '../../domain/campaign.ts';
import { type Outcome, toOutcome } from '../../domain/outcome.ts';
import { type AppError, assert, fail } from '../../errors.ts';
import type { CampaignOrder, CampaignStore, QueueCancel } from '../../ports/store/campaigns.ts';
import type { OutboxScope } from '../../ports/store/outbox.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { CampaignId, MessageId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { ANY_URGENCY } from './outbox-scope.ts';
import type { Settler } from './settle.ts';

export type Campaigns = {
  readonly store: Pick<CampaignStore, 'changeCampaign' | 'cancelQueued' | 'inFlightOf'>;
  /** Those of a sender of which nothing may be claimed now. Call it inside `write`. */
  readonly paused: (senderId: SenderId) => ReadonlySet<CampaignId>;
  /** True where something of the scope is queued that only a pause holds up. Call it inside `write`. */
  readonly holdsBack: (senderId: SenderId, scope: OutboxScope) => boolean;
  /** True for a campaign that somebody cancelled. Call it inside `write`. */
  readonly isCancelled: (campaignId: CampaignId) => boolean;
  /** Throws `campaign_cancelled` for one that takes nothing on any more. */
  readonly refuseCancelled: (campaignId: CampaignId | null) => void;
  /** Counts what was claimed at `at` for each run. Call it inside `write`. */
  readonly countClaims: (claimed: readonly { readonly runId: number | null }[], at: Instant) => void;
};

const STANDING = /* sql */ `
  SELECT name, paused_at AS pausedAt, cancelled_at AS cancelledAt FROM campaign WHERE id = ?`;

const CHANGE = /* sql */ `
  UPDATE campaign SET paused_at = ?, cancelled_at = ? WHERE id = ?`;

const NOTE = /* sql */ `
  INSERT INTO campaign_event (campaign_id, change, at, decided_by, reason) VALUES (?, ?, ?, ?, ?)`;

const PAUSED = /* sql */ `
  SELECT id FROM campaign WHERE sender_id = ? AND paused_at IS NOT NULL`;

const IS_QUEUED = /* sql */ `
  SELECT EXISTS (SELECT 1 FROM message WHERE state = 'queued' AND sender_id = ? AND ${ANY_URGENCY} AND campaign_id = ?)`;

const IS_HELD_BACK = /* sql */ `
  SELECT EXISTS (
    SELECT 1 FROM message m JOIN campaign k ON k.id = m.campaign_id WHERE m.id = ? AND m.state = 'queued' AND k.paused_at IS NOT NULL
  )`;

const WAITING = /* sql */ `
  SELECT id FROM message WHERE state = 'queued' AND sender_id = @senderId AND ${ANY_URGENCY} AND campaign_id = @campaignId
  UNION ALL
  SELECT id FROM message WHERE state = 'scheduled' AND campaign_id = @campaignId
  LIMIT ${BATCH_MAX}`;

// INDEXED BY, or SQLite goes through all messages in the order of their ids.
const IN_FLIGHT = /* sql */ `
  SELECT id FROM message INDEXED BY message_in_flight WHERE state = 'sending' AND campaign_id = ? ORDER BY id`;

const COUNT_CLAIMS = /* sql */ `
  UPDATE run SET
    before_claims = CASE span WHEN @span THEN before_claims WHEN @span - 1 THEN span_claims ELSE 0 END,
    span_claims = CASE span WHEN @span THEN span_claims ELSE 0 END + @count,
    span = @span,
    first_claim_at = ifnull(first_claim_at, @at),
    last_claim_at = @at
  WHERE id = @runId`;

type StandingRow = CampaignStanding & { readonly name: string };

type CampaignParts = { readonly sqlite: Sqlite; readonly settler: Settler };

/** The campaigns of one connection. */
export function createCampaigns({ sqlite, settler }: CampaignParts): Campaigns {
  const standingOf = (id: CampaignId) => sqlite.prepare(STANDING).get(id) as StandingRow | undefined;
  const isCancelled: Campaigns['isCancelled'] = (id) => (standingOf(id)?.cancelledAt ?? null) !== null;
  const paused: Campaigns['paused'] = (senderId) => new Set(sqlite.prepare(PAUSED).pluck().all(senderId) as CampaignId[]);
  const isQueued = (senderId: SenderId, id: CampaignId): boolean => sqlite.prepare(IS_QUEUED).pluck().get(senderId, id) === 1;
  return {
    store: {
      changeCampaign: async (order, decide) => sqlite.write(() => change(sqlite, { order, before: standingOf(order.campaignId), decide })),
      cancelQueued: async (cancel, decide) => sqlite.write(() => settler.apply(cancellations(sqlite, cancel), cancel.at, decide)),
      inFlightOf: async (id) => sqlite.query(() => sqlite.prepare(IN_FLIGHT).pluck().all(id) as MessageId[]),
    },
    paused,
    holdsBack: (senderId, scope) => {
      switch (scope.kind) {
        case 'all':
          return [...paused(senderId)].some((id) => isQueued(senderId, id));
        case 'campaign':
          return paused(senderId).has(scope.campaignId) && isQueued(senderId, scope.campaignId);
        case 'messages':
          return scope.ids.some((id) => sqlite.prepare(IS_HELD_BACK).pluck().get(id) === 1);
      }
    },
    isCancelled,
    refuseCancelled: (id) => {
      if (id !== null && isCancelled(id)) throw campaignCancelled(standingOf(id)?.name ?? id);
    },
    countClaims: (claimed, at) => {
      const counts = new Map<number, number>();
      for (const { runId } of claimed) if (runId !== null) counts.set(runId, (counts.get(runId) ?? 0) + 1);
      for (const [runId, count] of counts) sqlite.prepare(COUNT_CLAIMS).run({ runId, count, at, span: spanOf(at) });
    },
  };
}

type Change = {
  readonly order: CampaignOrder;
  readonly before: StandingRow | undefined;
  readonly decide: DecideCampaignChange;
};

function change(sqlite: Sqlite, { order, before, decide }: Change): 'changed' | 'unchanged' {
  assert(before !== undefined, 'the caller found the campaign');
  const { campaignId, change: wanted, by, reason } = order;
  const at = order.now();
  const decision = decide(before, wanted, at);
  if (decision.kind === 'refuse') throw campaignCancelled(before.name);
  if (decision.kind === 'unchanged') return 'unchanged';
  sqlite.prepare(CHANGE).run(decision.standing.pausedAt, decision.standing.cancelledAt, campaignId);
  sqlite.prepare(NOTE).run(campaignId, wanted, at, by, reason);
  return 'changed';
}

function cancellations(sqlite: Sqlite, { senderId, campaignId, reason, at }: QueueCancel): readonly Outcome[] {
  const ids = sqlite.prepare(WAITING).pluck().all({ senderId, campaignId }) as MessageId[];
  return ids.map((messageId) => toOutcome({ messageId, kind: 'cancelled', at, error: { code: reason, title: '' } }));
}

function campaignCancelled(name: string): AppError {
  return fail('campaign_cancelled', {
    message: `The campaign '${name}' was cancelled.`,
    hint: 'It takes nothing on any more, and is never resumed: give what is to be sent another campaign.',
    details: { campaign: name },
  });
}
