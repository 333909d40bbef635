// A store that fails in the middle of an admission: what was admitted until then is counted and goes with the error; nothing admitted is the error alone.

import { describe, expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import { send, type SendPlan } from '../../src/send/send.ts';
import type { Recipient } from '../../src/send/recipients.ts';
import { BATCH_MAX } from '../../src/values/batch.ts';
import { addCrowd } from '../conformance/store/crowd.ts';
import { startInMemory } from '../memory.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

/** Admits two batches of which the store refuses one, counted from 0. */
async function refusing(batch: number, plan: Partial<SendPlan> = {}) {
  const { store, senderId } = await startInMemory();
  const people = await addCrowd(store, senderId, BATCH_MAX + 1);
  let batches = 0;
  const host = sendHostOn({
    ...store,
    admit: (...given: Parameters<typeof store.admit>) => (batches++ === batch ? Promise.reject(fail('store_busy')) : store.admit(...given)),
  });
  const common = { key: null, language: null, content: '{}', checkedFor: null, costCenter: null, tags: [], record: null };
  const recipients = people.map((phone, index): Recipient => ({ row: index + 1, to: { phone }, ...common }));
  return send(
    host,
    sendPlanFor(senderId, plan),
    (async function* () {
      yield recipients;
    })(),
  );
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
