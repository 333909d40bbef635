// The books counted again from the ledger alone, in SQL of its own: what the counters, the messages and the budgets must say. Every query
// returns what is wrong, so an empty answer is a good one.

import type { Database } from 'better-sqlite3';

// Each counter again, from the entries. What an entry does counts in its own bucket; what it holds, in the bucket it was reserved in.
const COUNTERS = /* sql */ `
  WITH counted AS (
    SELECT bucket_id, kind = 'reservation' AS units, moved AS delivered,
      kind = 'release' AND cause IN ('rejected', 'failed') AS failed,
      moved * (pricing_type = 'regular') AS billable_units,
      moved * (pricing_type <> 'regular') AS free_units,
      0 AS reserved, iif(kind = 'charge', posted, 0) AS charged, iif(kind = 'adjustment', posted, 0) AS adjusted, 0 AS committed
    FROM (SELECT *, (kind = 'charge') + (kind = 'adjustment' AND ifnull(rule <> 'taken_back', 0)) - (kind = 'adjustment' AND ifnull(rule = 'taken_back', 0)) AS moved FROM ledger)
    JOIN bucket ON bucket.id = bucket_id
    UNION ALL
    SELECT hold_bucket_id, 0, 0, 0, 0, 0, held, 0, 0, held + posted FROM ledger
  ),
  expected AS (
    SELECT bucket_id, SUM(units) AS units, SUM(delivered) AS delivered, SUM(failed) AS failed, SUM(billable_units) AS billable_units,
      SUM(free_units) AS free_units, SUM(reserved) AS reserved, SUM(charged) AS charged, SUM(adjusted) AS adjusted, SUM(committed) AS committed
    FROM counted GROUP BY bucket_id
  )
  SELECT 'counter' AS wrong, * FROM (SELECT * FROM counter EXCEPT SELECT * FROM expected)
  UNION ALL
  SELECT 'counted', * FROM (SELECT * FROM expected EXCEPT SELECT * FROM counter)`;

// What is held is what the entries hold; it is nothing exactly in the five ends, and a charge is there exactly after a delivery.
const MESSAGES = /* sql */ `
  SELECT m.id, m.state, m.price, m.held, group_concat(l.kind || ' ' || l.held || ' ' || l.posted, ', ') AS entries
  FROM message m JOIN ledger l ON l.message_id = m.id
  GROUP BY m.id
  HAVING m.held <> SUM(l.held)
    OR m.held <> iif(m.state IN ('delivered', 'read', 'failed', 'expired', 'cancelled'), 0, m.price)
    OR SUM(l.kind = 'reservation' AND l.attempt = 0) <> 1
    OR SUM(iif(l.kind IN ('reservation', 'repricing'), l.held, 0)) <> m.price
    OR SUM(l.kind = 'charge') <> (m.state IN ('delivered', 'read'))
    OR SUM(l.kind = 'release') <> (m.state IN ('failed', 'expired', 'cancelled')) AND m.state NOT IN ('delivered', 'read')
    OR SUM(l.kind = 'release') > 1
    OR SUM(l.kind = 'repricing') % 2 <> 0
    OR SUM(l.kind = 'adjustment' AND l.rule = 'taken_back') <> SUM(l.kind = 'adjustment' AND l.rule <> 'taken_back')
    OR (SELECT rule FROM ledger WHERE message_id = m.id AND kind IN ('charge', 'adjustment') ORDER BY sequence DESC LIMIT 1) = 'free'
      AND SUM(iif(l.kind IN ('charge', 'adjustment'), l.posted, 0)) <> 0`;

const WITHOUT_ENTRIES = /* sql */ `
  SELECT id, state FROM message WHERE id NOT IN (SELECT message_id FROM ledger)`;

// The buckets of a message differ in what its events may change and in nothing else; money stays with its sender. What closes a reservation does so where it
// is now: a repricing moves it to the bucket of another category.
const BUCKETS = /* sql */ `
  SELECT l.sequence, l.kind
  FROM ledger l
  JOIN message m ON m.id = l.message_id
  JOIN sender s ON s.id = m.sender_id
  JOIN bucket b ON b.id = l.bucket_id
  JOIN bucket h ON h.id = l.hold_bucket_id
  WHERE l.kind IN ('charge', 'release') AND (l.hold_bucket_id <> m.hold_bucket_id OR h.category <> m.category)
    OR h.sender_id <> m.sender_id OR h.currency <> s.currency OR h.campaign_id <> ifnull(m.campaign_id, '')
    OR h.day <> (SELECT day FROM bucket WHERE id = m.hold_bucket_id)
    OR h.pricing_type <> 'regular' OR (l.kind NOT IN ('charge', 'adjustment') AND b.pricing_type <> 'regular')
    OR (b.sender_id, b.account_id, b.currency, b.category, b.template, b.campaign_id, b.cost_center)
      <> (h.sender_id, h.account_id, h.currency, h.category, h.template, h.campaign_id, h.cost_center)`;

// What a message holds it holds in one bucket.
const PLACES = /* sql */ `
  SELECT m.id, l.hold_bucket_id
  FROM message m JOIN ledger l ON l.message_id = m.id
  GROUP BY m.id, l.hold_bucket_id
  HAVING SUM(l.held) <> iif(l.hold_bucket_id = m.hold_bucket_id, m.held, 0)`;

// A recorded time never runs backwards.
const TIMES = /* sql */ `
  SELECT l.sequence FROM ledger l JOIN ledger n ON n.sequence = l.sequence + 1 WHERE n.recorded_at < l.recorded_at`;

/** Everything in the books that does not add up. */
export function discrepancies(database: Database): readonly unknown[] {
  return [COUNTERS, MESSAGES, WITHOUT_ENTRIES, BUCKETS, PLACES, TIMES].flatMap((sql) => database.prepare(sql).safeIntegers().all());
}

export type EntryLine = {
  readonly kind: string;
  readonly time_zone: string;
  readonly currency: string;
  readonly market: string;
  readonly category: string;
  readonly pricing_type: string;
  readonly day: string;
  readonly hold_day: string;
  readonly posted: number;
  readonly rule: string | null;
  /** What was reserved. */
  readonly price: number;
  readonly event_at: number;
  readonly recorded_at: number;
  readonly created_at: number;
  readonly books_month: string;
};

/** Every line of the ledger, with what its days and prices are made of. */
export function entryLines(database: Database): readonly EntryLine[] {
  const sql = /* sql */ `
    SELECT l.kind, s.time_zone, b.currency, b.market, b.category, b.pricing_type, b.day, h.day AS hold_day, l.posted, l.rule, m.price, l.event_at, l.recorded_at,
      m.created_at, ifnull(l.books_month, substr(b.day, 1, 7)) AS books_month
    FROM ledger l
    JOIN message m ON m.id = l.message_id
    JOIN sender s ON s.id = m.sender_id
    JOIN bucket b ON b.id = l.bucket_id
    JOIN bucket h ON h.id = l.hold_bucket_id`;
  return database.prepare(sql).all() as EntryLine[];
}

/** What a budget must have been used by: the sum of what its messages hold and were charged, over the entries of its messages. */
export function usedOf(
  database: Database,
  budget: {
    readonly sender: string;
    readonly from: string;
    readonly to: string;
    readonly category: string | null;
    readonly costCenter: string | null;
  },
  campaign: string | null,
): bigint {
  const sql = /* sql */ `
    SELECT ifnull(SUM(l.held + l.posted), 0)
    FROM message m JOIN ledger l ON l.message_id = m.id JOIN bucket h ON h.id = m.hold_bucket_id
    WHERE m.sender_id = @sender AND h.day >= @from AND h.day < @to
      AND (@category IS NULL OR m.category = @category)
      AND (@costCenter IS NULL OR h.cost_center = @costCenter)
      AND (@campaign IS NULL OR m.campaign_id = @campaign)`;
  return database
    .prepare(sql)
    .safeIntegers()
    .pluck()
    .get({ ...budget, campaign }) as bigint;
}
