// Windows that what comes back opens on SQLite: the service window by a message, the free-entry-point window by a status; and whom the provider can reach.

import type { ProviderError } from '../../domain/outcome.ts';
import type { ContactId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

/** A person, as one sender knows them. */
export type Pair = { readonly contactId: ContactId; readonly senderId: SenderId };

const OPEN = /* sql */ `
  INSERT INTO service_window (contact_id, sender_id, last_inbound_at)
  VALUES (?, ?, ?)
  ON CONFLICT (contact_id, sender_id) DO UPDATE SET last_inbound_at = excluded.last_inbound_at
  WHERE ifnull(last_inbound_at, excluded.last_inbound_at - 1) < excluded.last_inbound_at`;

const OPEN_FREE_ENTRY = /* sql */ `
  INSERT INTO service_window (contact_id, sender_id, free_entry_until)
  VALUES (?, ?, ?)
  ON CONFLICT (contact_id, sender_id) DO UPDATE SET free_entry_until = excluded.free_entry_until
  WHERE ifnull(free_entry_until, excluded.free_entry_until - 1) < excluded.free_entry_until`;

const MOVE = /* sql */ `
  INSERT INTO service_window (contact_id, sender_id, last_inbound_at, free_entry_until)
  SELECT @to, sender_id, last_inbound_at, free_entry_until FROM service_window WHERE contact_id = @from
  ON CONFLICT (contact_id, sender_id) DO UPDATE SET
    last_inbound_at = nullif(max(ifnull(last_inbound_at, -1), ifnull(excluded.last_inbound_at, -1)), -1),
    free_entry_until = nullif(max(ifnull(free_entry_until, -1), ifnull(excluded.free_entry_until, -1)), -1)`;

// Where the person was reached since, or wrote since, an old failure that is heard of late says nothing any more.
const MARK_UNDELIVERABLE = /* sql */ `
  UPDATE contact SET undeliverable_at = @at, undeliverable_reason = @reason, updated_at = @now
  WHERE id = @id AND undeliverable_at IS NULL AND ifnull(reachable_at, @at - 1) < @at
    AND NOT EXISTS (SELECT 1 FROM service_window WHERE contact_id = @id AND last_inbound_at >= @at)`;

const CLEAR_UNDELIVERABLE = /* sql */ `
  UPDATE contact SET undeliverable_at = NULL, undeliverable_reason = NULL, reachable_at = @at, updated_at = @now
  WHERE id = @id AND undeliverable_at <= @at`;

/** Remembers that a person wrote; true where that opens the window, or keeps it open for longer. It shows that they can be reached. Call it inside `write`. */
export function openWindow(sqlite: Sqlite, { contactId, senderId, at }: Pair & { readonly at: Instant }, now = at): boolean {
  const { changes } = sqlite.prepare(OPEN).run(contactId, senderId, at);
  return markReachable(sqlite, { contactId, at, now }) || changes === 1;
}

/** Remembers until when the provider charges nothing; true where that is later than what was known. Call it inside `write`. */
export function openFreeEntry(sqlite: Sqlite, { contactId, senderId, until }: Pair & { readonly until: Instant }): boolean {
  return sqlite.prepare(OPEN_FREE_ENTRY).run(contactId, senderId, until).changes === 1;
}

/** Gives a person the windows of another as well; of two the one that is open for longer. Call it inside `write`. */
export function moveWindows(sqlite: Sqlite, { from, to }: { readonly from: ContactId; readonly to: ContactId }): void {
  sqlite.prepare(MOVE).run({ from, to });
}

type Seen = { readonly contactId: ContactId; readonly at: Instant; readonly now: Instant };

/** Remembers that the provider could not reach a person; true where that is new. Call it inside `write`. */
export function markUndeliverable(sqlite: Sqlite, { contactId, at, now }: Seen, { code, title }: ProviderError): boolean {
  return sqlite.prepare(MARK_UNDELIVERABLE).run({ id: contactId, at, now, reason: `${code}: ${title}` }).changes === 1;
}

/** Forgets that a person could not be reached, where that was before; true where something was to be forgotten. Call it inside `write`. */
export function markReachable(sqlite: Sqlite, { contactId, at, now }: Seen): boolean {
  return sqlite.prepare(CLEAR_UNDELIVERABLE).run({ id: contactId, at, now }).changes === 1;
}
