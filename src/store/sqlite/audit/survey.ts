// The machinery of the audit: one pass over the store that asks many rules at once. Knows no table.

import type { Audit, CheckName, Finding, Subject } from '../../../ports/store/audit.ts';
import type { Instant } from '../../../values/time.ts';
import type { Sqlite } from '../database.ts';

/** One rule of a survey. */
export type Rule = {
  readonly check: CheckName;
  /** What it means where `when` is true: a sentence for people. */
  readonly wrong: string;
  /** A condition on the columns of the facts; what is NULL is not true. */
  readonly when: string;
  /** True for what is worth knowing and leaves the books right. */
  readonly isNote?: true;
};

/** Facts that a join brings together, one row for each thing, and the rules that are read off them. */
export type Survey = {
  readonly subject: Subject;
  /** SQL: how many things there are. */
  readonly counted: string;
  /** The checks for which another look has counted the same things. */
  readonly countedBefore?: readonly CheckName[];
  /** SQL: a row for each, or for those alone that are wrong; its column `id` names it. `@at` is the moment. */
  readonly facts: string;
  readonly rules: readonly Rule[];
};

const IDS_MAX = 10;

/**
 * Asks all rules of a survey in one pass: the join is what costs, and a statement for each rule would make it twenty times. The statement is put together
 * from constants of ours only.
 */
export function runSurvey(sqlite: Sqlite, survey: Survey, at: Instant): readonly Audit[] {
  const { subject, counted, countedBefore = [], facts, rules } = survey;
  const flags = rules.map(({ when }) => `(${when})`);
  const sql = `SELECT id, ${flags.join(', ')} FROM (${facts}) AS facts WHERE ${flags.join(' OR ')}`;
  const collected = rules.map(({ wrong, isNote = false }) => collect({ wrong, isNote, subject }));
  // Integers stay exact; rows come one by one, since there may be millions that are wrong.
  for (const row of sqlite.prepareExact(sql).raw().iterate({ at }) as IterableIterator<readonly unknown[]>) {
    for (const [index, { add }] of collected.entries()) {
      if (row[index + 1] === 1n) add(String(row[0]));
    }
  }
  const checked = sqlite.prepare(counted).pluck().get() as number;
  const checks = [...new Set(rules.map(({ check }) => check))];
  return checks.map((check) => ({
    check,
    checked: countedBefore.includes(check) ? 0 : checked,
    findings: collected.flatMap(({ found }, index) => (rules[index]?.check === check ? found() : [])),
  }));
}

type Collector = { readonly add: (id: string) => void; readonly found: () => readonly Finding[] };

/** Counts what is wrong in one way, and keeps the first ids. */
export function collect({ wrong, isNote, subject }: Pick<Finding, 'wrong' | 'isNote' | 'subject'>): Collector {
  const ids = new Set<string>();
  let count = 0;
  return {
    add: (id) => {
      count += 1;
      if (ids.size < IDS_MAX) ids.add(id);
    },
    found: () => (count === 0 ? [] : [{ wrong, isNote, subject, count, ids: [...ids] }]),
  };
}

/** What is wrong in one way, where the ids of all of it are known. */
export function findingOf(of: Pick<Finding, 'wrong' | 'subject'> & { readonly isNote?: true }, ids: readonly string[]): readonly Finding[] {
  const collector = collect({ isNote: false, ...of });
  for (const id of ids) collector.add(id);
  return collector.found();
}

/** True for one of the words. Not by IN, which looks each one up in a temporary table: half of the time of a pass, measured. */
export function oneOf(column: string, words: readonly string[]): string {
  return `(${words.map((word) => `${column} = '${word}'`).join(' OR ')})`;
}
