// Volume discounts that are not booked yet, below a bill.

import * as z from 'zod/mini';
import type { PendingDiscount } from '../billing/pending.ts';
import { formatAmount, sumsByCurrency } from '../values/money.ts';
import { moneyText } from './shapes.ts';

/** Where a count stands in its volume tiers. */
export const tierFields = {
  tier_from: z.nullable(z.int()).check(z.describe('the tier of the last message counted; null where the card does not go so far')),
  tier_to: z.nullable(z.union([z.int(), z.literal('max')])),
  tier_rate: z.nullable(moneyText),
};

/** A discount to programs. */
export const pendingItem = () =>
  z.object({
    month: z.string(),
    market: z.string(),
    category: z.string(),
    currency: z.string(),
    units: z.int().check(z.describe('the charged messages of the month, of all senders of the account')),
    list_rate: z.nullable(moneyText),
    ...tierFields,
    booked: moneyText,
    pending: moneyText.check(z.describe('what bill-close would book now; not in rows or totals')),
  });

/** A line for each currency. */
export function pendingText(discounts: readonly PendingDiscount[]): string {
  return sumsByCurrency(discounts.map(({ currency, pending }) => ({ currency, amount: pending })))
    .map(
      ({ currency, amount }) =>
        `\nNot in these figures: volume discounts of ${formatAmount(amount)} ${currency}, which bill-close books; --json has them by market.`,
    )
    .join('');
}
