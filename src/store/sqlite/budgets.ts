// Budgets on SQLite, and what is used of each: a sum over the counters of the buckets that it covers.

import { type Budget, type BudgetUse, coversTheSame, termOf } from '../../domain/budget.ts';
import { formatThresholds } from '../../domain/budget-warning.ts';
import { bookingAt } from '../../domain/closing.ts';
import type { Sender } from '../../domain/sender.ts';
import { assert } from '../../errors.ts';
import type { BudgetPut, DirectoryStore, ListedBudget } from '../../ports/store/directory.ts';
import type { BudgetId, CampaignId } from '../../values/id.ts';
import { ZERO } from '../../values/money.ts';
import { type Day, type DayPeriod, type Instant, type Month, monthDays, nextDay } from '../../values/time.ts';
import { microsOf, type StoredInteger } from '../rows.ts';
import { BUDGET_COLUMNS, type BudgetRow, budgetValues, toBudget } from './budget-rows.ts';
import type { BudgetWarnings } from './budget-warnings.ts';
import type { ClosingReader } from './closings.ts';
import type { Sqlite } from './database.ts';
import type { SenderStore } from './senders.ts';

export type BudgetStore = {
  readonly store: Pick<DirectoryStore, 'putBudget' | 'listBudgets' | 'removeBudget'>;
  /** The budgets that could cover a message of that day, and what is used of each. Call it inside `write` or `read`. */
  readonly uses: (sender: Sender, day: Day, campaignId: CampaignId | null) => readonly BudgetUse[];
};

type BudgetParts = {
  readonly sqlite: Sqlite;
  readonly senders: SenderStore;
  readonly warnings: BudgetWarnings;
  readonly closings: ClosingReader;
};

const CURRENT = /* sql */ `
  SELECT ${BUDGET_COLUMNS}
  FROM budget g
  WHERE g.sender_id = ? AND g.removed_at IS NULL
  ORDER BY g.period, g.category, g.cost_center`;

const INSERT = /* sql */ `
  INSERT INTO budget (id, sender_id, period, cap, currency, category, cost_center, mode, thresholds, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const REMOVE = /* sql */ `
  UPDATE budget SET removed_at = ?
  WHERE id = ? AND removed_at IS NULL`;

const USED = /* sql */ `
  SELECT SUM(c.committed)
  FROM bucket b
  JOIN counter c ON c.bucket_id = b.id
  WHERE (@category IS NULL OR b.category = @category)
    AND (@costCenter IS NULL OR b.cost_center = @costCenter)`;

// The committed amount stands on the bucket of the reservation, also of what was delivered on a later day.
const USED_IN_DAYS = `${USED} AND b.sender_id = @senderId AND b.day >= @from AND b.day < @to`;

// A campaign is one sender's.
const USED_BY_CAMPAIGN = `${USED} AND b.campaign_id = @campaignId AND b.campaign_id <> ''`;

const FULLEST_CAMPAIGN = /* sql */ `
  SELECT b.campaign_id
  FROM bucket b
  JOIN counter c ON c.bucket_id = b.id
  WHERE (@category IS NULL OR b.category = @category)
    AND (@costCenter IS NULL OR b.cost_center = @costCenter)
    AND b.sender_id = @senderId AND b.campaign_id <> ''
  GROUP BY b.campaign_id
  ORDER BY SUM(c.committed) DESC
  LIMIT 1`;

const CAMPAIGN_NAME = /* sql */ `
  SELECT name FROM campaign WHERE id = ?`;

/** The budgets of one connection. */
export function createBudgetStore({ sqlite, senders, warnings, closings }: BudgetParts): BudgetStore {
  const current = (senderId: Budget['senderId']): Budget[] => (sqlite.prepareExact(CURRENT).all(senderId) as BudgetRow[]).map(toBudget);

  const useIn = usage(sqlite);

  // Where something that is admitted now counts.
  const termAt = (budget: Budget, at: Instant): string | null => {
    const { timeZone } = senders.byId(budget.senderId);
    const { day } = bookingAt(at, { at, timeZone, closedThrough: closings.closedThrough(budget.senderId) });
    return termOf(budget, { day, campaignId: null });
  };

  const fullestCampaign = ({ senderId, category, costCenter }: Budget): CampaignId | null =>
    (sqlite.prepare(FULLEST_CAMPAIGN).pluck().get({ senderId, category, costCenter }) as CampaignId | undefined) ?? null;

  const list = (budget: Budget, at: Instant): ListedBudget => {
    const term = budget.period === 'campaign' ? fullestCampaign(budget) : termAt(budget, at);
    if (term === null) return { budget, term, used: ZERO, reached: [] };
    const name = budget.period === 'campaign' ? (sqlite.prepare(CAMPAIGN_NAME).pluck().get(term) as string) : term;
    return { ...useIn(budget, term), term: name, reached: warnings.reachedIn(budget.id, term) };
  };

  const put = (budget: Budget): BudgetPut => {
    assert(senders.byId(budget.senderId).currency === budget.currency, "a budget is in its sender's currency");
    const known = current(budget.senderId).find((other) => coversTheSame(other, budget));
    if (known !== undefined && saysTheSame(known, budget)) return { result: 'unchanged', warnings: [] };
    // The old row stays, so that the cap that was in force at any time can be told later.
    if (known !== undefined) sqlite.prepare(REMOVE).run(budget.createdAt, known.id);
    sqlite.prepare(INSERT).run(...budgetValues(budget));
    if (known !== undefined) warnings.carryOver(known.id, budget, (term) => useIn(budget, term));
    const term = termAt(budget, budget.createdAt);
    const uses = term === null ? [] : [useIn(budget, term)];
    return { result: known === undefined ? 'added' : 'updated', warnings: warnings.record(uses, budget.createdAt) };
  };

  const remove = (id: BudgetId, at: Instant): boolean => sqlite.prepare(REMOVE).run(at, id).changes === 1;

  return {
    store: {
      putBudget: async (budget) => sqlite.write(() => put(budget)),
      listBudgets: async ({ senderId, at }) => sqlite.read(() => current(senderId).map((budget) => list(budget, at))),
      removeBudget: async (id, at) => sqlite.write(() => remove(id, at)),
    },
    uses: (sender, day, campaignId) =>
      current(sender.id).flatMap((budget) => {
        const term = termOf(budget, { day, campaignId });
        return term === null ? [] : [useIn(budget, term)];
      }),
  };
}

// What is used of a budget in a term.
function usage(sqlite: Sqlite): (budget: Budget, term: string) => BudgetUse {
  return (budget, term) => {
    const { period, senderId, category, costCenter } = budget;
    const total =
      period === 'campaign'
        ? sqlite.prepareExact(USED_BY_CAMPAIGN).pluck().get({ category, costCenter, campaignId: term })
        : sqlite
            .prepareExact(USED_IN_DAYS)
            .pluck()
            .get({ category, costCenter, senderId, ...daysOf(period, term) });
    return { budget, term, used: microsOf((total as StoredInteger | null | undefined) ?? 0n) };
  };
}

function daysOf(period: 'day' | 'month', term: string): DayPeriod {
  return period === 'month' ? monthDays(term as Month) : { from: term as Day, to: nextDay(term as Day) };
}

function saysTheSame(left: Budget, right: Budget): boolean {
  return left.cap === right.cap && left.mode === right.mode && formatThresholds(left.thresholds) === formatThresholds(right.thresholds);
}
