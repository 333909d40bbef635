// The audit of what is on its way: whether the processes that claimed it live.

import type { Audit } from '../../../ports/store/audit.ts';
import type { WorkerId } from '../../../values/id.ts';
import type { Sqlite } from '../database.ts';
import type { Liveness } from '../liveness.ts';
import { findingOf } from './survey.ts';

const CLAIMS = /* sql */ `SELECT id, worker_id FROM message WHERE state = 'sending' AND worker_id IS NOT NULL ORDER BY id`;

/** Messages in the hands of the dead. No violation: whoever writes next takes them back. */
export function auditClaims(sqlite: Sqlite, liveness: Liveness): readonly Audit[] {
  const claims = sqlite.prepare(CLAIMS).raw().all() as readonly (readonly [string, WorkerId])[];
  const dead = new Set([...new Set(claims.map(([, worker]) => worker))].filter((worker) => liveness.ifDead(worker, () => undefined)));
  const left = claims.filter(([, worker]) => dead.has(worker)).map(([id]) => id);
  const wrong = 'A process died while it was sending this; the next tollbell dispatch takes it back.';
  return [{ check: 'states', checked: claims.length, findings: findingOf({ wrong, subject: 'message', isNote: true }, left) }];
}
