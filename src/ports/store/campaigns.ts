// Campaigns: what somebody decided about them, and how far they are. What is admitted into them and claimed from them is in admit.ts and outbox.ts.

import type { CampaignChange, CampaignStanding, CampaignStatus, DecideCampaignChange, Pulse } from '../../domain/campaign.ts';
import type { MessageState } from '../../domain/message.ts';
import type { CampaignId, MessageId, SenderId } from '../../values/id.ts';
import type { Micros } from '../../values/money.ts';
import type { Instant } from '../../values/time.ts';
import type { Page, PageRequest } from './directory.ts';
import type { DecideSettlements, Settlement } from './settle.ts';

/** Who decided what, when and why. */
export type CampaignEvent = {
  readonly change: CampaignChange;
  readonly at: Instant;
  readonly by: string;
  readonly reason: string | null;
};

/** One reading of a file under a campaign, or one send to single recipients, whose `source` is null. */
export type CampaignRun = {
  readonly startedAt: Instant;
  readonly source: string | null;
  /** Null while it is being read, and where that was cut short: then not all of it was admitted. */
  readonly admittedAt: Instant | null;
  readonly lastClaimAt: Instant | null;
  /** Null before the first claim. */
  readonly pulse: Pulse | null;
};

/** A campaign and how far it is. Money is in its sender's currency. */
export type CampaignRecord = CampaignStanding & {
  readonly id: CampaignId;
  readonly name: string;
  readonly status: CampaignStatus;
  readonly createdAt: Instant;
  /** All that was admitted. */
  readonly messages: number;
  /** Of those that are not over: `queued`, `scheduled`, `sending`, `accepted`, `sent`, `unknown`. */
  readonly open: ReadonlyMap<MessageState, number>;
  readonly delivered: number;
  readonly cancelled: number;
  /** What is neither open nor delivered, cancelled or this has failed. */
  readonly expired: number;
  readonly reserved: Micros;
  /** With what was adjusted. */
  readonly charged: Micros;
  /** What a hard budget lets each campaign as a whole cost; null where there is none. */
  readonly cap: Micros | null;
  /** What it has promised and spent, as that budget counts. */
  readonly used: Micros;
  /** The newest `RUNS_MAX`, oldest first. */
  readonly runs: readonly CampaignRun[];
  /** Oldest first. */
  readonly history: readonly CampaignEvent[];
};

/** So many runs of a campaign are told of: one that single sends name may have any number of them. */
export const RUNS_MAX = 100;

export type CampaignQuery = { readonly senderId: SenderId; readonly campaignId: CampaignId };

export type QueueCancel = CampaignQuery & { readonly reason: string; readonly at: Instant };

/** What is asked of a campaign. `now` is asked when the transaction has begun: what another writer claimed before it is no later than the change. */
export type CampaignOrder = Omit<CampaignEvent, 'at'> & { readonly campaignId: CampaignId; readonly now: () => Instant };

export type CampaignStore = {
  /**
   * Changes what may be done with a campaign, as the rule says, and notes who wanted it and why; what is so already is left and not noted again. From this
   * commit on nothing of a paused or cancelled campaign is claimed, whoever sends it; what is on its way goes on. Throws `campaign_cancelled` where the
   * rule refuses.
   */
  readonly changeCampaign: (change: CampaignOrder, decide: DecideCampaignChange) => Promise<'changed' | 'unchanged'>;
  /** Cancels at most `BATCH_MAX` of what is queued or scheduled, for this reason, and releases what they held. Empty where nothing waits any more. */
  readonly cancelQueued: (cancel: QueueCancel, decide: DecideSettlements) => Promise<readonly Settlement[]>;
  /** Those of a campaign that are on their way, oldest first. */
  readonly inFlightOf: (campaignId: CampaignId) => Promise<readonly MessageId[]>;
  /** Newest first. Counted from the counters of its buckets and from the indexes of what is not over, not from the messages. */
  readonly listCampaigns: (
    filter: { readonly senderId: SenderId; readonly status: CampaignStatus | null },
    page: PageRequest,
  ) => Promise<Page<CampaignRecord>>;
  /** One campaign. */
  readonly showCampaign: (query: CampaignQuery) => Promise<CampaignRecord>;
};
