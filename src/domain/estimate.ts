// Estimates: what many messages may come to before one of them is sent, at least, as expected and at most, by market and category. Pure; grows with the groups
// and not with the messages.

import { type Micros, minus, plus, times, ZERO } from '../values/money.ts';
import type { Category } from './consent.ts';
import type { Market } from './market.ts';
import type { Rate } from './price-book.ts';
import { tieredTotal } from './tier.ts';

/** Messages of one market and category that may be sent. */
export type EstimateGroup = {
  readonly market: Market;
  readonly category: Category;
  readonly units: number;
  /** What they are reserved at together: the cap, or the highest list rate until they expire. Null: no price is known. */
  readonly reserved: Micros | null;
  /** The most that each may cost by the bid of its template; null where the price card decides. */
  readonly cap: Micros | null;
  /** How many of them would be free if they were delivered now, by their windows: what is left of an allowance is not counted on. */
  readonly free: number;
};

/** What a group is estimated by. */
export type EstimateTerms = {
  /** The tiers of the market and category on each card that is in force until the messages expire, today's first. */
  readonly cards: readonly (readonly Rate[])[];
  /** How many messages of the group the month has charged so far. */
  readonly charged: number;
};

export type Estimate = { readonly min: Micros; readonly expected: Micros; readonly max: Micros };

/** Messages to count, all to one person or alike. */
export type Prospect = Omit<EstimateGroup, 'free'> & { readonly isFreeNow: boolean };

/** Counts messages into groups, in the order in which they are met. */
export type EstimateMeter = {
  readonly add: (prospect: Prospect) => void;
  readonly groups: () => readonly EstimateGroup[];
};

/** A meter of nothing. */
export function createEstimateMeter(): EstimateMeter {
  const groups = new Map<string, GrowingGroup>();
  return {
    add: ({ market, category, units, reserved, cap, isFreeNow }) => {
      const key = `${market}\n${category}\n${reserved === null}\n${cap}`;
      const group = groups.get(key) ?? { market, category, units: 0, reserved: reserved === null ? null : ZERO, cap, free: 0 };
      group.units += units;
      if (group.reserved !== null && reserved !== null) group.reserved = plus(group.reserved, reserved);
      if (isFreeNow) group.free += units;
      groups.set(key, group);
    },
    groups: () => [...groups.values()],
  };
}

// In place: this is counted for every row of a dry run.
type GrowingGroup = { -readonly [Field in keyof EstimateGroup]: EstimateGroup[Field] };

/**
 * Expected: today's card, with the volume tier that the month has reached and goes on from, nothing for what is free now, delivered all of it today. Min: the same by
 * the cheapest card that comes into force until they expire. Max: what admission reserves, whatever is free and however many there are. Null where no price is
 * known: that is never a zero, but for what is free today and needs none.
 * Of a bid nobody knows how far below it the provider stays: min is nothing, expected what the card of today would charge where that is less than the bid.
 */
export function estimateOf({ units, reserved, cap, free }: EstimateGroup, { cards, charged }: EstimateTerms): Estimate | null {
  const [today, ...later] = cards;
  if (reserved === null) return null;
  const costOn = (tiers: readonly Rate[]): Micros => minus(tieredTotal(tiers, charged + units - free), tieredTotal(tiers, charged));
  if (cap !== null)
    return { min: ZERO, expected: least(today === undefined ? reserved : costOn(today), times(cap, units - free)), max: reserved };
  if (today === undefined) return free === units ? { min: ZERO, expected: ZERO, max: reserved } : null;
  const expected = least(costOn(today), reserved);
  return { min: later.map(costOn).reduce(least, expected), expected, max: reserved };
}

function least(left: Micros, right: Micros): Micros {
  return left < right ? left : right;
}

/** The sum of estimates, of those with a price. */
export function totalOf(estimates: readonly (Estimate | null)[]): Estimate {
  const sum = (of: (estimate: Estimate) => Micros): Micros =>
    estimates.reduce((total, estimate) => (estimate === null ? total : plus(total, of(estimate))), ZERO);
  return { min: sum(({ min }) => min), expected: sum(({ expected }) => expected), max: sum(({ max }) => max) };
}
