// The audit of closed months: their lines are what their digests were made of, each digest goes over the one before, and nothing was booked there since.

import { createHash } from 'node:crypto';
import type { Closing } from '../../../domain/closing.ts';
import type { Audit } from '../../../ports/store/audit.ts';
import type { SenderId } from '../../../values/id.ts';
import { closingDigest } from '../closing-digest.ts';
import { createClosingReader } from '../closings.ts';
import type { Sqlite } from '../database.ts';
import { collect } from './survey.ts';

const SENDERS = /* sql */ `SELECT DISTINCT sender_id FROM closing ORDER BY sender_id`;

/** Every closed month of every sender. */
export function auditClosings(sqlite: Sqlite): readonly Audit[] {
  const changed = collect({ wrong: 'Its lines are not what its digest was made of.', isNote: false, subject: 'closed month' });
  const broken = collect({ wrong: 'Its digest does not go over the one before it.', isNote: false, subject: 'closed month' });
  const unsealed = collect({ wrong: 'It has no digest yet: bill-close it again.', isNote: true, subject: 'closed month' });
  let checked = 0;
  for (const senderId of sqlite.prepare(SENDERS).pluck().all() as SenderId[]) {
    let previous: string | null = null;
    for (const closing of createClosingReader(sqlite).all(senderId)) {
      const name = `${senderId} ${closing.month}`;
      checked += 1;
      if (closing.digest === null) unsealed.add(name);
      else if (closing.previous !== previous) broken.add(name);
      else if (!isWhole(sqlite, closing, previous)) changed.add(name);
      previous = closing.digest;
    }
  }
  return [{ check: 'closings', checked, findings: [...changed.found(), ...broken.found(), ...unsealed.found()] }];
}

function isWhole(sqlite: Sqlite, closing: Closing, previous: string | null): boolean {
  const { lines, digest } = closingDigest(sqlite, createHash('sha256'), { closing, previous });
  return digest === closing.digest && lines === closing.lines;
}
