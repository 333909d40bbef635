// Budgets on SQLite, and what is used of each: a sum over the counters of the buckets that it covers.

import type { Budget, BudgetUse } from '../../domain/budget.ts';
import type { Sender } from '../../domain/sender.ts';
import { assert } from '../../errors.ts';
import type { DirectoryStore } from '../../ports/store/directory.ts';
import type { BudgetId, CampaignId } from '../../values/id.ts';
import type { Micros } from '../../values/money.ts';
import { type DayPeriod, dayOf, type Instant, monthDays, monthOf, nextDay, type TimeZone } from '../../values/time.ts';
import { type BudgetRow, microsOf, type StoredInteger, toBudget } from '../rows.ts';
import type { Sqlite } from './database.ts';
import type { SenderStore } from './senders.ts';

export type BudgetStore = {
  readonly store: Pick<DirectoryStore, 'putBudget' | 'listBudgets' | 'removeBudget'>;
  /** The budgets that could cover a message admitted now, and what is used of each. Call it inside `write` or `read`. */
  readonly uses: (sender: Sender, at: Instant, campaignId: CampaignId | null) => readonly BudgetUse[];
};

type BudgetParts = { readonly sqlite: Sqlite; readonly senders: SenderStore };

const CURRENT = /* sql */ `
  SELECT id, sender_id, period, cap, currency, category, cost_center, created_at
  FROM budget
  WHERE sender_id = ? AND removed_at IS NULL
  ORDER BY period, category, cost_center`;

const INSERT = /* sql */ `
  INSERT INTO budget (id, sender_id, period, cap, currency, category, cost_center, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

const REMOVE = /* sql */ `
  UPDATE budget SET removed_at = ?
  WHERE id = ? AND removed_at IS NULL`;

const USED = /* sql */ `
  SELECT SUM(c.committed)
  FROM bucket b
  JOIN counter c ON c.bucket_id = b.id
  WHERE (@category IS NULL OR b.category = @category)
    AND (@costCenter IS NULL OR b.cost_center = @costCenter)`;

// The committed amount stands on the bucket of the admission's day, also of what was delivered on a later one.
const USED_IN_DAYS = `${USED} AND b.sender_id = @senderId AND b.day >= @from AND b.day < @to`;

// A campaign is one sender's.
const USED_BY_CAMPAIGN = `${USED} AND b.campaign_id = @campaignId AND b.campaign_id <> ''`;

const USED_BY_FULLEST_CAMPAIGN = `${USED} AND b.sender_id = @senderId AND b.campaign_id <> ''
  GROUP BY b.campaign_id
  ORDER BY 1 DESC
  LIMIT 1`;

/** The budgets of one connection. */
export function createBudgetStore({ sqlite, senders }: BudgetParts): BudgetStore {
  const current = (senderId: Budget['senderId']): Budget[] => (sqlite.prepareExact(CURRENT).all(senderId) as BudgetRow[]).map(toBudget);

  const sum = (sql: string, { senderId, category, costCenter }: Budget, narrower: object = {}): Micros => {
    const total = sqlite
      .prepareExact(sql)
      .pluck()
      .get({ senderId, category, costCenter, ...narrower });
    return microsOf((total as StoredInteger | null | undefined) ?? 0n);
  };

  const usedByCampaign = (budget: Budget, campaignId: CampaignId | null): Micros =>
    campaignId === null ? sum(USED_BY_FULLEST_CAMPAIGN, budget) : sum(USED_BY_CAMPAIGN, budget, { campaignId });

  const use = (budget: Budget, zone: TimeZone, at: Instant, campaignId: CampaignId | null): BudgetUse => ({
    budget,
    used: budget.period === 'campaign' ? usedByCampaign(budget, campaignId) : sum(USED_IN_DAYS, budget, daysOf(budget.period, zone, at)),
  });

  const put = (budget: Budget): 'added' | 'updated' | 'unchanged' => {
    assert(senders.byId(budget.senderId).currency === budget.currency, "a budget is in its sender's currency");
    const known = current(budget.senderId).find((other) => coversTheSame(other, budget));
    if (known?.cap === budget.cap) return 'unchanged';
    // The old row stays, so that the cap that was in force at any time can be told later.
    if (known !== undefined) sqlite.prepare(REMOVE).run(budget.createdAt, known.id);
    sqlite.prepare(INSERT).run(...budgetRow(budget));
    return known === undefined ? 'added' : 'updated';
  };

  const remove = (id: BudgetId, at: Instant): boolean => sqlite.prepare(REMOVE).run(at, id).changes === 1;

  return {
    store: {
      putBudget: async (budget) => sqlite.write(() => put(budget)),
      listBudgets: async ({ senderId, at }) =>
        sqlite.read(() => current(senderId).map((budget) => use(budget, senders.byId(senderId).timeZone, at, null))),
      removeBudget: async (id, at) => sqlite.write(() => remove(id, at)),
    },
    uses: (sender, at, campaignId) =>
      current(sender.id)
        .filter(({ period }) => period !== 'campaign' || campaignId !== null)
        .map((budget) => use(budget, sender.timeZone, at, campaignId)),
  };
}

function daysOf(period: 'day' | 'month', zone: TimeZone, at: Instant): DayPeriod {
  const day = dayOf(at, zone);
  return period === 'day' ? { from: day, to: nextDay(day) } : monthDays(monthOf(day));
}

function coversTheSame(left: Budget, right: Budget): boolean {
  return left.period === right.period && left.category === right.category && left.costCenter === right.costCenter;
}

function budgetRow(budget: Budget): unknown[] {
  return [budget.id, budget.senderId, budget.period, budget.cap, budget.currency, budget.category, budget.costCenter, budget.createdAt];
}
