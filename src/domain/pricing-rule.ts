// The rule of pricing: is a delivery charged or free? By rows that begin on a day; knows no amounts. What the provider says of a delivery goes before it: the
// rule fills its silence, and is what its word is held against.

import type { Day } from '../values/time.ts';
import type { Category } from './consent.ts';
import type { PricingType } from './message.ts';
import { OPEN_WINDOWS, type OpenWindow } from './window.ts';

export const RULE_CHARGES = ['charged', 'free', 'allowance'] as const;

/** One dated row. */
export type PricingRule = {
  /** Names the row for good: a charge remembers it. */
  readonly id: number;
  readonly from: Day;
  readonly category: Category | 'any';
  readonly window: OpenWindow | 'any';
  /** `allowance`: free for the first `freeUnits` deliveries of a sender in a calendar month, and then charged. */
  readonly charge: (typeof RULE_CHARGES)[number];
  readonly freeUnits: number;
};

/** What a delivery's price type depends on. */
export type DeliveryFacts = {
  readonly category: Category;
  readonly window: OpenWindow;
  /** Of the delivery, in the sender's zone. */
  readonly day: Day;
  /** How many deliveries of its month used the allowance before it. Asked for where a row has one only: it has to be counted. */
  readonly freeUnitsBefore: () => number;
};

/** What the rule says of a delivery, and by which row. `freeUnitsBefore` is null where the row has no allowance. */
export type OwnPricing = { readonly rule: PricingRule; readonly type: PricingType; readonly freeUnitsBefore: number | null };

/** What our own rule makes of a delivery; null where no row covers it: a day before the first, which is charged. */
export function ownPricing(rules: readonly PricingRule[], facts: DeliveryFacts): OwnPricing | null {
  const rule = ruleFor(rules, facts);
  if (rule === undefined) return null;
  if (rule.charge !== 'allowance') return { rule, type: rule.charge === 'free' ? freeType(facts) : 'regular', freeUnitsBefore: null };
  const freeUnitsBefore = facts.freeUnitsBefore();
  return { rule, type: freeUnitsBefore < rule.freeUnits ? freeType(facts) : 'regular', freeUnitsBefore };
}

/** True where a category is free in a window on a day, however much was sent. */
export function isFreeIn(rules: readonly PricingRule[], facts: Omit<DeliveryFacts, 'freeUnitsBefore'>): boolean {
  const own = ownPricing(rules, { ...facts, freeUnitsBefore: () => Number.POSITIVE_INFINITY });
  return own !== null && own.type !== 'regular';
}

/** True where a category is free in every window on a day, however much was sent: such a message needs no price. */
export function isAlwaysFree(rules: readonly PricingRule[], on: Pick<DeliveryFacts, 'category' | 'day'>): boolean {
  return OPEN_WINDOWS.every((window) => isFreeIn(rules, { ...on, window }));
}

/**
 * True where the provider charges for what is free by our rule, or gives away what is charged by it. Two of its words contradict nothing: a free entry point is a
 * window that it alone knows for sure, since it opens with the answer itself; and `regular` within the allowance, because deliveries are heard of in another order
 * than they are counted in.
 */
export function contradicts(type: PricingType, own: OwnPricing): boolean {
  if (type === 'regular') return own.type !== 'regular' && own.rule.charge !== 'allowance';
  return type === 'free_customer_service' && own.type === 'regular';
}

function freeType({ window }: DeliveryFacts): PricingType {
  return window === 'free_entry_point' ? 'free_entry_point' : 'free_customer_service';
}

function ruleFor(rules: readonly PricingRule[], { category, window, day }: DeliveryFacts): PricingRule | undefined {
  let best: PricingRule | undefined;
  for (const rule of rules) {
    const covers = (rule.category === 'any' || rule.category === category) && (rule.window === 'any' || rule.window === window);
    if (covers && rule.from <= day && (best === undefined || beats(rule, best))) best = rule;
  }
  return best;
}

function beats(rule: PricingRule, other: PricingRule): boolean {
  const [rank, otherRank] = [rankOf(rule), rankOf(other)];
  return rank === otherRank ? rule.from > other.from : rank > otherRank;
}

function rankOf({ category, window }: PricingRule): number {
  return (window === 'any' ? 0 : 2) + (category === 'any' ? 0 : 1);
}
