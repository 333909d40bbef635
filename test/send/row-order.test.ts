// The order of a file is the order in which it is admitted, by the send as by its dry run: where a budget runs out, both refuse the same rows.

import { expect, it } from 'vitest';
import type { Recipient } from '../../src/send/recipients.ts';
import { send } from '../../src/send/send.ts';
import { BATCH_MAX } from '../../src/values/batch.ts';
import { addCrowd, makeBudget } from '../conformance/store/crowd.ts';
import { startInMemory } from '../memory.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

const ROOM = BATCH_MAX + 200;
const PRICE = 100n;

it('refuses the same rows in a dry run as in the send, the last ones of the file', async () => {
  const { store, senderId } = await startInMemory();
  const crowd = await addCrowd(store, senderId, 2 * BATCH_MAX + 200);
  await store.putBudget(makeBudget(senderId, BigInt(ROOM) * PRICE));
  const rows = crowd.toReversed().map(
    (number, row): Recipient => ({
      row: row + 1,
      to: { phone: number },
      content: '{}',
      key: null,
      language: null,
      checkedFor: null,
      costCenter: null,
      tags: [],
      sendAt: null,
      record: null,
    }),
  );
  const run = async (dryRun: boolean) => {
    const told: string[] = [];
    const plan = sendPlanFor(senderId, {
      dryRun,
      queueOnly: true,
      campaign: 'c',
      derivesKeys: true,
      onAdmission: ({ row }, _, admission) => void told.push(`${row} ${admission.kind}`),
    });
    await send(
      sendHostOn(store),
      plan,
      (async function* () {
        yield rows;
      })(),
    );
    return told;
  };
  const expected = rows.map(({ row }) => `${row} ${row <= ROOM ? 'admitted' : 'refused'}`);
  expect(await run(true)).toEqual(expected);
  expect(await run(false)).toEqual(expected);
  await store.close();
});
