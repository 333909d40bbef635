// Reconciling on SQLite: the deliveries of a month as the provider counts them, from the entries themselves. Whole scans: there is no index by month.

import { acceptedLineOf, acceptedReference, ACCEPTED_RANGE, lateReference } from '../../domain/closing.ts';
import type { Category } from '../../domain/consent.ts';
import type { MessageState, PricingType } from '../../domain/message.ts';
import type { Sender } from '../../domain/sender.ts';
import type { AcceptedEntry, BookedDiscount, BookedLine, MessageBehind, MonthBooks, ReconcileStore } from '../../ports/store/reconcile.ts';
import type { DecideTiers } from '../../ports/store/tiers.ts';
import type { MessageId, SenderId } from '../../values/id.ts';
import { plus, toMicros, ZERO } from '../../values/money.ts';
import { DAY_MS, type Day, dayOf, type Month, monthDays, monthOf, startOfDay, toInstant } from '../../values/time.ts';
import { adjustmentOf, bookedBucket, type ClosingParts, keepReason } from './closing.ts';
import { deliveries } from './deliveries.ts';
import { tierFacts } from './tier-facts.ts';

// The market needs four digits at most of a number (calling code and area), and so does the country.
const ORIGIN = `ifnull(substr(ifnull(p.phone, c.phone), 1, 5), substr(ifnull(p.user_id, c.user_id), 1, 2))`;

const PERSON = /* sql */ `
  JOIN contact c ON c.id = m.contact_id
  LEFT JOIN contact p ON p.id = c.merged_into`;

// The deliveries of the month where they stand now, wherever that is booked: charges, and what was booked anew. The few corrections have an index, whose condition is
// in brackets. Of two charges of one message they belong to the newer.
const DELIVERIES = /* sql */ `
  WITH change AS (
    SELECT message_id,
      SUM(iif(rule IS NULL, posted, 0)) AS by_hand,
      MAX(iif(rule IS NOT NULL, sequence, NULL)) AS word,
      (SELECT MAX(sequence) FROM ledger n WHERE n.message_id = a.message_id AND n.kind = 'charge') AS charge
    FROM ledger a
    WHERE (kind = 'repricing' OR kind = 'adjustment') AND kind = 'adjustment' AND message_id IS NOT NULL
    GROUP BY message_id
  ),
  delivery AS (
    SELECT l.message_id, b.day, iif(l.reference = @late, l.event_at, NULL) AS late_at, b.market, ${ORIGIN} AS origin, b.category, b.pricing_type AS type,
      l.posted AS charged, iif(l.sequence = ifnull(k.word, k.charge), k.by_hand, 0) AS by_hand, l.rule, l.price_id,
      l.provider_type IS NULL AS unheard, l.provider_category AS told
    FROM ledger l
    CROSS JOIN bucket b ON b.id = l.bucket_id
    JOIN message m ON m.id = l.message_id
    ${PERSON}
    LEFT JOIN change k ON k.message_id = l.message_id
    WHERE ${deliveries('l')} = 1 AND (k.word IS NULL OR l.sequence = k.word OR l.sequence < k.charge)
      AND b.sender_id = @sender AND (l.reference IS NULL AND substr(b.day, 1, 7) = @month OR l.reference = @late)
  )`;

const LINES = /* sql */ `${DELIVERIES}
  SELECT day, late_at, market, origin, category, type, COUNT(*), SUM(charged), SUM(by_hand), SUM(unheard), SUM(rule = 'as_reserved'),
    SUM(rule = 'list' AND price_id IN (SELECT id FROM price WHERE tier_end = 'unknown')), SUM(type <> 'free_entry_point' AND replace(replace(told, '_', '-'), 'marketing-lite', 'marketing') <> category)
  FROM delivery
  GROUP BY day, late_at, market, origin, category, type`;

const DELIVERED = /* sql */ `${DELIVERIES}
  SELECT message_id, day, late_at, market, origin, category, type FROM delivery ORDER BY message_id`;

// What left in the month and has no delivery: a day before it, too, since a delivery takes its time.
const UNDELIVERED = /* sql */ `
  SELECT m.id, m.state, ifnull(m.accepted_at, ifnull(m.claimed_at, m.changed_at)) AS left_at, h.market, ${ORIGIN}, m.category
  FROM message m
  JOIN bucket h ON h.id = m.hold_bucket_id
  ${PERSON}
  WHERE m.sender_id = @sender AND m.attempt > 0 AND m.state <> 'delivered' AND m.state <> 'read' AND m.state <> 'queued'
    AND left_at >= @from AND left_at < @to
  ORDER BY m.id`;

// What is late names its month. What a person changed is of the month of the delivery.
const ELSEWHERE = /* sql */ `${DELIVERIES}
  SELECT COUNT(*) FROM (
    SELECT l.sequence FROM ledger l JOIN bucket b ON b.id = l.bucket_id
    WHERE l.reference = @late AND ${deliveries('l')} <> 0 AND b.sender_id = @sender
    UNION
    SELECT a.sequence FROM delivery d
    JOIN ledger a ON a.message_id = d.message_id AND (a.kind = 'repricing' OR a.kind = 'adjustment') AND a.kind = 'adjustment' AND a.rule IS NULL
    JOIN bucket b ON b.id = a.bucket_id
    WHERE substr(b.day, 1, 7) <> @month
  )`;

const SENDER = /* sql */ `SELECT sender_id FROM message WHERE id = ?`;

const ACCEPTED = /* sql */ `
  SELECT l.reference, l.posted, l.sequence, b.day, a.decided_by, a.reason
  FROM ledger l
  JOIN bucket b ON b.id = l.bucket_id
  JOIN adjustment a ON a.sequence = l.sequence
  WHERE l.reference >= @from AND l.reference < @to AND b.sender_id = @sender
  ORDER BY l.sequence`;

type LineRow = readonly [
  Day,
  bigint | null,
  string,
  string | null,
  Category,
  PricingType,
  bigint,
  bigint,
  bigint,
  bigint,
  bigint,
  bigint,
  bigint,
];
type AcceptedRow = readonly [string, bigint, bigint, Day, string, string];
type DeliveredRow = readonly [MessageId, Day, number | null, string, string | null, Category, PricingType];
type UndeliveredRow = readonly [MessageId, MessageState, number, string, string | null, Category];

/** The reconcile slice of the port. */
export function createReconcileStore(parts: ClosingParts): ReconcileStore {
  const { sqlite, senders, book } = parts;
  return {
    booksOf: async ({ senderId, month }, tiers) => sqlite.read(() => readBooks(parts, { sender: senders.byId(senderId), month }, tiers)),
    bookedElsewhere: async (of) => sqlite.read(() => bookedElsewhere(parts, of)),
    acceptedOf: async ({ messageId, month }) =>
      sqlite.read(() => acceptedOf(parts, { senderId: sqlite.prepare(SENDER).pluck().get(messageId) as SenderId, month })),
    messagesBehind: async ({ senderId, month }, lineOf) =>
      sqlite.read(() => {
        const behind = new Map<string, Pick<MessageBehind, 'id' | 'state'>[]>();
        for (const message of messagesOf(parts, { sender: senders.byId(senderId), month })) {
          const line = lineOf(message);
          if (line === null) continue;
          const known = behind.get(line) ?? [];
          behind.set(line, known);
          known.push({ id: message.id, state: message.state });
        }
        return behind;
      }),
    accept: async ({ senderId, month, at, by }, { tiers, decide }) =>
      sqlite.write(() => {
        const sender = senders.byId(senderId);
        return decide(readBooks(parts, { sender, month }, tiers)).map((acceptance) => {
          const { amount, line, source, reason } = acceptance;
          const wanted = { ...acceptance.bucket, accountId: sender.accountId, senderId, currency: sender.currency };
          const { bucket, late } = bookedBucket(parts, wanted, at);
          book.post([adjustmentOf({ messageId: null, bucket, posted: amount, reference: acceptedReference(source, line), at })]);
          return { ...acceptance, sequence: keepReason(sqlite, by, reason), bookedOn: bucket.day, late };
        });
      }),
  };
}

type OfMonth = { readonly senderId: SenderId; readonly month: Month };
type OfSender = { readonly sender: Sender; readonly month: Month };

function bookedElsewhere(parts: ClosingParts, { senderId, month }: OfMonth): number {
  const entries = parts.sqlite
    .prepare(ELSEWHERE)
    .pluck()
    .get({ sender: senderId, month, late: lateReference(month) }) as number;
  return entries + acceptedOf(parts, { senderId, month }).filter(({ bookedOn }) => monthOf(bookedOn) !== month).length;
}

function readBooks(parts: ClosingParts, of: OfSender, tiers: DecideTiers): MonthBooks {
  const accepted = acceptedOf(parts, { senderId: of.sender.id, month: of.month }).map(({ line, amount }) => ({ line, amount }));
  return { lines: linesOf(parts, of), discounts: discountsOf(parts, of, tiers), accepted };
}

function linesOf({ sqlite }: ClosingParts, { sender, month }: OfSender): readonly BookedLine[] {
  const rows = sqlite
    .prepareExact(LINES)
    .raw()
    .all({ sender: sender.id, month, late: lateReference(month) }) as LineRow[];
  return rows.map(([day, lateAt, market, origin, category, pricingType, units, charged, byHand, unheard, unpriced, openEnded, other]) => ({
    day: dayIn(sender, day, lateAt),
    market,
    origin,
    category,
    pricingType,
    units: Number(units),
    charged: toMicros(charged),
    byHand: toMicros(byHand),
    unheard: Number(unheard),
    unpriced: Number(unpriced),
    openEnded: Number(openEnded),
    otherCategory: Number(other ?? 0n),
  }));
}

// What is late is booked on another day than the one of its delivery.
function dayIn({ timeZone }: Sender, booked: Day, lateAt: bigint | number | null): Day {
  return lateAt === null ? booked : dayOf(toInstant(Number(lateAt)), timeZone);
}

function* messagesOf({ sqlite }: ClosingParts, { sender, month }: OfSender): Generator<MessageBehind> {
  const delivered = sqlite
    .prepare(DELIVERED)
    .raw()
    .iterate({ sender: sender.id, month, late: lateReference(month) });
  for (const row of delivered as IterableIterator<DeliveredRow>) {
    const [id, day, lateAt, market, origin, category, pricingType] = row;
    yield { id, state: null, day: dayIn(sender, day, lateAt), market, origin, category, pricingType };
  }
  const { from, to } = monthDays(month);
  const [first, end] = [startOfDay(from, sender.timeZone) - DAY_MS, startOfDay(to, sender.timeZone)];
  const undelivered = sqlite.prepare(UNDELIVERED).raw().iterate({ sender: sender.id, from: first, to: end });
  for (const row of undelivered as IterableIterator<UndeliveredRow>) {
    const [id, state, leftAt, market, origin, category] = row;
    yield { id, state, day: dayOf(toInstant(leftAt), sender.timeZone), market, origin, category };
  }
}

function discountsOf({ sqlite, prices }: ClosingParts, { sender, month }: OfSender, tiers: DecideTiers): readonly BookedDiscount[] {
  const facts = tierFacts(sqlite, sender, { month, asOf: null });
  const sums = new Map<string, BookedDiscount>();
  const shares = tiers(facts, prices.book()).flatMap((group) => group.shares);
  for (const { bucket, adjusted, pending } of shares) {
    if (bucket.senderId !== sender.id) continue;
    const { market, category } = bucket;
    const sum = sums.get(`${market}\n${category}`) ?? { market, category, booked: ZERO, pending: ZERO };
    sums.set(`${market}\n${category}`, { ...sum, booked: plus(sum.booked, adjusted), pending: plus(sum.pending, pending) });
  }
  return [...sums.values()];
}

// Lines begin with their period, so that those of one month are told by what they say.
function acceptedOf({ sqlite }: ClosingParts, { senderId, month }: OfMonth): readonly AcceptedEntry[] {
  const rows = sqlite
    .prepareExact(ACCEPTED)
    .raw()
    .all({ ...ACCEPTED_RANGE, sender: senderId }) as readonly AcceptedRow[];
  return rows
    .map(([reference, amount, sequence, bookedOn, by, reason]) => ({
      line: acceptedLineOf(reference),
      amount: toMicros(amount),
      sequence: Number(sequence),
      bookedOn,
      by,
      reason,
    }))
    .filter(({ line }) => line.startsWith(month));
}
