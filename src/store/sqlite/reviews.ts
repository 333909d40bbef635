// Reviews on SQLite: inbound messages that may be a stop, until a person has decided.

import type { InboundStore, ReviewItem } from '../../ports/store/inbound.ts';
import type { PageRequest } from '../../ports/store/directory.ts';
import type { ContactId, SenderId } from '../../values/id.ts';
import type { Phone } from '../../values/phone.ts';
import { instantOf, type StoredInteger } from '../rows.ts';
import type { Sqlite } from './database.ts';

// Whoever the person turned out to be since.
const OPEN = /* sql */ `
  SELECT e.sequence, e.sender_id, ifnull(p.id, c.id) AS contact_id, ifnull(p.phone, c.phone) AS phone, ifnull(p.name, c.name) AS name, e.text, e.at
  FROM inbound_event e
  JOIN contact c ON c.id = e.contact_id
  LEFT JOIN contact p ON p.id = c.merged_into
  WHERE e.review = 'open'`;

const LIST = `${OPEN} AND e.sequence > ? ORDER BY e.sequence LIMIT ?`;
const FIND = `${OPEN} AND e.sequence = ?`;

const CLOSE = /* sql */ `
  UPDATE inbound_event SET review = ?, reviewed_at = ?
  WHERE sequence = ? AND review = 'open'`;

/** The reviews of one connection. */
export function createReviewStore(sqlite: Sqlite): Pick<InboundStore, 'listReviews' | 'findReview' | 'closeReview'> {
  const find = (sequence: number): ReviewItem | null => {
    const row = sqlite.prepare(FIND).get(sequence) as ReviewRow | undefined;
    return row === undefined ? null : toReviewItem(row);
  };
  const list = ({ limit, after }: PageRequest): readonly ReviewItem[] =>
    // One more than asked for tells whether there is a next page.
    (sqlite.prepare(LIST).all(Number(after ?? 0), limit + 1) as ReviewRow[]).map(toReviewItem);
  return {
    listReviews: async (page) => {
      const found = sqlite.query(() => list(page));
      const items = found.slice(0, page.limit);
      return { items, next: found.length > page.limit ? String(items.at(-1)?.sequence) : null };
    },
    findReview: async (sequence) => sqlite.query(() => find(sequence)),
    closeReview: async (sequence, decision, at) =>
      sqlite.write(() => {
        const item = find(sequence);
        if (item !== null) sqlite.prepare(CLOSE).run(decision, at, sequence);
        return item;
      }),
  };
}

type ReviewRow = {
  readonly sequence: StoredInteger;
  readonly sender_id: SenderId;
  readonly contact_id: ContactId;
  readonly phone: Phone | null;
  readonly name: string | null;
  /** Null when the person was forgotten. */
  readonly text: string | null;
  readonly at: StoredInteger;
};

function toReviewItem(row: ReviewRow): ReviewItem {
  return {
    sequence: Number(row.sequence),
    senderId: row.sender_id,
    contactId: row.contact_id,
    phone: row.phone,
    name: row.name,
    text: row.text ?? '',
    at: instantOf(row.at),
  };
}
