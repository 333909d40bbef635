// Consent on SQLite: the flags, and the append-only history that they are a view of.

import type { ConsentFlag } from '../../domain/consent.ts';
import { isAlreadySo, withEvent } from '../../domain/consent-change.ts';
import type { NewConsentEvent } from '../../ports/store/directory.ts';
import type { ContactId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

const FLAGS = /* sql */ `
  SELECT scope, subject, kind, at FROM consent_flag
  WHERE contact_id = ?`;

const FLAGS_OF_SENDER = `${FLAGS} AND scope IN (?, '*')`;

const IS_RECORDED = /* sql */ `
  SELECT EXISTS (
    SELECT 1 FROM consent_event
    WHERE contact_id = ? AND scope = ? AND subject = ? AND kind = ? AND at = ?
  )`;

const INSERT_EVENT = /* sql */ `
  INSERT INTO consent_event (contact_id, scope, subject, kind, at, recorded_at, actor)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

const INSERT_EVIDENCE = /* sql */ `
  INSERT INTO consent_evidence (sequence, source, evidence)
  VALUES (?, ?, ?)`;

const PUT_FLAG = /* sql */ `
  INSERT INTO consent_flag (contact_id, scope, subject, kind, at)
  VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (contact_id, subject, scope) DO UPDATE SET
    kind = excluded.kind,
    at = excluded.at`;

/** The flags of a person that count for one sender; of all scopes where the sender is null. */
export function flagsOf(sqlite: Sqlite, contactId: ContactId, senderId: SenderId | null): ConsentFlag[] {
  const rows = senderId === null ? sqlite.prepare(FLAGS).all(contactId) : sqlite.prepare(FLAGS_OF_SENDER).all(contactId, senderId);
  return rows as ConsentFlag[]; // the columns are named as the fields
}

/** What a person's events start from. */
export type Recording = {
  readonly contactId: ContactId;
  /** The flags of all scopes, as they are. */
  readonly flags: readonly ConsentFlag[];
  readonly events: readonly NewConsentEvent[];
  readonly recordedAt: Instant;
};

/** Appends what is new among the events of one person, and returns the flags that they leave. Call it inside `write`. */
export function recordEvents(sqlite: Sqlite, { contactId, flags, events, recordedAt }: Recording): readonly ConsentFlag[] {
  let current = flags;
  for (const event of events) {
    if (isAlreadySo(current, event)) continue;
    const next = withEvent(current, event);
    // An event that is older than its flag changes nothing that is in force; it joins the history once.
    if (next === current && isRecorded(sqlite, contactId, event)) continue;
    append(sqlite, contactId, event, recordedAt);
    if (next !== current) sqlite.prepare(PUT_FLAG).run(contactId, event.scope, event.subject, event.kind, event.at);
    current = next;
  }
  return current;
}

function isRecorded(sqlite: Sqlite, contactId: ContactId, { scope, subject, kind, at }: NewConsentEvent): boolean {
  return sqlite.prepare(IS_RECORDED).pluck().get(contactId, scope, subject, kind, at) === 1;
}

function append(sqlite: Sqlite, contactId: ContactId, event: NewConsentEvent, recordedAt: Instant): void {
  const { scope, subject, kind, at, by, source, evidence } = event;
  const { lastInsertRowid } = sqlite.prepare(INSERT_EVENT).run(contactId, scope, subject, kind, at, recordedAt, by);
  sqlite.prepare(INSERT_EVIDENCE).run(lastInsertRowid, source, evidence);
}
