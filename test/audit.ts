// An independent look at the books of a store file: plain SQL over messages, ledger and counters, written without the code that wrote them.
// Tests that shake a store call it afterwards; an empty answer means that the books balance.

import Database from 'better-sqlite3';

/** One sentence per violation, with how many rows violate it. */
export function auditBooks(path: string): readonly string[] {
  const db = new Database(path, { readonly: true });
  try {
    return Object.entries(VIOLATIONS).flatMap(([sentence, sql]) => {
      const count = db.prepare(`SELECT COUNT(*) FROM (${sql})`).pluck().get();
      return count === 0 ? [] : [`${sentence}: ${String(count)}`];
    });
  } finally {
    db.close();
  }
}

// What the ledger alone says each bucket's counters must be.
const RECOUNT = /* sql */ `
  SELECT b.id,
    (SELECT COUNT(*) FROM ledger WHERE bucket_id = b.id AND kind = 'reservation') AS units,
    (SELECT COUNT(*) FILTER (WHERE rule IS NOT 'taken_back') - COUNT(*) FILTER (WHERE rule = 'taken_back') FROM ledger
      WHERE bucket_id = b.id AND (kind = 'charge' OR kind = 'adjustment' AND rule IS NOT NULL)) AS delivered,
    (SELECT COUNT(*) FROM ledger WHERE bucket_id = b.id AND kind = 'release' AND cause IN ('rejected', 'failed')) AS failed,
    (SELECT ifnull(SUM(iif(b.pricing_type = 'regular', iif(rule = 'taken_back', -1, 1), 0)), 0) FROM ledger
      WHERE bucket_id = b.id AND (kind = 'charge' OR kind = 'adjustment' AND rule IS NOT NULL)) AS billable_units,
    (SELECT ifnull(SUM(iif(b.pricing_type = 'regular', 0, iif(rule = 'taken_back', -1, 1))), 0) FROM ledger
      WHERE bucket_id = b.id AND (kind = 'charge' OR kind = 'adjustment' AND rule IS NOT NULL)) AS free_units,
    (SELECT ifnull(SUM(held), 0) FROM ledger WHERE hold_bucket_id = b.id) AS reserved,
    (SELECT ifnull(SUM(posted), 0) FROM ledger WHERE bucket_id = b.id AND kind = 'charge') AS charged,
    (SELECT ifnull(SUM(posted), 0) FROM ledger WHERE bucket_id = b.id AND kind = 'adjustment') AS adjusted,
    (SELECT ifnull(SUM(held + posted), 0) FROM ledger WHERE hold_bucket_id = b.id) AS committed
  FROM bucket b`;

const CLOSED = `('delivered', 'read', 'failed', 'expired', 'cancelled')`;

const VIOLATIONS: Readonly<Record<string, string>> = {
  'counters that differ from the ledger': /* sql */ `
    SELECT id, units, delivered, failed, billable_units, free_units, reserved, charged, adjusted, committed FROM (${RECOUNT})
    EXCEPT
    SELECT bucket_id, units, delivered, failed, billable_units, free_units, reserved, charged, adjusted, committed FROM counter`,
  'messages without exactly one reservation': /* sql */ `
    SELECT id FROM message m WHERE 1 <> (SELECT COUNT(*) FROM ledger WHERE message_id = m.id AND kind = 'reservation')`,
  'messages whose open reservation differs from the ledger': /* sql */ `
    SELECT id FROM message m WHERE held <> (SELECT SUM(held) FROM ledger WHERE message_id = m.id)`,
  'reservations left open by closed messages': `SELECT id FROM message WHERE state IN ${CLOSED} AND held <> 0`,
  'reservations lost by open messages': `SELECT id FROM message WHERE state NOT IN ${CLOSED} AND held <> price`,
  'delivered messages without exactly one charge': /* sql */ `
    SELECT id FROM message m WHERE state IN ('delivered', 'read')
      AND 1 <> (SELECT COUNT(*) FROM ledger WHERE message_id = m.id AND kind = 'charge')`,
  'charges of messages that were not delivered': /* sql */ `
    SELECT l.sequence FROM ledger l JOIN message m ON m.id = l.message_id WHERE l.kind = 'charge' AND m.state NOT IN ('delivered', 'read')`,
  'entries whose sums are negative': `SELECT message_id FROM ledger WHERE message_id IS NOT NULL GROUP BY message_id HAVING SUM(held) < 0 OR SUM(posted) < 0`,
  'messages without content': `SELECT id FROM message WHERE id NOT IN (SELECT message_id FROM message_content)`,
  'messages in flight': `SELECT id FROM message WHERE state = 'sending'`,
};
