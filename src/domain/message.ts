// A message and its states. Owns the one table of transitions: states only move forward, and late truth always wins.

import { toInstant, type Instant } from '../values/time.ts';

export const MESSAGE_STATES = [
  'queued',
  'scheduled',
  'sending',
  'accepted',
  'sent',
  'delivered',
  'read',
  'failed',
  'expired',
  'cancelled',
  'unknown',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** What can happen to a message, from a reply, a webhook, a person or the clock. */
export const EVENT_KINDS = [
  'accepted',
  'rejected',
  'retry',
  'unknown',
  'sent',
  'delivered',
  'read',
  'failed',
  'cancelled',
  'expired',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** The provider's word on the price of a delivery. */
export const PRICING_TYPES = ['regular', 'free_customer_service', 'free_entry_point'] as const;
export type PricingType = (typeof PRICING_TYPES)[number];

/** How long the provider tries to deliver at most, which is how long it tries unless category or template say less: template-ttl.ts. */
export const DELIVERY_TTL_MS = 30 * 86_400_000;

/** Webhooks are repeated for up to 7 days, and one day is for clocks: after that silence means that nothing will come. */
export const SILENCE_GRACE_MS = 8 * 86_400_000;

// A message that waits again may have left with its first request after all.
const WAITING: Partial<Record<EventKind, MessageState>> = {
  cancelled: 'cancelled',
  expired: 'expired',
  failed: 'failed',
  accepted: 'accepted',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
};

// From each state, where an event leads. What is not here changes nothing: events that are late, repeated or out of order are harmless.
// `cancelled` and `failed` give way to a delivery, because the provider bills what it delivered whatever we believed.
const TRANSITIONS: Readonly<Record<MessageState, Partial<Record<EventKind, MessageState>>>> = {
  queued: WAITING,
  scheduled: WAITING,
  sending: {
    accepted: 'accepted',
    rejected: 'failed',
    retry: 'queued',
    unknown: 'unknown',
    sent: 'sent',
    delivered: 'delivered',
    read: 'read',
    failed: 'failed',
  },
  unknown: { accepted: 'accepted', sent: 'sent', delivered: 'delivered', read: 'read', failed: 'failed', expired: 'expired' },
  accepted: { sent: 'sent', delivered: 'delivered', read: 'read', failed: 'failed', expired: 'expired' },
  sent: { delivered: 'delivered', read: 'read', failed: 'failed', expired: 'expired' },
  delivered: { read: 'read' },
  read: {},
  failed: { delivered: 'delivered', read: 'read' },
  expired: { delivered: 'delivered', read: 'read' },
  cancelled: { delivered: 'delivered', read: 'read' },
};

/** The state after an event; the same state when the event tells nothing new. */
export function nextState(state: MessageState, event: EventKind): MessageState {
  return TRANSITIONS[state][event] ?? state;
}

/** True for the two states in which the provider bills. */
export function isDelivered(state: MessageState): boolean {
  return state === 'delivered' || state === 'read';
}

/** True when no money is promised any more, short of a late delivery. */
export function isClosed(state: MessageState): boolean {
  return isDelivered(state) || state === 'failed' || state === 'expired' || state === 'cancelled';
}

/** When a message that is due then, and still queued, is given up: a code for a login is worth nothing an hour later, whoever kept it waiting. */
export function queueExpiry(due: Instant, ttlMs: number): Instant {
  return toInstant(due + ttlMs);
}

/** True while a message waits for its turn or its time: it can be cancelled, and was not sent, or is to be sent again. */
export function isWaiting(state: MessageState): boolean {
  return state === 'queued' || state === 'scheduled';
}

/** When silence about a message that was handed over, to be delivered within that time, ends its reservation. */
export function silenceEnd(handedOverAt: Instant, ttlMs: number): Instant {
  return toInstant(handedOverAt + ttlMs + SILENCE_GRACE_MS);
}
