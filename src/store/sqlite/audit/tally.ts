// The audit of the meter: every counter counted again from the entries, the days and months of buckets and entries, and what budgets say is used.

import { deliveriesOf } from '../../../domain/ledger.ts';
import type { Audit, Finding } from '../../../ports/store/audit.ts';
import { type Day, dayOf, monthOf, type TimeZone, toInstant } from '../../../values/time.ts';
import type { Sqlite } from '../database.ts';
import { budgetFindings } from './budgets.ts';
import { collect } from './survey.ts';

// One pass; entries that count alike are one row.
const TALLY = /* sql */ `
  SELECT bucket_id AS bucketId, hold_bucket_id AS holdBucketId, kind, cause, rule, reference, books_month AS month, COUNT(*) AS entries,
    SUM(held) AS held, SUM(posted) AS posted, MIN(event_at) AS firstAt, MAX(event_at) AS lastAt
  FROM ledger
  GROUP BY bucket_id, hold_bucket_id, kind, cause, rule, reference, books_month`;

const BUCKETS = /* sql */ `
  SELECT b.id, b.day, b.category, b.pricing_type AS pricingType, b.cost_center AS costCenter, b.campaign_id AS campaignId, b.sender_id AS senderId,
    s.time_zone AS zone, s.currency = b.currency AND s.account_id = b.account_id AS isOfSender,
    c.units, c.delivered, c.failed, c.billable_units, c.free_units, c.reserved, c.charged, c.adjusted, c.committed
  FROM bucket b
  LEFT JOIN sender s ON s.id = b.sender_id
  LEFT JOIN counter c ON c.bucket_id = b.id`;

const FIGURES = ['units', 'delivered', 'failed', 'billable_units', 'free_units', 'reserved', 'charged', 'adjusted', 'committed'] as const;
type Figure = (typeof FIGURES)[number];
type Counted = Record<Figure, bigint>;

type Line = {
  readonly bucketId: bigint;
  readonly holdBucketId: bigint;
  readonly kind: string;
  readonly cause: string | null;
  readonly rule: string | null;
  readonly reference: string | null;
  readonly month: string | null;
  readonly entries: bigint;
  readonly held: bigint;
  readonly posted: bigint;
  readonly firstAt: bigint;
  readonly lastAt: bigint;
};

/** A bucket with its counter, whose figures are NULL where it has none. */
export type CountedBucket = {
  readonly id: bigint;
  readonly day: string;
  readonly category: string;
  readonly pricingType: string;
  readonly costCenter: string;
  readonly campaignId: string;
  readonly senderId: string;
  readonly zone: TimeZone | null;
  readonly isOfSender: bigint | null;
} & Readonly<Record<Figure, bigint | null>>;

/** Counts everything again. */
export function auditTally(sqlite: Sqlite): readonly Audit[] {
  const buckets = new Map((sqlite.prepareExact(BUCKETS).all() as CountedBucket[]).map((bucket) => [bucket.id, bucket]));
  const lines = sqlite.prepareExact(TALLY).all() as Line[];
  const counted = recount(lines, buckets);
  const entries = lines.reduce((sum, line) => sum + Number(line.entries), 0);
  const committed = (id: bigint): bigint => counted.get(id)?.committed ?? 0n;
  const budgets = budgetFindings(sqlite, [...buckets.values()], committed);
  return [
    { check: 'counters', checked: buckets.size, findings: counterFindings(buckets, counted) },
    { check: 'buckets', checked: entries, findings: dayFindings(lines, buckets) },
    { check: 'budgets', ...budgets },
  ];
}

type Buckets = ReadonlyMap<bigint, CountedBucket>;

function recount(lines: readonly Line[], buckets: Buckets): ReadonlyMap<bigint, Counted> {
  const counted = new Map<bigint, Counted>();
  const of = (id: bigint): Counted => {
    const known = counted.get(id) ?? (Object.fromEntries(FIGURES.map((figure) => [figure, 0n])) as Counted);
    counted.set(id, known);
    return known;
  };
  for (const line of lines) {
    countEvent(of(line.bucketId), line, buckets.get(line.bucketId)?.pricingType === 'regular');
    const hold = of(line.holdBucketId);
    hold.reserved += line.held;
    hold.committed += line.held + line.posted;
  }
  return counted;
}

function countEvent(counts: Counted, { kind, cause, rule, entries, posted }: Line, isRegular: boolean): void {
  if (kind === 'reservation') counts.units += entries;
  if (kind === 'release' && (cause === 'rejected' || cause === 'failed')) counts.failed += entries;
  if (kind === 'charge') counts.charged += posted;
  if (kind === 'adjustment') counts.adjusted += posted;
  const delivered = BigInt(deliveriesOf({ kind, rule })) * entries;
  counts.delivered += delivered;
  counts[isRegular ? 'billable_units' : 'free_units'] += delivered;
}

function counterFindings(buckets: Buckets, counted: ReadonlyMap<bigint, Counted>): readonly Finding[] {
  return FIGURES.flatMap((figure) => {
    const wrong = `The counter ${figure} is not the sum of the entries of its bucket.`;
    const { add, found } = collect({ wrong, isNote: false, subject: 'bucket' });
    for (const bucket of buckets.values()) {
      if ((bucket[figure] ?? 0n) !== (counted.get(bucket.id)?.[figure] ?? 0n)) add(String(bucket.id));
    }
    return found();
  });
}

// The days of a zone follow each other, so all events of a bucket are on its day when the first and the last are.
function dayFindings(lines: readonly Line[], buckets: Buckets): readonly Finding[] {
  const days = collect({ wrong: "It has entries of another day than its own, in the sender's zone.", isNote: false, subject: 'bucket' });
  const months = collect({
    wrong: 'It has entries in the books of another month than its own.',
    isNote: false,
    subject: 'bucket',
  });
  const senders = collect({ wrong: 'Its currency or account is not the one of its sender.', isNote: false, subject: 'bucket' });
  for (const line of lines) {
    const bucket = buckets.get(line.bucketId);
    const zone = bucket?.zone;
    if (bucket === undefined || zone === undefined || zone === null) continue; // among the references
    const day = (at: bigint) => dayOf(toInstant(Number(at)), zone);
    // What follows from a change of category stands where the message stood, on whatever day it came; what is late, in an open month.
    const isDated = line.kind !== 'repricing' && line.reference === null;
    if (isDated && (day(line.firstAt) !== bucket.day || day(line.lastAt) !== bucket.day)) days.add(String(bucket.id));
    if (line.kind !== 'repricing' && line.month !== null && line.month !== monthOf(bucket.day as Day)) months.add(String(bucket.id));
  }
  for (const bucket of buckets.values()) if (bucket.isOfSender === 0n) senders.add(String(bucket.id));
  return [...days.found(), ...months.found(), ...senders.found()];
}
