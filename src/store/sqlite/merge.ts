// Two contacts that are one person, on SQLite. The stricter state of both is kept: every stop of either is in force, and no agreement moves. Nothing that is
// only ever added to is changed or taken away; the row that gives way points at the one that stays.

import { blockOf, type ConsentFlag, isStoppedByMessenger, type Purpose, standingOf } from '../../domain/consent.ts';
import { flagsFor, instantAfter, isStop, type KeptFlag } from '../../domain/consent-change.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { NewConsentEvent } from '../../ports/store/directory.ts';
import type { ContactId } from '../../values/id.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { actorOf, keptFlagsOf, recordEvents } from './flags.ts';
import { moveWindows } from './inbound-windows.ts';
import { stoppedBy } from './stops.ts';

/** What names a person at the provider. */
export type Identity = { readonly phone: Phone | null; readonly userId: string | null };

export type Merge = {
  /** Who stays. */
  readonly into: ContactId;
  readonly from: ContactId;
  /** What names the one who stays from now on. */
  readonly identity: Identity;
  readonly at: Instant;
  /** What told that they are one. */
  readonly evidence: string;
};

const SET_IDENTITY = /* sql */ `
  UPDATE contact SET phone = ?, user_id = ?, updated_at = ?
  WHERE id = ?`;

// Those who had become the one that gives way before become the one who stays, so that nobody is followed further than one step.
const POINT = /* sql */ `
  UPDATE contact SET merged_into = @into, phone = NULL, user_id = NULL, updated_at = @at
  WHERE id = @from OR merged_into = @from`;

// What is over stays where it was: the history of a person names every contact that they were.
const MOVE_MESSAGES = /* sql */ `
  UPDATE message SET contact_id = ?
  WHERE contact_id = ? AND (state = 'queued' OR state = 'scheduled' OR state = 'sending')`;

/** Makes two contacts one; returns the ends of the queued messages that a stop of either stands against. Call it inside `write`. */
export function mergeContacts(sqlite: Sqlite, merge: Merge): readonly Outcome[] {
  const { into, from, identity, at } = merge;
  moveWindows(sqlite, { from, to: into });
  sqlite.prepare(MOVE_MESSAGES).run(into, from);
  sqlite.prepare(POINT).run({ into, from, at });
  setIdentity(sqlite, into, identity, at);
  return takeStops(sqlite, merge);
}

/** Puts every stop that is in force for one person in force for another; returns what that cancels. Call it inside `write`. */
export function takeStops(sqlite: Sqlite, { into, from, at, evidence }: Omit<Merge, 'identity'>): readonly Outcome[] {
  const flags = keptFlagsOf(sqlite, into);
  const events = stopsInForce(keptFlagsOf(sqlite, from)).map((stop): NewConsentEvent => {
    const { scope, subject, kind } = stop;
    return { scope, subject, kind, at: instantAfter(flags, stop, at), by: actorOf(sqlite, from, stop), source: 'merged', evidence };
  });
  const after = recordEvents(sqlite, { contactId: into, flags, events, recordedAt: at });
  return stoppedBy(sqlite, into, after.flags, at).cancellations;
}

/** Gives a contact another number and user id. Call it inside `write`, and where nobody else has them. */
export function setIdentity(sqlite: Sqlite, contactId: ContactId, { phone, userId }: Identity, at: Instant): void {
  sqlite.prepare(SET_IDENTITY).run(phone, userId, at, contactId);
}

// A stop that something newer lifted, in its own scope or in the whole account, is over.
function stopsInForce(flags: readonly KeptFlag[]): readonly ConsentFlag[] {
  return flags.filter((flag) => {
    if (!isStop(flag.kind)) return false;
    const counting = flagsFor(flags, flag.scope);
    if (flag.subject === 'block') return blockOf(counting) !== undefined;
    if (flag.subject === 'messenger') return isStoppedByMessenger(counting);
    return standingOf(counting, flag.subject satisfies Purpose) === 'opted_out';
  });
}
