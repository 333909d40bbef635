// Rows of budgets and of their warnings, and the way to the domain and back.

import type { Budget, BudgetMode, BudgetPeriod } from '../../domain/budget.ts';
import { type BudgetWarning, formatThresholds, parseThresholds } from '../../domain/budget-warning.ts';
import type { Category } from '../../domain/consent.ts';
import type { BudgetId, SenderId } from '../../values/id.ts';
import type { Currency } from '../../values/money.ts';
import { instantOf, microsOf, type StoredInteger } from '../rows.ts';

/** The columns of a budget, of the table `g`. */
export const BUDGET_COLUMNS =
  'g.id, g.sender_id, g.period, g.cap, g.currency, g.category, g.cost_center, g.mode, g.thresholds, g.created_at';

export type BudgetRow = {
  readonly id: BudgetId;
  readonly sender_id: SenderId;
  readonly period: BudgetPeriod;
  readonly cap: StoredInteger;
  readonly currency: Currency;
  readonly category: Category | null;
  readonly cost_center: string | null;
  readonly mode: BudgetMode;
  readonly thresholds: string;
  readonly created_at: StoredInteger;
};

export function toBudget(row: BudgetRow): Budget {
  return {
    id: row.id,
    senderId: row.sender_id,
    period: row.period,
    cap: microsOf(row.cap),
    currency: row.currency,
    category: row.category,
    costCenter: row.cost_center,
    mode: row.mode,
    thresholds: parseThresholds(row.thresholds) ?? [],
    createdAt: instantOf(row.created_at),
  };
}

/** The values of a budget in the order of `BUDGET_COLUMNS`. */
export function budgetValues(budget: Budget): readonly unknown[] {
  const { id, senderId, period, cap, currency, category, costCenter, mode, thresholds, createdAt } = budget;
  return [id, senderId, period, cap, currency, category, costCenter, mode, formatThresholds(thresholds), createdAt];
}

/** A warning with the budget that it is of; `term` is the campaign's name where it is one. */
export type WarningRow = BudgetRow & {
  readonly warning_id: StoredInteger;
  readonly term: string;
  readonly threshold: StoredInteger;
  readonly used: StoredInteger;
  readonly by_refusal: StoredInteger;
  readonly crossed_at: StoredInteger;
};

export function toWarning(row: WarningRow): BudgetWarning {
  const { term, threshold, used, by_refusal: byRefusal, crossed_at: at } = row;
  return {
    budget: toBudget(row),
    term,
    threshold: Number(threshold),
    used: microsOf(used),
    byRefusal: Number(byRefusal) === 1,
    at: instantOf(at),
  };
}
