// The evidence behind one message on SQLite: what the rules froze with its entries, read on one consistent picture. Nothing here writes.

import type { Category } from '../../domain/consent.ts';
import type { Discrepancy } from '../../domain/ledger.ts';
import type { EntryEvidence, EvidenceStore, MessageEvidence, PriceEvidenceRow } from '../../ports/store/evidence.ts';
import type { MessageId } from '../../values/id.ts';
import type { Currency } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Day, Instant, Month, TimeZone } from '../../values/time.ts';
import { type EntryRow, instantOf, microsOf, type PriceRow, type StoredInteger, toEntryRecord, toRate } from '../rows.ts';
import type { Sqlite } from './database.ts';
import { toPricing } from './message-facts.ts';
import { messageOf, resolutionsOf } from './messages.ts';

// The person is whoever the message's contact turned out to be.
const FACTS = /* sql */ `
  SELECT m.held, m.pricing, m.claimed_at, m.accepted_at, m.sent_at, m.read_at, m.inbound_at, m.free_entry_until, s.time_zone,
    ifnull(p.phone, c.phone) AS phone, ifnull(p.user_id, c.user_id) AS user_id, t.content_hash, t.added_at
  FROM message m
  JOIN sender s ON s.id = m.sender_id
  JOIN contact c ON c.id = m.contact_id
  LEFT JOIN contact p ON p.id = c.merged_into
  LEFT JOIN template t ON t.id = m.template_id
  WHERE m.id = ?`;

// Two halves, because each is a partial index: one for all, one for the few corrections.
const ENTRIES = /* sql */ `
  SELECT l.sequence, l.kind, l.attempt, l.held, l.posted, b.currency, b.market, b.category, b.pricing_type, l.event_at, l.recorded_at,
    l.cause, l.rule, b.day, ifnull(l.books_month, substr(b.day, 1, 7)) AS books_month, h.day AS hold_day, h.category AS hold_category, l.provider_type, l.provider_category, l.price_id,
    l.own_rule, l.free_units_before, l.discrepancy, a.decided_by, a.reason
  FROM (
    SELECT * FROM ledger WHERE message_id = @id AND (kind = 'reservation' OR kind = 'charge' OR kind = 'release')
    UNION ALL
    SELECT * FROM ledger WHERE message_id = @id AND (kind = 'repricing' OR kind = 'adjustment')
  ) l
  JOIN bucket b ON b.id = l.bucket_id
  JOIN bucket h ON h.id = l.hold_bucket_id
  LEFT JOIN adjustment a ON a.sequence = l.sequence
  ORDER BY l.sequence`;

const PRICE = /* sql */ `
  SELECT id, market, category, tier_from, tier_to, tier_end, rate FROM price WHERE id = ?`;

const CARD = /* sql */ `
  SELECT currency, effective_from, source, replaced_at FROM price_book WHERE id = (SELECT book_id FROM price WHERE id = ?)`;

type FactsRow = {
  readonly held: StoredInteger;
  readonly pricing: string | null;
  readonly claimed_at: StoredInteger | null;
  readonly accepted_at: StoredInteger | null;
  readonly sent_at: StoredInteger | null;
  readonly read_at: StoredInteger | null;
  readonly inbound_at: StoredInteger | null;
  readonly free_entry_until: StoredInteger | null;
  readonly time_zone: TimeZone;
  readonly phone: Phone | null;
  readonly user_id: string | null;
  readonly content_hash: string | null;
  readonly added_at: StoredInteger | null;
};

type EvidenceRow = EntryRow & {
  readonly day: Day;
  readonly books_month: Month;
  readonly hold_day: Day;
  readonly hold_category: Category;
  readonly provider_type: string | null;
  readonly provider_category: string | null;
  readonly price_id: StoredInteger | null;
  readonly own_rule: StoredInteger | null;
  readonly free_units_before: StoredInteger | null;
  readonly discrepancy: Discrepancy | null;
  readonly decided_by: string | null;
  readonly reason: string | null;
};

type CardRow = readonly [Currency, Day, string, StoredInteger | null];

/** The evidence of one connection. */
export function createEvidenceStore(sqlite: Sqlite): EvidenceStore {
  return { evidenceOf: async (id) => sqlite.read(() => read(sqlite, id)) };
}

function read(sqlite: Sqlite, id: MessageId): MessageEvidence | null {
  const record = messageOf(sqlite, id);
  if (record === null) return null;
  const row = sqlite.prepareExact(FACTS).get(id) as FactsRow;
  return {
    record,
    timeZone: row.time_zone,
    templateVersion: row.content_hash === null ? null : { contentHash: row.content_hash, addedAt: instantOf(row.added_at ?? 0) },
    phone: row.phone,
    userId: row.user_id,
    held: microsOf(row.held),
    told: row.pricing === null ? null : toPricing(row.pricing),
    times: {
      claimedAt: momentOf(row.claimed_at),
      acceptedAt: momentOf(row.accepted_at),
      sentAt: momentOf(row.sent_at),
      readAt: momentOf(row.read_at),
    },
    inboundAt: momentOf(row.inbound_at),
    freeEntryUntil: momentOf(row.free_entry_until),
    resolutions: resolutionsOf(sqlite, id),
    entries: (sqlite.prepareExact(ENTRIES).all({ id }) as EvidenceRow[]).map((entry) => toEvidence(sqlite, entry)),
  };
}

function momentOf(value: StoredInteger | null): Instant | null {
  return value === null ? null : instantOf(value);
}

function toEvidence(sqlite: Sqlite, row: EvidenceRow): EntryEvidence {
  return {
    ...toEntryRecord(row),
    day: row.day,
    booksMonth: row.books_month,
    holdDay: row.hold_day,
    holdCategory: row.hold_category,
    price: row.price_id === null ? null : priceOf(sqlite, row.price_id),
    providerType: row.provider_type,
    providerCategory: row.provider_category,
    own: row.own_rule === null ? null : { ruleId: Number(row.own_rule), freeUnitsBefore: countOf(row.free_units_before) },
    discrepancy: row.discrepancy,
    decision: row.decided_by === null ? null : { by: row.decided_by, reason: row.reason ?? '' },
  };
}

function countOf(value: StoredInteger | null): number | null {
  return value === null ? null : Number(value);
}

// Neither a price nor its card is ever deleted.
function priceOf(sqlite: Sqlite, id: StoredInteger): PriceEvidenceRow {
  const row = sqlite.prepareExact(PRICE).raw().get(id) as PriceRow;
  const [currency, effectiveFrom, source, replacedAt] = sqlite.prepareExact(CARD).raw().get(id) as CardRow;
  return { ...toRate(row), id: Number(id), currency, effectiveFrom, source, replacedAt: momentOf(replacedAt) };
}
