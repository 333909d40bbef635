// Closing months on SQLite: the volume discounts are settled and the month is marked in one transaction; the digest follows, over lines that can no longer
// change.

import type { Hash } from 'node:crypto';
import { bookingOf, MANUAL, tierReference } from '../../domain/closing.ts';
import type { Bucket, LedgerEntry } from '../../domain/ledger.ts';
import { assert } from '../../errors.ts';
import type { Closed, ClosingStore } from '../../ports/store/closing.ts';
import type { DecideTiers } from '../../ports/store/tiers.ts';
import type { MessageId, SenderId } from '../../values/id.ts';
import { type Micros, plus, toMicros, ZERO } from '../../values/money.ts';
import { dayOf, type Instant, lastDayOf, type Month, monthOf } from '../../values/time.ts';
import type { Book } from './book.ts';
import { closingDigest } from './closing-digest.ts';
import type { ClosingReader } from './closings.ts';
import type { Sqlite } from './database.ts';
import { STANDING } from './deliveries.ts';
import type { PriceStore } from './prices.ts';
import type { SenderStore } from './senders.ts';
import { tierFacts } from './tier-facts.ts';

export type ClosingParts = {
  readonly sqlite: Sqlite;
  readonly book: Book;
  readonly prices: PriceStore;
  readonly senders: SenderStore;
  readonly closings: ClosingReader;
};

const INSERT = /* sql */ `
  INSERT INTO closing (sender_id, month, closed_at, closed_by) VALUES (?, ?, ?, ?)`;

const SEAL = /* sql */ `
  UPDATE closing SET previous = ?, lines = ?, digest = ? WHERE sender_id = ? AND month = ? AND digest IS NULL`;

const FIRST_DAY = /* sql */ `SELECT MIN(day) FROM bucket WHERE sender_id = ?`;

const MESSAGE = /* sql */ `SELECT hold_bucket_id FROM message WHERE id = ?`;

const CHARGE = /* sql */ `SELECT bucket_id FROM (${STANDING})`;

// The condition in brackets is that of the index of the few corrections.
const NET = /* sql */ `
  SELECT (SELECT ifnull(SUM(posted), 0) FROM ledger WHERE message_id = @id AND kind = 'charge')
    + (SELECT ifnull(SUM(posted), 0) FROM ledger WHERE message_id = @id AND (kind = 'repricing' OR kind = 'adjustment') AND kind = 'adjustment')`;

const KEEP_REASON = /* sql */ `INSERT INTO adjustment (sequence, decided_by, reason) VALUES (?, ?, ?)`;

const NEWEST = /* sql */ `SELECT MAX(sequence) FROM ledger`;

/** The closing slice of the port. */
export function createClosingStore(parts: ClosingParts): ClosingStore {
  const { sqlite, senders, closings } = parts;
  return {
    closeMonth: async ({ senderId, month, at, by }, rules) => {
      const { createHash } = await import('node:crypto'); // only who closes a month needs it
      const closed = sqlite.write((): Closed => {
        const sender = senders.byId(senderId);
        const known = closings.all(senderId);
        const decision = rules.close({ sender, month, at, closings: known, firstMonth: firstMonth(sqlite, senderId) });
        if (decision.kind === 'closed_before') return { decision, closing: decision.closing, adjusted: ZERO };
        if (decision.kind !== 'close') return { decision };
        const lines = [...known.map((closing) => closing.month), month].flatMap((each) => tierLines(parts, senderId, each, rules));
        post(parts, lines, at);
        sqlite.prepare(INSERT).run(senderId, month, at, by);
        const closing = closings.all(senderId).at(-1);
        assert(closing !== undefined, 'it was written just now');
        return { decision, closing, adjusted: lines.reduce<Micros>((sum, { posted }) => plus(sum, posted), ZERO) };
      });
      if (!('closing' in closed)) return closed;
      seal(parts, senderId, () => createHash('sha256'));
      const sealed = sqlite.read(() => closings.all(senderId)).find((closing) => closing.month === month);
      return { ...closed, closing: sealed ?? closed.closing };
    },
    closings: async (senderId) => sqlite.read(() => closings.all(senderId)),
    adjust: async ({ messageId, amount, by, reason, at }) =>
      sqlite.write(() => {
        const bucket = bucketOf(parts, messageId);
        if (bucket === null) return 'unknown';
        const net = toMicros((sqlite.prepareExact(NET).pluck().get({ id: messageId }) as bigint) + amount);
        if (net < 0n) return 'below_zero';
        const booked = bookedBucket(parts, bucket, at);
        parts.book.post([adjustmentOf({ messageId, bucket: booked.bucket, posted: amount, reference: MANUAL, at })]);
        return { sequence: keepReason(sqlite, by, reason), ...booked, net };
      }),
  };
}

/** Keeps who decided the newest line, and why; its number. Call it inside `write`. */
export function keepReason(sqlite: Sqlite, by: string, reason: string): number {
  const sequence = Number(sqlite.prepare(NEWEST).pluck().get());
  sqlite.prepare(KEEP_REASON).run(sequence, by, reason);
  return sequence;
}

function firstMonth(sqlite: Sqlite, senderId: SenderId): Month | null {
  const day = sqlite.prepare(FIRST_DAY).pluck().get(senderId) as string | null;
  return day === null ? null : (day.slice(0, 7) as Month);
}

/** One line of a discount: how much more, or less, a bucket's messages of the month cost. */
type TierLine = { readonly bucket: Bucket; readonly month: Month; readonly posted: Micros };

function tierLines(parts: ClosingParts, senderId: SenderId, month: Month, { tiers }: { readonly tiers: DecideTiers }): readonly TierLine[] {
  const facts = tierFacts(parts.sqlite, parts.senders.byId(senderId), { month, asOf: null });
  return tiers(facts, parts.prices.book())
    .flatMap(({ shares }) => shares)
    .filter(({ bucket, pending }) => bucket.senderId === senderId && pending !== ZERO)
    .map(({ bucket, pending }) => ({ bucket, month, posted: pending }));
}

// A month that is being closed is open still, and takes its own discount; what changed of an earlier one is booked today.
function post(parts: ClosingParts, lines: readonly TierLine[], at: Instant): void {
  parts.book.post(
    lines.map(({ bucket, month, posted }) => {
      const booked = bookedBucket(parts, { ...bucket, day: lastDayOf(month) }, at);
      return adjustmentOf({ messageId: null, bucket: booked.bucket, posted, reference: tierReference(month), at });
    }),
  );
}

/**
 * Where a line of the bucket's day is booked today: of a month that still runs, not on a day that has yet to come, whose budget it would change. Call it inside a
 * transaction.
 */
export function bookedBucket(
  { closings, senders }: ClosingParts,
  bucket: Bucket,
  at: Instant,
): { readonly bucket: Bucket; readonly late: Month | null } {
  const today = dayOf(at, senders.byId(bucket.senderId).timeZone);
  const wanted = today < bucket.day && monthOf(today) === monthOf(bucket.day) ? today : bucket.day;
  const { day, late } = bookingOf(wanted, { closedThrough: closings.closedThrough(bucket.senderId), today });
  return { bucket: { ...bucket, day }, late };
}

function bucketOf({ sqlite, book }: ClosingParts, messageId: MessageId): Bucket | null {
  const charged = sqlite.prepare(CHARGE).pluck().get({ id: messageId });
  const id = charged ?? sqlite.prepare(MESSAGE).pluck().get(messageId);
  return id === undefined ? null : book.bucket(Number(id));
}

type Line = {
  readonly messageId: MessageId | null;
  readonly bucket: Bucket;
  readonly posted: Micros;
  readonly reference: string;
  readonly at: Instant;
};

/** An amount that no status of a message gave. */
export function adjustmentOf({ messageId, bucket, posted, reference, at }: Line): LedgerEntry {
  return {
    messageId,
    attempt: 0,
    kind: 'adjustment',
    bucket,
    holdBucket: bucket,
    held: ZERO,
    posted,
    eventAt: at,
    recordedAt: at,
    booksMonth: monthOf(bucket.day),
    cause: null,
    evidence: null,
    reference,
  };
}

// In their order, since each goes over the one before it; also those that a crash left without.
function seal({ sqlite, closings }: ClosingParts, senderId: SenderId, hash: () => Hash): void {
  let previous: string | null = null;
  for (const closing of sqlite.read(() => closings.all(senderId))) {
    if (closing.digest === null) {
      const { lines, digest } = sqlite.read(() => closingDigest(sqlite, hash(), { closing, previous }));
      const before = previous;
      sqlite.write(() => sqlite.prepare(SEAL).run(before, lines, digest, senderId, closing.month));
      previous = digest;
    } else {
      previous = closing.digest;
    }
  }
}
