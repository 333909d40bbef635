// Waiting for deliveries that somebody else records: on a real store, with a clock that is turned by hand.

import { describe, expect, it } from 'vitest';
import { toOutcome } from '../../src/domain/outcome.ts';
import type { EventKind } from '../../src/domain/message.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { countDuplicate, countQueued, countSettled, createTally } from '../../src/send/tally.ts';
import { waitForDelivery } from '../../src/send/wait.ts';
import type { MessageId } from '../../src/values/id.ts';
import { toMicros } from '../../src/values/money.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';
import { addCrowd, admit, requestTo, turn } from '../conformance/store/crowd.ts';
import { NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';

/** Two messages that the provider has accepted, and what happens at each look of the waiting. */
async function accepted(
  happens: (look: number, tell: (index: number, kind: EventKind) => Promise<void>, stop: () => void) => Promise<void>,
) {
  const { store, senderId } = await startInMemory();
  const requests = (await addCrowd(store, senderId, 2)).map((number) => requestTo(number));
  await admit(store, senderId, requests);
  const messages = requests.map(({ id }) => id);
  await turn(store, senderId, { room: 2 });
  const tally = createTally();
  const settle = async (id: MessageId, kind: EventKind, at: Instant) =>
    store.settle({ outcomes: [toOutcome({ messageId: id, attempt: 1, kind, at })], at }, decideSettlements);
  for (const id of messages) {
    countQueued(tally, toMicros(100n));
    for (const settlement of await settle(id, 'accepted', NOON)) countSettled(tally, settlement);
  }
  const stopper = new AbortController();
  const slept: number[] = [];
  let now: Instant = NOON;
  const clock = {
    now: () => now,
    yield: () => Promise.resolve(),
    sleep: async (milliseconds: number) => {
      slept.push(milliseconds);
      if (milliseconds > 0) now = toInstant(now + milliseconds);
      const tell = async (index: number, kind: EventKind) => void (await settle(messages[index] as MessageId, kind, now));
      await happens(slept.length, tell, () => stopper.abort());
    },
  };
  const deadline = { signal: stopper.signal, isUp: () => stopper.signal.aborted, clear: () => undefined };
  const wait = (rest: { readonly repeated?: readonly MessageId[]; readonly ids?: readonly MessageId[] } = {}) =>
    waitForDelivery(
      { store, clock },
      {
        own: { kind: 'messages', ids: rest.ids ?? messages },
        repeated: rest.repeated ?? [],
        tally,
        deadline,
        onProgress: () => undefined,
      },
    );
  return { wait, tally, slept, messages };
}

describe('waitForDelivery', () => {
  it('ends when every message has ended, and counts how', async () => {
    const { wait, tally, slept } = await accepted(async (look, tell) => {
      if (look === 1) await tell(0, 'delivered');
      if (look === 3) await tell(1, 'failed');
    });
    expect(await wait()).toBe(true);
    expect(tally.counts).toMatchObject({ accepted: 0, delivered: 1, failed: 1 });
    expect([tally.reserved, tally.charged]).toEqual([0n, 100n]);
    expect(slept).toHaveLength(3);
  });

  it('looks ever more seldom, and at least once a second', async () => {
    const { wait, slept } = await accepted(async (look, tell) => {
      if (look === 9) await Promise.all([tell(0, 'delivered'), tell(1, 'read')]);
    });
    expect(await wait()).toBe(true);
    expect(slept[0]).toBe(100);
    expect(slept.every((pause, index) => index === 0 || pause >= (slept[index - 1] ?? 0))).toBe(true);
    expect(slept.at(-1)).toBe(1_000);
  });

  it('ends with the deadline, and the counts tell how far it came', async () => {
    const { wait, tally } = await accepted(async (look, tell, stop) => {
      if (look === 1) await tell(0, 'delivered');
      if (look === 2) stop();
    });
    expect(await wait()).toBe(false);
    expect(tally.counts).toMatchObject({ accepted: 1, delivered: 1 });
  });

  it('waits for the first messages of duplicates too', async () => {
    const { wait, tally, messages } = await accepted(async (_, tell) => tell(1, 'failed'));
    const [first, second] = messages as [MessageId, MessageId];
    countDuplicate(tally, 'accepted');
    expect(await wait({ ids: [], repeated: [second] })).toBe(true);
    expect([tally.repeated.accepted, tally.repeated.failed]).toEqual([0, 1]);
    expect(first).not.toBe(second);
  });
});
