// Cancelling: all that was named or nothing, and never what is on its way.

import { describe, expect, it } from 'vitest';
import { BY_COMMAND, cancelCampaign, cancelMessages } from '../../src/send/cancel.ts';
import type { Store } from '../../src/ports/store.ts';
import type { QueueCancel } from '../../src/ports/store/campaigns.ts';
import type { Settlement } from '../../src/ports/store/settle.ts';
import { BATCH_MAX, slices } from '../../src/values/batch.ts';
import type { CampaignId, MessageId } from '../../src/values/id.ts';
import { addCrowd, admit, requestTo, turn } from '../conformance/store/crowd.ts';
import { ids, NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';

async function queued(count: number, campaign: string | null = null) {
  const { store, senderId } = await startInMemory();
  const run = campaign === null ? null : await store.openRun({ id: ids.short(), senderId, campaign, at: NOON });
  const requests = (await addCrowd(store, senderId, count)).map((number) => requestTo(number));
  const rest = { campaignId: run?.campaignId ?? null, runId: run?.runId ?? null };
  for (const batch of slices(requests, BATCH_MAX)) await admit(store, senderId, batch, rest);
  const messages = requests.map(({ id }) => id);
  const states = async () => (await store.findMessages(messages)).map((record) => record?.state);
  return { store, senderId, messages, states, campaignId: run?.campaignId ?? ('' as CampaignId) };
}

describe('cancelMessages', () => {
  it('cancels each once and releases what it held, however often it is named', async () => {
    const { store, messages, states } = await queued(2);
    const settlements = await cancelMessages(store, { ids: [...messages, ...messages], at: NOON });
    expect(settlements.map(({ messageId, from, to, closed, reason }) => ({ messageId, from, to, closed, reason }))).toEqual(
      messages.map((messageId) => ({ messageId, from: 'queued', to: 'cancelled', closed: 100n, reason: 'by_command' })),
    );
    expect(await states()).toEqual(['cancelled', 'cancelled']);
    expect(await cancelMessages(store, { ids: messages, at: NOON })).toEqual([]);
  });

  it('cancels nothing when one of them is unknown', async () => {
    const { store, messages, states } = await queued(2);
    const nobody = 'nobody' as MessageId;
    await expect(cancelMessages(store, { ids: [...messages, nobody], at: NOON })).rejects.toMatchObject({
      code: 'unknown_message',
      details: { id: nobody },
    });
    expect(await states()).toEqual(['queued', 'queued']);
  });

  it('cancels nothing when one of them is on its way', async () => {
    const { store, senderId, messages, states } = await queued(2);
    await turn(store, senderId, { room: 1 });
    await expect(cancelMessages(store, { ids: messages, at: NOON })).rejects.toMatchObject({
      code: 'not_cancellable',
      details: { id: messages[0], status: 'sending' },
    });
    expect(await states()).toEqual(['sending', 'queued']);
  });
});

async function cancelAll(store: Store, cancel: Pick<QueueCancel, 'senderId' | 'campaignId'>): Promise<readonly Settlement[]> {
  const settlements: Settlement[] = [];
  for await (const batch of cancelCampaign(store, { ...cancel, reason: BY_COMMAND, at: NOON })) settlements.push(...batch);
  return settlements;
}

describe('cancelCampaign', () => {
  it('cancels what is queued, more than a batch of it, and leaves what is on its way', async () => {
    const { store, senderId, states, campaignId } = await queued(BATCH_MAX + 2, 'autumn');
    await turn(store, senderId, { room: 1 });
    const settlements = await cancelAll(store, { senderId, campaignId });
    expect(settlements).toHaveLength(BATCH_MAX + 1);
    const after = await states();
    expect(after.filter((state) => state === 'cancelled')).toHaveLength(BATCH_MAX + 1);
    expect(after.filter((state) => state === 'sending')).toHaveLength(1);
  });

  it('leaves other campaigns alone', async () => {
    const { store, senderId, states } = await queued(1, 'autumn');
    expect(await cancelAll(store, { senderId, campaignId: 'spring' as CampaignId })).toEqual([]);
    expect(await states()).toEqual(['queued']);
  });
});
