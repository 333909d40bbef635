// An outcome: one thing that became known about a message, whoever told it. A reply, a webhook, a person and the clock all speak this way.

import type { MessageId } from '../values/id.ts';
import type { Currency, Micros } from '../values/money.ts';
import { hyphenated } from '../values/text.ts';
import type { Instant } from '../values/time.ts';
import { type Category, categoryNamed } from './consent.ts';
import type { EventKind, PricingType } from './message.ts';

/** Why the provider refused or failed: its own code and words, as evidence. */
export type ProviderError = { readonly code: string; readonly title: string };

/** What a message costs in the provider's own words, which it tells of those alone that bid for their delivery. */
export type ToldCost = { readonly amount: Micros; readonly currency: Currency };

/** What the provider said of the price of a message. */
export type ProviderPricing = { readonly type: PricingType; readonly category: string; readonly cost?: ToldCost };

/** The category that the provider's word means, whose spelling differs from place to place; null for one that has no price of its own here. */
export function toldCategory(word: string): Category | null {
  const isLite = hyphenated(word) === 'marketing-lite'; // the same price, by another route
  return isLite ? 'marketing' : (categoryNamed(word) ?? null);
}

/** The statuses that name a price (the provider's page on webhooks): `sent` as a forecast, and one of the other two as what is billed. */
export const PRICED_KINDS = ['sent', 'delivered', 'read'] as const;
export type PricedKind = (typeof PRICED_KINDS)[number];

/** The same, with the status that told it. */
export type ToldPricing = ProviderPricing & { readonly toldBy: PricedKind };

/**
 * `attempt` null means the newest request. `retryAt` goes with `retry`; `pricing` with what the provider said of the price; `error.code` becomes the
 * message's reason.
 */
export type Outcome = {
  readonly messageId: MessageId;
  readonly attempt: number | null;
  readonly kind: EventKind;
  readonly at: Instant;
  readonly providerId: string | null;
  readonly error: ProviderError | null;
  readonly pricing: ProviderPricing | null;
  readonly retryAt: Instant | null;
};

type Known = Pick<Outcome, 'messageId' | 'kind' | 'at'> & Partial<Outcome>;

/** The outcome of which no more is known than this. Field by field: every status makes one, and spreads take it some microseconds. */
export function toOutcome({
  messageId,
  kind,
  at,
  attempt = null,
  providerId = null,
  error = null,
  pricing = null,
  retryAt = null,
}: Known): Outcome {
  return { messageId, attempt, kind, at, providerId, error, pricing, retryAt };
}
