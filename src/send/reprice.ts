// A template that the provider puts in another category, or that gets another bid, takes its queued messages along: consent, price and budget are asked again, and the reservation
// follows, or the message may not be sent any more. Pure: the engine calls it inside the transaction that takes over the change.

import { marketPauses } from '../catalog/market-pauses.ts';
import { marketMap } from '../catalog/markets.ts';
import { type BudgetMeter, createBudgetMeter, type Taken } from '../domain/budget.ts';
import { bookingAt } from '../domain/closing.ts';
import { type Category, refusalOf, type RefusalReason } from '../domain/consent.ts';
import { type Bucket, type LedgerEntry } from '../domain/ledger.ts';
import { isPaused } from '../domain/market-pause.ts';
import { DELIVERY_TTL_MS, queueExpiry } from '../domain/message.ts';
import { type Promised, promisedFor, quoteReservation } from '../domain/quote.ts';
import { internationalFrom } from '../domain/sender.ts';
import type { DecideRepricings, RepricingDecision, RepricingFacts } from '../ports/store/templates.ts';
import { type Micros, negative, ZERO } from '../values/money.ts';
import { dayOf, monthOf } from '../values/time.ts';

/** Decides in order. Of a budget it asks for the difference alone; a message that is refused gives back what it had taken. */
export const decideRepricings: DecideRepricings = (messages, uses) => {
  const budgets = createBudgetMeter(uses);
  const buckets = new Map<Bucket, Bucket>();
  return messages.map((message) => {
    const priced = priceFor(message);
    if (typeof priced === 'string') {
      budgets.giveBack(taken(message, message.holdBucket.category, message.held));
      return { kind: 'refused', reason: priced };
    }
    if (!fits(budgets, message, priced)) return { kind: 'refused', reason: 'over_budget' };
    return reprice(message, priced.promised, bucketFor(buckets, message, priced.category));
  });
};

type Priced = { readonly category: Category; readonly promised: Promised };

function priceFor(message: RepricingFacts): Priced | RefusalReason {
  const { sender, flags, category, dueAt, prices, maxPrice } = message;
  const refusal = refusalOf({ flags, category, freeForm: false, windowOpen: false, lastInboundAt: null, confirmsStop: false });
  if (refusal !== null) return refusal;
  const address = message.phone ?? message.userId;
  if (address === null) return 'no_price'; // a person who was forgotten is in no market
  // As at the admission: nothing is charged before it is sent, and whatever leaves may be delivered long after.
  const { currency, timeZone } = sender;
  const until = queueExpiry(dueAt, DELIVERY_TTL_MS);
  const [from, to] = [dayOf(dueAt, timeZone), dayOf(until, timeZone)];
  if (isPaused(marketPauses(), { category, address, day: from, markets: marketMap() })) return 'market_paused';
  const span = { from, to, at: dueAt, until, timeZone };
  const terms = { address, category, currency, ...span, internationalFrom: internationalFrom(sender, marketMap()) };
  const { rate, category: charged } = quoteReservation(prices, marketMap(), terms);
  const promised = promisedFor({ rate, cap: message.cap });
  if (promised === null) return 'no_price';
  return maxPrice !== null && promised.amount > maxPrice ? 'over_max_price' : { category: charged, promised };
}

function fits(budgets: BudgetMeter, message: RepricingFacts, { category, promised }: Priced): boolean {
  return budgets.exchange(taken(message, message.holdBucket.category, message.held), taken(message, category, promised.amount));
}

function taken({ holdBucket }: RepricingFacts, category: Category, amount: Micros): Taken {
  const { costCenter, campaignId, day } = holdBucket;
  const spending = { category, costCenter: costCenter === '' ? null : costCenter, campaignId: campaignId === '' ? null : campaignId, day };
  return { amount, spending };
}

// The same bucket, but for the category: the reservation stays on the day on which it counts. Equal ones share one object.
function bucketFor(buckets: Map<Bucket, Bucket>, { holdBucket }: RepricingFacts, category: Category): Bucket {
  const known = buckets.get(holdBucket);
  const bucket = known?.category === category ? known : { ...holdBucket, category };
  buckets.set(holdBucket, bucket);
  return bucket;
}

function reprice(message: RepricingFacts, promised: Promised, bucket: Bucket): RepricingDecision {
  const { holdBucket, held } = message;
  const { amount } = promised;
  const entries = [
    entry(message, promised, { bucket: holdBucket, held: negative(held) }),
    entry(message, promised, { bucket, held: amount }),
  ];
  return { kind: 'repriced', bucket, price: amount, entries };
}

function entry(
  message: RepricingFacts,
  { evidence }: Promised,
  { bucket, held }: { readonly bucket: Bucket; readonly held: Micros },
): LedgerEntry {
  const { messageId, attempt, at, sender, closedThrough } = message;
  return {
    messageId,
    attempt,
    kind: 'repricing',
    bucket,
    holdBucket: bucket,
    held,
    posted: ZERO,
    eventAt: at,
    recordedAt: at,
    booksMonth: monthOf(bookingAt(at, { at, timeZone: sender.timeZone, closedThrough }).day),
    cause: null,
    reference: null,
    evidence,
  };
}
