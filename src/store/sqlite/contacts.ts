// People on SQLite: adding, changing, finding and listing them.

import type { ConsentFlag } from '../../domain/consent.ts';
import { isStopped } from '../../domain/consent-change.ts';
import type { ContactWithFlags } from '../../domain/contact.ts';
import { isSameNumber, otherWriting } from '../../domain/wa-id.ts';
import { assert } from '../../errors.ts';
import type { ContactRef, ContactWrite, ContactWritten, DirectoryStore, Page, PageRequest } from '../../ports/store/directory.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { AccountId, ContactId, SenderId } from '../../values/id.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import { type ContactRow, jsonOf, toContact } from '../rows.ts';
import type { Sqlite } from './database.ts';
import { flagsOf, keptFlagsOf, recordEvents } from './flags.ts';
import { markReachable } from './inbound-windows.ts';

const CONTACT = /* sql */ `
  SELECT id, account_id, phone, user_id, name, language, attributes, undeliverable_at, undeliverable_reason, identity_at, created_at, updated_at
  FROM contact`;

const BY_PHONE = `${CONTACT} WHERE account_id = ? AND phone = ?`;
const BY_USER_ID = `${CONTACT} WHERE account_id = ? AND user_id = ?`;

// Whoever the contact turned out to be.
const BY_ID = `${CONTACT} WHERE account_id = ? AND id = ifnull((SELECT merged_into FROM contact WHERE id = ?), ?)`;

const FORMERS = /* sql */ `SELECT id FROM contact WHERE merged_into = ? ORDER BY id`;

// Ids rise with time: the order of joining, and the cursor of the list.
const LIST = `${CONTACT}
  WHERE account_id = ? AND id > ? AND merged_into IS NULL
  ORDER BY id
  LIMIT ?`;

const INSERT = /* sql */ `
  INSERT INTO contact (id, account_id, phone, user_id, name, language, attributes, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const UPDATE = /* sql */ `
  UPDATE contact SET phone = ?, user_id = ?, name = ?, language = ?, attributes = ?, updated_at = ?
  WHERE id = ?`;

/** Reads the flags of a person that count for one sender; of all scopes where the sender is null. */
export type FlagReader = { readonly flagsOf: (contactId: ContactId, senderId: SenderId | null) => readonly ConsentFlag[] };

export type ContactStore = FlagReader & {
  readonly store: Pick<DirectoryStore, 'putContacts' | 'findContacts' | 'formerContacts' | 'listContacts'>;
};

/** The people of one connection. */
export function createContactStore(sqlite: Sqlite): ContactStore {
  return {
    store: {
      putContacts: async ({ accountId, contacts, at }) => {
        assert(contacts.length <= BATCH_MAX, `at most ${BATCH_MAX} contacts in a batch`);
        return sqlite.write(() => contacts.map((contact) => put(sqlite, { accountId, contact, at })));
      },
      findContacts: async (accountId, refs) =>
        sqlite.read(() =>
          refs.map((ref) => {
            const row = findContact(sqlite, accountId, ref);
            return row === undefined ? null : withFlags(sqlite, row);
          }),
        ),
      formerContacts: async (contactIds) => sqlite.read(() => formersOfEach(sqlite, contactIds)),
      listContacts: async (accountId, page) => sqlite.read(() => list(sqlite, accountId, page)),
    },
    flagsOf: (contactId, senderId) => flagsOf(sqlite, contactId, senderId),
  };
}

/** The contacts that turned out to be this one. */
export function formersOf(sqlite: Sqlite, contactId: ContactId): readonly ContactId[] {
  return sqlite.prepare(FORMERS).pluck().all(contactId) as ContactId[];
}

function formersOfEach(sqlite: Sqlite, contactIds: readonly ContactId[]): ReadonlyMap<ContactId, readonly ContactId[]> {
  const formers = contactIds.map((id) => [id, formersOf(sqlite, id)] as const);
  return new Map(formers.filter(([, ids]) => ids.length > 0));
}

function findByPhone(sqlite: Sqlite, accountId: AccountId, phone: Phone): ContactRow | undefined {
  const find = (written: Phone): ContactRow | undefined => sqlite.prepare(BY_PHONE).get(accountId, written) as ContactRow | undefined;
  const row = find(phone);
  const other = row === undefined ? otherWriting(phone) : null;
  return other === null ? row : find(other);
}

/** The row of a person of this account; of somebody with a number, in whichever of its writings. */
export function findContact(sqlite: Sqlite, accountId: AccountId, ref: ContactRef): ContactRow | undefined {
  if ('phone' in ref) return findByPhone(sqlite, accountId, ref.phone);
  if ('userId' in ref) return sqlite.prepare(BY_USER_ID).get(accountId, ref.userId) as ContactRow | undefined;
  return sqlite.prepare(BY_ID).get(accountId, ref.contactId, ref.contactId) as ContactRow | undefined;
}

/** A person to add, with what identifies them. */
export type NewContact = {
  readonly id: ContactId;
  readonly accountId: AccountId;
  readonly phone: Phone | null;
  readonly userId: string | null;
};

type Details = { readonly name: string | null; readonly language: string | null; readonly attributes: Readonly<Record<string, string>> };

const NO_DETAILS: Details = { name: null, language: null, attributes: {} };

/** Adds a person. Call it inside `write`. */
export function insertContact(sqlite: Sqlite, { id, accountId, phone, userId }: NewContact, at: Instant, details = NO_DETAILS): void {
  const { name, language, attributes } = details;
  sqlite.prepare(INSERT).run(id, accountId, phone, userId, name, language, JSON.stringify(attributes), at, at);
}

type Put = { readonly accountId: AccountId; readonly contact: ContactWrite; readonly at: Instant };

function put(sqlite: Sqlite, { accountId, contact, at }: Put): ContactWritten {
  const { id, phone, userId } = contact;
  assert(phone !== null || userId !== null, 'a contact has a number or a user id');
  assert(
    contact.optIns.every(({ kind }) => kind === 'opt_in'),
    'only opt-ins come with a contact',
  );
  const byPhone = phone === null ? undefined : findContact(sqlite, accountId, { phone });
  const byUserId = userId === null ? undefined : findContact(sqlite, accountId, { userId });
  // Two people, each with a history of their own: to make them one is not for an import to decide, and guessing could lift a stop.
  if (byPhone !== undefined && byUserId !== undefined && byPhone.id !== byUserId.id) return { contactId: byPhone.id, result: 'refused' };
  const row = byPhone ?? byUserId;
  if (row === undefined) {
    insertContact(sqlite, { id, accountId, phone, userId }, at, contact);
    recordEvents(sqlite, { contactId: id, flags: [], events: contact.optIns, recordedAt: at });
    return { contactId: id, result: 'added' };
  }
  // The stops of a person are found by number and user id: one that is replaced would be free to begin again without them.
  if ((replaces(row.phone, phone) && !isSameNumber(row.phone ?? '', phone ?? '')) || replaces(row.user_id, userId))
    return { contactId: row.id, result: 'refused' };
  const isChanged = update(sqlite, row, contact, at);
  const isReached = contact.isReachable && markReachable(sqlite, { contactId: row.id, at, now: at });
  const optIns = recordOptIns(sqlite, row.id, contact, at);
  if (optIns === 'refused') return { contactId: row.id, result: 'refused' };
  return { contactId: row.id, result: isChanged || isReached || optIns === 'recorded' ? 'updated' : 'unchanged' };
}

function replaces(stored: string | null, given: string | null): boolean {
  return stored !== null && given !== null && stored !== given;
}

function update(sqlite: Sqlite, row: ContactRow, contact: ContactWrite, at: Instant): boolean {
  const next = {
    phone: row.phone ?? contact.phone,
    userId: contact.userId ?? row.user_id,
    name: contact.name ?? row.name,
    language: contact.language ?? row.language,
    attributes: mergeAttributes(row.attributes, contact.attributes),
  };
  const isSame =
    next.phone === row.phone &&
    next.userId === row.user_id &&
    next.name === row.name &&
    next.language === row.language &&
    next.attributes === row.attributes;
  if (!isSame) sqlite.prepare(UPDATE).run(next.phone, next.userId, next.name, next.language, next.attributes, at, row.id);
  return !isSame;
}

function mergeAttributes(stored: string, added: Readonly<Record<string, string>>): string {
  return Object.keys(added).length === 0 ? stored : JSON.stringify({ ...(jsonOf(stored) as Record<string, string>), ...added });
}

function recordOptIns(sqlite: Sqlite, contactId: ContactId, { optIns }: ContactWrite, at: Instant): 'recorded' | 'nothing' | 'refused' {
  if (optIns.length === 0) return 'nothing';
  const flags = keptFlagsOf(sqlite, contactId);
  const allowed = optIns.filter((optIn) => !isStopped(flags, optIn));
  const { isNew } = recordEvents(sqlite, { contactId, flags, events: allowed, recordedAt: at });
  if (allowed.length < optIns.length) return 'refused';
  return isNew ? 'recorded' : 'nothing';
}

function list(sqlite: Sqlite, accountId: AccountId, { limit, after }: PageRequest): Page<ContactWithFlags> {
  // One more than asked for tells whether there is a next page.
  const rows = sqlite.prepare(LIST).all(accountId, after ?? '', limit + 1) as ContactRow[];
  const items = rows.slice(0, limit).map((row) => withFlags(sqlite, row));
  return { items, next: rows.length > limit ? (items.at(-1)?.contact.id ?? null) : null };
}

function withFlags(sqlite: Sqlite, row: ContactRow): ContactWithFlags {
  return { contact: toContact(row), flags: flagsOf(sqlite, row.id, null) };
}
