// Warnings of budgets: which thresholds a use has reached, and how each is told once. What a cap refuses is budget.ts's.

import { type Micros, ZERO } from '../values/money.ts';
import type { Instant } from '../values/time.ts';
import type { Budget, BudgetUse } from './budget.ts';

/** In percent; what a budget has where nobody says. */
export const USUAL_THRESHOLDS: readonly number[] = [50, 80, 100];

/** Above the cap only a budget that warns, or a cap that was lowered, gets. */
const THRESHOLD_MAX = 1_000;
const THRESHOLDS_MAX = 10;

/** A threshold that was reached in a term, and what was used then. */
export type BudgetWarning = {
  readonly budget: Budget;
  /** The day, the month, or the name of the campaign. */
  readonly term: string;
  readonly threshold: number;
  readonly used: Micros;
  /** What was used did not reach it: the budget refused a message for which too little was left. */
  readonly byRefusal: boolean;
  readonly at: Instant;
};

type Reached = Pick<BudgetWarning, 'threshold' | 'byRefusal'>;

/**
 * The thresholds that the use has reached, lowest first; none before anything is used, whatever the cap. A budget that refuses a message is used up, though a
 * few micros may be left: prices seldom meet a cap exactly, and nobody would hear of its end.
 */
export function reachedThresholds({ budget, used, hasRefused = false }: Omit<BudgetUse, 'term'>): readonly Reached[] {
  return budget.thresholds.flatMap((threshold) => {
    const isUsed = used > ZERO && used * 100n >= budget.cap * BigInt(threshold);
    return isUsed || (hasRefused && threshold <= USED_UP) ? [{ threshold, byRefusal: !isUsed }] : [];
  });
}

const USED_UP = 100;

/** What tells one warning from all others: a receiver that hears of it twice knows it by this. */
export function warningKey({ budget, term, threshold }: BudgetWarning): string {
  return `${budget.id}:${term}:${threshold}`;
}

/** Reads `50,80,100`, rising and each once; `none` for no thresholds; undefined for anything else. */
export function parseThresholds(text: string): readonly number[] | undefined {
  if (text.trim() === 'none') return [];
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > THRESHOLDS_MAX || !parts.every((part) => /^[1-9]\d{0,3}$/.test(part))) return undefined;
  const thresholds = [...new Set(parts.map(Number))].sort((left, right) => left - right);
  return thresholds.some((percent) => percent > THRESHOLD_MAX) ? undefined : thresholds;
}

/** The text that `parseThresholds` reads. */
export function formatThresholds(thresholds: readonly number[]): string {
  return thresholds.length === 0 ? 'none' : thresholds.join(',');
}
