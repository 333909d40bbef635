// The digest of a closed month: over all that its lines say, in the order of the ledger, and the digest before it.

import type { Hash } from 'node:crypto';
import type { Closing } from '../../domain/closing.ts';
import type { Sqlite } from './database.ts';

const LINES = /* sql */ `
  SELECT l.sequence, l.message_id, l.attempt, l.kind, b.day, b.market, b.category, b.pricing_type, b.currency, b.template, b.campaign_id, b.cost_center,
    l.held, l.posted, l.event_at, l.recorded_at, l.cause, l.price_id, l.rule, l.provider_type, l.provider_category, l.reference,
    l.own_rule, l.free_units_before, l.discrepancy
  FROM ledger l
  JOIN bucket b ON b.id = l.bucket_id
  WHERE l.books_month = ? AND b.sender_id = ?
  ORDER BY l.sequence`;

/** Feeds a fresh hash. Call it inside a transaction; `closing` is of a month whose lines can change no more. */
export function closingDigest(
  sqlite: Sqlite,
  hash: Hash,
  { closing, previous }: { readonly closing: Pick<Closing, 'senderId' | 'month' | 'closedAt'>; readonly previous: string | null },
): { readonly lines: number; readonly digest: string } {
  const { senderId, month, closedAt } = closing;
  hash.update(`tollbell closing 1\n${senderId}\n${month}\n${closedAt}\n${previous ?? ''}\n`);
  let lines = 0;
  for (const row of sqlite.prepareExact(LINES).raw().iterate(month, senderId) as Iterable<readonly unknown[]>) {
    hash.update(`${JSON.stringify(row.map((cell) => (typeof cell === 'bigint' ? String(cell) : cell)))}\n`);
    lines += 1;
  }
  return { lines, digest: hash.digest('hex') };
}
