// A budget as commands show it: what it caps, what is used of it, what is left.

import * as z from 'zod/mini';
import { BUDGET_MODES, BUDGET_PERIODS } from '../domain/budget.ts';
import { CATEGORIES } from '../domain/consent.ts';
import type { ListedBudget } from '../ports/store/directory.ts';
import { formatAmount, minus } from '../values/money.ts';
import { moneyText } from './shapes.ts';

/** The JSON of a budget. */
export const BudgetItem = z.object({
  id: z.string(),
  per: z.enum(BUDGET_PERIODS),
  category: z.nullable(z.enum(CATEGORIES)).check(z.describe('null: all categories')),
  cost_center: z.nullable(z.string()).check(z.describe('null: all cost centres')),
  mode: z.enum(BUDGET_MODES).check(z.describe('hard: refuses what would pass the cap; warn: only warns')),
  warn: z.array(z.int()).check(z.describe('thresholds in percent of the cap')),
  period: z
    .nullable(z.string())
    .check(z.describe('the day or month at hand, or the campaign that used most; null: no campaign has used anything')),
  reached: z.array(z.int()).check(z.describe('the thresholds that were reached in the period')),
  currency: z.string(),
  cap: moneyText,
  used: moneyText.check(z.describe('promised and spent in the period')),
  left: moneyText.check(z.describe('below zero when the cap was lowered under what is used')),
});

/** The columns of `BudgetItem` in CSV. */
export const BUDGET_COLUMNS = Object.keys(BudgetItem.shape);

/** The fields of a budget. */
export function toBudgetItem({ budget, term, used, reached }: ListedBudget): z.output<typeof BudgetItem> {
  return {
    id: budget.id,
    per: budget.period,
    category: budget.category,
    cost_center: budget.costCenter,
    mode: budget.mode,
    warn: [...budget.thresholds],
    period: term,
    reached: [...reached],
    currency: budget.currency,
    cap: formatAmount(budget.cap),
    used: formatAmount(used),
    left: formatAmount(minus(budget.cap, used)),
  };
}
