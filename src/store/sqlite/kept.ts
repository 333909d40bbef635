// The message that a request was before, on SQLite: by its key, under whatever name the person had then; as the retry or the confirmation that happens once.

import { isDerived, placedKey } from '../../domain/key.ts';
import { otherWriting } from '../../domain/wa-id.ts';
import type { MessageState } from '../../domain/message.ts';
import { assert } from '../../errors.ts';
import type { AdmitBatch, AdmitRequest, KeptMessage } from '../../ports/store/admit.ts';
import type { AccountId, ContactId, MessageId, SenderId } from '../../values/id.ts';
import { toMicros } from '../../values/money.ts';
import { toInstant } from '../../values/time.ts';
import { formersOf } from './contacts.ts';
import type { Sqlite } from './database.ts';
import type { SenderStore } from './senders.ts';

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

const HAS_ANYBODY_MOVED = /* sql */ `SELECT EXISTS (SELECT 1 FROM former_number)`;
const HAD_NUMBER = /* sql */ `SELECT contact_id FROM former_number WHERE account_id = ? AND phone IN (?, ?)`;

type KeptParts = { readonly sqlite: Sqlite; readonly senders: SenderStore };

/** Finds what a request of the batch was before, where its person is this contact; null where it is new. For one transaction. */
export function createKeptReader(
  { sqlite, senders }: KeptParts,
  { senderId, mode }: Pick<AdmitBatch, 'senderId' | 'mode'>,
): (request: AdmitRequest, contactId: ContactId | null) => KeptMessage | null {
  const holdersOf = createHolderReader(sqlite, senders.byId(senderId).accountId);
  return (request, contactId) => {
    const { id, key, to, aliases, retryOf, confirms } = request;
    if (retryOf !== null) return find(sqlite, KEPT_AS_RETRY, [senderId, retryOf]);
    if (confirms !== null) return find(sqlite, KEPT_AS_CONFIRMATION, [senderId, confirms]);
    if (key === null) return mode === 'preview' ? null : find(sqlite, KEPT_BY_ID, [senderId, id]);
    const holders = isDerived(key) ? holdersOf(request, contactId) : [];
    return findOf(sqlite, { senderId, key, holders }) ?? findByAlias(sqlite, { senderId, key, to, aliases, holders });
  };
}

/** The message that holds this key, which a user chose; null where it is free. */
export function findByChosenKey(sqlite: Sqlite, senderId: SenderId, key: Uint8Array): KeptMessage | null {
  assert(!isDerived(key), 'a derived key is found under its person alone');
  return findByKey(sqlite, senderId, key);
}

// As the store keeps it: a derived key with its place.
function findByKey(sqlite: Sqlite, senderId: SenderId, key: Uint8Array): KeptMessage | null {
  return find(sqlite, KEPT_BY_KEY, [senderId, key]);
}

// Under whom a message to this addressee may be kept: who has the number or had it, and whom the person was taken for. What is over stays with whom it was sent to.
function createHolderReader(
  sqlite: Sqlite,
  accountId: AccountId,
): (request: Pick<AdmitRequest, 'to' | 'aliases'>, contactId: ContactId | null) => readonly ContactId[] {
  let hasAnybodyMoved: boolean | undefined;
  return ({ to, aliases }, contactId) => {
    hasAnybodyMoved ??= sqlite.prepare(HAS_ANYBODY_MOVED).pluck().get() === 1;
    const holders = contactId === null ? [] : [contactId];
    if ('phone' in to && hasAnybodyMoved) {
      const other = otherWriting(to.phone) ?? to.phone;
      holders.push(...(sqlite.prepare(HAD_NUMBER).pluck().all(accountId, to.phone, other) as ContactId[]));
    }
    const isNamedById = !('phone' in to) || aliases.length > 0;
    return isNamedById ? [...holders, ...holders.flatMap((holder) => formersOf(sqlite, holder))] : holders;
  };
}

type Held = { readonly senderId: SenderId; readonly holders: readonly ContactId[] };

function findOf(sqlite: Sqlite, { senderId, key, holders }: Held & { readonly key: Uint8Array }): KeptMessage | null {
  if (!isDerived(key)) return findByKey(sqlite, senderId, key);
  for (const holder of holders) {
    const kept = findByKey(sqlite, senderId, placedKey(key, holder));
    if (kept !== null) return kept;
  }
  return null;
}

type Aliased = Held & Pick<AdmitRequest, 'to' | 'aliases'> & { readonly key: Uint8Array };

// Both ways: the message may have been admitted under what is an alias now, or under a number that has changed since. Who is named by number was never an alias.
function findByAlias(sqlite: Sqlite, { senderId, key, to, aliases, holders }: Aliased): KeptMessage | null {
  const kept = 'phone' in to ? null : find(sqlite, KEPT_BY_ALIAS, [senderId, key]);
  if (kept !== null) return kept;
  for (const alias of aliases) {
    const other = findOf(sqlite, { senderId, key: alias.key, holders }) ?? find(sqlite, KEPT_BY_ALIAS, [senderId, alias.key]);
    if (other !== null) return other;
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
