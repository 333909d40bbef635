// Volume tiers settled per group: what a month's messages of one market and category cost together, against what they were charged one by one. Pure.

import { tiersInForce } from '../domain/price-book.ts';
import { allocate, tierDiscount } from '../domain/tier.ts';
import type { DecideTiers, TierLine, TierShare } from '../ports/store/closing.ts';
import { minus, ZERO } from '../values/money.ts';
import { monthDays } from '../values/time.ts';

/**
 * For each market, category and currency: T(N) − N × list, shared among its buckets by their messages, less what was adjusted before. So the sum depends on
 * the count alone, whoever is counted when; and settling twice adds nothing.
 */
export const decideTiers: DecideTiers = ({ month, shares }, prices) => {
  const groups = new Map<string, TierShare[]>();
  for (const share of shares) {
    const { market, category, currency } = share.bucket;
    const key = `${market}\n${category}\n${currency}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [share]);
    else group.push(share);
  }
  return [...groups.values()].flatMap((group): readonly TierLine[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { market, category, currency } = first.bucket;
    const question = { market, category, currency, day: monthDays(month).from };
    const units = group.map((share) => Math.max(0, share.units));
    const count = units.reduce((sum, number) => sum + number, 0);
    const discount = tierDiscount(tiersInForce(prices, question), count);
    const parts = count === 0 ? group.map(() => ZERO) : allocate(discount, units);
    return group.flatMap(({ bucket, adjusted }, index) => {
      const posted = minus(parts[index] ?? ZERO, adjusted);
      return posted === ZERO ? [] : [{ bucket, month, posted }];
    });
  });
};
