// A person's decision about an inbound message that may be a stop: it is one, and is recorded as said when it was written; or it is none.

import type { Purpose } from '../domain/consent.ts';
import { type AppError, fail } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import type { ConsentWritten, DirectoryStore } from '../ports/store/directory.ts';
import type { InboundStore, ReviewItem } from '../ports/store/inbound.ts';
import type { IdSource } from '../values/id.ts';
import { recordConsent } from './record-consent.ts';

/** The purposes that the message stops; null where it stops none. */
export type ReviewDecision = { readonly sequence: number; readonly optOut: readonly Purpose[] | null };

type ReviewHost = {
  readonly store: Pick<InboundStore, 'findReview' | 'closeReview'> & Pick<DirectoryStore, 'recordConsent'>;
  readonly clock: Clock;
  readonly ids: IdSource;
};

/**
 * Records the opt-out, if it is one, and closes the review; `written` is what the opt-out stopped. What dies between the two is done again by the same
 * command. Throws `unknown_review` where nothing of that number waits.
 */
export async function decideReview(
  host: ReviewHost,
  { sequence, optOut }: ReviewDecision,
): Promise<{ readonly item: ReviewItem; readonly written: ConsentWritten | null }> {
  const item = await host.store.findReview(sequence);
  if (item === null) throw unknownReview(sequence);
  const written = optOut === null ? null : await recordStop(host, item, optOut);
  const closed = await host.store.closeReview(sequence, optOut === null ? 'dismissed' : 'opted_out', host.clock.now());
  if (closed === null) throw unknownReview(sequence);
  return { item, written };
}

function recordStop(
  host: ReviewHost,
  { senderId, contactId, text, at }: ReviewItem,
  subjects: readonly Purpose[],
): Promise<ConsentWritten> {
  return recordConsent(host, host.store, {
    who: { contactId },
    scope: senderId,
    subjects,
    kind: 'opt_out',
    at,
    by: 'customer',
    source: 'review',
    evidence: text,
  });
}

function unknownReview(sequence: number): AppError {
  return fail('unknown_review', {
    message: `No review ${sequence} waits for a decision.`,
    hint: 'tollbell review list shows those that do.',
    details: { number: sequence },
  });
}
