// Budgets: caps on what may be promised. Checked in the transaction that promises, so that no number of processes passes a hard one.

import type { BudgetId, CampaignId, SenderId } from '../values/id.ts';
import { type Currency, type Micros, minus, plus, ZERO } from '../values/money.ts';
import { type Day, type Instant, monthOf } from '../values/time.ts';
import type { Category } from './consent.ts';

export const BUDGET_PERIODS = ['day', 'month', 'campaign'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** A hard budget refuses what would pass its cap; the other kind only warns. */
export const BUDGET_MODES = ['hard', 'warn'] as const;
export type BudgetMode = (typeof BUDGET_MODES)[number];

/** A cap on one sender's spending; the null fields do not narrow it. A campaign budget caps each campaign on its own. */
export type Budget = {
  readonly id: BudgetId;
  readonly senderId: SenderId;
  readonly period: BudgetPeriod;
  readonly cap: Micros;
  readonly currency: Currency;
  readonly category: Category | null;
  readonly costCenter: string | null;
  readonly mode: BudgetMode;
  /** In percent of the cap, rising: somebody is told of each once it is reached (budget-warning.ts). */
  readonly thresholds: readonly number[];
  readonly createdAt: Instant;
};

/** A budget and what the messages admitted in its term have promised and spent. */
export type BudgetUse = {
  readonly budget: Budget;
  /** The day, the month or the id of the campaign; null for a budget of campaigns where none has used anything. */
  readonly term: string | null;
  readonly used: Micros;
  /** It refused something, so that it is used up whatever is left of it. */
  readonly hasRefused?: boolean;
};

/** What a budget must know of a message. `day` is the one that it counts on: that of its reservation. */
export type Spending = {
  readonly category: Category;
  readonly costCenter: string | null;
  readonly campaignId: CampaignId | null;
  readonly day: Day;
};

/** The term of a budget in which a message counts; null where no term of it does, as with a campaign's budget and a message that is of none. */
export function termOf({ period }: Pick<Budget, 'period'>, { day, campaignId }: Pick<Spending, 'day' | 'campaignId'>): string | null {
  if (period === 'campaign') return campaignId;
  return period === 'day' ? day : monthOf(day);
}

/** Tells a budget in one term from the same one in another. */
export function useKey({ budget, term }: Pick<BudgetUse, 'budget' | 'term'>): string {
  return `${budget.id} ${term ?? ''}`;
}

/** True when the budget counts messages of this kind. */
export function covers(budget: Budget, spending: Spending): boolean {
  if (budget.period === 'campaign' && spending.campaignId === null) return false;
  if (budget.category !== null && budget.category !== spending.category) return false;
  return budget.costCenter === null || budget.costCenter === spending.costCenter;
}

/** True when it scopes what the other one scopes: there is one budget of each kind. */
export function coversTheSame(left: Budget, right: Budget): boolean {
  return left.period === right.period && left.category === right.category && left.costCenter === right.costCenter;
}

/** An amount, and the kind of message that it is for. */
export type Taken = { readonly amount: Micros; readonly spending: Spending };

/** Keeps count of budgets while a batch is walked: each admission shrinks what is left for the next. */
export type BudgetMeter = {
  /** Takes the amount from every budget that covers it and returns true; or takes nothing and returns false when a hard one has too little left. */
  readonly take: (amount: Micros, spending: Spending) => boolean;
  /** Gives back what a message had taken. */
  readonly giveBack: (taken: Taken) => void;
  /** Gives back what a message had taken, and takes what it needs now; or returns false when that is more than before where a hard one has too little left. */
  readonly exchange: (taken: Taken, needed: Taken) => boolean;
  readonly uses: () => readonly BudgetUse[];
};

/** Starts a meter at what is already used. */
export function createBudgetMeter(uses: readonly BudgetUse[]): BudgetMeter {
  const state = uses.map(({ budget, term, used }) => ({ budget, term, used, hasRefused: false }));
  const counts = ({ budget, term }: BudgetUse, spending: Spending): boolean =>
    covers(budget, spending) && termOf(budget, spending) === term;
  const partOf = (use: BudgetUse, { amount, spending }: Taken): Micros => (counts(use, spending) ? amount : ZERO);
  const giveBack = (taken: Taken): void => {
    for (const use of state) use.used = minus(use.used, partOf(use, taken));
  };
  return {
    take(amount, spending) {
      const covering = state.filter((use) => counts(use, spending));
      const refusing = covering.filter(({ budget, used }) => budget.mode === 'hard' && used + amount > budget.cap);
      for (const use of refusing) use.hasRefused = true;
      if (refusing.length > 0) return false;
      for (const use of covering) use.used = plus(use.used, amount);
      return true;
    },
    giveBack,
    exchange(taken, needed) {
      // A budget that was lowered below what is used of it stands against more, not against less.
      const fits = state.every((use) => {
        const { budget, used } = use;
        const more = partOf(use, needed) - partOf(use, taken);
        return budget.mode === 'warn' || more <= 0n || used + more <= budget.cap;
      });
      giveBack(taken);
      if (fits) for (const use of state) use.used = plus(use.used, partOf(use, needed));
      return fits;
    },
    uses: () => state,
  };
}
