// The way out: hands messages to a provider and says, for each, what is known afterwards.

import type { EventKind, PricingType } from '../domain/message.ts';
import type { Template } from '../domain/template.ts';
import type { ContactId, MessageId } from '../values/id.ts';
import type { Phone } from '../values/phone.ts';
import type { Instant } from '../values/time.ts';

/** A claimed message, with all that a request to the provider needs. */
export type OutgoingMessage = {
  readonly id: MessageId;
  /** Counts the requests for this message, from 1. */
  readonly attempt: number;
  readonly contactId: ContactId;
  readonly phone: Phone | null;
  readonly userId: string | null;
  /** Null for free-form text. */
  readonly template: Template | null;
  /** Parameter values by name, for a template. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly text: string | null;
};

/** Why the provider refused or failed: its own code and words, as evidence. */
export type ProviderError = { readonly code: string; readonly title: string };

/**
 * One thing that became known about a message. A reply and a webhook both become outcomes and take the same way into the books.
 * `attempt` null means the newest one. `retryAt` goes with `retry`; `pricing` with what the provider said of the price.
 */
export type Outcome = {
  readonly messageId: MessageId;
  readonly attempt: number | null;
  readonly kind: EventKind;
  readonly at: Instant;
  readonly providerId: string | null;
  readonly error: ProviderError | null;
  readonly pricing: { readonly type: PricingType; readonly category: string } | null;
  readonly retryAt: Instant | null;
};

/**
 * What is known of one request when it is over. Four kinds of ending, in this order of certainty: `accepted`, `rejected` (surely not sent), `retry`
 * (surely not sent now), `unknown` (the request left and no answer came). `later` holds statuses that came with the answer.
 */
export type Delivery = {
  readonly messageId: MessageId;
  readonly attempt: number;
  readonly kind: 'accepted' | 'rejected' | 'retry' | 'unknown';
  readonly at: Instant;
  readonly providerId: string | null;
  readonly error: ProviderError | null;
  /** How long the provider asked to wait, with `retry`; null when it did not say. */
  readonly retryAfterMs: number | null;
  readonly later: readonly Outcome[];
};

export type Transport = {
  /**
   * True when nothing can have left a process that died (the sandbox lives inside it): its claimed messages may go back to the queue.
   * Elsewhere they may have been sent, and become `unknown`.
   */
  readonly diesWithProcess: boolean;
  /** How many messages may be in flight at once. */
  readonly roomMax: number;
  /** One delivery for each message, in order. Never throws for one message; throws only when nothing can be sent. */
  readonly deliver: (messages: readonly OutgoingMessage[], at: Instant) => Promise<readonly Delivery[]>;
};
