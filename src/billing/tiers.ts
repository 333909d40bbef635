// Volume tiers settled per group: what a month's messages of one market and category cost together, against what they were charged one by one. Pure.

import { toldCategory } from '../domain/outcome.ts';
import { tiersInForce } from '../domain/price-book.ts';
import { allocate, tierDiscount, tierOfNth } from '../domain/tier.ts';
import type { DecideTiers, TierFacts, TierGroup, TierShare, ToldTier } from '../ports/store/tiers.ts';
import type { StoredPrices } from '../ports/store/settle.ts';
import { type Micros, minus, plus, ZERO } from '../values/money.ts';
import { monthDays } from '../values/time.ts';

/**
 * For each market, category and currency: T(N) − N × list, shared among its buckets by their messages, less what was adjusted before. So the sum depends on
 * the count alone, whoever is counted when; and settling twice adds nothing.
 */
export const decideTiers: DecideTiers = ({ month, shares, told }, prices) => {
  const groups = new Map<string, TierShare[]>();
  for (const share of shares) {
    const { market, category, currency } = share.bucket;
    const key = `${market}\n${category}\n${currency}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [share]);
    else group.push(share);
  }
  return [...groups.values()].flatMap((group) => settle({ month, shares: group, told }, prices));
};

function settle({ month, shares, told }: TierFacts, prices: StoredPrices): readonly TierGroup[] {
  const [first] = shares;
  if (first === undefined) return [];
  const { market, category, currency } = first.bucket;
  const tiers = tiersInForce(prices, { market, category, currency, day: monthDays(month).from });
  const weights = shares.map((share) => Math.max(0, share.units));
  const units = weights.reduce((sum, number) => sum + number, 0);
  const discount = tierDiscount(tiers, units);
  const parts = units === 0 ? shares.map(() => ZERO) : allocate(discount, weights);
  return [
    {
      month,
      market,
      category,
      currency,
      units,
      first: tiers[0] ?? null,
      reached: tierOfNth(tiers, units) ?? null,
      told: highestTold(told, { market, category }),
      shares: shares.map((share, index) => ({ ...share, pending: minus(parts[index] ?? ZERO, share.adjusted) })),
    },
  ];
}

const TIER = /^\d{1,15}:(\d{1,15}|MAX)$/;

// Tiers only rise within a month, and each may be told several times. The provider writes regions in either case.
function highestTold(told: readonly ToldTier[], { market, category }: Pick<TierGroup, 'market' | 'category'>): string | null {
  const tiers = told
    .filter((one) => one.region.toLowerCase() === market.toLowerCase() && toldCategory(one.category) === category)
    .map(({ tier }) => tier)
    .filter((tier) => TIER.test(tier));
  return tiers.toSorted((one, other) => lowerEnd(one) - lowerEnd(other)).at(-1) ?? null;
}

/** Whether the provider has counted into a tier that the messages of this store do not reach: it counts those of other senders, too. */
export function isAhead({ told, units }: Pick<TierGroup, 'told' | 'units'>): boolean {
  return told !== null && lowerEnd(told) > units;
}

function lowerEnd(tier: string): number {
  return Number(tier.split(':')[0]);
}

/** What is still to be booked for a group, and what is booked. */
export function sumOf(shares: TierGroup['shares'], part: 'pending' | 'adjusted'): Micros {
  return shares.reduce<Micros>((sum, share) => plus(sum, share[part]), ZERO);
}
