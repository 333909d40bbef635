// A budget as commands show it: what it caps, what is used of it, what is left.

import * as z from 'zod/mini';
import { BUDGET_PERIODS, type BudgetUse } from '../domain/budget.ts';
import { CATEGORIES } from '../domain/consent.ts';
import { formatAmount, minus } from '../values/money.ts';
import { moneyText } from './shapes.ts';

/** The JSON of a budget. */
export const BudgetItem = z.object({
  id: z.string(),
  per: z.enum(BUDGET_PERIODS),
  category: z.nullable(z.enum(CATEGORIES)).check(z.describe('null: all categories')),
  cost_center: z.nullable(z.string()).check(z.describe('null: all cost centres')),
  currency: z.string(),
  cap: moneyText,
  used: moneyText.check(z.describe('promised and spent in the period at hand, or by the campaign that used most')),
  left: moneyText.check(z.describe('below zero when the cap was lowered under what is used')),
});

/** The columns of `BudgetItem` in CSV. */
export const BUDGET_COLUMNS = Object.keys(BudgetItem.shape);

/** The fields of a budget. */
export function toBudgetItem({ budget, used }: BudgetUse): z.output<typeof BudgetItem> {
  return {
    id: budget.id,
    per: budget.period,
    category: budget.category,
    cost_center: budget.costCenter,
    currency: budget.currency,
    cap: formatAmount(budget.cap),
    used: formatAmount(used),
    left: formatAmount(minus(budget.cap, used)),
  };
}
