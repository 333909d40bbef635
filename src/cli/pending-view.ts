// Volume discounts that are not booked yet, below a bill.

import * as z from 'zod/mini';
import type { App } from '../app.ts';
import type { PendingDiscount, PendingParts } from '../billing/pending.ts';
import { isAhead } from '../billing/tiers.ts';
import { formatAmount, sumsByCurrency, ZERO } from '../values/money.ts';
import { hint } from './hint.ts';
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
    told_tier: z.nullable(z.string()).check(z.describe('the highest tier that the provider told of, as it writes it')),
    booked: moneyText,
    pending: moneyText.check(z.describe('what bill-close would book now; not in rows or totals')),
  });

/** A line for each currency, and for each group that the provider has counted further, below a table. */
export function pendingText(discounts: readonly PendingDiscount[]): string {
  return pendingLines(discounts, '--json has them by market')
    .map((line) => `\n${line}`)
    .join('');
}

/** The same lines where the output has no room for them, and those of the months of which the period has only a part, where no output has them. */
export function hintPending(app: Pick<App, 'config' | 'io'>, { whole, parts, months }: PendingParts): void {
  const isShown = ['table', 'json', 'ndjson'].includes(app.config.format);
  const apart = `they belong to whole months: --from ${months.from} --to ${months.to} --json has them by market`;
  for (const line of [...(isShown ? [] : pendingLines(whole, '--json has them by market')), ...pendingLines(parts, apart)]) hint(app, line);
}

function pendingLines(discounts: readonly PendingDiscount[], where: string): readonly string[] {
  const due = discounts.filter(({ pending }) => pending !== ZERO);
  const sums = sumsByCurrency(due.map(({ currency, pending }) => ({ currency, amount: pending }))).map(
    ({ currency, amount }) =>
      `Not in these figures: volume discounts of ${formatAmount(amount)} ${currency}, which bill-close books; ${where}.`,
  );
  const ahead = discounts
    .filter(isAhead)
    .map(
      ({ month, market, category, units, told }) =>
        `The provider has counted further: tier ${told} for ${category} to ${market} in ${month}, where this store has ${units} messages.`,
    );
  return [...sums, ...ahead];
}
