// The message that a request was before, on SQLite: by its key, under whatever name the person had then; as the retry or the confirmation that happens once.

import { isDerived, placedKey } from '../../domain/key.ts';
import type { MessageState } from '../../domain/message.ts';
import type { AdmitBatch, AdmitRequest, KeptMessage } from '../../ports/store/admit.ts';
import type { ContactId, MessageId, SenderId } from '../../values/id.ts';
import { toMicros } from '../../values/money.ts';
import { toInstant } from '../../values/time.ts';
import { formersOf } from './contacts.ts';
import type { Sqlite } from './database.ts';

const KEPT = /* sql */ `
  SELECT id, fingerprint, state, run_id, price, CASE WHEN state = 'scheduled' AND reason IS NULL THEN not_before END
  FROM message WHERE sender_id = ?`;
const KEPT_BY_KEY = `${KEPT} AND key = ?`;
const KEPT_BY_ALIAS = `${KEPT} AND alias_key = ?`;

// A send without a key is new each time, and so is a preview; but the same batch again, after an answer that was lost, is the same messages.
const KEPT_BY_ID = `${KEPT} AND id = ?`;

// A retry and a confirmation happen once, whoever asks for them.
const KEPT_AS_RETRY = `${KEPT} AND retry_of = ?`;
const KEPT_AS_CONFIRMATION = `${KEPT} AND confirms = ?`;

const IS_ANYBODY_MERGED = /* sql */ `SELECT EXISTS (SELECT 1 FROM contact WHERE merged_into IS NOT NULL)`;

/** Finds what a request of the batch was before, where its person is this contact; null where it is new. For one transaction. */
export function createKeptReader(
  sqlite: Sqlite,
  { senderId, mode }: Pick<AdmitBatch, 'senderId' | 'mode'>,
): (request: AdmitRequest, contactId: ContactId | null) => KeptMessage | null {
  const selvesOf = createSelvesReader(sqlite);
  return ({ id, key, aliases, retryOf, confirms }, contactId) => {
    if (retryOf !== null) return find(sqlite, KEPT_AS_RETRY, [senderId, retryOf]);
    if (confirms !== null) return find(sqlite, KEPT_AS_CONFIRMATION, [senderId, confirms]);
    if (key === null) return mode === 'preview' ? null : find(sqlite, KEPT_BY_ID, [senderId, id]);
    const selves = isDerived(key) ? selvesOf(contactId) : [];
    return findOf(sqlite, { senderId, key, selves }) ?? findByAlias(sqlite, { senderId, aliases, selves });
  };
}

/** The message that holds this key, as the store keeps it; null where it is free. */
export function findByKey(sqlite: Sqlite, senderId: SenderId, key: Uint8Array): KeptMessage | null {
  return find(sqlite, KEPT_BY_KEY, [senderId, key]);
}

// The contacts that a person is and was: what is over stays with whom it was sent to, and its key in their place. To nobody, nothing was sent.
function createSelvesReader(sqlite: Sqlite): (contactId: ContactId | null) => readonly ContactId[] {
  let isAnybodyMerged: boolean | undefined;
  return (contactId) => {
    if (contactId === null) return [];
    isAnybodyMerged ??= sqlite.prepare(IS_ANYBODY_MERGED).pluck().get() === 1;
    return isAnybodyMerged ? [contactId, ...formersOf(sqlite, contactId)] : [contactId];
  };
}

type Held = { readonly senderId: SenderId; readonly selves: readonly ContactId[] };

function findOf(sqlite: Sqlite, { senderId, key, selves }: Held & { readonly key: Uint8Array }): KeptMessage | null {
  if (!isDerived(key)) return findByKey(sqlite, senderId, key);
  for (const self of selves) {
    const kept = findByKey(sqlite, senderId, placedKey(key, self));
    if (kept !== null) return kept;
  }
  return null;
}

// Both ways: the message may have been admitted under what is an alias now, or under a number that has changed since.
function findByAlias(sqlite: Sqlite, { senderId, aliases, selves }: Held & Pick<AdmitRequest, 'aliases'>): KeptMessage | null {
  for (const { key } of aliases) {
    const kept = findOf(sqlite, { senderId, key, selves }) ?? find(sqlite, KEPT_BY_ALIAS, [senderId, key]);
    if (kept !== null) return kept;
  }
  return null;
}

type KeptRow = readonly [MessageId, Uint8Array, MessageState, bigint | null, bigint, bigint | null];

function find(sqlite: Sqlite, sql: string, which: readonly [SenderId, Uint8Array | MessageId | number]): KeptMessage | null {
  const row = sqlite
    .prepareExact(sql)
    .raw()
    .get(...which) as KeptRow | undefined;
  if (row === undefined) return null;
  const [id, fingerprint, state, runId, price, dueAt] = row;
  return {
    id,
    fingerprint,
    state,
    runId: runId === null ? null : Number(runId),
    price: toMicros(price),
    dueAt: dueAt === null ? null : toInstant(Number(dueAt)),
  };
}
