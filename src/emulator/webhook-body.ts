// The payloads of webhooks, built from plain values. Pure; who sends them, when and signed with what is not decided here.

import type { Instant } from '../values/time.ts';
import { type Json, listedError } from './answer.ts';

/** The account and number that a webhook is about. */
export type WebhookSource = { readonly wabaId: string; readonly phoneNumberId: string; readonly displayPhoneNumber: string };

/** A person as webhooks name them: by number without `+`, by user id, or by both. */
export type WebhookPerson = { readonly waId: string | null; readonly userId: string | null; readonly name: string };

/** One change of an entry: what a webhook is made of. */
export type Change = { readonly field: string; readonly value: Json };

export type StatusValues = {
  readonly messageId: string;
  readonly status: string;
  readonly at: Instant;
  readonly person: WebhookPerson;
  readonly callbackData: string | null;
  readonly pricing: {
    readonly billable: boolean;
    readonly type: string;
    readonly category: string;
    /** Of what is bid for. */
    readonly cost?: { readonly amount: number; readonly currency: string };
  } | null;
  /** Only in a free-entry-point window; `until` is told with `sent`. */
  readonly conversation: { readonly id: string; readonly until: Instant } | null;
  readonly error: { readonly code: number; readonly details: string } | null;
};

export type InboundValues = {
  readonly messageId: string;
  readonly at: Instant;
  readonly person: WebhookPerson;
  /** The provider's type of the message and, below its name, its content: `{ body }` of a text. */
  readonly type: string;
  readonly content: Json | readonly unknown[] | null;
  /** `context` and `referral`, where there are any. */
  readonly beside?: Json;
};

/** The whole body of a webhook: changes of one account, in one entry. */
export function webhookBody(source: Pick<WebhookSource, 'wabaId'>, changes: readonly Change[], at: Instant): Json {
  // Entries about messages carry no time; those of all other fields do.
  const isAboutMessages = changes.every(({ field }) => field === 'messages');
  return {
    object: 'whatsapp_business_account',
    entry: [{ id: source.wabaId, ...(isAboutMessages ? {} : { time: secondsOf(at) }), changes }],
  };
}

/** The change that reports these statuses, in one list. */
export function statusesChange(source: WebhookSource, statuses: readonly StatusValues[]): Change {
  const people = new Map(statuses.filter(({ status }) => status !== 'failed').map(({ person }) => [person.userId ?? person.waId, person]));
  return {
    field: 'messages',
    value: {
      ...metadataOf(source),
      ...(people.size === 0 ? {} : { contacts: [...people.values()].map(toContact) }),
      statuses: statuses.map(toStatus),
    },
  };
}

/** The change that brings a message of a customer. */
export function inboundChange(source: WebhookSource, { messageId, at, person, type, content, beside = {} }: InboundValues): Change {
  return {
    field: 'messages',
    value: {
      ...metadataOf(source),
      contacts: [toContact(person)],
      messages: [
        {
          ...beside,
          ...sentBy(person),
          id: messageId,
          timestamp: String(secondsOf(at)),
          type,
          ...(content === null ? {} : { [type]: content }),
        },
      ],
    },
  };
}

/** Who somebody was, and who they are now; `hidesNumber` where they have another number that is not told. */
export type IdentityValues = {
  readonly messageId: string;
  readonly at: Instant;
  readonly person: WebhookPerson;
  readonly next: WebhookPerson;
  readonly hidesNumber: boolean;
};

/** The change that tells of a new number or user id. It has no contacts. */
export function identityChange(source: WebhookSource, { messageId, at, person, next: known, hidesNumber }: IdentityValues): Change {
  const next = hidesNumber ? { ...known, waId: null } : known;
  const tellsNumber = next.waId !== null && next.waId !== person.waId;
  const hasNewNumber = hidesNumber || tellsNumber;
  const [was, is] = tellsNumber ? [person.waId, next.waId] : [person.userId, next.userId];
  const system = {
    type: hasNewNumber ? 'user_changed_number' : 'user_changed_user_id',
    body: `User ${person.name} changed from ${was} to ${is}`,
    ...(next.waId === null ? {} : { wa_id: next.waId }),
    ...(next.userId === null ? {} : { user_id: next.userId }),
    ...(person.userId === null ? {} : { previous_user_id: person.userId }),
  };
  const message = { ...sentBy(person), id: messageId, timestamp: String(secondsOf(at)), type: 'system', system };
  return { field: 'messages', value: { ...metadataOf(source), messages: [message] } };
}

/** The change that tells of a person's own switch for marketing. */
export function preferenceChange(
  source: WebhookSource,
  { person, marketing, at }: { readonly person: WebhookPerson; readonly marketing: 'stop' | 'resume'; readonly at: Instant },
): Change {
  const preference = {
    ...(person.waId === null ? {} : { wa_id: person.waId }),
    ...(person.userId === null ? {} : { user_id: person.userId }),
    detail: `User requested to ${marketing} marketing messages`,
    category: 'marketing_messages',
    value: marketing,
    timestamp: secondsOf(at),
  };
  return { field: 'user_preferences', value: { ...metadataOf(source), contacts: [toContact(person)], user_preferences: [preference] } };
}

/** A template as webhooks name it; its id is a number there. */
export type WebhookTemplate = { readonly id: string; readonly name: string; readonly language: string; readonly category: string };

/** The change that tells of a template's new status. `title` of other_info, such as FIRST_PAUSE, where it is paused. */
export function templateStatusChange(
  template: WebhookTemplate,
  event: string,
  more: { readonly reason: string; readonly title: string | null },
): Change {
  return {
    field: 'message_template_status_update',
    value: {
      event,
      ...templateOf(template),
      message_template_category: template.category,
      reason: more.reason,
      ...(more.title === null ? {} : { other_info: { title: more.title, description: 'Because of what its recipients said of it.' } }),
    },
  };
}

/** The change that tells of a template's new quality. */
export function templateQualityChange(template: WebhookTemplate, previous: string, next: string): Change {
  return {
    field: 'message_template_quality_update',
    value: { previous_quality_score: previous, new_quality_score: next, ...templateOf(template) },
  };
}

/** The change that tells of a template's new category, which is in force. */
export function templateCategoryChange(template: WebhookTemplate, previous: string, next: string): Change {
  return { field: 'template_category_update', value: { ...templateOf(template), previous_category: previous, new_category: next } };
}

/** The change that announces a template's new category 24 hours before: `new_category` is then the present one. */
export function templateCategoryNotice(template: WebhookTemplate, correct: string, at: Instant): Change {
  return {
    field: 'template_category_update',
    value: {
      ...templateOf(template),
      correct_category: correct,
      new_category: template.category,
      category_update_timestamp: secondsOf(at),
    },
  };
}

/** What is told of a month's volume in a region: from now on its messages cost what this tier costs. */
export type VolumeTier = { readonly region: string; readonly category: string; readonly tier: string; readonly month: string };

/** The change that tells that the account has reached a tier. It may come several times; the first moment counts. */
export function volumeTierChange({ region, category, tier, month }: VolumeTier, at: Instant): Change {
  const info = { tier_update_time: secondsOf(at), pricing_category: category, tier, effective_month: month, region };
  return { field: 'account_update', value: { event: 'VOLUME_BASED_PRICING_TIER_UPDATE', volume_tier_info: info } };
}

/** The change that tells from when authentication costs the international rate. */
export function eligibilityChange(eligibility: Json): Change {
  return {
    field: 'account_update',
    value: { event: 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE', auth_international_rate_eligibility: eligibility },
  };
}

/** How many people the business may message in a day from now on. */
export function messagingLimitChange(limit: string): Change {
  return {
    field: 'business_capability_update',
    value: { max_daily_conversations_per_business: limit, max_phone_numbers_per_business: 25 },
  };
}

/** Whole seconds since 1970, as webhooks count. */
export function secondsOf(at: Instant): number {
  return Math.floor(at / 1_000);
}

// A language has a hyphen in webhooks and an underscore everywhere else.
function templateOf({ id, name, language }: WebhookTemplate): Json {
  return { message_template_id: Number(id), message_template_name: name, message_template_language: language.replace('_', '-') };
}

function metadataOf({ phoneNumberId, displayPhoneNumber }: WebhookSource): Json {
  return { messaging_product: 'whatsapp', metadata: { display_phone_number: displayPhoneNumber, phone_number_id: phoneNumberId } };
}

function toContact({ waId, userId, name }: WebhookPerson): Json {
  return { profile: { name }, ...(waId === null ? {} : { wa_id: waId }), ...(userId === null ? {} : { user_id: userId }) };
}

function sentBy({ waId, userId }: WebhookPerson): Json {
  return { ...(waId === null ? {} : { from: waId }), ...(userId === null ? {} : { from_user_id: userId }) };
}

function toStatus({ messageId, status, at, person, callbackData, pricing, conversation, error }: StatusValues): Json {
  return {
    id: messageId,
    status,
    timestamp: String(secondsOf(at)),
    ...(person.waId === null ? {} : { recipient_id: person.waId }),
    ...(person.userId === null ? {} : { recipient_user_id: person.userId }),
    ...(callbackData === null ? {} : { biz_opaque_callback_data: callbackData }),
    ...(conversation === null ? {} : { conversation: toConversation(conversation, status) }),
    ...(pricing === null ? {} : { pricing: { ...pricing, pricing_model: 'PMP' } }),
    ...(error === null ? {} : { errors: [listedError(error.code, error.details)] }),
  };
}

function toConversation({ id, until }: { readonly id: string; readonly until: Instant }, status: string): Json {
  return {
    id,
    ...(status === 'sent' ? { expiration_timestamp: String(secondsOf(until)) } : {}),
    origin: { type: 'referral_conversion' },
  };
}
