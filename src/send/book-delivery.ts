// Where a delivery is booked and for how much: when it is first heard of, and again when more is known of it. Also how any entry of a message is written down.

import { marketMap } from '../catalog/markets.ts';
import { type Booking, bookingOf, lateReference } from '../domain/closing.ts';
import type { Category } from '../domain/consent.ts';
import { type Bucket, isOfAllowance, type LedgerEntry, type PriceEvidence } from '../domain/ledger.ts';
import { type Market, marketOf } from '../domain/market.ts';
import { type Outcome, toldCategory, type ToldPricing } from '../domain/outcome.ts';
import { isSameKind } from '../domain/quote.ts';
import type { ChargeFacts, MessageFacts, StoredPrices } from '../ports/store/settle.ts';
import { negative, ZERO } from '../values/money.ts';
import { type Day, dayOf, type Instant, type Month, monthOf } from '../values/time.ts';
import { ownCategoryOf, ownPricingOf, priceDelivery } from './price-delivery.ts';

/** What is known besides the message and the outcome. `word`: what the outcome says of the price, where nothing that weighs more was said before. */
export type Knowledge = { readonly prices: StoredPrices; readonly word: ToldPricing | null; readonly at: Instant };

const TAKEN_BACK: PriceEvidence = {
  priceId: null,
  rule: 'taken_back',
  providerType: null,
  providerCategory: null,
  own: null,
  discrepancy: null,
};

const NOTHING: readonly never[] = [];

/** The charge of a delivery that was not heard of before. */
export function charge(message: MessageFacts, outcome: Outcome, known: Knowledge): LedgerEntry {
  const day = dayOf(outcome.at, message.sender.timeZone);
  // Of a person who was forgotten, or has another number by now, the market of the reservation is the last that is known.
  const market = marketOn(message, day) ?? message.holdBucket.market;
  const { bucket, posted, evidence, late } = placeOf(message, known, {
    day,
    deliveredAt: outcome.at,
    beside: day,
    market,
    isCounted: false,
  });
  const attempt = outcome.attempt ?? message.attempt;
  const held = negative(message.held);
  return entryOf(message, {
    kind: 'charge',
    attempt,
    bucket,
    held,
    posted,
    cause: null,
    evidence,
    eventAt: outcome.at,
    at: known.at,
    late,
  });
}

/**
 * What an outcome changes of a delivery that is charged: it is taken back from where it is booked, and booked anew where it belongs. A reading that was heard of
 * first dates it until its own status comes; a later word may say that it was free or was not, cost something else, or was the other kind of authentication.
 */
export function rebooking(message: MessageFacts, outcome: Outcome, known: Knowledge): readonly LedgerEntry[] {
  const mayBeDated = outcome.kind === 'delivered' && message.state === 'read';
  const booked = mayBeDated || !isRepeated(known.word, message.pricing) ? message.charge() : null;
  if (booked === null) return NOTHING;
  const { bucket, amount, attempt, at: bookedAt } = booked;
  const isDated = mayBeDated && bookedAt === message.readAt && attempt === (outcome.attempt ?? message.attempt);
  const deliveredAt = isDated ? outcome.at : bookedAt;
  const [before, day] = [dayOf(bookedAt, message.sender.timeZone), dayOf(deliveredAt, message.sender.timeZone)];
  if (day === before && agrees(known.word, booked)) return NOTHING;
  // Both beside what they correct, while that month is open.
  const taken = bookedOn(message, { day: before, beside: bucket.day }, known.at);
  const place = placeOf(message, known, {
    day,
    deliveredAt,
    beside: day === before ? bucket.day : day,
    market: marketOn(message, before) === bucket.market ? (marketOn(message, day) ?? bucket.market) : bucket.market,
    isCounted: isOfAllowance(bucket) && monthOf(before) === monthOf(day),
  });
  const rest = { kind: 'adjustment', attempt, held: ZERO, cause: null, at: known.at } as const;
  const from = {
    bucket: bucketLike(bucket, { ...bucket, day: taken.day }),
    posted: negative(amount),
    evidence: TAKEN_BACK,
    late: taken.late,
  };
  return [entryOf(message, { ...rest, ...from, eventAt: bookedAt }), entryOf(message, { ...rest, ...place, eventAt: deliveredAt })];
}

// Whatever an earlier word said is booked already.
function isRepeated(word: ToldPricing | null, before: ToldPricing | null): boolean {
  if (word === null) return true;
  const isSamePrice = word.cost?.amount === before?.cost?.amount && word.cost?.currency === before?.cost?.currency;
  return isSamePrice && word.type === before?.type && word.category === before.category;
}

function agrees(word: ToldPricing | null, { bucket, amount }: ChargeFacts): boolean {
  if (word === null) return true;
  if (word.type !== bucket.pricingType || categoryOf(bucket.category, word) !== bucket.category) return false;
  return word.type !== 'regular' || word.cost?.currency !== bucket.currency || word.cost.amount === amount;
}

type Delivery = {
  /** Of the delivery. */
  readonly day: Day;
  readonly deliveredAt: Instant;
  /** Where it is booked, while that month is open. */
  readonly beside: Day;
  readonly market: Market;
  /** It is itself among those that used the allowance of its month. */
  readonly isCounted: boolean;
};

type Place = Pick<LedgerEntry, 'bucket' | 'posted' | 'evidence'> & { readonly late: Month | null };

function placeOf(message: MessageFacts, { prices, word, at }: Knowledge, { day, deliveredAt, beside, market, isCounted }: Delivery): Place {
  const told = word ?? message.pricing;
  const booking = bookedOn(message, { day, beside }, at);
  const own = ownPricingOf(message, day, isCounted);
  const bucket = bucketLike(message.holdBucket, {
    day: booking.day,
    market,
    category: categoryOf(ownCategoryOf(message, { prices, market, day, at: deliveredAt }), told),
    pricingType: told?.type ?? own?.type ?? 'regular',
  });
  const { amount, evidence } = priceDelivery(message, { prices, told, own, day, deliveredAt, bucket });
  return { bucket, posted: amount, evidence, late: booking.late };
}

function marketOn({ phone, userId, hasMoved }: MessageFacts, day: Day): Market | null {
  const address = hasMoved ? null : (phone ?? userId);
  return address === null ? null : marketOf(marketMap(), address, day);
}

// Of the two kinds of authentication the provider's is booked. Anything else that it calls a message is a discrepancy.
function categoryOf(own: Category, told: ToldPricing | null): Category {
  const category = told?.type === 'regular' ? toldCategory(told.category) : null;
  return category !== null && isSameKind(category, own) ? category : own;
}

/** Where an event of a day is booked that stands beside another day, while that month is open; and the month that it is of, where that is another one. */
export function bookedOn(
  { closedThrough, sender }: MessageFacts,
  { day, beside }: { readonly day: Day; readonly beside: Day },
  at: Instant,
): Booking {
  const booking = closedThrough === null ? beside : bookingOf(beside, { closedThrough, today: dayOf(at, sender.timeZone) }).day;
  return { day: booking, late: monthOf(day) === monthOf(booking) ? null : monthOf(day) };
}

const derived = new WeakMap<Bucket, Map<string, Bucket>>();

/**
 * A bucket that differs from another in this alone. Equal ones share one object, so that the book finds their number once per batch. Most messages are delivered on
 * the day of their reservation.
 */
export function bucketLike(hold: Bucket, change: Pick<Bucket, 'day' | 'market' | 'category' | 'pricingType'>): Bucket {
  const { day, market, category, pricingType } = change;
  if (day === hold.day && market === hold.market && category === hold.category && pricingType === hold.pricingType) return hold;
  const like = derived.get(hold) ?? new Map<string, Bucket>();
  const key = `${day} ${pricingType} ${category} ${market}`;
  const bucket = like.get(key) ?? { ...hold, ...change };
  derived.set(hold, like.set(key, bucket));
  return bucket;
}

type Line = Pick<LedgerEntry, 'kind' | 'attempt' | 'bucket' | 'held' | 'posted' | 'cause' | 'evidence' | 'eventAt'> & {
  readonly at: Instant;
  readonly late: Month | null;
};

/** An entry of a message. Field by field: thousands of these are made in a second, and copying objects into one takes several times as long. */
export function entryOf(
  message: MessageFacts,
  { kind, attempt, bucket, held, posted, cause, evidence, eventAt, at, late }: Line,
): LedgerEntry {
  return {
    messageId: message.id,
    attempt,
    kind,
    bucket,
    holdBucket: message.holdBucket,
    held,
    posted,
    eventAt,
    recordedAt: at,
    booksMonth: monthOf(bucket.day),
    cause,
    evidence,
    reference: late === null ? null : lateReference(late),
  };
}
