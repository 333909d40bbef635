// A message as the rule of settling sees it, and what the rule changes in it. One look-up and one update each, since every status pays for both.

import type { MessageState, PricingType } from '../../domain/message.ts';
import type { PricedKind, ToldPricing } from '../../domain/outcome.ts';
import type { ChargeFacts, MessageChange, MessageFacts } from '../../ports/store/settle.ts';
import type { ContactId, MessageId, SenderId, TemplateId } from '../../values/id.ts';
import { type Currency, toMicros } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import { type Instant, toInstant } from '../../values/time.ts';
import type { AllowanceMeter } from './allowance.ts';
import type { Book } from './book.ts';
import type { ClosingReader } from './closings.ts';
import type { Sqlite } from './database.ts';
import { STANDING } from './deliveries.ts';
import type { SenderStore } from './senders.ts';
import type { TemplateStore } from './templates.ts';

/** What all messages of a batch share. */
type BatchFacts = Pick<ClosingReader, 'closedThrough'> & Pick<AllowanceMeter, 'freeUnitsIn'>;

export type MessageFactStore = {
  /** One message; which months are closed, and what is used of an allowance, is asked of the batch, which keeps the answers. */
  readonly load: (id: MessageId, batch: BatchFacts) => MessageFacts | undefined;
  /** Writes changes, one for each message. Call it inside `write`. */
  readonly change: (changes: ReadonlyMap<MessageId, MessageChange>) => void;
};

// The person is whoever the message's contact turned out to be.
const FIND = /* sql */ `
  SELECT m.sender_id, m.state, m.attempt, m.uncounted, m.reason, m.run_id, CAST(m.price AS TEXT), CAST(m.held AS TEXT), m.hold_bucket_id, m.pricing,
    m.provider_id, m.template_id, ifnull(p.id, c.id), ifnull(p.phone, c.phone), ifnull(p.user_id, c.user_id), iif(p.id IS NULL, c.undeliverable_at, p.undeliverable_at) IS NOT NULL,
    m.claimed_at, m.inbound_at, m.free_entry_until, m.read_at, ifnull(iif(p.id IS NULL, c.moved_at, p.moved_at) >= m.claimed_at, FALSE)
  FROM message m
  JOIN contact c ON c.id = m.contact_id
  LEFT JOIN contact p ON p.id = c.merged_into
  WHERE m.id = ?`;

const CHARGE = /* sql */ `SELECT posted, bucket_id, event_at, attempt FROM (${STANDING})`;

const CHANGE = /* sql */ `
  UPDATE message SET
    state = ?,
    held = ?,
    reason = ?,
    changed_at = ?,
    expires_at = ifnull(?, expires_at),
    provider_id = ifnull(?, provider_id),
    pricing = ifnull(?, pricing),
    accepted_at = ifnull(?, accepted_at),
    sent_at = ifnull(?, sent_at),
    read_at = ifnull(?, read_at),
    worker_id = NULL
  WHERE id = ?`;

// Apart, because SQLite writes the index of every column that a statement names, also where its value stays as it is.
/** Puts a message off. What waits longer than it lives is given up when its life ends. */
const DEFER = /* sql */ `UPDATE message SET not_before = min(?, expires_at) WHERE id = ?`;
const COUNT_ASIDE = /* sql */ `UPDATE message SET uncounted = uncounted + 1 WHERE id = ?`;
const FREE_KEY = /* sql */ `UPDATE message SET key = NULL, alias_key = NULL, retry_of = NULL, confirms = NULL WHERE id = ?`;

// Money as text: a number would round what is past 2^53, and to have every integer as a bigint takes a quarter of the look-up.
type Row = readonly [
  SenderId,
  MessageState,
  number,
  number,
  string | null,
  number | null,
  string,
  string,
  number,
  string | null,
  string | null,
  TemplateId | null,
  ContactId,
  Phone | null,
  string | null,
  0 | 1,
  Instant | null,
  Instant | null,
  Instant | null,
  Instant | null,
  0 | 1,
];

type FactParts = {
  readonly sqlite: Sqlite;
  readonly book: Book;
  readonly senders: SenderStore;
  readonly templates: Pick<TemplateStore, 'byId'>;
};

/** The messages of one connection. */
export function createMessageFactStore(parts: FactParts): MessageFactStore {
  const { sqlite } = parts;
  return {
    load: (id, batch) => {
      const row = sqlite.prepare(FIND).raw().get(id) as Row | undefined;
      return row === undefined ? undefined : toFacts({ id, row }, parts, batch);
    },
    change: (changes) => {
      const update = sqlite.prepare(CHANGE);
      for (const [id, change] of changes) {
        if (change.notBefore !== null) sqlite.prepare(DEFER).run(change.notBefore, id);
        if (change.isUncounted) sqlite.prepare(COUNT_ASIDE).run(id);
        if (change.freesKey) sqlite.prepare(FREE_KEY).run(id);
        update.run(...changeRow(change), id);
      }
    },
  };
}

type Found = { readonly id: MessageId; readonly row: Row };

function toFacts(
  { id, row }: Found,
  { sqlite, book, senders, templates }: FactParts,
  { closedThrough, freeUnitsIn }: BatchFacts,
): MessageFacts {
  const [
    senderId,
    state,
    attempt,
    uncounted,
    reason,
    runId,
    price,
    held,
    holdBucketId,
    pricing,
    providerId,
    templateId,
    contactId,
    phone,
    userId,
    undeliverable,
    claimedAt,
    inboundAt,
    freeEntryUntil,
    readAt,
    hasMoved,
  ] = row;
  return {
    id,
    sender: senders.byId(senderId),
    state,
    attempt,
    uncounted,
    reason,
    runId,
    contactId,
    phone,
    userId,
    hasMoved: hasMoved === 1,
    undeliverable: undeliverable === 1,
    pricing: pricing === null ? null : toPricing(pricing),
    providerId,
    charge: () => chargeOf({ sqlite, book }, id),
    readAt,
    windows: { claimedAt, inboundAt, freeEntryUntil },
    freeUnitsIn: (month) => freeUnitsIn(senderId, month),
    template: templateId === null ? null : templates.byId(templateId),
    price: toMicros(BigInt(price)),
    held: toMicros(BigInt(held)),
    holdBucket: book.bucket(holdBucketId),
    closedThrough: closedThrough(senderId),
  };
}

function chargeOf({ sqlite, book }: Pick<FactParts, 'sqlite' | 'book'>, id: MessageId): ChargeFacts | null {
  const row = sqlite.prepareExact(CHARGE).raw().get({ id }) as readonly [bigint, bigint, bigint, bigint] | undefined;
  if (row === undefined) return null;
  const [posted, bucketId, at, attempt] = row;
  return { amount: toMicros(posted), bucket: book.bucket(Number(bucketId)), at: toInstant(Number(at)), attempt: Number(attempt) };
}

/** Two changes of one message as one: the newest state, and every other fact from whoever knew it last. */
export function mergeChanges(before: MessageChange | undefined, next: MessageChange): MessageChange {
  if (before === undefined) return next;
  return {
    ...next,
    notBefore: next.notBefore ?? before.notBefore,
    isUncounted: next.isUncounted || before.isUncounted,
    expiresAt: next.expiresAt ?? before.expiresAt,
    providerId: next.providerId ?? before.providerId,
    pricing: next.pricing ?? before.pricing,
    acceptedAt: next.acceptedAt ?? before.acceptedAt,
    sentAt: next.sentAt ?? before.sentAt,
    readAt: next.readAt ?? before.readAt,
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
    change.pricing === null ? null : pricingText(change.pricing),
    change.acceptedAt,
    change.sentAt,
    change.readAt,
  ];
}

// What it costs stands behind it where the provider told that: `regular/marketing/delivered@61800 USD`.
function pricingText({ type, category, toldBy, cost }: ToldPricing): string {
  return `${type}/${category}/${toldBy}${cost === undefined ? '' : `@${cost.amount} ${cost.currency}`}`;
}

/** The word on the price from its column. The category is the provider's word, whatever stands in it. */
export function toPricing(text: string): ToldPricing {
  const [first, last] = [text.indexOf('/'), text.lastIndexOf('/')];
  const [toldBy, costText] = text.slice(last + 1).split('@');
  const word = { type: text.slice(0, first) as PricingType, category: text.slice(first + 1, last), toldBy: toldBy as PricedKind };
  if (costText === undefined) return word;
  const [amount = '', currency] = costText.split(' ');
  return { ...word, cost: { amount: toMicros(BigInt(amount)), currency: currency as Currency } };
}
