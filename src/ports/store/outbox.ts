// The outbox: what is admitted and waits, what is in flight, and what dead processes left behind.

import type { CAMPAIGN_CANCELLED } from '../../domain/campaign.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { CampaignId, ContactId, MessageId, SenderId, TemplateId, WorkerId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { MessageState } from '../../domain/message.ts';
import type { QuietHours } from '../../domain/quiet-hours.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Journal } from '../journal.ts';
import type { BackoffScope, Delivery, OutgoingMessage } from '../transport.ts';
import type { Sender } from '../../domain/sender.ts';
import type { Micros } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { DecideSettlements, Settlement, StoredPrices } from './settle.ts';
import type { DecideRepricings } from './templates.ts';
import type { GateQuestion, RefusalReason } from '../../domain/consent.ts';

/** Which messages of a sender a dispatcher works on. */
export type OutboxScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'campaign'; readonly campaignId: CampaignId }
  | { readonly kind: 'messages'; readonly ids: readonly MessageId[] };

/** What the gate is asked of a message that is about to be claimed. */
export type ClaimFacts = {
  readonly at: Instant;
  readonly expiresAt: Instant;
  readonly sender: Sender;
  readonly phone: Phone | null;
  readonly userId: string | null;
  readonly gate: GateQuestion;
  /** What is reserved for it. */
  readonly held: Micros;
  readonly prices: StoredPrices;
  /** The most that a delivery may cost by the template's bid; null where the price card decides. */
  readonly cap: Micros | null;
  readonly quietHours: QuietHours;
  /** The zone that is written of the person; null where none is, and where their sender has no quiet hours. */
  readonly timeZone: string | null;
  readonly template: TemplateStanding;
  /** Somebody cancelled its campaign. */
  readonly isCampaignCancelled: boolean;
  /** What became of the message that this one sends again, and of the one that that one sent again, and so on. */
  readonly retried: readonly { readonly state: MessageState; readonly reason: string | null }[];
};

/** `gone`: replaced or taken back since the admission, or without content. `paused`: by the provider, which lets it go on after some hours. */
export type TemplateStanding = 'usable' | 'paused' | 'gone';

/**
 * The rule at the moment of sending: go, wait with all of its template, wait alone until quiet hours are over, give up as expired, drop what a person wanted sent
 * again and what was sent after all, or what is of a cancelled campaign, or a refusal, which cancels the message.
 */
export type ClaimDecision =
  | { readonly kind: 'claim' }
  | { readonly kind: 'wait'; readonly until: Instant }
  | { readonly kind: 'hold'; readonly until: Instant }
  | { readonly kind: 'expire' }
  | { readonly kind: 'drop'; readonly reason: 'already_sent' | typeof CAMPAIGN_CANCELLED }
  | { readonly kind: 'refuse'; readonly reason: RefusalReason };
export type DecideClaim = (facts: ClaimFacts) => ClaimDecision;

/** Accepted, sent, delivered and read may come in one go. */
export const OUTCOMES_MAX = 4 * BATCH_MAX;

/** Nothing may be sent within this reach before `until`: the provider asked us to slow down. */
export type Hold = {
  readonly scope: Exclude<BackoffScope, 'message'>;
  readonly contactId: ContactId;
  /** Null for free-form text, which no template holds up. */
  readonly templateId: TemplateId | null;
  readonly until: Instant;
  /** The number was too fast: its rate is halved, and rises again. */
  readonly slows: boolean;
};

export type Turn = {
  readonly senderId: SenderId;
  readonly scope: OutboxScope;
  /** What finished since the last turn, at most `OUTCOMES_MAX`. */
  readonly outcomes: readonly Outcome[];
  readonly holds: readonly Hold[];
  /** Keep to the rates of the number and of each pair, which all processes on the store share. */
  readonly isPaced: boolean;
  /** How many messages to claim at most. What is claimed is what is in flight. */
  readonly room: number;
  readonly workerId: WorkerId;
  /** Asked when the transaction has begun, and before it ends: where another writer was waited for, the moment before that would let through more than the pace allows. */
  readonly now: () => Instant;
};

/** `reprice` is for what was on its way while its template moved to another category. */
export type TurnRules = { readonly settle: DecideSettlements; readonly claim: DecideClaim; readonly reprice: DecideRepricings };

export type TurnResult = {
  /** One per outcome, in order; then one for each message that the gate stopped. */
  readonly settled: readonly Settlement[];
  readonly claimed: readonly ClaimedMessage[];
  /** When more of the scope may be claimed: at once where there was no room for all, later where it is not due or the pace does not allow it; null when none waits but for a pause to end. */
  readonly nextDueAt: Instant | null;
  /** True where nothing may be claimed before somebody resumes a campaign of the scope that is paused. */
  readonly isPaused: boolean;
};

/** `uncounted` is how many of its requests do not count as tries. */
export type ClaimedMessage = OutgoingMessage & { readonly runId: number | null; readonly uncounted: number };

/** A claim of a dead process, and where its message went: to the queue, to `unknown`, or where the answer leads that its journal tells. */
export type Recovery = { readonly messageId: MessageId; readonly to: MessageState };

/** The rules for what is found in the journals of the dead: an answer becomes outcomes, and they are settled, as if the process had lived. */
export type RecoverRules = {
  readonly settle: DecideSettlements;
  readonly outcomes: (message: Pick<ClaimedMessage, 'uncounted'>, delivery: Delivery) => readonly Outcome[];
};

/** A template that holds back what is queued: `isPaused` as far as the store was told, else the provider refused it when something was sent. */
export type HeldTemplate = {
  readonly name: string;
  readonly language: string;
  readonly isPaused: boolean;
  readonly units: number;
  /** When the first of them is tried again. */
  readonly until: Instant;
};

export type OutboxStore = {
  /**
   * Settles what is finished and claims what comes next, in one commit. A claim asks consent and block again; what fails the gate is cancelled and
   * its reservation released. Nothing of a paused campaign is claimed, and what is left of a cancelled one is cancelled. What is urgent goes first, campaigns of
   * one urgency take turns, and the oldest of a campaign go first. A paced turn claims no more than the number's rate allows now, and defers what its pair's rate or
   * the account's messaging limit does not allow, whoever used them before; it leaves the number to what is more urgent and waits for it in another process.
   * A message is never claimed by two workers. Holds this worker's sign of life from the first claim until `close`.
   */
  readonly turn: (turn: Turn, rules: TurnRules) => Promise<TurnResult>;
  /**
   * The journal of this worker, for transports that note in it whatever leaves. What such a worker had claimed and did not note goes back to the queue when it
   * is dead, so it must be taken before its first claim, and each request of the worker be noted.
   */
  readonly journal: (workerId: WorkerId) => Journal;
  /**
   * Takes back the claims of processes that are dead, never those of the living. To the queue, as a request that does not count as a try, where nothing left:
   * the sender's transport is in `diedWithProcess`, or the journal of this boot does not note it. What came back and is noted is settled. All else is
   * `unknown`. Running it twice, or in two processes at once, recovers each claim once.
   */
  readonly recover: (
    recovery: { readonly diedWithProcess: readonly string[]; readonly at: Instant },
    rules: RecoverRules,
  ) => Promise<readonly Recovery[]>;
  /** The templates of a sender for which messages wait at that moment, by name and language: for the end of a pause, or for somebody who hands one in. */
  readonly heldTemplates: (senderId: SenderId, at: Instant) => Promise<readonly HeldTemplate[]>;
  /** Messages whose silence has lasted past its end; settle them as `expired`. At most `BATCH_MAX`. */
  readonly silent: (at: Instant) => Promise<readonly MessageId[]>;
};
