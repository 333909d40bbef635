// The way out: hands messages to a provider and says, for each, what is known afterwards.

import type { FreeForm } from '../domain/free-form.ts';
import type { Outcome, ProviderError } from '../domain/outcome.ts';
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
  /** Null for free-form content. */
  readonly template: Template | null;
  /** Parameter values by name, for a template. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly freeForm: FreeForm | null;
  /** For a double that prices as the provider would: the windows that were open when the message was claimed. */
  readonly conversation: Conversation;
};

/** What a price may depend on besides the message. `freeUnitsUsed`: free service messages of the sender's number this month, counted for free-form ones. */
export type Conversation = { readonly windowOpen: boolean; readonly freeEntryOpen: boolean; readonly freeUnitsUsed: number };

/** A request that has no answer after so long is given up: a provider answers in under a second, and webhooks tell what became of it. */
export const REQUEST_DEADLINE_MS = 30_000;

/** What a `retry` must wait for: only this message, all messages of this sender to this person, of this template, of this sender, or of its whole account. */
export const BACKOFF_SCOPES = ['message', 'pair', 'template', 'number', 'account'] as const;
export type BackoffScope = (typeof BACKOFF_SCOPES)[number];

/** The error code of a `retry` whose request never left, because there was no connection: it does not count as a try of the message. */
export const NOT_CONNECTED = 'not_connected';

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
  /** With `retry`: how far the waiting reaches. */
  readonly backoff: BackoffScope;
  readonly later: readonly Outcome[];
};

export type Transport = {
  /** How many messages may be in flight at once. */
  readonly roomMax: number;
  /** True where the provider limits the rate of a number and of its pairs. The sandbox paces nobody. */
  readonly isPaced: boolean;
  /**
   * Begins to send at `at`. One promise for each message, in order, each resolved when its own request is over. None rejects for what happened to one message; all reject with the
   * same AppError (a token that was refused, an address that cannot be used) when nothing can be sent, and then none of them was.
   */
  readonly deliver: (messages: readonly OutgoingMessage[], at: Instant) => readonly Promise<Delivery>[];
  /** Resolves when many may be sent at a time; what that takes may be loaded by then, which a single message does without. */
  readonly warmUp: () => Promise<void>;
  /** Closes the connections. Requests that are in flight end first. */
  readonly close: () => Promise<void>;
};
