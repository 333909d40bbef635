// Volume tiers: what a month's messages cost together. Marginal: each message costs the rate of the tier that it falls into, so that the sum depends on the
// count alone, and neither order nor lateness matters (the provider's page on volume tiers).

import { assert } from '../errors.ts';
import { type Micros, minus, negative, plus, times, toMicros, ZERO } from '../values/money.ts';
import type { Category } from './consent.ts';
import type { Rate } from './price-book.ts';

/** The categories that have volume tiers (the provider's page on them). */
export function isTiered(category: Category): boolean {
  return category === 'utility' || category === 'authentication' || category === 'authentication-international';
}

/**
 * What `count` charged messages of one month, market and category cost, lowest tier first. Where the card does not say where a tier ends, its rate holds up to
 * the next one, or for good. Above the last tier that the card has the rate is not known, and messages stay at list price, which is never too little.
 */
export function tieredTotal(tiers: readonly Rate[], count: number): Micros {
  const [first] = tiers;
  if (first === undefined) return ZERO;
  let total: Micros = ZERO;
  let counted = 0;
  for (const [index, tier] of tiers.entries()) {
    const within = Math.max(0, Math.min(count, endOf(tiers, index)) - counted);
    total = plus(total, times(tier.rate, within));
    counted += within;
  }
  return plus(total, times(first.rate, count - counted));
}

/** How much less than at list price they cost: T(N) − N × list, which is never positive on a card whose rates fall. */
export function tierDiscount(tiers: readonly Rate[], count: number): Micros {
  const [first] = tiers;
  return first === undefined ? ZERO : minus(tieredTotal(tiers, count), times(first.rate, count));
}

/** The tier that the nth charged message of the month falls into; undefined above the last one that the card has. */
export function tierOfNth<R extends Rate>(tiers: readonly R[], nth: number): R | undefined {
  return tiers.find((_, index) => nth <= endOf(tiers, index));
}

function endOf(tiers: readonly Rate[], index: number): number {
  const next = tiers[index + 1];
  if (next !== undefined) return next.tierFrom - 1;
  const end = tiers[index]?.tierTo;
  return typeof end === 'number' ? end : Number.POSITIVE_INFINITY;
}

/**
 * Splits an amount by weights so that the parts add up to it to the micro: each gets its share rounded down, and what is left goes, one micro each, to those
 * who lost most by the rounding; the first of equals. No weight at all is a bug.
 */
export function allocate(amount: Micros, weights: readonly number[]): readonly Micros[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  assert(sum > 0 && weights.every((weight) => weight >= 0), 'an amount is split by weights');
  const size = amount < 0n ? negative(amount) : amount;
  const shares = weights.map((weight, index) => {
    const product = size * BigInt(weight);
    return { index, whole: product / BigInt(sum), rest: product % BigInt(sum) };
  });
  const left = Number(size - shares.reduce((total, { whole }) => total + whole, 0n));
  const byRest = shares.toSorted((one, other) => (one.rest === other.rest ? one.index - other.index : one.rest < other.rest ? 1 : -1));
  const raised = new Set(byRest.slice(0, left).map(({ index }) => index));
  return shares.map(({ index, whole }) => {
    const part = toMicros(whole + (raised.has(index) ? 1n : 0n));
    return amount < 0n ? negative(part) : part;
  });
}
