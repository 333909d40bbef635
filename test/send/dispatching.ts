// A dispatcher on a real store in memory, whose provider is scripted and whose clock is turned by hand.

import type { Settlement } from '../../src/ports/store/settle.ts';
import type { Transport } from '../../src/ports/transport.ts';
import { dispatch, type DispatchHost, type DispatchPlan } from '../../src/send/dispatch.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import type { MessageId } from '../../src/values/id.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';
import { addCrowd, admit, requestTo } from '../conformance/store/crowd.ts';
import { ids, makeSender, NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';

export type Options = { readonly transport?: Partial<Transport>; readonly interrupted?: AbortSignal };

/** Starts it. */
export async function world({ transport = {}, interrupted = new AbortController().signal }: Options = {}) {
  const { store, senderId } = await startInMemory();
  let now: Instant = NOON;
  const slept: number[] = [];
  const settlements: Settlement[] = [];
  const host: DispatchHost = {
    store,
    transport: { ...createSandbox(), ...transport },
    clock: {
      now: () => now,
      yield: () => Promise.resolve(),
      sleep: async (milliseconds) => {
        slept.push(milliseconds);
        now = toInstant(now + milliseconds);
      },
    },
    workerId: ids.sortable(NOON),
    interrupted,
  };
  const run = (plan: Partial<DispatchPlan> = {}) =>
    dispatch(host, {
      sender: makeSender({ id: senderId }),
      scope: { kind: 'all' },
      countMax: null,
      patienceMs: 0,
      onSettled: (settled) => settlements.push(...settled),
      onStopping: () => undefined,
      ...plan,
    });
  const statesOf = async (messageIds: readonly MessageId[]) => (await store.findMessages(messageIds)).map((record) => record?.state);
  const queueCrowd = async (count: number): Promise<MessageId[]> => {
    const requests = (await addCrowd(store, senderId, count)).map((number) => requestTo(number));
    await admit(store, senderId, requests);
    return requests.map(({ id }) => id);
  };
  return { store, senderId, run, statesOf, queueCrowd, slept, settlements };
}
