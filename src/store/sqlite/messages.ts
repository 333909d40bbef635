// Messages as people ask for them, on SQLite: lists, single ones, their ledger entries. Nothing here writes.

import type { Page, PageRequest } from '../../ports/store/directory.ts';
import type { EntryRecord, MessageFilter, MessageRecord, ReportStore, ResolutionRecord } from '../../ports/store/report.ts';
import type { MessageId, TemplateId } from '../../values/id.ts';
import { type EntryRow, type MessageRow, toEntryRecord, toMessageRecord } from '../rows.ts';
import type { Sqlite } from './database.ts';

const MESSAGE = /* sql */ `
  SELECT m.id, s.name AS sender, k.name AS campaign, m.contact_id, c.phone, t.name AS template, t.language, m.state, m.reason, m.category,
    b.market, b.currency, m.price, m.max_price, m.attempt, m.uncounted, b.cost_center,
    (SELECT json_group_array(g.tag) FROM message_tag g WHERE g.message_id = m.id) AS tags,
    m.provider_id, m.retry_of, (SELECT r.id FROM message r WHERE r.retry_of = m.id) AS retried_by, m.created_at, m.changed_at,
    m.not_before, m.expires_at
  FROM message m
  CROSS JOIN sender s ON s.id = m.sender_id
  CROSS JOIN contact c ON c.id = m.contact_id
  CROSS JOIN bucket b ON b.id = m.hold_bucket_id
  LEFT JOIN template t ON t.id = m.template_id
  LEFT JOIN campaign k ON k.id = m.campaign_id`;

// CROSS JOIN keeps SQLite on the message's own order, so that a page reads its rows and no more.
const LIST = `${MESSAGE}
  WHERE m.id < @before
    AND (@senderId IS NULL OR m.sender_id = @senderId)
    AND (@state IS NULL OR m.state = @state)
    AND (@campaignId IS NULL OR m.campaign_id = @campaignId)
    AND (@contactId IS NULL OR m.contact_id = @contactId)
    AND (@since IS NULL OR m.created_at >= @since)
  ORDER BY m.id DESC
  LIMIT @count`;

const FIND = `${MESSAGE} WHERE m.id = ?`;

/** Sorts after every id: the cursor before the newest message. */
const AFTER_ALL = '~';

// Two halves, because each is a partial index: one for all, one for the few corrections.
const ENTRIES = /* sql */ `
  SELECT l.sequence, l.kind, l.attempt, l.held, l.posted, b.currency, b.market, b.category, b.pricing_type, l.event_at, l.recorded_at,
    l.cause, l.rule
  FROM (
    SELECT * FROM ledger WHERE message_id = @id AND (kind = 'reservation' OR kind = 'charge' OR kind = 'release')
    UNION ALL
    SELECT * FROM ledger WHERE message_id = @id AND (kind = 'repricing' OR kind = 'adjustment')
  ) l
  JOIN bucket b ON b.id = l.bucket_id
  ORDER BY l.sequence`;

const CONTENT = /* sql */ `
  SELECT m.template_id, c.content
  FROM message m
  JOIN message_content c ON c.message_id = m.id
  WHERE m.id = ?`;

const RESOLUTIONS = /* sql */ `
  SELECT attempt, outcome, decided_by AS "by", reason, at FROM resolution WHERE message_id = ? ORDER BY sequence`;

type MessageStore = Pick<ReportStore, 'listMessages' | 'findMessages' | 'findContents' | 'resolutionsOf' | 'entriesOf'>;

/** The messages of one connection. */
export function createMessageStore(sqlite: Sqlite): MessageStore {
  return {
    listMessages: async (filter, page) => sqlite.read(() => list(sqlite, filter, page)),
    findMessages: async (ids) => sqlite.read(() => ids.map((id) => messageOf(sqlite, id))),
    findContents: async (ids) =>
      sqlite.read(() =>
        ids.map((id) => {
          const row = sqlite.prepare(CONTENT).raw().get(id) as readonly [TemplateId | null, string] | undefined;
          return row === undefined ? null : { templateId: row[0], content: row[1] };
        }),
      ),
    resolutionsOf: async (id) => sqlite.read(() => resolutionsOf(sqlite, id)),
    entriesOf: async (id) => sqlite.read((): EntryRecord[] => (sqlite.prepareExact(ENTRIES).all({ id }) as EntryRow[]).map(toEntryRecord)),
  };
}

/** One message; null where there is none. Call it inside `read`. */
export function messageOf(sqlite: Sqlite, id: MessageId): MessageRecord | null {
  const row = sqlite.prepareExact(FIND).get(id) as MessageRow | undefined;
  return row === undefined ? null : toMessageRecord(row);
}

/** Who decided about a message, oldest first. Call it inside `read`. */
export function resolutionsOf(sqlite: Sqlite, id: MessageId): readonly ResolutionRecord[] {
  return sqlite.prepare(RESOLUTIONS).all(id) as ResolutionRecord[];
}

function list(sqlite: Sqlite, filter: MessageFilter, { limit, after }: PageRequest): Page<MessageRecord> {
  const { senderId, state, campaignId, contactId, since } = filter;
  // One more than asked for tells whether there is a next page.
  const parameters = { before: after ?? AFTER_ALL, senderId, state, campaignId, contactId, since, count: limit + 1 };
  const rows = sqlite.prepareExact(LIST).all(parameters) as MessageRow[];
  const items = rows.slice(0, limit).map(toMessageRecord);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
