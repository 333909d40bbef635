// Rows and what they mean, for every engine: columns have the same names everywhere. The only place where a driver's integers become
// instants and amounts; knows no statement.

import type { AuthInternational } from '../domain/auth-international.ts';
import type { Category, ConsentEvent, ConsentKind, ConsentScope, ConsentSubject } from '../domain/consent.ts';
import type { Contact } from '../domain/contact.ts';
import type { EntryKind } from '../domain/ledger.ts';
import { isWaiting, type MessageState, type PricingType } from '../domain/message.ts';
import type { Rate, TierEnd } from '../domain/price-book.ts';
import type { Sender, TransportName, WhatsappSettings } from '../domain/sender.ts';
import type { ParameterFormat, Template, TemplateCategory, TemplateQuality, TemplateStatus } from '../domain/template.ts';
import { assert, fail } from '../errors.ts';
import type { EntryRecord, MessageRecord } from '../ports/store/report.ts';
import type { AccountId, ContactId, MessageId, SenderId, TemplateId } from '../values/id.ts';
import { type Currency, type Micros, toMicros } from '../values/money.ts';
import type { Phone } from '../values/phone.ts';
import { type Instant, type TimeZone, toInstant } from '../values/time.ts';

/** An integer as drivers hand it over: SQLite a number or a bigint, PostgreSQL text. */
export type StoredInteger = string | number | bigint;

/** An amount, exactly. A number past 2^53 is refused: the driver has rounded it already. */
export function microsOf(value: StoredInteger): Micros {
  assert(typeof value !== 'number' || Number.isSafeInteger(value), 'amounts are read exactly');
  return toMicros(BigInt(value));
}

/** An instant. */
export function instantOf(value: StoredInteger): Instant {
  return toInstant(Number(value));
}

/** The value of a JSON column. Throws `store_invalid` for text that this program cannot have written. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail('store_invalid', { hint: 'Put back a backup of the store.', cause });
  }
}

export type SenderRow = {
  readonly id: SenderId;
  readonly account_id: AccountId;
  readonly name: string;
  readonly transport: TransportName;
  readonly currency: Currency;
  readonly time_zone: TimeZone;
  readonly is_default: StoredInteger | boolean;
  readonly created_at: StoredInteger;
  readonly settings: string;
  readonly auth_international: string | null;
};

export function toSender(row: SenderRow): Sender {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    transport: row.transport,
    currency: row.currency,
    timeZone: row.time_zone,
    isDefault: Number(row.is_default) === 1,
    createdAt: instantOf(row.created_at),
    whatsapp:
      row.transport === 'whatsapp'
        ? {
            ...(jsonOf(row.settings) as Omit<WhatsappSettings, 'authInternational'>),
            authInternational: row.auth_international === null ? null : (jsonOf(row.auth_international) as AuthInternational),
          }
        : null,
  };
}

export type ContactRow = {
  readonly id: ContactId;
  readonly account_id: AccountId;
  readonly phone: Phone | null;
  readonly user_id: string | null;
  readonly name: string | null;
  readonly language: string | null;
  readonly attributes: string;
  readonly undeliverable_at: StoredInteger | null;
  readonly undeliverable_reason: string | null;
  /** When the event was that named their number and user id; null where a person or a file did. */
  readonly identity_at: StoredInteger | null;
  readonly created_at: StoredInteger;
  readonly updated_at: StoredInteger;
};

export function toContact(row: ContactRow): Contact {
  return {
    id: row.id,
    accountId: row.account_id,
    phone: row.phone,
    userId: row.user_id,
    name: row.name,
    language: row.language,
    attributes: jsonOf(row.attributes) as Contact['attributes'],
    undeliverableAt: row.undeliverable_at === null ? null : instantOf(row.undeliverable_at),
    undeliverableReason: row.undeliverable_reason,
    createdAt: instantOf(row.created_at),
    updatedAt: instantOf(row.updated_at),
  };
}

export type ConsentEventRow = {
  readonly sequence: StoredInteger;
  readonly contact_id: ContactId;
  readonly scope: ConsentScope;
  readonly subject: ConsentSubject;
  readonly kind: ConsentKind;
  readonly at: StoredInteger;
  readonly recorded_at: StoredInteger;
  readonly actor: ConsentEvent['by'];
  /** Null when the person was forgotten. */
  readonly source: string | null;
  readonly evidence: string | null;
};

export function toConsentEvent(row: ConsentEventRow): ConsentEvent {
  return {
    sequence: Number(row.sequence),
    contactId: row.contact_id,
    scope: row.scope,
    subject: row.subject,
    kind: row.kind,
    at: instantOf(row.at),
    recordedAt: instantOf(row.recorded_at),
    by: row.actor,
    source: row.source ?? '',
    evidence: row.evidence,
  };
}

export type TemplateRow = {
  readonly id: TemplateId;
  readonly sender_id: SenderId;
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  readonly status: TemplateStatus;
  readonly parameter_format: ParameterFormat;
  readonly parameters: string;
  readonly components: string;
  readonly ttl_seconds: StoredInteger | null;
  readonly bid_amount: StoredInteger | null;
  readonly content_hash: string;
  readonly added_at: StoredInteger;
  readonly provider_id: string | null;
  readonly quality: TemplateQuality | null;
};

export function toTemplate(row: TemplateRow): Template {
  return {
    id: row.id,
    senderId: row.sender_id,
    name: row.name,
    language: row.language,
    category: row.category,
    status: row.status,
    parameterFormat: row.parameter_format,
    parameters: jsonOf(row.parameters) as Template['parameters'],
    components: jsonOf(row.components) as Template['components'],
    ttlSeconds: row.ttl_seconds === null ? null : Number(row.ttl_seconds),
    bidAmount: row.bid_amount === null ? null : Number(row.bid_amount),
    contentHash: row.content_hash,
    addedAt: instantOf(row.added_at),
    providerId: row.provider_id,
    quality: row.quality,
  };
}

/** A price without names, because a process that sends one message reads several hundred: id, market, category, tier_from, tier_to, tier_end, rate. */
export type PriceRow = readonly [
  StoredInteger,
  string,
  Category,
  StoredInteger,
  StoredInteger | null,
  'max' | 'at' | 'unknown',
  StoredInteger,
];

export function toRate([, market, category, tierFrom, tierTo, tierEnd, rate]: PriceRow): Rate {
  return { market, category, tierFrom: Number(tierFrom), tierTo: tierEnd === 'at' ? Number(tierTo) : tierEnd, rate: microsOf(rate) };
}

/** The two columns that say where a tier ends. */
export function fromTierEnd(end: TierEnd): { readonly tierTo: number | null; readonly tierEnd: PriceRow[5] } {
  return typeof end === 'number' ? { tierTo: end, tierEnd: 'at' } : { tierTo: null, tierEnd: end };
}

export type MessageRow = {
  readonly id: MessageId;
  readonly sender: string;
  readonly campaign: string | null;
  readonly contact_id: ContactId;
  readonly phone: Phone | null;
  readonly template: string | null;
  readonly language: string | null;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly category: Category;
  readonly market: string;
  readonly currency: Currency;
  readonly price: StoredInteger;
  readonly max_price: StoredInteger | null;
  readonly uncounted: StoredInteger;
  readonly attempt: StoredInteger;
  readonly cost_center: string;
  readonly tags: string;
  readonly provider_id: string | null;
  readonly retry_of: MessageId | null;
  readonly retried_by: MessageId | null;
  readonly created_at: StoredInteger;
  readonly changed_at: StoredInteger;
  readonly not_before: StoredInteger;
  readonly expires_at: StoredInteger;
};

export function toMessageRecord(row: MessageRow): MessageRecord {
  const waits = isWaiting(row.state);
  return {
    id: row.id,
    sender: row.sender,
    campaign: row.campaign,
    contactId: row.contact_id,
    phone: row.phone,
    template: row.template,
    language: row.language,
    state: row.state,
    reason: row.reason,
    category: row.category,
    market: row.market,
    currency: row.currency,
    price: microsOf(row.price),
    uncounted: Number(row.uncounted),
    maxPrice: row.max_price === null ? null : microsOf(row.max_price),
    attempt: Number(row.attempt),
    costCenter: row.cost_center === '' ? null : row.cost_center,
    tags: jsonOf(row.tags) as MessageRecord['tags'],
    providerId: row.provider_id,
    retryOf: row.retry_of,
    retriedBy: row.retried_by,
    createdAt: instantOf(row.created_at),
    changedAt: instantOf(row.changed_at),
    dueAt: waits ? instantOf(row.not_before) : null,
    expiresAt: waits ? instantOf(row.expires_at) : null,
  };
}

export type EntryRow = {
  readonly sequence: StoredInteger;
  readonly kind: EntryKind;
  readonly attempt: StoredInteger;
  readonly held: StoredInteger;
  readonly posted: StoredInteger;
  readonly currency: Currency;
  readonly market: string;
  readonly category: Category;
  readonly pricing_type: PricingType;
  readonly event_at: StoredInteger;
  readonly recorded_at: StoredInteger;
  readonly cause: string | null;
  readonly rule: string | null;
};

export function toEntryRecord(row: EntryRow): EntryRecord {
  return {
    sequence: Number(row.sequence),
    kind: row.kind,
    attempt: Number(row.attempt),
    held: microsOf(row.held),
    posted: microsOf(row.posted),
    currency: row.currency,
    market: row.market,
    category: row.category,
    pricingType: row.pricing_type,
    eventAt: instantOf(row.event_at),
    recordedAt: instantOf(row.recorded_at),
    cause: row.cause,
    rule: row.rule,
  };
}
