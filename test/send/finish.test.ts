// The second half of a send under a time limit: what it leaves queued, and what it says about how it ended. Real timers, short times.

import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Delivery, OutgoingMessage } from '../../src/ports/transport.ts';
import { finish } from '../../src/send/finish.ts';
import { countQueued, createTally } from '../../src/send/tally.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import { toMicros } from '../../src/values/money.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';
import { addCrowd, admit, requestTo } from '../conformance/store/crowd.ts';
import { ids, makeSender, NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { delivery } from './facts.ts';

type Script = (message: OutgoingMessage, at: Instant) => Partial<Delivery>;

async function admitted(script: Script) {
  const { store, senderId } = await startInMemory();
  const requests = (await addCrowd(store, senderId, 2)).map((number) => requestTo(number));
  await admit(store, senderId, requests);
  const tally = createTally();
  for (const _ of requests) countQueued(tally, toMicros(100n));
  const command = new AbortController();
  const startedAt = Date.now();
  const deliver = (message: OutgoingMessage, at: Instant): Delivery =>
    delivery('accepted', { messageId: message.id, attempt: message.attempt, at, ...script(message, at) });
  const host = {
    store,
    transport: {
      ...createSandbox(),
      roomMax: 1,
      deliver: (messages: readonly OutgoingMessage[], at: Instant) => messages.map(async (message) => deliver(message, at)),
    },
    clock: {
      now: () => toInstant(NOON + Date.now() - startedAt),
      yield: () => Promise.resolve(),
      sleep: async (milliseconds: number, signal: AbortSignal) => {
        await pause(milliseconds, undefined, { signal }).catch(() => undefined);
      },
    },
    workerId: ids.sortable<'worker'>(NOON),
    interrupted: command.signal,
    diedWithProcess: ['sandbox'],
  };
  const own = { kind: 'messages', ids: requests.map(({ id }) => id) } as const;
  const run = (timeoutMs: number | null, waitsForDelivery = false) =>
    finish(
      host,
      { sender: makeSender({ id: senderId }), waitsForDelivery, timeoutMs, onProgress: () => undefined },
      { own, repeated: [], tally },
    );
  return { run, tally, stop: () => command.abort() };
}

const throttledFor =
  (retryAfterMs: number): Script =>
  () => ({ kind: 'retry', retryAfterMs, error: { code: '130429', title: 'Rate limit hit' } });
const THROTTLED = throttledFor(600_000);

describe('finish', () => {
  it('ends when all is accepted, long before the time is up', async () => {
    const { run, tally } = await admitted(() => ({}));
    expect(await run(60_000)).toEqual({ interrupted: false, waiting: false, nextDueAt: null, timedOut: false });
    expect(tally.counts).toMatchObject({ queued: 0, accepted: 2 });
  });

  it('leaves queued what could not be sent in time', async () => {
    const { run, tally } = await admitted(THROTTLED);
    expect(await run(50)).toEqual({ interrupted: false, waiting: false, nextDueAt: null, timedOut: true });
    expect([tally.counts.queued, tally.reserved]).toEqual([2, 200n]);
  });

  it('does not wait for what is due an hour later, and says when that is', async () => {
    const { run, tally } = await admitted(throttledFor(3_600_000));
    const { nextDueAt, ...end } = await run(null);
    expect(end).toEqual({ interrupted: false, waiting: false, timedOut: false });
    expect((nextDueAt ?? 0) - NOON).toBeGreaterThanOrEqual(3_600_000);
    expect([tally.counts.queued, tally.reserved]).toEqual([2, 200n]);
  });

  it('is interrupted by the command before its time is up', async () => {
    const { run, stop } = await admitted(THROTTLED);
    setTimeout(stop, 20);
    expect(await run(60_000)).toEqual({ interrupted: true, waiting: false, nextDueAt: null, timedOut: false });
  });

  it('spends one time on sending and on waiting for the delivery', async () => {
    const { run, tally } = await admitted(() => ({}));
    expect(await run(50, true)).toEqual({ interrupted: false, waiting: false, nextDueAt: null, timedOut: true });
    expect(tally.counts).toMatchObject({ queued: 0, accepted: 2 });
  });

  it('can be interrupted while it waits for the delivery', async () => {
    const { run, stop } = await admitted(() => ({}));
    setTimeout(stop, 20);
    expect(await run(null, true)).toEqual({ interrupted: true, waiting: false, nextDueAt: null, timedOut: false });
  });
});
