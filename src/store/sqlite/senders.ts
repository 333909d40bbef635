// Senders on SQLite: the business identities of an account, one of them its default.

import type { Sender } from '../../domain/sender.ts';
import { type AppError, fail } from '../../errors.ts';
import type { DirectoryStore } from '../../ports/store/directory.ts';
import type { SenderId } from '../../values/id.ts';
import { type SenderRow, toSender } from '../rows.ts';
import type { Sqlite } from './database.ts';

export type SenderStore = {
  readonly store: Pick<DirectoryStore, 'isEmpty' | 'putSender' | 'listSenders' | 'setDefaultSender'>;
  /** Kept after the first look, since a sender's zone and currency never change; do not ask it for `isDefault`. Throws `unknown_sender`. */
  readonly byId: (id: SenderId) => Sender;
  readonly isEmpty: () => boolean;
  /** Adds a sender and, where it is new, its account. Call it inside `write`. */
  readonly insert: (sender: Sender) => void;
};

const HAS_TABLES = /* sql */ `
  SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sender')`;

const HAS_SENDER = /* sql */ `
  SELECT EXISTS (SELECT 1 FROM sender)`;

const SENDER = /* sql */ `
  SELECT id, account_id, name, transport, currency, time_zone, is_default, created_at
  FROM sender`;

const BY_ID = `${SENDER} WHERE id = ?`;
const BY_NAME = `${SENDER} WHERE account_id = ? AND name = ?`;
const BY_ACCOUNT = `${SENDER} WHERE account_id = ? ORDER BY name`;

const INSERT_ACCOUNT = /* sql */ `
  INSERT OR IGNORE INTO account (id) VALUES (?)`;

const INSERT_SENDER = /* sql */ `
  INSERT INTO sender (id, account_id, name, transport, currency, time_zone, is_default, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

const CLEAR_DEFAULT = /* sql */ `
  UPDATE sender SET is_default = 0
  WHERE account_id = ? AND is_default = 1`;

const SET_DEFAULT = /* sql */ `
  UPDATE sender SET is_default = 1
  WHERE id = ?`;

/** The senders of one connection. */
export function createSenderStore(sqlite: Sqlite): SenderStore {
  const known = new Map<SenderId, Sender>();

  const byId = (id: SenderId): Sender => {
    const kept = known.get(id);
    if (kept !== undefined) return kept;
    const row = sqlite.prepare(BY_ID).get(id) as SenderRow | undefined;
    if (row === undefined) throw unknownSender(id);
    const sender = toSender(row);
    known.set(id, sender);
    return sender;
  };

  const insert = (sender: Sender): void => {
    sqlite.prepare(INSERT_ACCOUNT).run(sender.accountId);
    if (sender.isDefault) sqlite.prepare(CLEAR_DEFAULT).run(sender.accountId);
    sqlite
      .prepare(INSERT_SENDER)
      .run(
        sender.id,
        sender.accountId,
        sender.name,
        sender.transport,
        sender.currency,
        sender.timeZone,
        sender.isDefault ? 1 : 0,
        sender.createdAt,
      );
  };

  const put = (sender: Sender): 'added' | 'unchanged' => {
    const row = sqlite.prepare(BY_NAME).get(sender.accountId, sender.name) as SenderRow | undefined;
    if (row !== undefined && !hasSameSettings(toSender(row), sender)) throw senderConflict(toSender(row));
    if (row === undefined) insert(sender);
    return row === undefined ? 'added' : 'unchanged';
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
      listSenders: async (accountId) => sqlite.query(() => (sqlite.prepare(BY_ACCOUNT).all(accountId) as SenderRow[]).map(toSender)),
      setDefaultSender: async (id) => sqlite.write(() => setDefault(id)),
    },
    byId,
    isEmpty,
    insert,
  };
}

function hasSameSettings(left: Sender, right: Sender): boolean {
  return left.transport === right.transport && left.currency === right.currency && left.timeZone === right.timeZone;
}

function senderConflict({ name, transport, currency, timeZone }: Sender): AppError {
  return fail('sender_conflict', {
    message: `The sender '${name}' exists with transport ${transport}, currency ${currency} and time zone ${timeZone}.`,
    hint: 'Choose another name: what a sender bills in is fixed.',
    details: { name, transport, currency, time_zone: timeZone },
  });
}

function unknownSender(id: SenderId): AppError {
  return fail('unknown_sender', {
    message: `The store has no sender ${id}.`,
    hint: 'List its senders: tollbell sender list',
    details: { id },
  });
}
