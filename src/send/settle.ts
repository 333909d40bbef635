// Step 8: what became known about a message moves its state and its money. The one place where either changes after the admission.

import { marketMap } from '../catalog/markets.ts';
import { type Booking, bookingOf, lateReference } from '../domain/closing.ts';
import { type Bucket, type LedgerEntry, type ReleaseCause } from '../domain/ledger.ts';
import { type Category, isRefusalReason } from '../domain/consent.ts';
import { marketOf } from '../domain/market.ts';
import { type EventKind, isClosed, isDelivered, type MessageState, nextState, type PricingType, silenceEnd } from '../domain/message.ts';
import { isSameKind } from '../domain/quote.ts';
import { deliveryTtlMs } from '../domain/template-ttl.ts';
import { type Outcome, PRICED_KINDS, type PricedKind, toldCategory, type ToldPricing } from '../domain/outcome.ts';
import type {
  ContactFact,
  DecideSettlements,
  MessageChange,
  MessageFacts,
  SettlementDecision,
  StoredPrices,
} from '../ports/store/settle.ts';
import { ownCategoryOf, ownPricingOf, priceDelivery } from './price-delivery.ts';
import { isUncounted } from './retry.ts';
import { type Micros, minus, negative, ZERO } from '../values/money.ts';
import { type Day, dayOf, type Instant, type Month, monthOf } from '../values/time.ts';

/** The provider's codes for a person who stopped marketing in the messenger, and for one whom it cannot reach (its page of error codes). */
const STOPPED_MARKETING = '131050';
const UNDELIVERABLE = '131026';

/**
 * The rule of settling. A delivery charges the price of its own day and closes the reservation; a failure, a cancellation or silence releases
 * it; a delivery that comes after a release is charged all the same, because the provider bills it. What an outcome tells about the person holds
 * whatever it tells about the message. What the provider says of the price after the charge corrects it.
 */
export const decideSettlements: DecideSettlements = (message, outcome, prices, at) => {
  const fact = factOf(message, outcome);
  const state = isOfOlderAttempt(message, outcome) ? message.state : nextState(message.state, outcome.kind);
  const step = { state, prices, at, word: wordOf(message, outcome) };
  if (state === message.state && !(isDelivered(state) && step.word !== null)) return { ...lateSign(message, outcome, step), fact };
  const entry = entryFor(message, outcome, step) ?? correction(message, outcome, step);
  return { change: changeOf(message, outcome, { ...step, held: entry === null ? message.held : ZERO }), entry, fact };
};

function factOf(message: MessageFacts, { kind, error }: Outcome): ContactFact | null {
  if (kind === 'delivered' || kind === 'read') return message.undeliverable ? 'reachable' : null;
  if (kind !== 'failed' && kind !== 'rejected') return null;
  if (error?.code === STOPPED_MARKETING) return 'marketing_stopped';
  // A message that was delivered after all has reached the person, in whatever order that is heard of.
  return error?.code === UNDELIVERABLE && !message.undeliverable && !isDelivered(message.state) ? 'undeliverable' : null;
}

// What an older request failed at is over; that it was delivered after all is not.
function isOfOlderAttempt(message: MessageFacts, { attempt, kind }: Outcome): boolean {
  return attempt !== null && attempt < message.attempt && kind !== 'delivered' && kind !== 'read';
}

type Step = { readonly state: MessageState; readonly prices: StoredPrices; readonly at: Instant; readonly word: ToldPricing | null };

function entryFor(message: MessageFacts, outcome: Outcome, step: Step): LedgerEntry | null {
  if (isDelivered(step.state)) return isDelivered(message.state) ? null : charge(message, outcome, step);
  if (isClosed(step.state) && !isClosed(message.state)) return release(message, outcome, step);
  return null;
}

function charge(message: MessageFacts, outcome: Outcome, { prices, at, word }: Step): LedgerEntry {
  const { sender, holdBucket } = message;
  const address = message.hasMoved ? null : (message.phone ?? message.userId);
  const told = word ?? message.pricing;
  const day = dayOf(outcome.at, sender.timeZone);
  // Of a person who was forgotten, or has another number by now, the market of the reservation is the last that is known.
  const market = address === null ? holdBucket.market : marketOf(marketMap(), address, day);
  const booking = bookedOn(message, day, at);
  const own = ownPricingOf(message, day);
  const change = {
    day: booking.day,
    market,
    category: categoryOf(ownCategoryOf(message, { prices, market, day }), told),
    pricingType: told?.type ?? own?.type ?? 'regular',
  };
  const bucket = bucketLike(holdBucket, change);
  const { amount, evidence } = priceDelivery(message, { prices, told, own, day, bucket });
  return entryOf(message, outcome, { kind: 'charge', bucket, posted: amount, cause: null, evidence, at, late: booking.late });
}

// Of the two kinds of authentication the provider's is booked. Anything else that it calls a message is a discrepancy.
function categoryOf(own: Category, told: ToldPricing | null): Category {
  const category = told?.type === 'regular' ? toldCategory(told.category) : null;
  return category !== null && isSameKind(category, own) ? category : own;
}

function bookedOn({ closedThrough, sender }: MessageFacts, day: Day, at: Instant): Booking {
  return closedThrough === null ? { day, late: null } : bookingOf(day, { closedThrough, today: dayOf(at, sender.timeZone) });
}

const derived = new WeakMap<Bucket, Map<string, Bucket>>();

// Equal buckets share one object, so that the book finds their number once per batch. Most messages are delivered on the day of their reservation.
function bucketLike(hold: Bucket, change: Pick<Bucket, 'day' | 'market' | 'category' | 'pricingType'>): Bucket {
  const { day, market, category, pricingType } = change;
  if (day === hold.day && market === hold.market && category === hold.category && pricingType === hold.pricingType) return hold;
  const like = derived.get(hold) ?? new Map<string, Bucket>();
  const key = `${day} ${pricingType} ${category} ${market}`;
  const bucket = like.get(key) ?? { ...hold, ...change };
  derived.set(hold, like.set(key, bucket));
  return bucket;
}

// What a delivery costs is told with it or with its reading; the forecast that came with `sent` gives way to both, in whatever order they are heard of.
const WEIGHT: Readonly<Record<PricedKind, number>> = { sent: 1, delivered: 2, read: 3 };

/** What an outcome says of the price, where nothing that weighs more was said before. */
function wordOf({ pricing: known }: MessageFacts, { kind, pricing }: Outcome): ToldPricing | null {
  const toldBy = PRICED_KINDS.find((priced) => priced === kind);
  if (pricing === null || toldBy === undefined || (known !== null && WEIGHT[known.toldBy] >= WEIGHT[toldBy])) return null;
  return { ...pricing, toldBy };
}

function correction(message: MessageFacts, outcome: Outcome, { word, prices, at }: Step): LedgerEntry | null {
  const { charge } = message;
  if (word === null || charge === null) return null;
  const booked = message.pricing?.type ?? charge.bucket.pricingType;
  if (isFree(booked) === isFree(word.type)) return null;
  const day = dayOf(charge.at, message.sender.timeZone);
  // Beside the charge while that month is open; and of the month of the delivery, wherever the charge was booked.
  const booking = bookedOn(message, charge.bucket.day, at);
  const late = monthOf(day) === monthOf(booking.day) ? null : monthOf(day);
  // Of two words that both say free, the second books nothing: it is counted as the charge has it.
  const counted = isFree(booked) && isFree(charge.bucket.pricingType) ? charge.bucket.pricingType : booked;
  const own = ownPricingOf(message, day, counted);
  const { amount, evidence } = priceDelivery(message, {
    prices,
    told: word,
    own,
    day,
    bucket: { ...charge.bucket, pricingType: word.type },
  });
  // Counted among the free ones that it leaves or joins, so that the counters go on telling what used the allowance.
  const pricingType = isFree(word.type) ? word.type : counted;
  const bucket = bucketLike(charge.bucket, { ...charge.bucket, day: booking.day, pricingType });
  const posted = minus(amount, charge.amount);
  return entryOf(message, outcome, { kind: 'adjustment', bucket, posted, cause: null, evidence, at, late });
}

function isFree(type: PricingType): boolean {
  return type !== 'regular';
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
  if (!isTaken && !isRefuted && !isForecast) return { change: null, entry: null };
  const change = changeOf(message, outcome, { ...step, held });
  return { change: { ...change, reason: isTaken ? SENT_AFTER_ALL : isRefuted ? change.reason : reason, expiresAt: null }, entry: null };
}

function release(message: MessageFacts, outcome: Outcome, { at }: Step): LedgerEntry {
  const { day, late } = bookedOn(message, dayOf(outcome.at, message.sender.timeZone), at);
  const bucket = bucketLike(message.holdBucket, { ...message.holdBucket, day });
  return entryOf(message, outcome, { kind: 'release', bucket, posted: ZERO, cause: causeOf(outcome.kind), evidence: null, at, late });
}

type Line = Pick<LedgerEntry, 'kind' | 'bucket' | 'posted' | 'cause' | 'evidence'> & { readonly at: Instant; readonly late: Month | null };

// Field by field: thousands of these are made in a second, and copying objects into one takes several times as long.
function entryOf(message: MessageFacts, outcome: Outcome, { kind, bucket, posted, cause, evidence, at, late }: Line): LedgerEntry {
  return {
    messageId: message.id,
    attempt: outcome.attempt ?? message.attempt,
    kind,
    bucket,
    holdBucket: message.holdBucket,
    held: negative(message.held),
    posted,
    eventAt: outcome.at,
    recordedAt: at,
    booksMonth: monthOf(bucket.day),
    cause,
    evidence,
    reference: late === null ? null : lateReference(late),
  };
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

type Next = Pick<Step, 'state' | 'at' | 'word'> & { readonly held: Micros };

function changeOf(message: MessageFacts, outcome: Outcome, { state, held, at, word }: Next): MessageChange {
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
    readAt: outcome.kind === 'read' ? outcome.at : null,
    // What the gate refuses at the last moment is a refusal: it may be tried again. What a person cancelled, or what was tried once, is not.
    freesKey: state === 'cancelled' && message.attempt === message.uncounted && isRefusalReason(reason),
    at,
  };
}
