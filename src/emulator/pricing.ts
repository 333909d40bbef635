// What the provider says of the price of a delivery: charged or free, and in which category. Pure; knows dates and windows, and of amounts those alone that are bid for.

import type { Category } from '../domain/consent.ts';
import type { PricingType } from '../domain/message.ts';
import { type Micros, toMicros } from '../values/money.ts';
import { type Day, dayOf, type Instant, type TimeZone, UTC } from '../values/time.ts';
import { chance } from './chance.ts';

/** What the provider calls marketing that went by its Marketing Messages API. */
export const LITE = 'marketing_lite';

/** Delivered service messages that are free, per number and month, reset in the account's zone (the provider's page on non-template messages). */
export const FREE_SERVICE_UNITS = 1_000;

/** The day on which service messages, and utility templates inside the window, began to cost (the provider's pricing page). */
const CHARGED_WINDOW_FROM = '2026-10-01' as Day;

/** What the price of one delivery depends on. `freeUnitsUsed`: delivered service messages of the number this month, before this one. */
export type PricingFacts = {
  readonly category: Category;
  readonly at: Instant;
  readonly windowOpen: boolean;
  readonly freeEntryOpen: boolean;
  readonly freeUnitsUsed: number;
  /** A reaction is always free and uses up no allowance. */
  readonly isReaction?: boolean;
  /** The account's zone, in which days and months change. */
  readonly timeZone?: TimeZone;
};

/** The provider's `pricing` object, without its model. In a free-entry-point window every category is called `referral_conversion`. */
export type Pricing = { readonly billable: boolean; readonly type: PricingType; readonly category: Category | 'referral_conversion' };

/** The pricing of a delivery. */
export function pricingOf(facts: PricingFacts): Pricing {
  if (facts.isReaction === true) return { billable: false, type: 'free_customer_service', category: facts.category };
  if (facts.freeEntryOpen) return { billable: false, type: 'free_entry_point', category: 'referral_conversion' };
  const type = isFreeOfCharge(facts) ? 'free_customer_service' : 'regular';
  return { billable: type === 'regular', type, category: facts.category };
}

function isFreeOfCharge({ category, at, windowOpen, freeUnitsUsed, timeZone = UTC }: PricingFacts): boolean {
  const isCharged = dayOf(at, timeZone) >= CHARGED_WINDOW_FROM;
  switch (category) {
    case 'service':
      return !isCharged || freeUnitsUsed < FREE_SERVICE_UNITS;
    case 'utility':
      return !isCharged && windowOpen;
    default:
      return false;
  }
}

/**
 * What a delivery costs of which its template bids no more than the cap: three fifths of it to all of it. The same person and the same number of the message give
 * the same cost, whatever happened in between.
 */
export function costWithin(cap: Micros, { seed, to, nth }: { readonly seed: number; readonly to: string; readonly nth: number }): Micros {
  const percent = 60 + Math.floor(chance(seed, 'cost', to, nth) * 41);
  return toMicros((cap * BigInt(percent)) / 100n);
}

/** True for a delivery that the monthly allowance counts: service messages outside a free-entry-point window, since they cost anything. */
export function usesAllowance({ type, category }: Pricing, facts: Pick<PricingFacts, 'at' | 'isReaction' | 'timeZone'>): boolean {
  if (facts.isReaction === true || type === 'free_entry_point' || category !== 'service') return false;
  return dayOf(facts.at, facts.timeZone ?? UTC) >= CHARGED_WINDOW_FROM;
}
