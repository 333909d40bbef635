// A message as the rule of settling sees it, and what the rule changes in it. One look-up and one update each, since every status pays for both.

import type { MessageState, PricingType } from '../../domain/message.ts';
import type { ProviderPricing } from '../../domain/outcome.ts';
import type { ChargeFacts, MessageChange, MessageFacts } from '../../ports/store/settle.ts';
import type { ContactId, MessageId, SenderId, TemplateId } from '../../values/id.ts';
import { toMicros } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Book } from './book.ts';
import type { Sqlite } from './database.ts';
import type { SenderStore } from './senders.ts';
import type { TemplateStore } from './templates.ts';

export type MessageFactStore = {
  readonly load: (id: MessageId) => MessageFacts | undefined;
  /** What a delivered message was charged. */
  readonly chargeOf: (id: MessageId) => ChargeFacts | null;
  /** Writes changes, one for each message. Call it inside `write`. */
  readonly change: (changes: ReadonlyMap<MessageId, MessageChange>) => void;
};

// The person is whoever the message's contact turned out to be.
const FIND = /* sql */ `
  SELECT m.sender_id, m.state, m.attempt, m.run_id, m.price, m.held, m.hold_bucket_id, m.pricing, ifnull(p.id, c.id), ifnull(p.phone, c.phone),
    ifnull(p.user_id, c.user_id), iif(p.id IS NULL, c.undeliverable_at, p.undeliverable_at) IS NOT NULL, m.template_id
  FROM message m
  JOIN contact c ON c.id = m.contact_id
  LEFT JOIN contact p ON p.id = c.merged_into
  WHERE m.id = ?`;

const CHARGE = /* sql */ `SELECT posted, bucket_id, provider_type FROM ledger WHERE message_id = ? AND kind = 'charge' ORDER BY sequence LIMIT 1`;

const CHANGE = /* sql */ `
  UPDATE message SET
    state = ?,
    held = ?,
    reason = ?,
    changed_at = ?,
    expires_at = ifnull(?, expires_at),
    provider_id = ifnull(?, provider_id),
    pricing = ifnull(?, pricing),
    worker_id = NULL
  WHERE id = ?`;

// Apart, because SQLite writes the index of every column that a statement names, also where its value stays as it is.
const DEFER = /* sql */ `UPDATE message SET not_before = ? WHERE id = ?`;
const COUNT_UNBEGUN = /* sql */ `UPDATE message SET unbegun = unbegun + 1 WHERE id = ?`;
const FREE_KEY = /* sql */ `UPDATE message SET key = NULL, alias_key = NULL, retry_of = NULL, confirms = NULL WHERE id = ?`;

type Row = readonly [
  SenderId,
  MessageState,
  bigint,
  bigint | null,
  bigint,
  bigint,
  bigint,
  string | null,
  ContactId,
  Phone | null,
  string | null,
  bigint,
  TemplateId | null,
];

/** The messages of one connection. */
export function createMessageFactStore({
  sqlite,
  book,
  senders,
  templates,
}: {
  readonly sqlite: Sqlite;
  readonly book: Book;
  readonly senders: SenderStore;
  readonly templates: Pick<TemplateStore, 'byId'>;
}): MessageFactStore {
  return {
    load: (id) => {
      const row = sqlite.prepareExact(FIND).raw().get(id) as Row | undefined;
      if (row === undefined) return undefined;
      const [senderId, state, attempt, runId, price, held, holdBucketId, pricing, contactId, phone, userId, undeliverable, templateId] =
        row;
      return {
        id,
        sender: senders.byId(senderId),
        state,
        attempt: Number(attempt),
        runId: runId === null ? null : Number(runId),
        contactId,
        phone,
        userId,
        undeliverable: undeliverable === 1n,
        pricing: pricing === null ? null : toPricing(pricing),
        charge: null,
        template: templateId === null ? null : templates.byId(templateId),
        price: toMicros(price),
        held: toMicros(held),
        holdBucket: book.bucket(Number(holdBucketId)),
      };
    },
    chargeOf: (id) => {
      const row = sqlite.prepareExact(CHARGE).raw().get(id) as readonly [bigint, bigint, string | null] | undefined;
      if (row === undefined) return null;
      const [posted, bucketId, providerType] = row;
      return { amount: toMicros(posted), bucket: book.bucket(Number(bucketId)), isTold: providerType !== null };
    },
    change: (changes) => {
      const update = sqlite.prepare(CHANGE);
      for (const [id, change] of changes) {
        if (change.notBefore !== null) sqlite.prepare(DEFER).run(change.notBefore, id);
        if (change.isUnbegun) sqlite.prepare(COUNT_UNBEGUN).run(id);
        if (change.freesKey) sqlite.prepare(FREE_KEY).run(id);
        update.run(...changeRow(change), id);
      }
    },
  };
}

/** Two changes of one message as one: the newest state, and every other fact from whoever knew it last. */
export function mergeChanges(before: MessageChange | undefined, next: MessageChange): MessageChange {
  if (before === undefined) return next;
  return {
    ...next,
    notBefore: next.notBefore ?? before.notBefore,
    isUnbegun: next.isUnbegun || before.isUnbegun,
    expiresAt: next.expiresAt ?? before.expiresAt,
    providerId: next.providerId ?? before.providerId,
    pricing: next.pricing ?? before.pricing,
    freesKey: next.freesKey || before.freesKey,
  };
}

function changeRow(change: MessageChange): unknown[] {
  return [
    change.state,
    change.held,
    change.reason,
    change.at,
    change.expiresAt,
    change.providerId,
    change.pricing === null ? null : `${change.pricing.type}/${change.pricing.category}`,
  ];
}

function toPricing(text: string): ProviderPricing {
  const slash = text.indexOf('/');
  return { type: text.slice(0, slash) as PricingType, category: text.slice(slash + 1) };
}
