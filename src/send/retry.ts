// What follows from a delivery: settle it now, try again later, or leave it unknown. The back-off is here and nowhere else.

import { type Outcome, toOutcome } from '../domain/outcome.ts';
import type { ClaimedMessage, Hold } from '../ports/store/outbox.ts';
import { type BackoffScope, type Delivery, NOT_CONNECTED } from '../ports/transport.ts';
import { type Instant, SECOND_MS, toInstant } from '../values/time.ts';

/** Requests for one message that count, before it fails as `retries_exhausted`. */
export const ATTEMPTS_MAX = 6;

// Seconds before the next request. 4^attempt is the provider's own advice for its pair limit (error 131056): 4, 16, 64, 256, 1024. A number or an account
// that was too fast has its rate back in a second; it is throttled again only where others use it too: 1, 2, 4, 8, 16.
const BACKOFF_SECONDS: Readonly<Record<BackoffScope, (attempt: number) => number>> = {
  message: (attempt) => 4 ** attempt,
  pair: (attempt) => 4 ** attempt,
  template: (attempt) => 4 ** attempt,
  number: (attempt) => 2 ** (attempt - 1),
  account: (attempt) => 2 ** (attempt - 1),
};

// Codes whose own page says how long they last: a number that was reported and a paused template wait for hours, a number in maintenance for minutes. A
// template that is not there waits as long for somebody who hands it in: all that is queued would fail by it, one after the other.
const CODE_SECONDS: Readonly<Record<string, number>> = {
  '131048': 3_600,
  '131057': 60,
  '132001': 3_600,
  '132015': 3_600,
  '133015': 300,
  '2494100': 300,
};

// The number's own throughput: whoever uses it too leaves us less of it than it is set to.
const TOO_FAST = '130429';

// A throttled number or account has its whole rate back within a second; what waits longer is the message that was refused, not its neighbours.
const REACH_HOLD_MS = SECOND_MS;

/** The outcomes of one delivery, in the order in which they became known. */
export function outcomesOf({ uncounted }: Pick<ClaimedMessage, 'uncounted'>, delivery: Delivery): readonly Outcome[] {
  const { messageId, attempt, kind, at, providerId, error } = delivery;
  const outcome: Outcome = { messageId, attempt, kind, at, providerId, error, pricing: null, retryAt: null };
  if (kind !== 'retry') return [outcome, ...delivery.later];
  if (error?.code === NOT_CONNECTED) return [{ ...outcome, retryAt: at }]; // the number is held as a whole
  const tries = attempt - uncounted;
  if (tries >= ATTEMPTS_MAX && !isUncounted(error))
    return [{ ...outcome, kind: 'failed', error: { code: 'retries_exhausted', title: error?.title ?? '' } }];
  return [{ ...outcome, retryAt: retryAt(delivery, tries) }];
}

// No connection, nothing begun, a template that is paused or not there: such a request says nothing of the message, and its own expiry ends the waiting.
const UNCOUNTED: ReadonlySet<string> = new Set([NOT_CONNECTED, 'not_sent', '132001', '132015']);

/** True for the error of a request that does not count as a try of its message. */
export function isUncounted(error: Outcome['error']): boolean {
  return error !== null && UNCOUNTED.has(error.code);
}

/**
 * What else must wait when a delivery says so: the pair and the template as long as the message itself, the number or the account until its rate is there again;
 * and whether the number is to be slower from then on.
 */
export function holdsOf(message: Pick<ClaimedMessage, 'contactId' | 'template' | 'uncounted'>, delivery: Delivery): readonly Hold[] {
  const { kind, backoff, at, attempt, retryAfterMs } = delivery;
  if (kind !== 'retry' || backoff === 'message') return [];
  const isOfMessage = backoff === 'pair' || backoff === 'template';
  const until = isOfMessage
    ? retryAt(delivery, attempt - message.uncounted)
    : toInstant(at + Math.max(codeMs(delivery), retryAfterMs ?? REACH_HOLD_MS));
  const slows = delivery.error?.code === TOO_FAST;
  return [{ scope: backoff, contactId: message.contactId, templateId: message.template?.id ?? null, until, slows }];
}

/** The outcome of a request that the transport could not even begin: it goes back to the queue. */
export function notSent({ id, attempt }: Pick<ClaimedMessage, 'id' | 'attempt'>, at: Instant): Outcome {
  return toOutcome({ messageId: id, attempt, kind: 'retry', at, error: { code: 'not_sent', title: '' }, retryAt: at });
}

function retryAt(delivery: Delivery, tries: number): Instant {
  const { at, retryAfterMs, backoff } = delivery;
  return toInstant(at + Math.max(codeMs(delivery), retryAfterMs ?? BACKOFF_SECONDS[backoff](tries) * SECOND_MS));
}

function codeMs({ error }: Delivery): number {
  return (CODE_SECONDS[error?.code ?? ''] ?? 0) * SECOND_MS;
}
