// What every writer does first: take back what dead processes left in flight, and end what silence has outlasted.

import type { OutboxStore } from '../ports/store/outbox.ts';
import type { SettleStore } from '../ports/store/settle.ts';
import { type Outcome, toOutcome } from '../domain/outcome.ts';
import type { MessageId } from '../values/id.ts';
import type { Instant } from '../values/time.ts';
import { outcomesOf } from './retry.ts';
import { decideSettlements } from './settle.ts';

/**
 * Recovers claims of the dead and expires what is silent. Returns the messages of the dead whose outcome nobody knows now: they are told once, by whoever
 * found them. Cheap when there is neither: two look-ups in empty indexes.
 */
export async function recover(
  store: OutboxStore & SettleStore,
  { diedWithProcess, at }: { readonly diedWithProcess: readonly string[]; readonly at: Instant },
): Promise<readonly MessageId[]> {
  const recoveries = await store.recover({ diedWithProcess, at }, { settle: decideSettlements, outcomes: outcomesOf });
  for (let silent = await store.silent(at); silent.length > 0; silent = await store.silent(at)) {
    await store.settle({ outcomes: silent.map((id) => expired(id, at)), at }, decideSettlements);
  }
  return recoveries.flatMap(({ messageId, to }) => (to === 'unknown' ? [messageId] : []));
}

function expired(messageId: MessageId, at: Instant): Outcome {
  return toOutcome({ messageId, kind: 'expired', at, error: { code: 'silence', title: '' } });
}
