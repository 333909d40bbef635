// Who an event is about, on SQLite: found by number or user id, learnt of, added where unknown, and made one where two turn out to be the same person.

import type { IdentityChange, InboundPerson } from '../../domain/inbound.ts';
import { isSameNumber } from '../../domain/wa-id.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { AccountId, ContactId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { ContactRow } from '../rows.ts';
import { findContact, insertContact } from './contacts.ts';
import type { Sqlite } from './database.ts';
import { type Identity, mergeContacts, setIdentity, shareStops } from './merge.ts';

/** What an event says of a person, and the proof of it. */
export type Sighting = {
  readonly accountId: AccountId;
  readonly person: InboundPerson;
  readonly at: Instant;
  /** When it is written down. */
  readonly now: Instant;
  readonly evidence: () => string;
};

/**
 * The person, as they are now. `other` is a second contact that the event names as well and that cannot be the same row: a stop holds for both.
 * `cancellations` are the caller's to settle.
 */
export type Seen = {
  readonly contact: ContactRow;
  readonly other: ContactRow | null;
  readonly isNews: boolean;
  readonly cancellations: readonly Outcome[];
};

const SET_NAME = /* sql */ `
  UPDATE contact SET name = ?, updated_at = ?
  WHERE id = ? AND name IS NULL`;

const MARK_MOVED = /* sql */ `
  UPDATE contact SET moved_at = ?
  WHERE id = ?`;

/** Finds a person, and teaches their contact what it lacks; undefined where nobody is known. Call it inside `write`. */
export function seePerson(sqlite: Sqlite, sighting: Sighting): Seen | undefined {
  const { accountId, person, at } = sighting;
  const { phone, userId } = person;
  const byPhone = phone === null ? undefined : findContact(sqlite, accountId, { phone });
  const byUserId = userId === null ? undefined : findContact(sqlite, accountId, { userId });
  if (byPhone !== undefined && byUserId !== undefined && byPhone.id !== byUserId.id) return seeTwo(sqlite, sighting, byPhone, byUserId);
  const contact = byPhone ?? byUserId;
  if (contact === undefined) return undefined;
  const learnt = learntBy(contact, sighting);
  const isNews = learnt.phone !== contact.phone || learnt.userId !== contact.user_id;
  if (isNews) setIdentity(sqlite, contact.id, learnt, at);
  const isNamed = name(sqlite, contact, sighting);
  return {
    contact: { ...contact, phone: learnt.phone, user_id: learnt.userId },
    other: null,
    isNews: isNews || isNamed,
    cancellations: [],
  };
}

// An event that is older than what is known fills no gap either: the number or the user id may be missing because it was given up.
function learntBy(contact: ContactRow, { person: { phone, userId }, at }: Sighting): Identity {
  if (at < learntAt(contact)) return { phone: contact.phone, userId: contact.user_id };
  return { phone: contact.phone ?? phone, userId: isNewer(contact, at) ? (userId ?? contact.user_id) : (contact.user_id ?? userId) };
}

// The provider makes another user id for a number now and then; the newest one is who they are. What was learnt at no event gives way.
function isNewer(contact: ContactRow, at: Instant): boolean {
  return at > learntAt(contact);
}

function learntAt({ identity_at: at }: ContactRow): number {
  return at === null ? Number.NEGATIVE_INFINITY : Number(at);
}

/** The same, and adds a person who is not known yet, without any consent. Call it inside `write`. */
export function meetPerson(sqlite: Sqlite, sighting: Sighting): Seen {
  const seen = seePerson(sqlite, sighting);
  if (seen !== undefined) return seen;
  const { accountId, person, at } = sighting;
  const { newId: id, phone, userId } = person;
  insertContact(sqlite, { id, accountId, phone, userId }, at, { name: person.name, language: null, attributes: {} });
  setIdentity(sqlite, id, { phone, userId }, at);
  return { contact: contactOf(sqlite, accountId, id), other: null, isNews: true, cancellations: [] };
}

// One contact has the number, another the user id: one person. Where one of them has another number or id of its own as well, both rows are needed to find
// the person again (numbers of Brazil and Mexico are written in two ways), and what stops one stops the other.
function seeTwo(sqlite: Sqlite, sighting: Sighting, byPhone: ContactRow, byUserId: ContactRow): Seen {
  const { accountId, person, at, now, evidence } = sighting;
  if (byPhone.user_id !== null || byUserId.phone !== null) {
    const [left, right] = [byPhone.id, byUserId.id];
    const cancellations = [
      ...shareStops(sqlite, { into: left, from: right, now, evidence: evidence() }),
      ...shareStops(sqlite, { into: right, from: left, now, evidence: evidence() }),
    ];
    return { contact: byPhone, other: byUserId, isNews: false, cancellations };
  }
  const identity = { phone: byPhone.phone, userId: person.userId };
  const cancellations = mergeContacts(sqlite, { into: byPhone.id, from: byUserId.id, identity, at, now, evidence: evidence() });
  name(sqlite, byPhone, sighting);
  return { contact: contactOf(sqlite, accountId, byPhone.id), other: null, isNews: true, cancellations };
}

/** The person who got another number or user id, with it; undefined where neither who they were nor who they are is known. Call it inside `write`. */
export function changeIdentity(sqlite: Sqlite, sighting: Sighting, { previous, keepsNumber }: IdentityChange): Seen | undefined {
  const { accountId, person, at, now, evidence } = sighting;
  const holder = previous.phone === null ? undefined : findContact(sqlite, accountId, { phone: previous.phone });
  const isOthers = holder !== undefined && isSomebodyElse(holder, previous, at);
  const before = seePerson(sqlite, { ...sighting, person: isOthers ? { ...previous, phone: null } : previous });
  if (before === undefined) return seePerson(sqlite, sighting);
  const { contact } = before;
  const cancellations = [...before.cancellations];
  const numberHolder = person.phone === null ? undefined : findContact(sqlite, accountId, { phone: person.phone });
  const isOvertaken = numberHolder !== undefined && numberHolder.id !== contact.id && isSomebodyElse(numberHolder, person, at);
  const idHolder = person.userId === null ? undefined : findContact(sqlite, accountId, { userId: person.userId });
  for (const holder of new Map([numberHolder, idHolder].map((one) => [one?.id, one])).values()) {
    if (holder === undefined || holder.id === contact.id || (holder === numberHolder && isOvertaken)) continue;
    const identity = { phone: contact.phone, userId: contact.user_id };
    cancellations.push(...mergeContacts(sqlite, { into: contact.id, from: holder.id, identity, at, now, evidence: evidence() }));
  }
  const identity = identityAfter(contact, isOvertaken ? { ...person, phone: null } : person, keepsNumber);
  setIdentity(sqlite, contact.id, identity, at);
  if (identity.phone !== contact.phone) sqlite.prepare(MARK_MOVED).run(now, contact.id);
  return { contact: { ...contact, phone: identity.phone, user_id: identity.userId }, other: before.other, isNews: true, cancellations };
}

// A number that was given up goes to somebody else: a change that is heard of late is not theirs, be it from that number or to it.
function isSomebodyElse(holder: ContactRow, { userId }: InboundPerson, at: Instant): boolean {
  const hasOtherId = userId !== null && holder.user_id !== null && holder.user_id !== userId;
  return hasOtherId || learntAt(holder) > at;
}

// With another number comes another user id (the provider's page on user ids): the old one, where the new one is not told, names nobody any more. Nor does a
// number that was given up, also where the new one is not told.
function identityAfter(contact: ContactRow, { phone, userId }: InboundPerson, keepsNumber: boolean): Identity {
  const isMoved = !keepsNumber && (phone === null || contact.phone === null || !isSameNumber(phone, contact.phone));
  return isMoved ? { phone, userId } : { phone: contact.phone ?? phone, userId: userId ?? contact.user_id };
}

function name(sqlite: Sqlite, contact: ContactRow, { person, at }: Sighting): boolean {
  return contact.name === null && person.name !== null && sqlite.prepare(SET_NAME).run(person.name, at, contact.id).changes === 1;
}

function contactOf(sqlite: Sqlite, accountId: AccountId, contactId: ContactId): ContactRow {
  return findContact(sqlite, accountId, { contactId }) as ContactRow; // it was written just now
}
