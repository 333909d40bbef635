// Cancelling what is queued, by id or by campaign. What is on its way cannot be called back.

import { fail } from '../errors.ts';
import type { Page } from '../ports/store/directory.ts';
import type { MessageFilter, MessageRecord, ReportStore } from '../ports/store/report.ts';
import type { Settlement, SettleStore } from '../ports/store/settle.ts';
import { isWaiting } from '../domain/message.ts';
import { type Outcome, toOutcome } from '../domain/outcome.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { CampaignId, MessageId, SenderId } from '../values/id.ts';
import type { Instant } from '../values/time.ts';
import { decideSettlements } from './settle.ts';

type CancelStore = SettleStore & Pick<ReportStore, 'findMessages' | 'listMessages'>;

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

/** Cancels everything of a campaign that is still queued or scheduled when its turn comes. */
export async function cancelCampaign(
  store: CancelStore,
  { senderId, campaignId, at }: { readonly senderId: SenderId; readonly campaignId: CampaignId; readonly at: Instant },
): Promise<readonly Settlement[]> {
  const filter = { senderId, campaignId, contactId: null, since: null };
  // What is woken in between is in the second look.
  const scheduled = await cancelAll(store, { ...filter, state: 'scheduled' }, at);
  return [...scheduled, ...(await cancelAll(store, { ...filter, state: 'queued' }, at))];
}

async function cancelAll(store: CancelStore, filter: MessageFilter, at: Instant): Promise<readonly Settlement[]> {
  const settlements: Settlement[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Page<MessageRecord> = await store.listMessages(filter, { limit: BATCH_MAX, after });
    settlements.push(
      ...(await settleAll(
        store,
        page.items.map(({ id }) => id),
        at,
      )),
    );
    if (page.next === null) return settlements;
    after = page.next;
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
  return toOutcome({ messageId, kind: 'cancelled', at, error: { code: 'by_command', title: '' } });
}
