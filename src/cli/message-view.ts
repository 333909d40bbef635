// How a message looks: the same fields in every command that shows one.

import * as z from 'zod';
import { CATEGORIES } from '../domain/consent.ts';
import { ENTRY_KINDS } from '../domain/ledger.ts';
import { MESSAGE_STATES } from '../domain/message.ts';
import type { EntryRecord, MessageRecord } from '../ports/store/report.ts';
import { formatAmount } from '../values/money.ts';
import { formatInstant } from '../values/time.ts';
import { instantTextOut, moneyText } from './shapes.ts';

export const messageItem = z.object({
  id: z.string(),
  sender: z.string(),
  campaign: z.string().nullable(),
  contact: z.string(),
  to: z.string().nullable(),
  template: z.string().nullable(),
  language: z.string().nullable(),
  status: z.enum(MESSAGE_STATES),
  reason: z.string().nullable(),
  category: z.enum(CATEGORIES),
  market: z.string(),
  price: moneyText,
  currency: z.string(),
  attempt: z.int(),
  cost_center: z.string().nullable(),
  tags: z.array(z.string()),
  provider_id: z.string().nullable(),
  created_at: instantTextOut,
  changed_at: instantTextOut,
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
    created_at: formatInstant(record.createdAt),
    changed_at: formatInstant(record.changedAt),
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
  cause: z.string().nullable(),
  rule: z.string().nullable(),
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
