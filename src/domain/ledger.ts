// The ledger: entries that are only ever added, and what each does to the counters. Money moves here and nowhere else.

import type { AccountId, CampaignId, MessageId, SenderId } from '../values/id.ts';
import { type Currency, type Micros, plus, ZERO } from '../values/money.ts';
import type { Day, Instant, Month } from '../values/time.ts';
import type { Category } from './consent.ts';
import type { PricingType } from './message.ts';

export const ENTRY_KINDS = ['reservation', 'repricing', 'charge', 'release', 'adjustment'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** Why a reservation was let go. The report counts the first two as failed. */
export const RELEASE_CAUSES = ['rejected', 'failed', 'cancelled', 'expired'] as const;
export type ReleaseCause = (typeof RELEASE_CAUSES)[number];

/** Everything that the meter can be asked by. A bucket never changes; its counters do. */
export type Bucket = {
  /** In the sender's billing zone. */
  readonly day: Day;
  readonly accountId: AccountId;
  readonly senderId: SenderId;
  readonly market: string;
  readonly category: Category;
  readonly pricingType: PricingType;
  readonly currency: Currency;
  /** The template's name; empty for free-form text. */
  readonly template: string;
  /** Empty for a message outside any campaign; so is the cost centre where none was named. */
  readonly campaignId: CampaignId | '';
  readonly costCenter: string;
};

/** Why an amount is what it is, frozen with the entry: the price row, the rule, and the provider's own words. */
export type PriceEvidence = {
  /** Names the price row; null when no row was used (nothing charged, or the amount of the reservation kept). */
  readonly priceId: number | null;
  readonly rule: PriceRule;
  readonly providerType: string | null;
  readonly providerCategory: string | null;
  /** What our own rule says of a delivery, whether or not the provider spoke; null for what is no delivery, or where no row covers it. */
  readonly own: OwnEvidence | null;
  /** In what the provider's word differs from our own view. Its word is what is booked. */
  readonly discrepancy: Discrepancy | null;
};

/** The row of the pricing rules, and how many deliveries used its allowance before this one; null where it has none. */
export type OwnEvidence = { readonly ruleId: number; readonly freeUnitsBefore: number | null };

/** `type`: charged or free. `cost`: told to cost more than was reserved. `category`: another one than the message was sent in. */
export const DISCREPANCIES = ['type', 'cost', 'category'] as const;
export type Discrepancy = (typeof DISCREPANCIES)[number];

/**
 * How an amount was found. `list`: the list price of a card, whatever the volume. `bid_cap`: the most that the bid of the template lets a delivery cost.
 * `told_cost`: the provider named the amount itself. `taken_back`: what was booked of a delivery before, as it was, because more is known of it now.
 */
export const PRICE_RULES = ['list', 'bid_cap', 'free', 'as_reserved', 'told_cost', 'taken_back'] as const;
export type PriceRule = (typeof PRICE_RULES)[number];

/** One line of the ledger, before it has a number. `held` and `posted` are changes, in the currency of the buckets. */
export type LedgerEntry = {
  /** Null for an amount of a whole group, which `reference` then names. */
  readonly messageId: MessageId | null;
  /** The request to the provider that this entry belongs to; 0 before the first. */
  readonly attempt: number;
  readonly kind: EntryKind;
  /** Where the event counts: its own day, market and pricing type. */
  readonly bucket: Bucket;
  /** Where the reservation was made; its counters carry what is still promised. At a month's end it differs from `bucket`. */
  readonly holdBucket: Bucket;
  readonly held: Micros;
  readonly posted: Micros;
  readonly eventAt: Instant;
  readonly recordedAt: Instant;
  /** The month of the bucket's day, which is open; of a repricing, whose bucket is that of its reservation, the month of the event while that is open, else an open one. */
  readonly booksMonth: Month;
  readonly cause: ReleaseCause | null;
  readonly evidence: PriceEvidence | null;
  /** What an adjustment is for, where it does not follow from a status of its message; of what is late, but no repricing, the closed month that it is of. */
  readonly reference: string | null;
};

/** The meter of one bucket. `committed` is what its messages have promised and spent so far, wherever they were delivered: budgets read it. */
export type Counters = {
  readonly units: number;
  readonly delivered: number;
  readonly failed: number;
  readonly billableUnits: number;
  readonly freeUnits: number;
  readonly reserved: Micros;
  readonly charged: Micros;
  readonly adjusted: Micros;
  readonly committed: Micros;
};

export const NO_COUNTS: Counters = {
  units: 0,
  delivered: 0,
  failed: 0,
  billableUnits: 0,
  freeUnits: 0,
  reserved: ZERO,
  charged: ZERO,
  adjusted: ZERO,
  committed: ZERO,
};

/**
 * How many deliveries an entry puts into its bucket. A charge puts one. What is learned of it later is two adjustments: one takes it back from where it was
 * (-1), one books it anew where it belongs (1). Adjustments without a rule are amounts alone. The SQL that counts again says the same: store/sqlite/deliveries.ts.
 */
export function deliveriesOf({ kind, rule }: { readonly kind: string; readonly rule: string | null }): -1 | 0 | 1 {
  if (kind === 'charge') return 1;
  if (kind !== 'adjustment' || rule === null) return 0;
  return rule === 'taken_back' ? -1 : 1;
}

/** What one entry adds to the counters of its own bucket. */
export function eventCounts(entry: LedgerEntry): Counters {
  switch (entry.kind) {
    case 'reservation':
      return { ...NO_COUNTS, units: 1 };
    case 'charge':
      return { ...deliveryCounts(entry), charged: entry.posted };
    case 'adjustment':
      return { ...deliveryCounts(entry), adjusted: entry.posted };
    case 'release':
      return { ...NO_COUNTS, failed: entry.cause === 'rejected' || entry.cause === 'failed' ? 1 : 0 };
    case 'repricing':
      return NO_COUNTS;
  }
}

function deliveryCounts({ kind, bucket, evidence }: LedgerEntry): Counters {
  const delivered = deliveriesOf({ kind, rule: evidence?.rule ?? null });
  const isBillable = bucket.pricingType === 'regular';
  return { ...NO_COUNTS, delivered, billableUnits: isBillable ? delivered : 0, freeUnits: isBillable ? 0 : delivered };
}

/** True where what is delivered uses the month's allowance of its sender. */
export function isOfAllowance({ category, pricingType }: Pick<Bucket, 'category' | 'pricingType'>): boolean {
  return category === 'service' && pricingType === 'free_customer_service';
}

/** What an entry adds to the month's allowance of its sender. */
export function allowanceUse(entry: LedgerEntry): number {
  return isOfAllowance(entry.bucket) ? eventCounts(entry).delivered : 0;
}

/** What one entry adds to the counters of the bucket in which its message was reserved. */
export function holdCounts(entry: LedgerEntry): Counters {
  return { ...NO_COUNTS, reserved: entry.held, committed: plus(entry.held, entry.posted) };
}

/** The sum of two meters. */
export function addCounts(left: Counters, right: Counters): Counters {
  return {
    units: left.units + right.units,
    delivered: left.delivered + right.delivered,
    failed: left.failed + right.failed,
    billableUnits: left.billableUnits + right.billableUnits,
    freeUnits: left.freeUnits + right.freeUnits,
    reserved: plus(left.reserved, right.reserved),
    charged: plus(left.charged, right.charged),
    adjusted: plus(left.adjusted, right.adjusted),
    committed: plus(left.committed, right.committed),
  };
}
