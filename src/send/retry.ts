// What follows from a delivery: settle it now, try again later, or leave it unknown. The back-off is here and nowhere else.

import type { Delivery, Outcome } from '../ports/transport.ts';
import { type Instant, SECOND_MS, toInstant } from '../values/time.ts';

/** Requests for one message before it fails as `retries_exhausted`. */
export const ATTEMPTS_MAX = 6;

// 4^attempt seconds, the provider's own advice for its pair limit (error 131056): 4 s, 16 s, 64 s, 256 s, 1024 s.
const BACKOFF_BASE = 4;

/** The outcomes of one delivery, in the order in which they became known. */
export function outcomesOf(delivery: Delivery): readonly Outcome[] {
  const outcome: Outcome = {
    messageId: delivery.messageId,
    attempt: delivery.attempt,
    kind: delivery.kind,
    at: delivery.at,
    providerId: delivery.providerId,
    error: delivery.error,
    pricing: null,
    retryAt: null,
  };
  if (delivery.kind !== 'retry') return [outcome, ...delivery.later];
  if (delivery.attempt >= ATTEMPTS_MAX)
    return [{ ...outcome, kind: 'failed', error: { code: 'retries_exhausted', title: delivery.error?.title ?? '' } }];
  return [{ ...outcome, retryAt: retryAt(delivery) }];
}

function retryAt({ at, attempt, retryAfterMs }: Delivery): Instant {
  return toInstant(at + (retryAfterMs ?? BACKOFF_BASE ** attempt * SECOND_MS));
}
