// Recording what a person said, or what was decided about them: opt-in, opt-out, block, unblock. A stop cancels what is queued.

import type { ConsentKind, ConsentScope, ConsentSubject } from '../domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../domain/sender.ts';
import { assert } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import type { ConsentWritten, ContactRef, DirectoryStore } from '../ports/store/directory.ts';
import type { IdSource } from '../values/id.ts';
import type { Instant } from '../values/time.ts';
import { decideSettlements } from './settle.ts';

/** One decision about one person, on one or more subjects. */
export type ConsentChange = {
  readonly who: ContactRef;
  readonly scope: ConsentScope;
  readonly subjects: readonly ConsentSubject[];
  readonly kind: ConsentKind;
  /** When it was said; null for now. */
  readonly at: Instant | null;
  readonly by: 'customer' | 'business';
  readonly source: string;
  readonly evidence: string | null;
};

/** Appends the change to the history; a person never seen before is added, so that a stop holds for unknown numbers too. What is already so is not repeated. */
export async function recordConsent(
  host: { readonly clock: Clock; readonly ids: IdSource },
  store: Pick<DirectoryStore, 'recordConsent'>,
  change: ConsentChange,
): Promise<ConsentWritten> {
  const { who, scope, subjects, kind, at, by, source, evidence } = change;
  const now = host.clock.now();
  const events = subjects.map((subject) => ({ scope, subject, kind, at, by, source, evidence }));
  const writes = [{ contactId: host.ids.sortable<'contact'>(now), who, events }];
  const [written] = await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: now }, decideSettlements);
  assert(written !== undefined, 'one result per write');
  return written;
}
