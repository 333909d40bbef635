// The bid of a marketing template: the most that a delivery may cost, whatever the price card says (the provider's page on maximum prices, in open beta since
// 2026-10-01). The provider charges that or less, and tells how much with the status.

import { type Currency, type Micros, smallestUnit, toMicros } from '../values/money.ts';
import type { TemplateContent } from './template.ts';

/** What decides; free-form messages have none of it. */
export type BidFacts = Pick<TemplateContent, 'category' | 'bidAmount'>;

/** A bid is for so many deliveries. */
const DELIVERIES = 1_000n;

/** The only strategy there is: the cheapest delivery that can be had, up to the bid. */
export const BID_STRATEGY = 'LOWEST_COST_WITH_BID_CAP';

/** The greatest bid: an int32 at the provider. */
export const BID_MAX = 2 ** 31 - 1;

/** The most that one delivery may cost; null where the price card decides. Never rounded: a thousandth of the smallest unit is whole micros. */
export function bidCap(template: BidFacts | null, currency: Currency): Micros | null {
  const bid = template === null ? null : bidOf(template);
  return bid === null ? null : toMicros((BigInt(bid) * smallestUnit(currency)) / DELIVERIES);
}

/** True for a template whose deliveries cost what they are bid for. */
export function hasBid(template: BidFacts): boolean {
  return bidOf(template) !== null;
}

/** True when both are priced by the same category, and by the same bid or by the card. */
export function pricedAlike(left: BidFacts, right: BidFacts): boolean {
  return left.category === right.category && bidOf(left) === bidOf(right);
}

/** True when the one asks for another bid than the other has. One that says nothing asks for nothing. */
export function asksForOtherBid(asking: BidFacts, held: BidFacts): boolean {
  return asking.bidAmount !== null && asking.bidAmount !== held.bidAmount;
}

// Only marketing is bid for: what the provider put into another category costs what that costs.
function bidOf({ category, bidAmount }: BidFacts): number | null {
  return category === 'marketing' ? bidAmount : null;
}
