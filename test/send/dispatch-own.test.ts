// Dispatching what one command admitted, beside another process that holds some of it.

import { expect, it } from 'vitest';
import { dispatch } from '../../src/send/dispatch.ts';
import { dispatchOwn } from '../../src/send/dispatch-own.ts';
import { countQueued, createTally } from '../../src/send/tally.ts';
import { toInstant } from '../../src/values/time.ts';
import { addCrowd, admit, requestTo } from '../conformance/store/crowd.ts';
import { NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { slow } from './live-pipe.ts';
import { realClock } from './real-clock.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

const TOMORROW = toInstant(NOON + 24 * 3_600_000);

it('what is left is due too late: what others have under way is waited for, and all is counted by the store', async () => {
  const { store, senderId } = await startInMemory();
  const requests = (await addCrowd(store, senderId, 3)).map((phone) => requestTo(phone));
  await admit(store, senderId, requests);
  const ids = requests.map(({ id }) => id);
  const { sender, onStopping } = sendPlanFor(senderId);
  const clock = realClock(2);
  const other = { ...sendHostOn(store, { clock }), transport: slow(() => 150) };
  const plan = { sender, scope: { kind: 'all' }, countMax: 2, patienceMs: 0, onSettled: () => undefined, onStopping } as const;
  const elsewhere = dispatch(other, plan);
  await expect.poll(async () => (await store.totals({ kind: 'messages', ids })).states.get('sending')).toBe(2);

  const held = { ...store, turn: async () => ({ settled: [], claimed: [], nextDueAt: TOMORROW, isPaused: false }) };
  const tally = createTally();
  for (const _ of ids) countQueued(tally, 100n as never);
  const own = { kind: 'messages', ids } as const;
  const end = await dispatchOwn(sendHostOn(held, { clock }), { sender, own, tally, onProgress: () => undefined, onStopping });
  expect(end).toEqual({ interrupted: false, waiting: false, paused: false, nextDueAt: TOMORROW });
  expect(tally).toMatchObject({ counts: { queued: 1, delivered: 2 }, charged: 200n, reserved: 100n });
  await elsewhere;
});
