// Warnings of budgets on SQLite: each threshold once in a term, by whichever transaction reaches it; told of once by a check, and until it is taken by a hook.

import { type Budget, type BudgetUse } from '../../domain/budget.ts';
import { type BudgetWarning, reachedThresholds } from '../../domain/budget-warning.ts';
import type { WarningStore } from '../../ports/store/warnings.ts';
import type { BudgetId } from '../../values/id.ts';
import { DAY_MS, type Instant, SECOND_MS } from '../../values/time.ts';
import { BUDGET_COLUMNS, toWarning, type WarningRow } from './budget-rows.ts';
import type { Sqlite } from './database.ts';

export type BudgetWarnings = {
  readonly store: WarningStore;
  /** Records what these uses have reached, and returns what is new. Call it inside `write`. */
  readonly record: (uses: readonly BudgetUse[], at: Instant) => readonly BudgetWarning[];
  /**
   * A budget takes the place of another one: what was told of the old one in a term, and is reached under the new cap too, is told already. Call it inside
   * `write`; `useIn` says what is used of the new one in a term.
   */
  readonly carryOver: (from: BudgetId, to: Budget, useIn: (term: string) => BudgetUse) => void;
  /** The thresholds that were reached in a term, lowest first. */
  readonly reachedIn: (budgetId: BudgetId, term: string) => readonly number[];
};

const INSERT = /* sql */ `
  INSERT INTO budget_warning (budget_id, term, threshold, used, by_refusal, crossed_at)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (budget_id, term, threshold) DO NOTHING
  RETURNING id`;

const WARNING = /* sql */ `
  SELECT ${BUDGET_COLUMNS}, w.id AS warning_id, ifnull(c.name, w.term) AS term, w.threshold, w.used, w.by_refusal, w.crossed_at
  FROM budget_warning w
  JOIN budget g ON g.id = w.budget_id
  LEFT JOIN campaign c ON c.id = w.term AND g.period = 'campaign'`;

const WARNING_BY_ID = `${WARNING} WHERE w.id = ?`;

const REACHED = /* sql */ `
  SELECT threshold FROM budget_warning WHERE budget_id = ? AND term = ? ORDER BY threshold`;

const TERMS = /* sql */ `
  SELECT DISTINCT term FROM budget_warning WHERE budget_id = ?`;

// Told already, under the cap that was: neither a check nor a hook tells of it again.
const CARRY_OVER = /* sql */ `
  INSERT INTO budget_warning (budget_id, term, threshold, used, crossed_at, checked_at, posted_at)
  SELECT @to, term, threshold, @used, crossed_at, @at, @at
  FROM budget_warning
  WHERE budget_id = @from AND term = @term AND threshold = @threshold`;

const UNCHECKED = `${WARNING} WHERE g.sender_id = ? AND w.checked_at IS NULL ORDER BY w.id`;

const CHECKED = /* sql */ `
  UPDATE budget_warning SET checked_at = ? WHERE id = ?`;

const NEXT_TO_POST = `${WARNING}
  WHERE w.posted_at IS NULL AND w.crossed_at > @since AND (w.posting_since IS NULL OR w.posting_since <= @lapsed)
  ORDER BY w.id
  LIMIT 1`;

const CLAIM = /* sql */ `
  UPDATE budget_warning SET posting_since = ? WHERE id = ?`;

const POSTED = /* sql */ `
  UPDATE budget_warning SET posted_at = @at, posting_since = NULL WHERE id = @id AND posting_since = @claimedAt`;

const UNCLAIM = /* sql */ `
  UPDATE budget_warning SET posting_since = NULL WHERE id = ? AND posting_since = ?`;

/** A hook that was named later, or did not answer for so long, hears nothing of what is past. As long as the provider repeats its webhooks. */
const POST_WITHIN_MS = 7 * DAY_MS;

/** Whoever posts has an answer by then, or is dead: many times what a hook may take. */
const CLAIM_LAPSES_MS = 60 * SECOND_MS;

/** The warnings of one connection. */
export function createBudgetWarnings(sqlite: Sqlite): BudgetWarnings {
  const warning = (id: number | bigint): BudgetWarning => toWarning(sqlite.prepareExact(WARNING_BY_ID).get(id) as WarningRow);

  const record: BudgetWarnings['record'] = (uses, at) =>
    uses.flatMap((use) =>
      reachedThresholds(use).flatMap(({ threshold, byRefusal }) => {
        const values = [use.budget.id, use.term, threshold, use.used, byRefusal ? 1 : 0, at];
        const id = sqlite
          .prepare(INSERT)
          .pluck()
          .get(...values) as number | undefined;
        return id === undefined ? [] : [warning(id)];
      }),
    );

  const reachedIn: BudgetWarnings['reachedIn'] = (budgetId, term) => sqlite.prepare(REACHED).pluck().all(budgetId, term) as number[];

  return {
    record,
    reachedIn,
    carryOver: (from, to, useIn) => {
      for (const term of sqlite.prepare(TERMS).pluck().all(from) as string[]) {
        const { used } = useIn(term);
        const told = reachedThresholds({ budget: to, used }).map(({ threshold }) => ({
          threshold,
          term,
          used,
          from,
          to: to.id,
          at: to.createdAt,
        }));
        for (const values of told) sqlite.prepare(CARRY_OVER).run(values);
      }
    },
    store: {
      checkWarnings: async ({ senderId, at }) =>
        sqlite.write(() => {
          const rows = sqlite.prepareExact(UNCHECKED).all(senderId) as WarningRow[];
          for (const row of rows) sqlite.prepare(CHECKED).run(at, row.warning_id);
          return rows.map(toWarning);
        }),
      claimPosting: async (at) => {
        const dates = { since: at - POST_WITHIN_MS, lapsed: at - CLAIM_LAPSES_MS };
        const next = () => sqlite.prepareExact(NEXT_TO_POST).get(dates) as WarningRow | undefined;
        if (sqlite.query(next) === undefined) return null; // most often there is nothing, and nobody need wait for another writer to hear it
        return sqlite.write(() => {
          const row = next();
          if (row === undefined) return null;
          sqlite.prepare(CLAIM).run(at, row.warning_id);
          return { id: Number(row.warning_id), claimedAt: at, warning: toWarning(row) };
        });
      },
      endPosting: async ({ id, claimedAt }, postedAt) =>
        sqlite.write(() => {
          if (postedAt === null) sqlite.prepare(UNCLAIM).run(id, claimedAt);
          else sqlite.prepare(POSTED).run({ id, claimedAt, at: postedAt });
        }),
    },
  };
}
