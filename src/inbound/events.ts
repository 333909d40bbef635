// A webhook's JSON becomes events: every entry, every change, every item in it. Nothing that comes makes it throw; what is not understood is kept as it came,
// and never costs its neighbours.

import { parseAuthInternational } from '../domain/auth-international.ts';
import type { AccountNews, InboundEvent } from '../domain/inbound.ts';
import { parseMessagingLimit } from '../domain/messaging-limit.ts';
import type { SenderId } from '../values/id.ts';
import type { Instant } from '../values/time.ts';
import { idOf, type JsonObject, listOf, objectOf, pastOf, textOf } from './fields.ts';
import { forEachSender, keptEvent, type ReadingHost } from './host.ts';
import { readMessage, readPreference } from './messages.ts';
import { readProfiles } from './profiles.ts';
import { readStatus } from './statuses.ts';
import { isTemplateField, readTemplateEvent } from './template-events.ts';

// Of the account or of the number. Fields that are not known, now or in later years, are `other`.
const ACCOUNT_FIELDS: ReadonlySet<string> = new Set([
  'account_alerts',
  'account_review_update',
  'account_update',
  'business_capability_update',
  'business_username_update',
  'message_template_components_update',
  'payment_configuration_update',
  'phone_number_name_update',
  'phone_number_quality_update',
  'security',
]);

/** What tells how many people a business may message in a day; the second one of old numbers too. */
const LIMIT_FIELDS: ReadonlySet<string> = new Set(['business_capability_update', 'phone_number_quality_update']);

/** What tells from when authentication costs the international rate. */
const INTERNATIONAL_EVENT = 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE';

// Ids of templates are numbers without quotes, and some are longer than a double can hold.
const BARE_TEMPLATE_ID = /("message_template_id"\s*:\s*)(\d{16,})(?=\s*[,}])/g;

/** The value of a body that is JSON; undefined where it is none. */
export function parseBody(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(body.includes('"message_template_id"') ? body.replace(BARE_TEMPLATE_ID, '$1"$2"') : body) as unknown };
  } catch {
    return undefined;
  }
}

/** The events of one post, in its order. Items that cannot be read are together in one event for each list that they stood in. */
export function readEvents(payload: unknown, host: ReadingHost): readonly InboundEvent[] {
  const root = objectOf(payload);
  const entries = root?.['object'] === 'whatsapp_business_account' ? listOf(root['entry']) : undefined;
  const events: InboundEvent[] = [];
  if (entries === undefined) return [keptEvent(host, { kind: 'other', senderId: null, at: host.at, evidence: payload })];
  const unread = entries.filter((entry) => !readEntry(host, entry, events));
  if (unread.length > 0) events.push(keptEvent(host, { kind: 'other', senderId: null, at: host.at, evidence: { entry: unread } }));
  return events;
}

type Change = { readonly field: string; readonly value: JsonObject; readonly accountId: string | null; readonly at: Instant };

function readEntry(host: ReadingHost, item: unknown, events: InboundEvent[]): boolean {
  const entry = objectOf(item);
  const changes = listOf(entry?.['changes']);
  if (entry === undefined || changes === undefined) return false;
  const accountId = idOf(entry['id']);
  const at = pastOf(entry['time'], host.at) ?? host.at;
  const unread = changes.filter((change) => {
    const field = textOf(objectOf(change)?.['field']);
    const value = objectOf(objectOf(change)?.['value']);
    if (field === null || value === undefined) return true;
    for (const event of readChange(host, { field, value, accountId, at })) events.push(event);
    return false;
  });
  if (unread.length > 0) events.push(...keptFor(host, accountId, { kind: 'other', at, evidence: { changes: unread } }));
  return true;
}

function readChange(host: ReadingHost, change: Change): readonly InboundEvent[] {
  const { field, value, accountId, at } = change;
  const evidence = { field, value };
  if (field === 'messages') return readLists(host, change, ['statuses', 'messages', 'errors']);
  if (field === 'user_preferences') return readLists(host, change, ['user_preferences']);
  if (isTemplateField(field)) {
    return readTemplateEvent(host, { field, value, accountId, at }) ?? keptFor(host, accountId, { kind: 'account', at, evidence });
  }
  if (!ACCOUNT_FIELDS.has(field)) return keptFor(host, accountId, { kind: 'other', at, evidence });
  return keptFor(host, accountId, { kind: 'account', at, evidence, news: newsOf(field, value) });
}

function newsOf(field: string, value: JsonObject): AccountNews {
  const tellsStart = field === 'account_update' && value['event'] === INTERNATIONAL_EVENT;
  return {
    messagingLimit: LIMIT_FIELDS.has(field) ? (parseMessagingLimit(value['max_daily_conversations_per_business']) ?? null) : null,
    authInternational: tellsStart ? (parseAuthInternational(value['auth_international_rate_eligibility']) ?? null) : null,
  };
}

type List = 'statuses' | 'messages' | 'errors' | 'user_preferences';

// The lists of one value, each item by itself. A value with none of them is kept whole.
function readLists(host: ReadingHost, change: Change, names: readonly List[]): readonly InboundEvent[] {
  const { field, value, accountId, at } = change;
  const profiles = readProfiles(value);
  const events: InboundEvent[] = [];
  let isEmpty = true;
  for (const name of names) {
    const items = listOf(value[name]);
    if (items === undefined) continue;
    isEmpty = false;
    for (const senderId of sendersOf(host, change)) {
      const unread = items.filter((item) => {
        const told = READERS[name](host, { senderId, profiles }, item);
        for (const event of told) events.push(event);
        return told.length === 0;
      });
      const evidence = { field, metadata: value['metadata'], [name]: unread };
      const kind = name === 'errors' ? 'account' : 'other';
      if (unread.length > 0) events.push(keptEvent(host, { kind, senderId, at: host.at, evidence }));
    }
  }
  return isEmpty ? keptFor(host, accountId, { kind: 'other', at, evidence: { field, value } }) : events;
}

// The number decides. Where the value names none, it is told to the whole account.
function sendersOf(host: ReadingHost, { value, accountId }: Change): readonly (SenderId | null)[] {
  const numberId = idOf(objectOf(value['metadata'])?.['phone_number_id']);
  if (numberId !== null) return [host.senders.byNumber(numberId)];
  const senders = accountId === null ? [] : host.senders.byAccount(accountId);
  return senders.length === 0 ? [null] : senders;
}

type Reader = (...given: Parameters<typeof readStatus>) => readonly InboundEvent[];

const READERS: Readonly<Record<List, Reader>> = {
  statuses: readStatus,
  messages: (...given) => listed(readMessage(...given)),
  user_preferences: (...given) => listed(readPreference(...given)),
  errors: () => [], // of the account, and kept together
};

function listed(event: InboundEvent | undefined): readonly InboundEvent[] {
  return event === undefined ? [] : [event];
}

function keptFor(
  host: ReadingHost,
  accountId: string | null,
  kept: Omit<Parameters<typeof keptEvent>[1], 'senderId'>,
): readonly InboundEvent[] {
  return forEachSender(host, accountId, (senderId) => keptEvent(host, { ...kept, senderId }));
}
