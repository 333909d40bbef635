// How a message looks: the same fields in every command that shows one.

import * as z from 'zod/mini';
import { CATEGORIES } from '../domain/consent.ts';
import { ENTRY_KINDS } from '../domain/ledger.ts';
import { EVENT_KINDS, MESSAGE_STATES } from '../domain/message.ts';
import type { EntryRecord, MessageRecord, ResolutionRecord } from '../ports/store/report.ts';
import { RESOLUTIONS, resolutionOf } from '../send/resolve.ts';
import { formatAmount } from '../values/money.ts';
import { formatInstant } from '../values/time.ts';
import { instantTextOut, moneyText } from './shapes.ts';

export const messageItem = z.object({
  id: z.string(),
  sender: z.string(),
  campaign: z.nullable(z.string()),
  contact: z.string(),
  to: z.nullable(z.string()),
  template: z.nullable(z.string()),
  language: z.nullable(z.string()),
  status: z.enum(MESSAGE_STATES),
  reason: z.nullable(z.string()),
  category: z.enum(CATEGORIES),
  market: z.string(),
  price: moneyText,
  currency: z.string(),
  attempt: z.int(),
  cost_center: z.nullable(z.string()),
  tags: z.array(z.string()),
  provider_id: z.nullable(z.string()),
  retry_of: z.nullable(z.string()).check(z.describe('the message that this one sends again')),
  retried_by: z.nullable(z.string()).check(z.describe('the message that sends this one again')),
  created_at: instantTextOut,
  changed_at: instantTextOut,
  due_at: z.nullable(instantTextOut).check(z.describe('from when it may be sent; null once it is not waiting any more')),
  expires_at: z
    .nullable(instantTextOut)
    .check(z.describe('when it is given up if it was not sent by then; null once it is not waiting any more')),
});

export type MessageItem = z.output<typeof messageItem>;

/** The columns of a message in `csv`. */
export const MESSAGE_COLUMNS = Object.keys(messageItem.shape);

/** A message as it is shown. */
export function toMessageItem(record: MessageRecord): MessageItem {
  return {
    id: record.id,
    sender: record.sender,
    campaign: record.campaign,
    contact: record.contactId,
    to: record.phone,
    template: record.template,
    language: record.language,
    status: record.state,
    reason: record.reason,
    category: record.category,
    market: record.market,
    price: formatAmount(record.price),
    currency: record.currency,
    attempt: record.attempt,
    cost_center: record.costCenter,
    tags: [...record.tags],
    provider_id: record.providerId,
    retry_of: record.retryOf,
    retried_by: record.retriedBy,
    created_at: formatInstant(record.createdAt),
    changed_at: formatInstant(record.changedAt),
    due_at: record.dueAt === null ? null : formatInstant(record.dueAt),
    expires_at: record.expiresAt === null ? null : formatInstant(record.expiresAt),
  };
}

export const entryItem = z.object({
  sequence: z.int(),
  kind: z.enum(ENTRY_KINDS),
  attempt: z.int(),
  held: moneyText,
  posted: moneyText,
  currency: z.string(),
  market: z.string(),
  pricing_type: z.string(),
  event_at: instantTextOut,
  recorded_at: instantTextOut,
  cause: z.nullable(z.string()),
  rule: z.nullable(z.string()),
});

/** A ledger entry as it is shown. */
export function toEntryItem(entry: EntryRecord): z.output<typeof entryItem> {
  return {
    sequence: entry.sequence,
    kind: entry.kind,
    attempt: entry.attempt,
    held: formatAmount(entry.held),
    posted: formatAmount(entry.posted),
    currency: entry.currency,
    market: entry.market,
    pricing_type: entry.pricingType,
    event_at: formatInstant(entry.eventAt),
    recorded_at: formatInstant(entry.recordedAt),
    cause: entry.cause,
    rule: entry.rule,
  };
}

export const resolutionItem = z.object({
  attempt: z.int(),
  resolved_as: z.enum(RESOLUTIONS),
  outcome: z.enum(EVENT_KINDS),
  by: z.string(),
  reason: z.string(),
  at: instantTextOut,
});

/** A person's decision about an unknown outcome as it is shown. */
export function toResolutionItem({ attempt, outcome, by, reason, at }: ResolutionRecord): z.output<typeof resolutionItem> {
  return { attempt, resolved_as: resolutionOf(outcome), outcome, by, reason, at: formatInstant(at) };
}
