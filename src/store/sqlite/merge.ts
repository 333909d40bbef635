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
import { openOf, stoppedBy } from './stops.ts';

/** What names a person at the provider. */
export type Identity = { readonly phone: Phone | null; readonly userId: string | null };

export type Merge = {
  /** Who stays. */
  readonly into: ContactId;
  readonly from: ContactId;
  /** What names the one who stays from now on. */
  readonly identity: Identity;
  readonly at: Instant;
  /** When it is written down. */
  readonly now: Instant;
  /** What told that they are one. */
  readonly evidence: string;
};

const SET_IDENTITY = /* sql */ `
  UPDATE contact SET
    undeliverable_at = iif(phone IS @phone, undeliverable_at, NULL), -- the mark is on the number
    phone = @phone, user_id = @userId, identity_at = max(ifnull(identity_at, @at), @at), updated_at = @at
  WHERE id = @contactId`;

// Those who had become the one that gives way before become the one who stays, so that nobody is followed further than one step.
const POINT = /* sql */ `
  UPDATE contact SET merged_into = @into, phone = NULL, user_id = NULL, updated_at = @at
  WHERE id = @from OR merged_into = @from`;

// What is over stays where it was: the history of a person names every contact that they were.
const MOVE_MESSAGES = /* sql */ `
  UPDATE message SET contact_id = @into
  WHERE id IN (${openOf('@from')})`;

/** Makes two contacts one; returns the ends of the queued messages that a stop of either stands against. Call it inside `write`. */
export function mergeContacts(sqlite: Sqlite, merge: Merge): readonly Outcome[] {
  const { into, from, identity, at } = merge;
  moveWindows(sqlite, { from, to: into });
  sqlite.prepare(MOVE_MESSAGES).run({ into, from });
  sqlite.prepare(POINT).run({ into, from, at });
  setIdentity(sqlite, into, identity, at);
  return takeStops(sqlite, merge);
}

/** Puts every stop that is in force for one person in force for another; returns what that cancels. Call it inside `write`. */
function takeStops(sqlite: Sqlite, { into, from, at, now, evidence }: Omit<Merge, 'identity'>): readonly Outcome[] {
  const flags = keptFlagsOf(sqlite, into);
  const events = stopsInForce(keptFlagsOf(sqlite, from)).map((stop): NewConsentEvent => {
    const { scope, subject, kind } = stop;
    return { scope, subject, kind, at: instantAfter(flags, stop, at), by: actorOf(sqlite, from, stop), source: 'merged', evidence };
  });
  return recordStops(sqlite, { into, events, now });
}

/** The same for two that stay two: a stop of the one counts for the other from when it was said, so that what was said after it holds. */
export function shareStops(sqlite: Sqlite, { into, from, now, evidence }: Omit<Merge, 'identity' | 'at'>): readonly Outcome[] {
  const events = stopsInForce(keptFlagsOf(sqlite, from)).map((stop): NewConsentEvent => {
    const { scope, subject, kind, at } = stop;
    return { scope, subject, kind, at, by: actorOf(sqlite, from, stop), source: 'merged', evidence };
  });
  return recordStops(sqlite, { into, events, now });
}

type Stops = { readonly into: ContactId; readonly events: readonly NewConsentEvent[]; readonly now: Instant };

function recordStops(sqlite: Sqlite, { into, events, now }: Stops): readonly Outcome[] {
  const { flags } = recordEvents(sqlite, { contactId: into, flags: keptFlagsOf(sqlite, into), events, recordedAt: now });
  return stoppedBy(sqlite, into, flags, now).cancellations;
}

/** Gives a contact another number and user id. Call it inside `write`, and where nobody else has them. */
export function setIdentity(sqlite: Sqlite, contactId: ContactId, { phone, userId }: Identity, at: Instant): void {
  sqlite.prepare(SET_IDENTITY).run({ phone, userId, at, contactId });
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
