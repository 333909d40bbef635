// The audit of budgets: what each says is used, of every day, month or campaign, against the entries that it covers; and that what was warned of was reached.

import { parseThresholds } from '../../../domain/budget-warning.ts';
import type { Audit } from '../../../ports/store/audit.ts';
import type { Sqlite } from '../database.ts';
import { collect, findingOf } from './survey.ts';
import type { CountedBucket } from './tally.ts';

const CURRENT = /* sql */ `
  SELECT b.id, b.sender_id AS senderId, b.period, b.category, b.cost_center AS costCenter, b.thresholds, b.currency = s.currency AS isOfSender
  FROM budget b
  LEFT JOIN sender s ON s.id = b.sender_id
  WHERE b.removed_at IS NULL`;

const SAME_SCOPE = /* sql */ `
  SELECT id FROM budget
  WHERE removed_at IS NULL
  GROUP BY sender_id, period, category, cost_center
  HAVING COUNT(*) > 1`;

// A warning is told once, so that one that was never reached would be believed for ever.
const UNFOUNDED = /* sql */ `
  SELECT w.budget_id FROM budget_warning w
  JOIN budget b ON b.id = w.budget_id
  WHERE w.used * 100 < b.cap * w.threshold AND NOT (w.by_refusal = 1 AND w.threshold <= 100 AND b.mode = 'hard')`;

const UNASKED = /* sql */ `
  SELECT w.budget_id FROM budget_warning w
  JOIN budget b ON b.id = w.budget_id
  WHERE instr(',' || b.thresholds || ',', ',' || w.threshold || ',') = 0`;

type BudgetRow = {
  readonly id: string;
  readonly senderId: string;
  readonly period: 'day' | 'month' | 'campaign';
  readonly category: string | null;
  readonly costCenter: string | null;
  readonly thresholds: string;
  readonly isOfSender: number | null;
};

/** The budgets in force. `committed` is what the entries of a bucket say. */
export function budgetFindings(
  sqlite: Sqlite,
  buckets: readonly CountedBucket[],
  committed: (bucketId: bigint) => bigint,
): Pick<Audit, 'checked' | 'findings'> {
  const budgets = sqlite.prepare(CURRENT).all() as BudgetRow[];
  const used = collect({ wrong: 'What it says is used is not what the entries say.', isNote: false, subject: 'budget' });
  const currencies = collect({ wrong: 'Its currency is not the one of its sender.', isNote: false, subject: 'budget' });
  const twice = collect({ wrong: 'Two budgets in force cover the same.', isNote: false, subject: 'budget' });
  const unread = collect({ wrong: 'Its thresholds cannot be read, so that it warns of none.', isNote: false, subject: 'budget' });
  for (const budget of budgets) {
    if (parseThresholds(budget.thresholds) === undefined) unread.add(budget.id);
    if (budget.isOfSender === 0) currencies.add(budget.id);
    if (
      differs(
        buckets.filter((bucket) => isCovered(bucket, budget)),
        budget.period,
        committed,
      )
    )
      used.add(budget.id);
  }
  for (const id of idsOf(sqlite, SAME_SCOPE)) twice.add(id);
  const warnings = [
    ...findingOf({ wrong: 'It warned of a threshold that was not reached.', subject: 'budget' }, idsOf(sqlite, UNFOUNDED)),
    ...findingOf({ wrong: 'It warned of a threshold that it does not have.', subject: 'budget' }, idsOf(sqlite, UNASKED)),
  ];
  return { checked: budgets.length, findings: [...used.found(), ...currencies.found(), ...twice.found(), ...unread.found(), ...warnings] };
}

function idsOf(sqlite: Sqlite, sql: string): readonly string[] {
  return sqlite.prepare(sql).pluck().all() as string[];
}

function isCovered(bucket: CountedBucket, { senderId, period, category, costCenter }: BudgetRow): boolean {
  return (
    bucket.senderId === senderId &&
    (category === null || bucket.category === category) &&
    (costCenter === null || bucket.costCenter === costCenter) &&
    (period !== 'campaign' || bucket.campaignId !== '')
  );
}

function differs(buckets: readonly CountedBucket[], period: BudgetRow['period'], committed: (bucketId: bigint) => bigint): boolean {
  const differences = new Map<string, bigint>();
  for (const bucket of buckets) {
    const key = period === 'campaign' ? bucket.campaignId : period === 'day' ? bucket.day : bucket.day.slice(0, 7);
    differences.set(key, (differences.get(key) ?? 0n) + (bucket.committed ?? 0n) - committed(bucket.id));
  }
  return [...differences.values()].some((difference) => difference !== 0n);
}
