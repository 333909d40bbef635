// Consent on SQLite: the flags, and the append-only history that they are a view of.

import type { ConsentEvent, ConsentFlag } from '../../domain/consent.ts';
import { effectOf, type KeptFlag } from '../../domain/consent-change.ts';
import type { NewConsentEvent } from '../../ports/store/directory.ts';
import type { ContactId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

const FLAGS = /* sql */ `
  SELECT scope, subject, kind, at FROM consent_flag
  WHERE contact_id = ?`;

const FLAGS_OF_SENDER = `${FLAGS} AND (scope = ? OR scope = '*')`;

const KEPT_FLAGS = /* sql */ `
  SELECT scope, subject, kind, at, repeated_at AS repeatedAt FROM consent_flag
  WHERE contact_id = ?`;

const PUT_FLAG = /* sql */ `
  INSERT INTO consent_flag (contact_id, scope, subject, kind, at, repeated_at)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (contact_id, subject, scope) DO UPDATE SET
    kind = excluded.kind,
    at = excluded.at,
    repeated_at = excluded.repeated_at`;

const IS_RECORDED = /* sql */ `
  SELECT EXISTS (
    SELECT 1 FROM consent_event
    WHERE contact_id = ? AND scope = ? AND subject = ? AND kind = ? AND at = ?
  )`;

const LAST_ACTOR = /* sql */ `
  SELECT actor FROM consent_event
  WHERE contact_id = ? AND scope = ? AND subject = ? AND kind = ?
  ORDER BY sequence DESC
  LIMIT 1`;

const INSERT_EVENT = /* sql */ `
  INSERT INTO consent_event (contact_id, scope, subject, kind, at, recorded_at, actor)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

const INSERT_EVIDENCE = /* sql */ `
  INSERT INTO consent_evidence (sequence, source, evidence)
  VALUES (?, ?, ?)`;

/** The source of a stop that is written down when an older permission arrives after it. */
const SAID_AGAIN = 'said again';

/** The flags of a person that count for one sender; of all scopes where the sender is null. */
export function flagsOf(sqlite: Sqlite, contactId: ContactId, senderId: SenderId | null): ConsentFlag[] {
  const statement = sqlite.prepare(senderId === null ? FLAGS : FLAGS_OF_SENDER).raw();
  const rows = (senderId === null ? statement.all(contactId) : statement.all(contactId, senderId)) as readonly FlagRow[];
  return rows.map(([scope, subject, kind, at]) => ({ scope, subject, kind, at }));
}

// By position: objects by column name take the driver twice as long, and every claim asks.
type FlagRow = readonly [ConsentFlag['scope'], ConsentFlag['subject'], ConsentFlag['kind'], Instant];

/** The flags of a person in all scopes, as `recordEvents` starts from them. */
export function keptFlagsOf(sqlite: Sqlite, contactId: ContactId): readonly KeptFlag[] {
  return sqlite.prepare(KEPT_FLAGS).all(contactId) as KeptFlag[];
}

/** What happened to one person, and the flags that it happens to. */
export type Recording = {
  readonly contactId: ContactId;
  readonly flags: readonly KeptFlag[];
  readonly events: readonly NewConsentEvent[];
  readonly recordedAt: Instant;
};

/** The flags afterwards, whether anything joined the history, and the number of the first thing that did. */
export type Recorded = { readonly flags: readonly KeptFlag[]; readonly isNew: boolean; readonly sequence: number | null };

/** Appends what is new among the events of one person, in order, and updates the flags. Call it inside `write`. */
export function recordEvents(sqlite: Sqlite, { contactId, flags, events, recordedAt }: Recording): Recorded {
  let current = flags;
  let sequence: number | null = null;
  for (const event of events) {
    const effect = effectOf(current, event);
    // An event that is older than its flag changes nothing that is in force; it joins the history once.
    if (effect.isNew && !(effect.flags === current && isRecorded(sqlite, contactId, event))) {
      const appended = append(sqlite, contactId, event, recordedAt);
      for (const stop of effect.saidAgain) append(sqlite, contactId, saidAgain(sqlite, contactId, stop), recordedAt);
      sequence ??= appended;
    }
    current = effect.flags;
  }
  putFlags(sqlite, contactId, { before: flags, after: current });
  return { flags: current, isNew: sequence !== null, sequence };
}

function isRecorded(sqlite: Sqlite, contactId: ContactId, { scope, subject, kind, at }: ConsentFlag): boolean {
  return sqlite.prepare(IS_RECORDED).pluck().get(contactId, scope, subject, kind, at) === 1;
}

function append(sqlite: Sqlite, contactId: ContactId, event: NewConsentEvent, recordedAt: Instant): number {
  const { scope, subject, kind, at, by, source, evidence } = event;
  const { lastInsertRowid } = sqlite.prepare(INSERT_EVENT).run(contactId, scope, subject, kind, at, recordedAt, by);
  sqlite.prepare(INSERT_EVIDENCE).run(lastInsertRowid, source, evidence);
  return Number(lastInsertRowid);
}

function saidAgain(sqlite: Sqlite, contactId: ContactId, flag: KeptFlag): NewConsentEvent {
  const { scope, subject, kind, at } = flag;
  return { scope, subject, kind, at, by: actorOf(sqlite, contactId, flag), source: SAID_AGAIN, evidence: null };
}

/** Who said what a flag of this person stands for. */
export function actorOf(sqlite: Sqlite, contactId: ContactId, { scope, subject, kind }: ConsentFlag): ConsentEvent['by'] {
  return sqlite.prepare(LAST_ACTOR).pluck().get(contactId, scope, subject, kind) as ConsentEvent['by'];
}

type FlagChange = { readonly before: readonly KeptFlag[]; readonly after: readonly KeptFlag[] };

function putFlags(sqlite: Sqlite, contactId: ContactId, { before, after }: FlagChange): void {
  for (const flag of after) {
    if (before.includes(flag)) continue;
    sqlite.prepare(PUT_FLAG).run(contactId, flag.scope, flag.subject, flag.kind, flag.at, flag.repeatedAt);
  }
}
