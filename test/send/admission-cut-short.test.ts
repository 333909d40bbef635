// A store that fails in the middle of an admission, or a campaign that is cancelled: what was admitted until then is counted and goes with the error; nothing admitted is the error alone.

import { describe, expect, it } from 'vitest';
import { CAMPAIGN_CANCELLED, decideCampaignChange } from '../../src/domain/campaign.ts';
import { fail } from '../../src/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { send, type SendPlan } from '../../src/send/send.ts';
import type { Recipient } from '../../src/send/recipients.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { BATCH_MAX } from '../../src/values/batch.ts';
import type { SenderId } from '../../src/values/id.ts';
import { addCrowd } from '../conformance/store/crowd.ts';
import { ids, NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

type Admitting = { readonly plan?: Partial<SendPlan>; readonly beforeBatch: (batch: number) => Promise<void> };

/** Admits two batches into a store, with something that happens before each, counted from 0. */
async function admitting(store: Store, senderId: SenderId, { plan = {}, beforeBatch }: Admitting) {
  const people = await addCrowd(store, senderId, BATCH_MAX + 1);
  let batches = 0;
  const host = sendHostOn({
    ...store,
    admit: async (...given: Parameters<typeof store.admit>) => {
      await beforeBatch(batches++);
      return store.admit(...given);
    },
  });
  const common = { key: null, language: null, content: '{}', checkedFor: null, costCenter: null, tags: [], sendAt: null, record: null };
  const recipients = people.map((phone, index): Recipient => ({ row: index + 1, to: { phone }, ...common }));
  return send(
    host,
    sendPlanFor(senderId, plan),
    (async function* () {
      yield recipients;
    })(),
  );
}

/** The store refuses one of the batches. */
async function refusing(refused: number, plan: Partial<SendPlan> = {}) {
  const { store, senderId } = await startInMemory();
  return admitting(store, senderId, {
    plan,
    beforeBatch: async (batch) => {
      if (batch === refused) throw fail('store_busy');
    },
  });
}

describe('an admission that the store refuses', () => {
  it('ends with what was admitted, queued, and the error', async () => {
    const { tally, failure } = await refusing(1);
    expect([failure?.code, tally.read, tally.counts.queued]).toEqual(['store_busy', BATCH_MAX, BATCH_MAX]);
  });

  it('is the error alone where nothing was admitted, or nothing would be', async () => {
    await expect(refusing(0)).rejects.toMatchObject({ code: 'store_busy' });
    await expect(refusing(1, { dryRun: true })).rejects.toMatchObject({ code: 'store_busy' });
  });
});

describe('an admission into a campaign that somebody cancels meanwhile', () => {
  it('ends with the error, and counts what was cancelled with the campaign', async () => {
    const { store, senderId } = await startInMemory();
    const { campaignId } = await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON });
    const { tally, failure } = await admitting(store, senderId, {
      plan: { campaign: 'autumn', derivesKeys: true, source: 'people.csv' },
      beforeBatch: async (batch) => {
        if (batch !== 1) return;
        await store.changeCampaign({ campaignId, change: 'cancel', now: () => NOON, by: 'ada', reason: null }, decideCampaignChange);
        await store.cancelQueued({ senderId, campaignId, reason: CAMPAIGN_CANCELLED, at: NOON }, decideSettlements);
      },
    });
    expect([failure?.code, tally.counts.queued, tally.counts.failed, tally.reserved]).toEqual(['campaign_cancelled', 0, BATCH_MAX, 0n]);
    const { runs, reserved } = await store.showCampaign({ senderId, campaignId });
    expect([runs.at(-1)?.admittedAt, reserved]).toEqual([null, 0n]);
  });
});
