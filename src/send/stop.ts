// Stopping a person: a block, recorded with its reason, which cancels what is queued.

import { blockOf, type ConsentScope } from '../domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../domain/sender.ts';
import { assert } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import type { ConsentWritten, DirectoryStore } from '../ports/store/directory.ts';
import type { IdSource } from '../values/id.ts';
import type { Phone } from '../values/phone.ts';
import type { Instant } from '../values/time.ts';
import { decideSettlements } from './settle.ts';

type Stop = { readonly scope: ConsentScope; readonly phone: Phone; readonly by: 'customer' | 'business'; readonly reason: string | null };

/** Blocks one person, known or not. A block that is already there stays, with its first instant. */
export async function stopPerson(
  host: { readonly clock: Clock; readonly ids: IdSource },
  store: Pick<DirectoryStore, 'recordConsent'>,
  stop: Stop,
): Promise<{ readonly written: ConsentWritten; readonly since: Instant }> {
  const at = host.clock.now();
  const event = { scope: stop.scope, subject: 'block', kind: 'block', at, by: stop.by, source: 'command', evidence: stop.reason } as const;
  const writes = [{ contactId: host.ids.sortable<'contact'>(at), who: { phone: stop.phone }, events: [event] }];
  const [written] = await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at }, decideSettlements);
  assert(written !== undefined, 'one result per write');
  const flag = blockOf(written.flags);
  assert(flag !== undefined, 'a block that was recorded is in force');
  return { written, since: flag.at };
}
