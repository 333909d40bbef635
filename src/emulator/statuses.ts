// What is reported of a message that was accepted: which statuses, when, at what price, and what a scenario does to their webhooks.

import { deliveryTtlMs } from '../domain/template-ttl.ts';
import { toInstant } from '../values/time.ts';
import type { Json } from './answer.ts';
import type { Billable } from './bill.ts';
import { chance } from './chance.ts';
import { countryOf } from '../catalog/countries.ts';
import type { Fate, StatusKind } from './fate.ts';
import type { Strikes, Struck, WebhookFault } from './faults.ts';
import { costWithin } from './pricing.ts';
import { eligibilityOf } from './scenario.ts';
import type { StatusValues } from './webhook-body.ts';
import { type MessageEvent, personOf, type SentMessage, type World } from './world.ts';

type AcceptedFate = Extract<Fate, { kind: 'accepted' | 'no_answer' }>;

/** What becomes of a message: what its number or the platform says, and what a scenario makes of it. */
type Lot = { readonly fate: AcceptedFate; readonly strikes: Strikes };

/** One status to come, so many milliseconds after the one before. */
type Step = { readonly status: StatusKind; readonly afterMs: number; readonly code: number | null };

/** Between two statuses: a few milliseconds, or nothing where time stands until somebody turns it. */
const LATENCY_MS = { real: [1, 5], manual: [0, 0] } as const;

/** Schedules the statuses of a message. */
export function scheduleStatuses(world: World, message: SentMessage, lot: Lot): void {
  let at = world.timeline.now();
  for (const [index, { status, afterMs, code }] of stepsOf(world, message, lot).entries()) {
    at = toInstant(at + afterMs + latencyMs(world, message, status));
    world.timeline.schedule(at, () => report(world, message, { status, code, isFirst: index === 0, strikes: lot.strikes.webhook }));
  }
}

/** The person reads the message now: `read` follows, once. */
export function reportRead(world: World, message: SentMessage): void {
  const isDelivered = message.events.some(({ status }) => status === 'delivered');
  const isRead = message.events.some(({ status }) => status === 'read');
  if (isDelivered && !isRead) report(world, message, { status: 'read', code: null, isFirst: false, strikes: [] });
}

function stepsOf(world: World, message: SentMessage, lot: Lot): readonly Step[] {
  const { message: struck } = lot.strikes;
  const wait = struck?.fault.startsWith('held') === true ? struck.delayMs : 0;
  const { kinds, code } = courseOf(world, message, lot);
  return kinds.map((status, index) => ({ status, afterMs: index === 0 ? wait : 0, code: status === 'failed' ? code : null }));
}

type Course = { readonly kinds: readonly StatusKind[]; readonly code: number | null };

// What a scenario says comes first, then what the provider's rules say, then the last four digits.
function courseOf(world: World, message: SentMessage, { fate, strikes: { message: struck } }: Lot): Course {
  if (fate.kind === 'no_answer') return { kinds: [], code: null };
  if (fate.statuses.length === 0) return { kinds: [], code: null };
  switch (struck?.fault) {
    case 'fail_later':
      return { kinds: ['failed'], code: struck.code };
    case 'fail_then_deliver':
      return { kinds: ['failed', 'delivered'], code: struck.code };
    case 'held_then_dropped':
    case 'paused':
      return { kinds: ['failed'], code: 132_015 };
    case 'never_reported':
      return { kinds: [], code: null };
    case 'held_then_sent':
      if (struck.delayMs > ttlMsOf(world, message)) return { kinds: [], code: null };
      break;
    default:
  }
  const code = failureOf(world, message);
  if (code !== null) return { kinds: ['failed'], code };
  if (message.type === 'reaction') return { kinds: ['sent'], code: null };
  if (fate.code !== null) return { kinds: fate.statuses, code: fate.code };
  switch (struck?.fault) {
    case 'drop':
      return { kinds: ['sent'], code: null };
    case 'read':
      return { kinds: ['sent', 'delivered', 'read'], code: null };
    case 'skip_delivered':
      return { kinds: ['sent', 'read'], code: null };
    default:
      return { kinds: fate.statuses, code: null };
  }
}

// What was held for longer than it lives is dropped without a word.
function ttlMsOf({ templates }: World, { template }: SentMessage): number {
  const stored = template === null ? undefined : templates.find(template.name, template.language);
  return deliveryTtlMs(stored?.content ?? null);
}

// What the real provider finds out only after it has answered.
function failureOf(world: World, message: SentMessage): number | null {
  const { scenario, bill, timeline, messages, inbound } = world;
  const { customer, category, type } = message;
  if (category === 'service' && !message.windowOpen) return 131_047;
  if (customer.isUnreachable) return 131_026;
  if (message.isOverLimit) return 131_048;
  if (type === 'reaction') {
    const target = String((message.body['reaction'] as Json)['message_id']);
    return messages.has(target) || inbound.has(target) ? null : 131_009;
  }
  if (category === 'marketing' && customer.marketingStopped) return 131_050;
  // Marketing templates to the United States have been paused since 2025-04-01.
  if (category === 'marketing' && customer.phone !== null && countryOf(customer.phone) === 'US') return 131_049;
  const isUnpaid = !scenario.account.payment_method && bill.quote(billable(world, message), timeline.now()).billable;
  return isUnpaid ? 131_042 : null;
}

function billable({ scenario }: World, message: SentMessage): Billable {
  const { customer, category, windowOpen, freeEntry, isLite, cap, type, struckable } = message;
  const cost = cap === null ? null : costWithin(cap, { seed: scenario.seed, ...struckable });
  return {
    category,
    windowOpen,
    freeEntryOpen: freeEntry !== null,
    isLite,
    isReaction: type === 'reaction',
    cost,
    address: customer.phone ?? customer.userId,
    international: eligibilityOf(scenario),
  };
}

/** Only the first status can be overtaken: were all of them late, nothing would change places. */
type Happening = {
  readonly status: StatusKind;
  readonly code: number | null;
  readonly isFirst: boolean;
  readonly strikes: readonly Struck<WebhookFault>[];
};

function report(world: World, message: SentMessage, { status, code, isFirst, strikes }: Happening): void {
  const at = world.timeline.now();
  const event: MessageEvent = {
    status,
    at,
    pricing: pricingAt(world, message, status),
    error: code === null ? null : { code, details: DETAILS[code] ?? 'The emulator was asked for it.' },
    webhook: 'PENDING',
  };
  message.events.push(event);
  const all = [...strikes, ...world.faults.strikeWebhook(message.struckable, status)];
  post(world, message, { event, strikes: isFirst ? all : all.filter(({ fault }) => fault !== 'reorder') });
}

// Told with `sent`, and with the first of delivered and read, which is when it is billed.
function pricingAt(world: World, message: SentMessage, status: StatusKind): Json | null {
  const { bill, timeline } = world;
  if (status === 'sent') return { ...bill.quote(billable(world, message), timeline.now()) };
  const isFirst = !message.events.some((event) => event.status === 'delivered' || event.status === 'read');
  if ((status !== 'delivered' && status !== 'read') || !isFirst) return null;
  return { ...bill.charge(billable(world, message), timeline.now()) };
}

type Telling = { readonly event: MessageEvent; readonly strikes: readonly Struck<WebhookFault>[] };

function post(world: World, message: SentMessage, { event, strikes }: Telling): void {
  const struck = (fault: WebhookFault) => strikes.find((strike) => strike.fault === fault);
  if (struck('lose_webhook') !== undefined) return;
  const enqueue = (): void =>
    world.webhooks.enqueue({
      content: {
        status: {
          ...event,
          messageId: message.id,
          person: personOf(message.customer),
          callbackData: message.callbackData,
          conversation: message.freeEntry,
          pricing: toldPricing(event, { isLeftOut: struck('no_pricing') !== undefined, isOther: struck('other_pricing') !== undefined }),
        },
      },
      onState: (state) => {
        event.webhook = state;
      },
    });
  // A status that is overtaken arrives one step of the message's way later.
  const reorderMs = struck('reorder') === undefined ? 0 : 2 * (latencyOf(world)[1] + 1);
  const delayMs = (struck('delay')?.delayMs ?? 0) + reorderMs;
  const at = toInstant(event.at + delayMs);
  if (delayMs === 0) enqueue();
  else world.timeline.schedule(at, enqueue);
  if (struck('duplicate_webhook') !== undefined) world.timeline.schedule(toInstant(at + 1), enqueue);
}

// What is billed stays as it is; only what the webhook says of it suffers.
function toldPricing(
  { status, pricing }: MessageEvent,
  twist: { readonly isLeftOut: boolean; readonly isOther: boolean },
): StatusValues['pricing'] {
  const told = pricing as StatusValues['pricing'];
  if (told === null || (twist.isLeftOut && status !== 'sent')) return null;
  if (!twist.isOther || status !== 'sent') return told;
  const billable = !told.billable;
  return { ...told, billable, type: billable ? 'regular' : 'free_customer_service' };
}

function latencyOf({ scenario, timeline }: World): readonly [number, number] {
  return scenario.latency_ms ?? LATENCY_MS[timeline.mode];
}

function latencyMs(world: World, { struckable }: SentMessage, status: StatusKind): number {
  const [least, most] = latencyOf(world);
  return least + Math.floor(chance(world.scenario.seed, 'latency', struckable.to, struckable.nth, status) * (most - least + 1));
}

const DETAILS: Readonly<Record<number, string>> = {
  131_009: 'The reaction is to a message that is not known.',
  131_026: 'Message undeliverable.',
  131_042: 'There is no payment method for messages that cost something.',
  131_047: 'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
  131_048: 'The business has messaged as many people in 24 hours as its messaging limit allows.',
  131_049: 'In order to maintain a healthy ecosystem engagement, the message failed to be delivered.',
  131_050: 'The user has stopped marketing messages from this business.',
  132_015: 'The message was held for the assessment of its template, and the template was paused.',
};
