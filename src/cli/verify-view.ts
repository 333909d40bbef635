// The verdicts of an audit as people and programs read them: a line for each check, and below it what is wrong, with whom, and how to look at it.

import * as z from 'zod/mini';
import type { Verdict } from '../billing/verify.ts';
import { CHECKS, type CheckName, type Finding, type Subject } from '../ports/store/audit.ts';
import { printable } from '../values/text.ts';
import { formatInstant } from '../values/time.ts';
import type { Style } from './render.ts';
import { instantTextOut } from './shapes.ts';

const FindingItem = z.object({
  wrong: z.string(),
  kind: z.enum(['violation', 'note']).check(z.describe('a note leaves the books right, and is worth knowing')),
  subject: z.string().check(z.describe('what the ids name: message, bucket, contact …')),
  count: z.int(),
  ids: z.array(z.string()).check(z.describe('the first ten')),
});

/** The JSON of a verdict. */
export const VerdictItem = z.object({
  check: z.enum(CHECKS),
  result: z.enum(['good', 'bad']),
  meaning: z.string().check(z.describe('what must hold')),
  checked: z.int().check(z.describe('how many things were looked at')),
  violations: z.int(),
  notes: z.int(),
  ids: z.array(z.string()).check(z.describe('of the violations, the first ten')),
  at: instantTextOut,
  findings: z.array(FindingItem),
});

/** The columns of a verdict in CSV. */
export const VERDICT_COLUMNS = ['check', 'result', 'checked', 'violations', 'notes', 'at', 'ids', 'meaning'];

const IDS_MAX = 10;

/** What each check asks, in a sentence. */
const MEANINGS: Readonly<Record<CheckName, string>> = {
  charges: 'what was delivered is charged, and nothing else',
  holds: 'messages hold what their entries hold, and nothing once they are over',
  states: 'the state of a message fits its entries and its claim',
  prices: 'amounts are those of their price rows and rules; cards never changed',
  buckets: 'entries count on their day, for their sender, in one currency',
  counters: 'counters are the sums of the entries',
  budgets: 'what budgets say is used is what the entries say',
  closings: 'closed months are as they were closed, each digest over the one before',
  identity: 'keys and provider ids are of one message; nothing is missing from the ledger',
  consent: 'the flags are the newest events of the history',
  gate: 'nothing was sent against what was known of consent and blocks',
  windows: 'windows are as long as what customers wrote says',
  contacts: 'contacts that became one are one',
  templates: 'templates never changed; one version is in force',
  references: 'what rows point at is there',
  schema: 'tables, indexes and triggers are as this tollbell makes them',
  file: 'the file is whole, and private',
};

/** A verdict as JSON. */
export function toVerdictItem({ check, checked, violations, at, findings }: Verdict): z.output<typeof VerdictItem> {
  const wrong = findings.filter(({ isNote }) => !isNote);
  return {
    check,
    result: violations === 0 ? 'good' : 'bad',
    meaning: MEANINGS[check],
    checked,
    violations,
    notes: findings.reduce((sum, { isNote, count }) => sum + (isNote ? count : 0), 0),
    ids: [...new Set(wrong.flatMap(({ ids }) => ids))].slice(0, IDS_MAX),
    at: formatInstant(at),
    findings: findings.map(({ wrong: sentence, isNote, subject, count, ids }) => ({
      wrong: sentence,
      kind: isNote ? 'note' : 'violation',
      subject,
      count,
      ids: [...ids],
    })),
  };
}

/** The verdicts for people, and at the end what is wrong in all. */
export function verdictsText(verdicts: readonly Verdict[], style: Style): string {
  const widest = Math.max(...CHECKS.map((check) => check.length));
  const digits = Math.max(...verdicts.map(({ checked }) => String(checked).length));
  const lines = verdicts.flatMap(({ check, checked, violations, findings }) => {
    const mark = violations === 0 ? style.good('good') : style.bad('bad ');
    const line = `${mark}  ${check.padEnd(widest)}  ${String(checked).padStart(digits)}  ${MEANINGS[check]}`;
    return [line, ...findings.map((finding) => findingText(finding, style))];
  });
  return [...lines, summary(verdicts, style)].join('\n');
}

function findingText({ wrong, isNote, subject, count, ids }: Finding, style: Style): string {
  const mark = isNote ? style.warn('note') : style.bad(String(count));
  const more = count > ids.length ? ' …' : '';
  const times = isNote ? `${count} × ` : '';
  return `      ${mark}  ${printable(wrong)}\n            ${times}${subject} ${printable(ids.join(', '))}${more}`;
}

const LOOKING: Partial<Record<Subject, string>> = {
  message: 'tollbell message show <id> shows a message with its entries.',
  contact: 'tollbell consent show <id> shows the history of a contact.',
  budget: 'tollbell budget list shows the budgets.',
  campaign: 'tollbell campaign show <campaign> shows who decided what about it.',
  template: 'tollbell template list shows the templates.',
  'price card': 'tollbell price list shows the cards.',
};

function summary(verdicts: readonly Verdict[], style: Style): string {
  const wrong = verdicts.flatMap(({ findings }) => findings).filter(({ isNote }) => !isNote);
  if (wrong.length === 0) return style.good(`The books are right: ${verdicts.length} checks, nothing wrong.`);
  const failed = verdicts.filter(({ violations }) => violations > 0).map(({ check }) => check);
  const hints = [...new Set(wrong.flatMap(({ subject }) => LOOKING[subject] ?? []))];
  return [
    style.bad(`The books differ: ${failed.join(', ')}.`),
    ...hints,
    'Nothing was changed. Keep this file, compare it with a backup, and report what no hand or disk can have done.',
  ].join('\n');
}
