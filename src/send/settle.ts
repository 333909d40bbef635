// Step 8: what became known about a message moves its state and its money. The one place where either changes after the admission.

import { isRefusalReason } from '../domain/consent.ts';
import type { LedgerEntry, ReleaseCause } from '../domain/ledger.ts';
import { type EventKind, isClosed, isDelivered, type MessageState, nextState, silenceEnd } from '../domain/message.ts';
import { LIMIT_REFUSAL } from '../domain/messaging-limit.ts';
import { type Outcome, PRICED_KINDS, type PricedKind, type ToldPricing } from '../domain/outcome.ts';
import { deliveryTtlMs } from '../domain/template-ttl.ts';
import type { ContactFact, DecideSettlements, MessageChange, MessageFacts, SettlementDecision } from '../ports/store/settle.ts';
import { bookedOn, bucketLike, charge, entryOf, type Knowledge, rebooking } from './book-delivery.ts';
import { isUncounted } from './retry.ts';
import { type Micros, negative, ZERO } from '../values/money.ts';
import { dayOf } from '../values/time.ts';

/** The provider's codes for a person who stopped marketing in the messenger, and for one whom it cannot reach (its page of error codes). */
const STOPPED_MARKETING = '131050';
const UNDELIVERABLE = '131026';

/**
 * The rule of settling. A delivery charges the price of its own day and closes the reservation; a failure, a cancellation or silence releases
 * it; a delivery that comes after a release is charged all the same, because the provider bills it. What an outcome tells about the person holds
 * whatever it tells about the message. What the provider says after the charge of its price or its day corrects it.
 */
export const decideSettlements: DecideSettlements = (message, outcome, prices, at) => {
  const fact = factOf(message, outcome);
  const state = isOfOlderAttempt(message, outcome) ? message.state : nextState(message.state, outcome.kind);
  const step = { state, prices, at, word: wordOf(message, outcome) };
  const entries = entriesFor(message, outcome, step);
  const isNews = state !== message.state || entries.length > 0 || (isDelivered(state) && step.word !== null);
  if (!isNews) return { ...lateSign(message, outcome, step), fact };
  return { change: changeOf(message, outcome, { step, held: entries.length === 0 ? message.held : ZERO }), entries, fact };
};

function factOf(message: MessageFacts, outcome: Outcome): ContactFact | null {
  const { kind, error } = outcome;
  if (kind === 'delivered' || kind === 'read') return message.undeliverable ? 'reachable' : null;
  if (error?.code === LIMIT_REFUSAL && isOnItsWay(message, outcome)) return 'not_reached';
  if (kind !== 'failed' && kind !== 'rejected') return null;
  if (error?.code === STOPPED_MARKETING) return 'marketing_stopped';
  // A message that was delivered after all has reached the person, in whatever order that is heard of.
  return error?.code === UNDELIVERABLE && !message.undeliverable && !isDelivered(message.state) ? 'undeliverable' : null;
}

function isOnItsWay(message: MessageFacts, outcome: Outcome): boolean {
  return message.state !== 'queued' && !isClosed(message.state) && !isOfOlderAttempt(message, outcome);
}

// What an older request failed at is over; that it was delivered after all is not.
function isOfOlderAttempt(message: MessageFacts, { attempt, kind }: Outcome): boolean {
  return attempt !== null && attempt < message.attempt && kind !== 'delivered' && kind !== 'read';
}

type Step = Knowledge & { readonly state: MessageState };

const NOTHING: readonly never[] = [];

function entriesFor(message: MessageFacts, outcome: Outcome, step: Step): readonly LedgerEntry[] {
  if (isDelivered(message.state)) return rebooking(message, outcome, step);
  if (isDelivered(step.state)) return [charge(message, outcome, step)];
  return isClosed(step.state) && !isClosed(message.state) ? [release(message, outcome, step)] : NOTHING;
}

// What a delivery costs is told with it or with its reading; the forecast that came with `sent` gives way to both, in whatever order they are heard of.
const WEIGHT: Readonly<Record<PricedKind, number>> = { sent: 1, delivered: 2, read: 3 };

/** What an outcome says of the price, where nothing that weighs more was said before. */
function wordOf({ pricing: known }: MessageFacts, { kind, pricing }: Outcome): ToldPricing | null {
  const toldBy = PRICED_KINDS.find((priced) => priced === kind);
  if (pricing === null || toldBy === undefined || (known !== null && WEIGHT[known.toldBy] >= WEIGHT[toldBy])) return null;
  const { type, category, cost } = pricing;
  return cost === undefined ? { type, category, toldBy } : { type, category, cost, toldBy };
}

/** The reason of a message that was given up as not sent, or as failed, and that the provider turned out to have. */
export const SENT_AFTER_ALL = 'sent_after_all';

const TAKEN: ReadonlySet<EventKind> = new Set(['accepted', 'sent']);

// Somebody decided that it was not sent, or its silence ended, before the provider ever gave it an id. It may arrive yet, so that nobody may send it again,
// until the provider says that it failed, which is the last word but for a delivery.
function lateSign(message: MessageFacts, outcome: Outcome, step: Step): Omit<SettlementDecision, 'fact'> {
  const { state, providerId, reason, held } = message;
  const isGivenUp = isClosed(state) && !isDelivered(state) && outcome.providerId !== null;
  const isTaken = isGivenUp && providerId === null && TAKEN.has(outcome.kind);
  const isRefuted = isGivenUp && (providerId === null || reason === SENT_AFTER_ALL) && outcome.kind === 'failed';
  // A forecast of the price holds whatever it comes after: a delivery may follow that says nothing of it.
  const isForecast = isClosed(state) && step.word !== null;
  if (!isTaken && !isRefuted && !isForecast) return { change: null, entries: NOTHING };
  const change = changeOf(message, outcome, { step, held });
  return {
    change: { ...change, reason: isTaken ? SENT_AFTER_ALL : isRefuted ? change.reason : reason, expiresAt: null },
    entries: NOTHING,
  };
}

function release(message: MessageFacts, outcome: Outcome, { at }: Step): LedgerEntry {
  const { holdBucket } = message;
  const ended = dayOf(outcome.at, message.sender.timeZone);
  const { day, late } = bookedOn(message, { day: ended, beside: ended }, at);
  return entryOf(message, {
    kind: 'release',
    attempt: outcome.attempt ?? message.attempt,
    bucket: bucketLike(holdBucket, { ...holdBucket, day }),
    held: negative(message.held),
    posted: ZERO,
    cause: causeOf(outcome.kind),
    evidence: null,
    eventAt: outcome.at,
    at,
    late,
  });
}

function causeOf(kind: EventKind): ReleaseCause {
  switch (kind) {
    case 'rejected':
    case 'cancelled':
    case 'expired':
      return kind;
    default:
      return 'failed';
  }
}

type Next = { readonly step: Step; readonly held: Micros };

function changeOf(message: MessageFacts, outcome: Outcome, { step: { state, at, word }, held }: Next): MessageChange {
  const reason = isDelivered(state) ? null : (outcome.error?.code ?? null);
  return {
    state,
    held,
    reason,
    notBefore: outcome.retryAt,
    isUncounted: outcome.kind === 'retry' && isUncounted(outcome.error),
    expiresAt: state === 'accepted' || state === 'sent' || state === 'unknown' ? silenceEnd(at, deliveryTtlMs(message.template)) : null,
    providerId: outcome.providerId,
    pricing: word,
    acceptedAt: outcome.kind === 'accepted' ? outcome.at : null,
    sentAt: outcome.kind === 'sent' ? outcome.at : null,
    readAt: outcome.kind === 'read' && message.readAt === null ? outcome.at : null,
    // What the gate refuses at the last moment is a refusal: it may be tried again. What a person cancelled, or what was tried once, is not.
    freesKey: state === 'cancelled' && message.attempt === message.uncounted && isRefusalReason(reason),
    at,
  };
}
