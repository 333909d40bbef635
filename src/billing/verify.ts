// Verifying the books: every look of the audit, put together check by check. Knows the order and what a damaged file means; the rules are the store's.

import { AppError } from '../errors.ts';
import { type Audit, AUDIT_PARTS, type AuditPart, type AuditStore, CHECKS, type CheckName, type Finding } from '../ports/store/audit.ts';
import type { Instant } from '../values/time.ts';

/** What is known of one check, and when the last look at it began. */
export type Verdict = Audit & { readonly at: Instant; readonly violations: number };

/** Looks at everything, one look after the other; a verdict for each check that could be made, in their order. `before` is told the number of the look to come. */
export async function verify(
  store: AuditStore,
  { now, before }: { readonly now: () => Instant; readonly before: (index: number) => Promise<void> },
): Promise<readonly Verdict[]> {
  const audits: (Audit & { readonly at: Instant })[] = [];
  for (const [index, part] of AUDIT_PARTS.entries()) {
    await before(index);
    const at = now();
    audits.push(...(await lookAt(store, part, at)).map((audit) => ({ ...audit, at })));
  }
  return CHECKS.flatMap((check) =>
    verdict(
      check,
      audits.filter((audit) => audit.check === check),
    ),
  );
}

// Where pages are damaged, what can still be read is worth knowing.
async function lookAt(store: AuditStore, part: AuditPart, at: Instant): Promise<readonly Audit[]> {
  try {
    return await store.audit(part, at);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'store_invalid') throw error;
    const wrong = 'The file is damaged: a part of the audit could not read it. Put back a backup.';
    return [{ check: 'file', checked: 0, findings: [{ wrong, isNote: false, subject: 'file', count: 1, ids: [part] }] }];
  }
}

function verdict(check: CheckName, audits: readonly (Audit & { readonly at: Instant })[]): readonly Verdict[] {
  const last = audits.at(-1);
  if (last === undefined) return [];
  const findings = audits.flatMap((audit): readonly Finding[] => audit.findings);
  return [
    {
      check,
      at: last.at,
      checked: audits.reduce((sum, { checked }) => sum + checked, 0),
      violations: findings.reduce((sum, { isNote, count }) => sum + (isNote ? 0 : count), 0),
      findings,
    },
  ];
}
