// Every message that was handed over is counted once, also where the webhook of its delivery was faster than the answer to its request.

import { expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { createDispatchCount } from '../../src/send/dispatch-count.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import type { MessageId } from '../../src/values/id.ts';
import { outcomeOf, settle } from '../conformance/store/crowd.ts';
import type { EventKind } from '../../src/domain/message.ts';
import { delivery } from './facts.ts';
import { world } from './dispatching.ts';

/** What the webhook tells of each message while its request is under way, in turn; null for nothing. The answer is `accepted`. */
async function dispatched(told: readonly (EventKind | null)[]) {
  const at: { store: Store | null; index: number } = { store: null, index: 0 };
  const answer = async (messageId: MessageId, attempt: number, now: Parameters<typeof delivery>[1] & object) => {
    const kind = told[at.index++ % told.length] ?? null;
    if (kind !== null && at.store !== null) await settle(at.store, [outcomeOf(messageId, kind)]);
    return delivery('accepted', { ...now, messageId, attempt });
  };
  const shop = await world({
    transport: {
      ...createSandbox(),
      roomMax: 2,
      deliver: (messages, now) => messages.map(({ id, attempt }) => answer(id, attempt, { at: now })),
    },
  });
  at.store = shop.store;
  await shop.queueCrowd(told.length);
  const count = createDispatchCount();
  await shop.run({ onSettled: count.onSettled });
  await count.close(shop.store);
  return count;
}

it('by its own answer', async () => {
  const count = await dispatched([null, null, null]);
  expect([count.sent(), count.stopped(), count.tally.counts.accepted]).toEqual([3, 0, 3]);
});

it('by what the store says, where somebody else settled it first', async () => {
  const { sent, tally } = await dispatched([null, 'delivered', 'failed', 'sent', 'read']);
  expect(sent()).toBe(5);
  expect(tally.counts).toMatchObject({ accepted: 2, delivered: 2, failed: 1, unknown: 0 });
  expect(tally.charged).toBe(200n);
});

it('once, where the store is asked twice', async () => {
  const count = await dispatched(['delivered']);
  await count.close({ totals: () => Promise.reject(new Error('nothing is left to ask')) });
  expect([count.sent(), count.tally.counts.delivered]).toEqual([1, 1]);
});
