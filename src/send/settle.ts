// Step 8: what became known about a message moves its state and its money. The one place where either changes after the admission.

import { marketMap } from '../catalog/markets.ts';
import { type Bucket, type LedgerEntry, negative, type PriceEvidence, type ReleaseCause } from '../domain/ledger.ts';
import { isRefusalReason } from '../domain/consent.ts';
import { marketOf } from '../domain/market.ts';
import { type EventKind, isClosed, isDelivered, type MessageState, nextState, type PricingType, silenceEnd } from '../domain/message.ts';
import { rateInForce } from '../domain/price-book.ts';
import { ruleOf } from '../domain/quote.ts';
import type { DecideSettlements, MessageChange, MessageFacts, SettlementDecision, StoredPrices } from '../ports/store/settle.ts';
import type { Outcome } from '../ports/transport.ts';
import { type Micros, ZERO } from '../values/money.ts';
import { dayOf, type Instant, monthOf } from '../values/time.ts';

const NOTHING_NEW: SettlementDecision = { change: null, entry: null };

/**
 * The rule of settling. A delivery charges the price of its own day and closes the reservation; a failure, a cancellation or silence releases
 * it; a delivery that comes after a release is charged all the same, because the provider bills it.
 */
export const decideSettlements: DecideSettlements = (message, outcome, prices, at) => {
  if (isOfOlderAttempt(message, outcome)) return NOTHING_NEW;
  const state = nextState(message.state, outcome.kind);
  if (state === message.state) return NOTHING_NEW;
  const entry = entryFor(message, outcome, { state, prices, at });
  return { change: changeOf(message, outcome, { state, held: entry === null ? message.held : ZERO, at }), entry };
};

// What an older request failed at is over; that it was delivered after all is not.
function isOfOlderAttempt(message: MessageFacts, { attempt, kind }: Outcome): boolean {
  return attempt !== null && attempt < message.attempt && kind !== 'delivered' && kind !== 'read';
}

type Step = { readonly state: MessageState; readonly prices: StoredPrices; readonly at: Instant };

function entryFor(message: MessageFacts, outcome: Outcome, step: Step): LedgerEntry | null {
  if (isDelivered(step.state)) return isDelivered(message.state) ? null : charge(message, outcome, step);
  if (isClosed(step.state) && !isClosed(message.state)) return release(message, outcome, step);
  return null;
}

function charge(message: MessageFacts, outcome: Outcome, { prices, at }: Step): LedgerEntry {
  const { sender, holdBucket, phone } = message;
  const day = dayOf(outcome.at, sender.timeZone);
  const pricingType: PricingType = outcome.pricing?.type ?? 'regular';
  // A forgotten person has no number: the market of the reservation is the last that was known.
  const market = phone === null ? holdBucket.market : marketOf(marketMap(), phone, day);
  const bucket: Bucket = { ...holdBucket, day, market, pricingType };
  const { amount, evidence } = priceOf(message, bucket, prices);
  return {
    ...commonEntry(message, outcome, at),
    kind: 'charge',
    bucket,
    held: negative(message.held),
    posted: amount,
    cause: null,
    evidence: { ...evidence, providerType: outcome.pricing?.type ?? null, providerCategory: outcome.pricing?.category ?? null },
  };
}

type Price = { readonly amount: Micros; readonly evidence: Pick<PriceEvidence, 'priceId' | 'rule'> };

// The provider decides what was free. A day without a rate charges what was reserved, and says so: never zero.
function priceOf(message: MessageFacts, bucket: Bucket, prices: StoredPrices): Price {
  if (bucket.pricingType !== 'regular') return { amount: ZERO, evidence: { priceId: null, rule: 'free' } };
  const rate = rateInForce(prices, bucket);
  if (rate === undefined) return { amount: message.price, evidence: { priceId: null, rule: 'as_reserved' } };
  return { amount: rate.rate, evidence: { priceId: rate.id, rule: ruleOf(rate) } };
}

function release(message: MessageFacts, outcome: Outcome, { at }: Step): LedgerEntry {
  return {
    ...commonEntry(message, outcome, at),
    kind: 'release',
    bucket: { ...message.holdBucket, day: dayOf(outcome.at, message.sender.timeZone) },
    held: negative(message.held),
    posted: ZERO,
    cause: causeOf(outcome.kind),
    evidence: null,
  };
}

function commonEntry(message: MessageFacts, outcome: Outcome, at: Instant) {
  return {
    messageId: message.id,
    attempt: outcome.attempt ?? message.attempt,
    holdBucket: message.holdBucket,
    eventAt: outcome.at,
    recordedAt: at,
    booksMonth: monthOf(dayOf(at, message.sender.timeZone)),
  } as const;
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

type Next = { readonly state: MessageState; readonly held: Micros; readonly at: Instant };

function changeOf(message: MessageFacts, outcome: Outcome, { state, held, at }: Next): MessageChange {
  const reason = isDelivered(state) ? null : (outcome.error?.code ?? null);
  return {
    state,
    held,
    reason,
    notBefore: outcome.retryAt,
    expiresAt: state === 'accepted' || state === 'sent' || state === 'unknown' ? silenceEnd(at) : null,
    providerId: outcome.providerId,
    // What the gate refuses at the last moment is a refusal: it may be tried again. What a person cancelled, or what left once, is not.
    freesKey: state === 'cancelled' && message.attempt === 0 && isRefusalReason(reason),
    at,
  };
}
