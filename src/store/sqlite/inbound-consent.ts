// What customers say about consent, on SQLite: stop and start words, near misses for a person to look at, and the messenger's own switch for marketing.

import { type ConsentFlag, type ConsentSubject, PURPOSES, type Purpose, standingOf } from '../../domain/consent.ts';
import { flagsFor } from '../../domain/consent-change.ts';
import { CLOCKS_DIFFER_MS, type InboundEvent, type InboundReading } from '../../domain/inbound.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { NewConsentEvent } from '../../ports/store/directory.ts';
import type { Received } from '../../ports/store/inbound.ts';
import type { ContactId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { ContactRow } from '../rows.ts';
import type { Sqlite } from './database.ts';
import { keptFlagsOf } from './flags.ts';
import { keepEvent } from './kept-events.ts';
import { recordAndStop } from './stops.ts';

type Message = Extract<InboundEvent, { kind: 'message' }>;
type Preference = Extract<InboundEvent, { kind: 'preference' }>;

/** Whom it is about, and when it came. */
export type Heard = { readonly senderId: SenderId; readonly people: readonly [ContactRow, ...ContactRow[]]; readonly now: Instant };

/** What it did; the cancellations are the caller's to settle. */
export type Said = { readonly isNews: boolean; readonly stop: Received['stop']; readonly cancellations: readonly Outcome[] };

const NOTHING_SAID: Said = { isNews: false, stop: null, cancellations: [] };

const AGREED_BEFORE = /* sql */ `
  SELECT DISTINCT subject FROM consent_event
  WHERE contact_id = ? AND kind = 'opt_in' AND (scope = ? OR scope = '*')`;

// What the messenger told is of the provider's own clock, and comes in its own order.
const AGREED_MEANWHILE = /* sql */ `
  SELECT MAX(e.at)
  FROM consent_event e
  JOIN consent_evidence v ON v.sequence = e.sequence
  WHERE e.contact_id = ? AND e.kind = 'opt_in' AND e.at > ? AND e.at <= ? AND v.source NOT IN ('word', 'whatsapp user_preferences')`;

// A stop that comes after an agreement was recorded here stands against it, though the provider's time of it may be a little earlier.
function saidAt(sqlite: Sqlite, contactId: ContactId, at: Instant): Instant {
  const agreedAt = sqlite
    .prepare(AGREED_MEANWHILE)
    .pluck()
    .get(contactId, at, at + CLOCKS_DIFFER_MS) as Instant | null;
  return agreedAt ?? at;
}

/** Does what the words of a message mean, once. Only messages that bear consent, or may, are kept. Call it inside `write`. */
export function hearMessage(sqlite: Sqlite, message: Message, heard: Heard, reading: InboundReading): Said {
  switch (reading) {
    case 'nothing':
      return NOTHING_SAID;
    case 'opt_out':
      return stop(sqlite, message, heard);
    case 'opt_in':
      return restart(sqlite, message, heard);
    case 'near_miss':
      return keep(sqlite, message, heard, message.text ?? '') ? { ...NOTHING_SAID, isNews: true } : NOTHING_SAID;
  }
}

function stop(sqlite: Sqlite, message: Message, heard: Heard): Said {
  if (!keep(sqlite, message, heard, null)) return NOTHING_SAID;
  const [{ language }] = heard.people;
  const said = heard.people.map(({ id }) => {
    const at = saidAt(sqlite, id, message.at);
    const events = PURPOSES.map((purpose) =>
      eventOf(heard, { at }, { kind: 'opt_out', subject: purpose, source: 'word', evidence: wordsOf(message) }),
    );
    return { contactId: id, at, ...recordAndStop(sqlite, { contactId: id, events, recordedAt: heard.now }) };
  });
  const stops = said.flatMap(({ contactId, at, recorded: { sequence, flags } }) =>
    // A stop that came late, after a newer start, is history and asks for no confirmation.
    sequence !== null && isStoppedAt(flags, heard.senderId, at) ? [{ senderId: heard.senderId, contactId, sequence, language }] : [],
  );
  return { isNews: true, stop: stops[0] ?? null, cancellations: said.flatMap(({ stopped }) => stopped.cancellations) };
}

function isStoppedAt(flags: readonly ConsentFlag[], senderId: SenderId, at: Instant): boolean {
  return flags.some((flag) => flag.scope === senderId && flag.kind === 'opt_out' && flag.subject !== 'messenger' && flag.at === at);
}

// A start gives back what a stop took and no more: only what the person had agreed to before. Where there is nothing to give back, a person should look:
// the stop that it follows may still be on its way.
function restart(sqlite: Sqlite, message: Message, heard: Heard): Said {
  const liftable = heard.people.map(({ id }) => ({ id, purposes: liftablePurposes(sqlite, id, heard.senderId) }));
  const isNothing = liftable.every(({ purposes }) => purposes.length === 0);
  if (!keep(sqlite, message, heard, isNothing ? (message.text ?? '') : null)) return NOTHING_SAID;
  for (const { id, purposes } of liftable) {
    const events = purposes.map((subject) =>
      eventOf(heard, message, { kind: 'opt_in', subject, source: 'word', evidence: wordsOf(message) }),
    );
    recordAndStop(sqlite, { contactId: id, events, recordedAt: heard.now });
  }
  return { ...NOTHING_SAID, isNews: true };
}

function liftablePurposes(sqlite: Sqlite, contactId: ContactId, senderId: SenderId): readonly Purpose[] {
  const flags = flagsFor(keptFlagsOf(sqlite, contactId), senderId);
  const agreed = new Set(sqlite.prepare(AGREED_BEFORE).pluck().all(contactId, senderId));
  return PURPOSES.filter((purpose) => standingOf(flags, purpose) === 'opted_out' && agreed.has(purpose));
}

/** Writes the messenger's switch down, once, and what it stops. Call it inside `write`. */
export function hearPreference(sqlite: Sqlite, preference: Preference, heard: Heard): Said {
  if (!keep(sqlite, preference, heard, null)) return NOTHING_SAID;
  const kind = preference.marketing === 'stop' ? 'opt_out' : 'opt_in';
  const cancellations = heard.people.flatMap(({ id }) => {
    const source = 'whatsapp user_preferences';
    const at = kind === 'opt_out' ? saidAt(sqlite, id, preference.at) : preference.at;
    const event = eventOf(heard, { at }, { kind, subject: 'messenger', source, evidence: preference.body() });
    return recordAndStop(sqlite, { contactId: id, events: [event], recordedAt: heard.now }).stopped.cancellations;
  });
  return { isNews: true, stop: null, cancellations };
}

function keep(sqlite: Sqlite, event: Message | Preference, { people, now }: Heard, review: string | null): boolean {
  return keepEvent(sqlite, event, now, { contactId: people[0].id, review });
}

type Saying = { readonly kind: 'opt_in' | 'opt_out'; readonly subject: ConsentSubject; readonly source: string; readonly evidence: string };

function eventOf({ senderId }: Heard, { at }: Pick<InboundEvent, 'at'>, saying: Saying): NewConsentEvent {
  return { ...saying, scope: senderId, at, by: 'customer' };
}

function wordsOf({ text, body }: Message): string {
  return JSON.stringify({ text, message: parsed(body()) });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
