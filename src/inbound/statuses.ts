// Statuses: what became of a message of ours, in the provider's words. The hot path of all webhooks.

import { parseCallbackData } from '../domain/callback-data.ts';
import type { InboundEvent } from '../domain/inbound.ts';
import { type EventKind, PRICING_TYPES, type PricingType } from '../domain/message.ts';
import type { Outcome, ProviderError, ProviderPricing, ToldCost } from '../domain/outcome.ts';
import type { SenderId } from '../values/id.ts';
import { parseAmount, parseCurrency } from '../values/money.ts';
import { printable, shorten } from '../values/text.ts';
import { type Instant, parseSeconds } from '../values/time.ts';
import { idOf, type JsonObject, listOf, objectOf, pastOf, textOf } from './fields.ts';
import { commonOf, keptEvent, personOf, type ReadingHost } from './host.ts';
import type { Profiles } from './profiles.ts';

// A voice message that was played was read. Words that are not here are kept as they came.
const KINDS: ReadonlyMap<unknown, EventKind> = new Map([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['played', 'read'],
  ['failed', 'failed'],
]);

// In groups the free kind has a name of its own; for a bill it is the same.
const PRICING: ReadonlyMap<unknown, PricingType> = new Map([
  ...PRICING_TYPES.map((type) => [type, type] as const),
  ['free_group_customer_service', 'free_customer_service'],
]);

type Place = { readonly senderId: SenderId | null; readonly profiles: Profiles };

/**
 * The events of one status; none where it cannot be read. A status of a message that is not ours, or of a number that is not, has no outcome. A kind of price
 * that we do not know is no price: the status goes without one, and a second event keeps what the provider said.
 */
export function readStatus(host: ReadingHost, { senderId, profiles }: Place, item: unknown): readonly InboundEvent[] {
  const status = objectOf(item);
  const providerId = idOf(status?.['id']);
  const kind = KINDS.get(status?.['status']);
  const at = pastOf(status?.['timestamp'], host.at);
  if (status === undefined || providerId === null || kind === undefined || at === null) return [];
  const person =
    status['recipient_type'] === 'group' ? null : personOf(host, profiles.known(status['recipient_id'], status['recipient_user_id']));
  const event: InboundEvent = {
    ...commonOf(host, { senderId, at, identity: () => identityOf(status), evidence: item }),
    kind: 'status',
    outcome: senderId === null ? null : outcomeOf(host, status, { kind, at, providerId }),
    freeEntryUntil: freeEntryEnd(objectOf(status['conversation'])),
    person,
  };
  return saysMoreOfPrice(status) ? [event, keptEvent(host, { kind: 'other', senderId, at, evidence: item })] : [event];
}

// The provider's own rule for telling repetitions: message, status, recipient; a group's message has one status for each member.
function identityOf(status: JsonObject): string {
  const { id, status: word, timestamp, recipient_id: number, recipient_user_id: user, recipient_participant_id: member } = status;
  return JSON.stringify(['status', id, word, timestamp, number, user, member]);
}

function outcomeOf(host: ReadingHost, status: JsonObject, known: Pick<Outcome, 'kind' | 'at' | 'providerId'>): Outcome | null {
  const data = status['biz_opaque_callback_data'];
  const request = typeof data === 'string' ? parseCallbackData(data, host.keyedDigest) : null;
  if (request === null) return null;
  return {
    messageId: request.messageId,
    attempt: request.attempt,
    kind: known.kind,
    at: known.at,
    providerId: known.providerId,
    error: known.kind === 'failed' ? errorOf(listOf(status['errors'])?.[0]) : null,
    pricing: pricingOf(objectOf(status['pricing'])),
    retryAt: null,
  };
}

const TITLE_LENGTH_MAX = 300;
const CODE_LENGTH_MAX = 32;

function errorOf(item: unknown): ProviderError | null {
  const error = objectOf(item);
  const code = idOf(error?.['code']);
  if (error === undefined || code === null) return null;
  const title = textOf(error['title']) ?? textOf(error['message']) ?? '';
  return { code: safe(code, CODE_LENGTH_MAX), title: safe(title, TITLE_LENGTH_MAX) };
}

const CATEGORY_LENGTH_MAX = 64;

function pricingOf(pricing: JsonObject | undefined): ProviderPricing | null {
  const type = PRICING.get(pricing?.['type']);
  const category = textOf(pricing?.['category']);
  if (type === undefined || category === null) return null;
  const cost = costOf(objectOf(pricing?.['cost']));
  return { type, category: safe(category, CATEGORY_LENGTH_MAX), ...(cost === null ? {} : { cost }) };
}

// An amount that cannot be held exactly, or in a currency that is none, is no amount.
function costOf(cost: JsonObject | undefined): ToldCost | null {
  const [told, code] = [cost?.['amount'], cost?.['currency']];
  const amount = typeof told === 'number' || typeof told === 'string' ? parseAmount(String(told)) : undefined;
  const currency = typeof code === 'string' ? parseCurrency(code) : undefined;
  return amount === undefined || currency === undefined ? null : { amount, currency };
}

// A type or a shape that is not known, a cost that is not, or the exemption of a public body: to be looked at when the bill comes.
function saysMoreOfPrice(status: JsonObject): boolean {
  const pricing = status['pricing'];
  if (pricing === undefined || pricing === null) return false;
  const known = objectOf(pricing);
  const price = pricingOf(known);
  return price === null || known?.['subtype'] !== undefined || (known?.['cost'] !== undefined && price.cost === undefined);
}

// Other conversations are of the old price model, which ended in July 2025, and open nothing.
function freeEntryEnd(conversation: JsonObject | undefined): Instant | null {
  if (objectOf(conversation?.['origin'])?.['type'] !== 'referral_conversion') return null;
  return parseSeconds(conversation?.['expiration_timestamp']) ?? null;
}

function safe(text: string, lengthMax: number): string {
  return printable(shorten(text, lengthMax));
}
