// What is kept of what came back, on SQLite: events that bear consent, wait for a person's eye, or are not understood. Each once, however often delivered.

import type { InboundEvent } from '../../domain/inbound.ts';
import type { ContactId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

const KEEP = /* sql */ `
  INSERT OR IGNORE INTO inbound_event (sender_id, contact_id, kind, digest, at, received_at, text, body, review)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const IS_KEPT = /* sql */ `
  SELECT EXISTS (SELECT 1 FROM inbound_event WHERE digest = ? AND ifnull(sender_id, '') = ?)`;

/** Whose event it is, and, where a person should look at it, what there is to read. */
export type Keeping = { readonly contactId: ContactId | null; readonly review: string | null };

const NOBODYS: Keeping = { contactId: null, review: null };

/** Keeps an event as it came; false where it is kept already, and then changes nothing. Call it inside `write`. */
export function keepEvent(sqlite: Sqlite, event: InboundEvent, receivedAt: Instant, { contactId, review }: Keeping = NOBODYS): boolean {
  const { senderId, kind, at } = event;
  const open = review === null ? null : 'open';
  return sqlite.prepare(KEEP).run(senderId, contactId, kind, event.digest(), at, receivedAt, review, event.body(), open).changes === 1;
}

/** True where the event was kept before. */
export function isKept(sqlite: Sqlite, { senderId, digest }: InboundEvent): boolean {
  return (
    sqlite
      .prepare(IS_KEPT)
      .pluck()
      .get(digest(), senderId ?? '') === 1
  );
}
