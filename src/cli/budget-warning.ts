// A warning of a budget as commands show it, and as the hook is told of it.

import * as z from 'zod/mini';
import type { App } from '../app.ts';
import { BUDGET_MODES, BUDGET_PERIODS } from '../domain/budget.ts';
import { type BudgetWarning, warningKey } from '../domain/budget-warning.ts';
import { CATEGORIES } from '../domain/consent.ts';
import { formatAmount } from '../values/money.ts';
import { formatInstant } from '../values/time.ts';
import { hint } from './hint.ts';
import { instantTextOut, moneyText } from './shapes.ts';

/** The JSON of a warning; built when it is asked for, since a send without warnings does without. */
export const budgetWarningItem = () =>
  z.object({
    id: z.string().check(z.describe('the same wherever the warning is told')),
    budget: z.string(),
    per: z.enum(BUDGET_PERIODS),
    period: z.string().check(z.describe('the day, the month or the campaign')),
    category: z.nullable(z.enum(CATEGORIES)),
    cost_center: z.nullable(z.string()),
    mode: z.enum(BUDGET_MODES),
    threshold: z.int().check(z.describe('in percent of the cap')),
    used: moneyText.check(z.describe('when it was reached')),
    by_refusal: z
      .boolean()
      .check(z.describe('true: what was used did not reach it, but a message was refused for which too little was left')),
    cap: moneyText,
    currency: z.string(),
    at: instantTextOut,
  });

type Item = z.output<ReturnType<typeof budgetWarningItem>>;

/** The fields of a warning. */
export function toBudgetWarningItem(warning: BudgetWarning): Item {
  const { budget, term, threshold, used, byRefusal, at } = warning;
  return {
    id: warningKey(warning),
    budget: budget.id,
    per: budget.period,
    period: term,
    category: budget.category,
    cost_center: budget.costCenter,
    mode: budget.mode,
    threshold,
    used: formatAmount(used),
    by_refusal: byRefusal,
    cap: formatAmount(budget.cap),
    currency: budget.currency,
    at: formatInstant(at),
  };
}

/** The warning as a sentence. */
export function budgetWarningText(warning: BudgetWarning): string {
  const { budget, term, threshold, used, byRefusal } = warning;
  const { category, costCenter } = budget;
  const scope = [term, ...(category === null ? [] : [category]), ...(costCenter === null ? [] : [`cost centre ${costCenter}`])].join(', ');
  return `Budget ${budget.id} (${scope}): ${threshold} % of ${formatAmount(budget.cap)} ${budget.currency} reached, ${formatAmount(used)} used${byRefusal ? ', and too little left for a message' : ''}.`;
}

/** Says on standard error which thresholds were reached. */
export function hintWarnings(app: Pick<App, 'config' | 'io'>, warnings: readonly BudgetWarning[]): void {
  for (const warning of warnings) hint(app, budgetWarningText(warning));
}
