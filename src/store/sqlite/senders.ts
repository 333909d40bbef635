// Senders on SQLite: the business identities of an account, one of them its default.

import type { Sender, WhatsappSettings } from '../../domain/sender.ts';
import { type AppError, fail } from '../../errors.ts';
import { startsAlike } from '../../domain/auth-international.ts';
import type { AuthInternationalChange, DirectoryStore } from '../../ports/store/directory.ts';
import type { AccountId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import { type SenderRow, toSender } from '../rows.ts';
import type { Sqlite } from './database.ts';

export type SenderStore = {
  readonly store: Pick<DirectoryStore, 'isEmpty' | 'putSender' | 'listSenders' | 'setDefaultSender' | 'setAuthInternational'>;
  /**
   * Read once in a transaction, since it is asked for each message, and another process may have changed since what its messages cost. Throws `unknown_sender`.
   */
  readonly byId: (id: SenderId) => Sender;
  readonly isEmpty: () => boolean;
  /** Takes over what was said of the international rate. Call it inside `write`. */
  readonly changeInternational: (id: SenderId, change: AuthInternationalChange) => 'updated' | 'unchanged';
  /** Adds a sender and, where it is new, its account. Call it inside `write`. */
  readonly insert: (sender: Sender) => void;
};

const HAS_TABLES = /* sql */ `
  SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sender')`;

const HAS_SENDER = /* sql */ `
  SELECT EXISTS (SELECT 1 FROM sender)`;

const SENDER = /* sql */ `
  SELECT id, account_id, name, transport, currency, time_zone, is_default, created_at, settings, auth_international
  FROM sender`;

const BY_ID = `${SENDER} WHERE id = ?`;
const BY_ACCOUNT = `${SENDER} WHERE account_id = ? ORDER BY name`;

const INSERT_ACCOUNT = /* sql */ `
  INSERT OR IGNORE INTO account (id) VALUES (?)`;

const INSERT_SENDER = /* sql */ `
  INSERT INTO sender (id, account_id, name, transport, currency, time_zone, is_default, created_at, settings, auth_international,
    auth_international_told_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const CHANGE_SETTINGS = /* sql */ `
  UPDATE sender SET settings = ?
  WHERE id = ?`;

const INTERNATIONAL_TOLD_AT = /* sql */ `
  SELECT auth_international_told_at FROM sender WHERE id = ?`;

const CHANGE_INTERNATIONAL = /* sql */ `
  UPDATE sender SET auth_international = ?, auth_international_told_at = ?
  WHERE id = ?`;

const CLEAR_DEFAULT = /* sql */ `
  UPDATE sender SET is_default = 0
  WHERE account_id = ? AND is_default = 1`;

const SET_DEFAULT = /* sql */ `
  UPDATE sender SET is_default = 1
  WHERE id = ?`;

/** The senders of one connection. */
export function createSenderStore(sqlite: Sqlite): SenderStore {
  const known = new Map<SenderId, Sender>();
  let readIn = sqlite.begun();

  const byId = (id: SenderId): Sender => {
    if (sqlite.begun() !== readIn) known.clear();
    readIn = sqlite.begun();
    const kept = known.get(id);
    if (kept !== undefined) return kept;
    const row = sqlite.prepare(BY_ID).get(id) as SenderRow | undefined;
    if (row === undefined) throw unknownSender(id);
    const sender = toSender(row);
    known.set(id, sender);
    return sender;
  };

  const list = (accountId: AccountId): readonly Sender[] => (sqlite.prepare(BY_ACCOUNT).all(accountId) as SenderRow[]).map(toSender);

  const put = (sender: Sender): 'added' | 'updated' | 'unchanged' => {
    const senders = list(sender.accountId);
    const there = senders.find(({ name }) => name === sender.name);
    if (there !== undefined && !isSameIdentity(there, sender)) throw senderConflict(there);
    const rival = senders.find((other) => other !== there && sharesNumber(other, sender));
    if (rival !== undefined) throw numberConflict(rival);
    if (there === undefined) insertSender(sqlite, sender);
    else if (hasSameSettings(there.whatsapp, sender.whatsapp)) return 'unchanged';
    else sqlite.prepare(CHANGE_SETTINGS).run(settingsText(sender), there.id);
    known.clear();
    return there === undefined ? 'added' : 'updated';
  };

  const changeInternational = (id: SenderId, change: AuthInternationalChange): 'updated' | 'unchanged' => {
    const result = putInternational(sqlite, byId(id), change);
    known.delete(id);
    return result;
  };

  const setDefault = (id: SenderId): void => {
    const { accountId } = byId(id);
    sqlite.prepare(CLEAR_DEFAULT).run(accountId);
    sqlite.prepare(SET_DEFAULT).run(id);
  };

  const has = (sql: string): boolean => sqlite.prepare(sql).pluck().get() === 1;
  const isEmpty = (): boolean => !has(HAS_TABLES) || !has(HAS_SENDER);

  return {
    store: {
      isEmpty: async () => sqlite.query(isEmpty),
      putSender: async (sender) => sqlite.write(() => put(sender)),
      listSenders: async (accountId) => sqlite.query(() => list(accountId)),
      setAuthInternational: async (id, change) => sqlite.write(() => changeInternational(id, change)),
      setDefaultSender: async (id) => sqlite.write(() => setDefault(id)),
    },
    byId,
    isEmpty,
    changeInternational,
    insert: (sender) => insertSender(sqlite, sender),
  };
}

function putInternational(sqlite: Sqlite, { id, whatsapp }: Sender, { start, toldAt }: AuthInternationalChange): 'updated' | 'unchanged' {
  const before = sqlite.prepare(INTERNATIONAL_TOLD_AT).pluck().get(id) as Instant | null;
  if (toldAt !== null && before !== null && toldAt < before) return 'unchanged'; // older news
  const text = start === null ? null : JSON.stringify({ ...start, toldAt });
  sqlite.prepare(CHANGE_INTERNATIONAL).run(text, toldAt ?? before, id);
  return startsAlike(whatsapp?.authInternational ?? null, start) ? 'unchanged' : 'updated';
}

function insertSender(sqlite: Sqlite, sender: Sender): void {
  const { id, accountId, name, transport, currency, timeZone, isDefault, createdAt } = sender;
  sqlite.prepare(INSERT_ACCOUNT).run(accountId);
  if (isDefault) sqlite.prepare(CLEAR_DEFAULT).run(accountId);
  const start = sender.whatsapp?.authInternational ?? null;
  const international = [start === null ? null : JSON.stringify(start), start?.toldAt ?? null];
  sqlite
    .prepare(INSERT_SENDER)
    .run(id, accountId, name, transport, currency, timeZone, isDefault ? 1 : 0, createdAt, settingsText(sender), ...international);
}

// All but what the provider tells: that has columns of its own.
function settingsText({ whatsapp }: Sender): string {
  return JSON.stringify({ ...whatsapp, authInternational: undefined });
}

// What bills and what webhooks are told apart by: it never changes.
function isSameIdentity(left: Sender, right: Sender): boolean {
  return (
    left.transport === right.transport &&
    left.currency === right.currency &&
    left.timeZone === right.timeZone &&
    left.whatsapp?.phoneNumberId === right.whatsapp?.phoneNumberId
  );
}

// A webhook names the number only, so two senders of one number could not be told apart.
function sharesNumber(left: Sender, right: Sender): boolean {
  return left.whatsapp !== null && left.whatsapp.phoneNumberId === right.whatsapp?.phoneNumberId;
}

// Text by text, because the settings may have been written in another order.
function hasSameSettings(left: WhatsappSettings | null, right: WhatsappSettings | null): boolean {
  if (left === null || right === null) return left === right;
  const keys = (Object.keys(right) as readonly (keyof WhatsappSettings)[]).filter((key) => key !== 'authInternational');
  return keys.every((key) => JSON.stringify(left[key]) === JSON.stringify(right[key]));
}

function senderConflict({ name, transport, currency, timeZone, whatsapp }: Sender): AppError {
  const number = whatsapp === null ? '' : `, phone number id ${whatsapp.phoneNumberId}`;
  return fail('sender_conflict', {
    message: `The sender '${name}' exists with transport ${transport}${number}, currency ${currency} and time zone ${timeZone}.`,
    hint: 'Choose another name: what a sender bills in, and the number that it sends from, are fixed.',
    details: { name, transport, currency, time_zone: timeZone, phone_number_id: whatsapp?.phoneNumberId ?? null },
  });
}

function numberConflict({ name, whatsapp }: Sender): AppError {
  const id = whatsapp?.phoneNumberId ?? '';
  return fail('sender_conflict', {
    message: `The sender '${name}' has the phone number id ${id} already.`,
    hint: 'One number is one sender: webhooks could not be told apart otherwise.',
    details: { name, phone_number_id: id },
  });
}

function unknownSender(id: SenderId): AppError {
  return fail('unknown_sender', {
    message: `The store has no sender ${id}.`,
    hint: 'List its senders: tollbell sender list',
    details: { id },
  });
}
