// The sandbox: a provider inside the process. Deterministic, without a network; the last four digits of a number choose what happens to it.

import type { EventKind } from '../domain/message.ts';
import type { Delivery, Outcome, OutgoingMessage, ProviderError, Transport } from '../ports/transport.ts';
import type { Instant } from '../values/time.ts';

/** What the last four digits of a number mean; every other ending is delivered. Texts and codes are the provider's. */
export const MAGIC_ENDINGS = {
  '0000': 'delivered and read',
  '0001': 'delivered',
  '0002': 'rejected at once (131026)',
  '0003': 'accepted, fails later (131049)',
  '0004': 'accepted, never answered: the outcome stays unknown',
  '0005': 'throttled first (130429), delivered at the second attempt',
  '0006': 'fails: opted out at the provider (131050)',
  '0007': 'accepted, never reported',
} as const;

const ERRORS = {
  rejected: { code: '131026', title: 'Message undeliverable' },
  failed: { code: '131049', title: 'This message was not delivered to maintain healthy ecosystem engagement.' },
  throttled: { code: '130429', title: 'Rate limit hit' },
  optedOut: { code: '131050', title: 'Recipient has opted out of marketing messages from your business' },
} as const satisfies Record<string, ProviderError>;

/** The sandbox. Its statuses come with the answer, so they are in the books before the command ends. */
export function createSandbox(): Transport {
  return {
    diesWithProcess: true,
    roomMax: 500,
    deliver: async (messages, at) => messages.map((message) => deliverOne(message, at)),
  };
}

function deliverOne(message: OutgoingMessage, at: Instant): Delivery {
  switch (message.phone?.slice(-4)) {
    case '0000':
      return accepted(message, at, ['sent', 'delivered', 'read']);
    case '0002':
      return { ...base(message, at), kind: 'rejected', error: ERRORS.rejected };
    case '0003':
      return accepted(message, at, ['sent', 'failed'], ERRORS.failed);
    case '0004':
      return {
        ...base(message, at),
        kind: 'unknown',
        error: { code: 'no_answer', title: 'The provider took the request and never answered' },
      };
    case '0005':
      return message.attempt === 1
        ? { ...base(message, at), kind: 'retry', error: ERRORS.throttled, retryAfterMs: 0 }
        : accepted(message, at, ['sent', 'delivered']);
    case '0006':
      return accepted(message, at, ['failed'], ERRORS.optedOut);
    case '0007':
      return accepted(message, at, []);
    default:
      return accepted(message, at, ['sent', 'delivered']);
  }
}

function accepted(message: OutgoingMessage, at: Instant, kinds: readonly EventKind[], error: ProviderError | null = null): Delivery {
  const providerId = `wamid.sandbox.${message.id}.${message.attempt}`;
  const later = kinds.map(
    (kind): Outcome => ({
      messageId: message.id,
      attempt: message.attempt,
      kind,
      at,
      providerId,
      error: kind === 'failed' ? error : null,
      pricing: kind === 'delivered' ? { type: 'regular', category: message.template?.category ?? 'service' } : null,
      retryAt: null,
    }),
  );
  return { ...base(message, at), kind: 'accepted', providerId, later };
}

function base(message: OutgoingMessage, at: Instant): Delivery {
  return {
    messageId: message.id,
    attempt: message.attempt,
    kind: 'accepted',
    at,
    providerId: null,
    error: null,
    retryAfterMs: null,
    later: [],
  };
}
