// Facts as a store would load them, for the tests of the rules: correct ones, of which a test changes what it is about.

import type { ConsentFlag, ConsentKind, Purpose } from '../../src/domain/consent.ts';
import { createPriceBook } from '../../src/domain/price-book.ts';
import { createQuietHours } from '../../src/domain/quiet-hours.ts';
import type { Sender } from '../../src/domain/sender.ts';
import type { Template } from '../../src/domain/template.ts';
import type { AddresseeFacts, AdmissionFacts, AdmitRequest, KeptMessage } from '../../src/ports/store/admit.ts';
import type { MessageFacts, StoredRate } from '../../src/ports/store/settle.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { Delivery } from '../../src/ports/transport.ts';
import type { AccountId, ContactId, MessageId, SenderId, TemplateId } from '../../src/values/id.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Day, type Instant, parseInstant, type TimeZone, toInstant } from '../../src/values/time.ts';

export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`${text} is no instant`);
  return instant;
}

export const NOW = at('2026-11-22T12:00:00Z');
const GERMAN = '+4915112345678' as Phone;
const USD = 'USD' as Currency;

export const SENDER: Sender = {
  id: 'sender' as SenderId,
  accountId: 'default' as AccountId,
  name: 'sandbox',
  transport: 'sandbox',
  whatsapp: null,
  currency: USD,
  timeZone: 'Europe/Berlin' as TimeZone,
  isDefault: true,
  createdAt: toInstant(0),
};

function rate(id: number, market: string, micros: bigint, rest: Partial<StoredRate> = {}): StoredRate {
  return { id, market, category: 'utility', tierFrom: 0, tierTo: 'unknown', rate: toMicros(micros), ...rest };
}

/** Germany 50,000 micros in summer, 55,000 from October, 60,000 from December. Free-form messages have a price in Germany only. */
export const PRICES = createPriceBook<StoredRate>([
  { currency: USD, effectiveFrom: '2026-07-01' as Day, rates: [rate(1, 'Germany', 50_000n)] },
  {
    currency: USD,
    effectiveFrom: '2026-10-01' as Day,
    rates: [rate(2, 'Germany', 55_000n), rate(3, 'Germany', 5_000n, { category: 'service', tierTo: 'max' }), rate(4, 'Brazil', 6_800n)],
  },
  { currency: USD, effectiveFrom: '2026-12-01' as Day, rates: [rate(5, 'Germany', 60_000n), rate(6, 'Brazil', 6_800n)] },
]);

export function template(rest: Partial<Template> = {}): Template {
  return {
    id: 'tpl-en' as TemplateId,
    senderId: SENDER.id,
    name: 'order_shipped',
    language: 'en',
    category: 'utility',
    parameterFormat: 'named',
    components: [{ type: 'BODY', text: 'Hello {{name}}' }],
    ttlSeconds: null,
    bidAmount: null,
    parameters: ['name'],
    status: 'approved',
    contentHash: '',
    addedAt: toInstant(0),
    providerId: null,
    quality: null,
    ...rest,
  };
}

export function flag(subject: Purpose | 'block', kind: ConsentKind, rest: Partial<ConsentFlag> = {}): ConsentFlag {
  return { scope: SENDER.id, subject, kind, at: toInstant(1), ...rest };
}

/** Somebody in Germany who wants to hear when an order is shipped. */
export function addressee(rest: Partial<AddresseeFacts> = {}): AddresseeFacts {
  return {
    contactId: 'contact' as ContactId,
    phone: GERMAN,
    userId: null,
    language: null,
    flags: [flag('utility', 'opt_in')],
    lastInboundAt: null,
    freeEntryUntil: null,
    undeliverable: false,
    isNewcomer: false,
    timeZone: null,
    ...rest,
  };
}

let requests = 0;

export function request(rest: Partial<AdmitRequest> = {}): AdmitRequest {
  requests += 1;
  return {
    id: `message-${requests}` as MessageId,
    key: null,
    fingerprint: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    to: { phone: GERMAN },
    language: null,
    checkedFor: 'tpl-en' as TemplateId,
    content: '{"name":"Zoë"}',
    maxPrice: null,
    aliases: [],
    retryOf: null,
    confirms: null,
    costCenter: null,
    tags: [],
    ...rest,
  };
}

/** A key as the store has it; keys of different letters differ. */
export function key(letter: string): Uint8Array {
  return new Uint8Array(16).fill(letter.charCodeAt(0));
}

export type Asked = { readonly request?: AdmitRequest; readonly addressee?: AddresseeFacts | null; readonly kept?: KeptMessage | null };

/** A batch of one correct request, or of these. */
export function admissionFacts(asked: readonly Asked[] = [{}], rest: Partial<AdmissionFacts> = {}): AdmissionFacts {
  return {
    at: NOW,
    sender: SENDER,
    campaignId: null,
    runId: null,
    templates: [template()],
    prices: PRICES,
    quietHours: createQuietHours([]),
    closedThrough: null,
    budgets: [],
    requests: asked.map((one) => ({ request: request(), addressee: addressee(), kept: null, ...one })),
    ...rest,
  };
}

/** A message of 60,000 micros that is on its way. */
export function message(rest: Partial<MessageFacts> = {}): MessageFacts {
  return {
    id: 'message' as MessageId,
    sender: SENDER,
    state: 'sending',
    attempt: 1,
    uncounted: 0,
    reason: null,
    runId: null,
    contactId: 'contact' as ContactId,
    phone: GERMAN,
    userId: null,
    hasMoved: false,
    undeliverable: false,
    closedThrough: null,
    windows: { claimedAt: NOW, inboundAt: null, freeEntryUntil: null },
    freeUnitsIn: () => 0,
    pricing: null,
    providerId: null,
    charge: () => null,
    readAt: null,
    template: template(),
    price: toMicros(60_000n),
    held: toMicros(60_000n),
    holdBucket: {
      day: '2026-11-22' as Day,
      accountId: SENDER.accountId,
      senderId: SENDER.id,
      market: 'Germany',
      category: 'utility',
      pricingType: 'regular',
      currency: USD,
      template: 'order_shipped',
      campaignId: '',
      costCenter: 'shop',
    },
    ...rest,
  };
}

export function outcome(kind: Outcome['kind'], rest: Partial<Outcome> = {}): Outcome {
  return {
    messageId: 'message' as MessageId,
    attempt: 1,
    kind,
    at: NOW,
    providerId: null,
    error: null,
    pricing: null,
    retryAt: null,
    ...rest,
  };
}

/** What a transport says of a message. */
export function delivery(kind: Delivery['kind'], rest: Partial<Delivery> = {}): Delivery {
  return {
    messageId: 'message' as MessageId,
    attempt: 1,
    kind,
    at: NOW,
    providerId: null,
    error: null,
    retryAfterMs: null,
    backoff: 'message',
    later: [],
    ...rest,
  };
}
