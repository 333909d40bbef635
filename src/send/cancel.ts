// Cancelling what is queued, by id or by campaign. What is on its way cannot be called back.

import { fail } from '../errors.ts';
import type { CampaignStore, QueueCancel } from '../ports/store/campaigns.ts';
import type { ReportStore } from '../ports/store/report.ts';
import type { Settlement, SettleStore } from '../ports/store/settle.ts';
import { isWaiting } from '../domain/message.ts';
import { type Outcome, toOutcome } from '../domain/outcome.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { MessageId } from '../values/id.ts';
import type { Instant } from '../values/time.ts';
import { decideSettlements } from './settle.ts';

type CancelStore = SettleStore & Pick<ReportStore, 'findMessages'>;

/** The reason of a message that somebody cancelled. */
export const BY_COMMAND = 'by_command';

/**
 * Cancels these messages and releases their reservations. Throws `unknown_message` or `not_cancellable` before it changes anything. One that leaves in the
 * same moment is not among the settlements.
 */
export async function cancelMessages(
  store: CancelStore,
  { ids, at }: { readonly ids: readonly MessageId[]; readonly at: Instant },
): Promise<readonly Settlement[]> {
  const records = await store.findMessages(ids);
  for (const [index, record] of records.entries()) {
    const id = String(ids[index]);
    if (record === null)
      throw fail('unknown_message', {
        message: `There is no message ${id}.`,
        hint: 'tollbell message list shows the ids.',
        details: { id },
      });
    if (isWaiting(record.state) || record.state === 'cancelled') continue;
    throw fail('not_cancellable', {
      message: `Message ${id} is ${record.state}.`,
      hint: 'Only what is queued or scheduled can be cancelled; nothing was changed.',
      details: { id, status: record.state },
    });
  }
  return settleAll(store, ids, at);
}

/** Cancels everything of a campaign that is still queued or scheduled when its turn comes, batch by batch, so that others can write meanwhile. */
export async function* cancelCampaign(
  store: Pick<CampaignStore, 'cancelQueued'>,
  cancel: QueueCancel,
): AsyncGenerator<readonly Settlement[]> {
  for (;;) {
    const settlements = await store.cancelQueued(cancel, decideSettlements);
    if (settlements.length === 0) return;
    yield settlements;
  }
}

async function settleAll(store: CancelStore, ids: readonly MessageId[], at: Instant): Promise<readonly Settlement[]> {
  const settlements: Settlement[] = [];
  for (const batch of slices(ids, BATCH_MAX)) {
    settlements.push(...(await store.settle({ outcomes: batch.map((id) => cancelled(id, at)), at }, decideSettlements)));
  }
  return settlements.filter(({ from, to }) => from !== to);
}

function cancelled(messageId: MessageId, at: Instant): Outcome {
  return toOutcome({ messageId, kind: 'cancelled', at, error: { code: BY_COMMAND, title: '' } });
}
