// Writing the ledger: entries and the counters of their buckets, inside the transaction of whoever posts.

import { addCounts, type Bucket, type Counters, eventCounts, holdCounts, type LedgerEntry } from '../../domain/ledger.ts';
import { assert } from '../../errors.ts';
import { type Instant, toInstant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

export type Book = {
  /** Writes entries and adds them to the counters. Call it inside `write`. */
  readonly post: (entries: readonly LedgerEntry[]) => void;
  /** The number of a bucket, which is made on first use. */
  readonly bucketId: (bucket: Bucket) => number;
  readonly bucket: (id: number) => Bucket;
};

const INSERT_ENTRY = /* sql */ `
  INSERT INTO ledger (message_id, attempt, kind, bucket_id, hold_bucket_id, held, posted, event_at, recorded_at, books_month,
    cause, price_id, rule, provider_type, provider_category, reference, own_rule, free_units_before, discrepancy)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const INSERT_BUCKET = /* sql */ `
  INSERT OR IGNORE INTO bucket (sender_id, day, campaign_id, category, market, template, cost_center, pricing_type, currency, account_id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const FIND_BUCKET = /* sql */ `
  SELECT id FROM bucket
  WHERE sender_id = ? AND day = ? AND campaign_id = ? AND category = ? AND market = ? AND template = ? AND cost_center = ?
    AND pricing_type = ? AND currency = ?`;

const READ_BUCKET = /* sql */ `
  SELECT day, account_id AS accountId, sender_id AS senderId, market, category, pricing_type AS pricingType, currency, template,
    campaign_id AS campaignId, cost_center AS costCenter
  FROM bucket WHERE id = ?`;

const ADD_COUNTS = /* sql */ `
  INSERT INTO counter (bucket_id, units, delivered, failed, billable_units, free_units, reserved, charged, adjusted, committed)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (bucket_id) DO UPDATE SET
    units = units + excluded.units,
    delivered = delivered + excluded.delivered,
    failed = failed + excluded.failed,
    billable_units = billable_units + excluded.billable_units,
    free_units = free_units + excluded.free_units,
    reserved = reserved + excluded.reserved,
    charged = charged + excluded.charged,
    adjusted = adjusted + excluded.adjusted,
    committed = committed + excluded.committed`;

// The end of the table by its key.
const NEWEST_RECORDED = /* sql */ `SELECT recorded_at FROM ledger ORDER BY sequence DESC LIMIT 1`;

/** The book of one connection. Buckets are looked up once per batch: rules share one object for equal buckets, so most look-ups are by identity. */
export function createBook(sqlite: Sqlite): Book {
  const known = new Map<number, Bucket>();

  const findBucket = (bucket: Bucket): number => {
    const key = [
      bucket.senderId,
      bucket.day,
      bucket.campaignId,
      bucket.category,
      bucket.market,
      bucket.template,
      bucket.costCenter,
      bucket.pricingType,
      bucket.currency,
    ];
    const found = sqlite
      .prepare(FIND_BUCKET)
      .pluck()
      .get(...key);
    if (found !== undefined) return Number(found);
    return Number(sqlite.prepare(INSERT_BUCKET).run(...key, bucket.accountId).lastInsertRowid);
  };

  const readBucket = (id: number): Bucket => {
    const cached = known.get(id);
    if (cached !== undefined) return cached;
    const bucket = sqlite.prepare(READ_BUCKET).get(id) as Bucket | undefined;
    assert(bucket !== undefined, `bucket ${id} exists`);
    known.set(id, bucket); // read, not made: a bucket that a rollback undid is never kept here
    return bucket;
  };

  const post = (entries: readonly LedgerEntry[]): void => {
    if (entries.length === 0) return;
    const ids = new Map<Bucket, number>();
    const idOf = (bucket: Bucket): number => {
      const id = ids.get(bucket) ?? findBucket(bucket);
      ids.set(bucket, id);
      return id;
    };
    const counts = new Map<number, Counters>();
    const count = (id: number, added: Counters): void => {
      const before = counts.get(id);
      counts.set(id, before === undefined ? added : addCounts(before, added));
    };
    const insert = sqlite.prepare(INSERT_ENTRY);
    const newest = newestRecorded(sqlite);
    for (const given of entries) {
      const entry = given.recordedAt < newest ? { ...given, recordedAt: newest } : given;
      const bucketId = idOf(entry.bucket);
      const holdBucketId = idOf(entry.holdBucket);
      insert.run(...entryRow(entry, bucketId, holdBucketId));
      count(bucketId, eventCounts(entry));
      count(holdBucketId, holdCounts(entry));
    }
    for (const [id, added] of counts) sqlite.prepare(ADD_COUNTS).run(id, ...counterRow(added));
  };

  return { post, bucketId: findBucket, bucket: readBucket };
}

// A process takes the time before it waits for its turn to write, and a clock may be set back: but what was recorded by an instant must stay what was
// recorded by then, or a report as of that instant would change.
function newestRecorded(sqlite: Sqlite): Instant {
  return (sqlite.prepare(NEWEST_RECORDED).pluck().get() as Instant | undefined) ?? toInstant(0);
}

function entryRow(entry: LedgerEntry, bucketId: number, holdBucketId: number): unknown[] {
  const { evidence } = entry;
  return [
    entry.messageId,
    entry.attempt,
    entry.kind,
    bucketId,
    holdBucketId,
    entry.held,
    entry.posted,
    entry.eventAt,
    entry.recordedAt,
    entry.booksMonth,
    entry.cause,
    evidence?.priceId ?? null,
    evidence?.rule ?? null,
    evidence?.providerType ?? null,
    evidence?.providerCategory ?? null,
    entry.reference,
    evidence?.own?.ruleId ?? null,
    evidence?.own?.freeUnitsBefore ?? null,
    evidence?.discrepancy ?? null,
  ];
}

function counterRow(counts: Counters): unknown[] {
  return [
    counts.units,
    counts.delivered,
    counts.failed,
    counts.billableUnits,
    counts.freeUnits,
    counts.reserved,
    counts.charged,
    counts.adjusted,
    counts.committed,
  ];
}
