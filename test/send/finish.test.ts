// The second half of a send under a time limit: what it leaves queued, and what it says about how it ended. Real timers, short times.

import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Delivery, OutgoingMessage } from '../../src/ports/transport.ts';
import { fail } from '../../src/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { finish } from '../../src/send/finish.ts';
import { countQueued, createTally } from '../../src/send/tally.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import { toMicros } from '../../src/values/money.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';
import { addCrowd, admit, outcomeOf, requestTo, settle } from '../conformance/store/crowd.ts';
import { ids, makeSender, NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { delivery } from './facts.ts';

type Script = (message: OutgoingMessage, at: Instant, store: Store) => Partial<Delivery> | Promise<Partial<Delivery>>;

async function admitted(script: Script) {
  const { store, senderId } = await startInMemory();
  const requests = (await addCrowd(store, senderId, 2)).map((number) => requestTo(number));
  await admit(store, senderId, requests);
  const tally = createTally();
  for (const _ of requests) countQueued(tally, toMicros(100n));
  const command = new AbortController();
  const told: number[] = [];
  const startedAt = Date.now();
  const deliver = async (message: OutgoingMessage, at: Instant): Promise<Delivery> =>
    delivery('accepted', { messageId: message.id, attempt: message.attempt, at, ...(await script(message, at, store)) });
  const host = {
    store,
    transport: {
      ...createSandbox(),
      roomMax: 1,
      deliver: (messages: readonly OutgoingMessage[], at: Instant) => messages.map((message) => deliver(message, at)),
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
      {
        sender: makeSender({ id: senderId }),
        waitsForDelivery,
        timeoutMs,
        onProgress: () => undefined,
        onStopping: (count) => told.push(count),
      },
      { own, repeated: [], tally },
    );
  return { run, tally, told, stop: () => command.abort() };
}

const throttledFor =
  (retryAfterMs: number): Script =>
  () => ({ kind: 'retry', retryAfterMs, error: { code: '130429', title: 'Rate limit hit' } });
const THROTTLED = throttledFor(600_000);

describe('finish', () => {
  it('ends when all is accepted, long before the time is up', async () => {
    const { run, tally } = await admitted(() => ({}));
    expect(await run(60_000)).toEqual({
      interrupted: false,
      waiting: false,
      paused: false,
      nextDueAt: null,
      timedOut: false,
      failure: null,
    });
    expect(tally.counts).toMatchObject({ queued: 0, accepted: 2 });
  });

  it('leaves queued what could not be sent in time', async () => {
    const { run, tally } = await admitted(THROTTLED);
    expect(await run(50)).toEqual({ interrupted: false, waiting: false, paused: false, nextDueAt: null, timedOut: true, failure: null });
    expect([tally.counts.queued, tally.reserved]).toEqual([2, 200n]);
  });

  it('does not wait for what is due an hour later, and says when that is', async () => {
    const { run, tally } = await admitted(throttledFor(3_600_000));
    const { nextDueAt, ...end } = await run(null);
    expect(end).toEqual({ interrupted: false, waiting: false, paused: false, timedOut: false, failure: null });
    expect((nextDueAt ?? 0) - NOON).toBeGreaterThanOrEqual(3_600_000);
    expect([tally.counts.queued, tally.reserved]).toEqual([2, 200n]);
  });

  it('is interrupted by the command before its time is up', async () => {
    const { run, stop } = await admitted(THROTTLED);
    setTimeout(stop, 20);
    expect(await run(60_000)).toEqual({
      interrupted: true,
      waiting: false,
      paused: false,
      nextDueAt: null,
      timedOut: false,
      failure: null,
    });
  });

  it('spends one time on sending and on waiting for the delivery', async () => {
    const { run, tally } = await admitted(() => ({}));
    expect(await run(50, true)).toEqual({
      interrupted: false,
      waiting: false,
      paused: false,
      nextDueAt: null,
      timedOut: true,
      failure: null,
    });
    expect(tally.counts).toMatchObject({ queued: 0, accepted: 2 });
  });

  it('can be interrupted while it waits for the delivery', async () => {
    const { run, stop } = await admitted(() => ({}));
    setTimeout(stop, 20);
    expect(await run(null, true)).toEqual({
      interrupted: true,
      waiting: false,
      paused: false,
      nextDueAt: null,
      timedOut: false,
      failure: null,
    });
  });

  /** The webhook of the delivery comes first; the request itself is answered late, with this. */
  const toldBefore =
    (afterMs: number, answer: Partial<Delivery>): Script =>
    async (message, _at, store) => {
      await settle(store, [outcomeOf(message.id, 'delivered')]);
      await pause(afterMs);
      return answer;
    };
  const LOST: Partial<Delivery> = { kind: 'unknown', error: { code: 'no_answer', title: 'No answer' } };

  it('was in time where the last of them was under way when the time was up', async () => {
    const { run, tally, told } = await admitted(toldBefore(50, LOST));
    expect(await run(75, true)).toMatchObject({ timedOut: false, failure: null });
    expect([tally.counts.delivered, told]).toEqual([2, []]);
  });

  it('says once that requests are waited for, where that takes longer than a moment', async () => {
    const { run, told } = await admitted(toldBefore(700, LOST));
    expect(await run(50)).toMatchObject({ timedOut: true });
    expect(told).toEqual([1]);
  });

  it('ends with what the provider refused, and counts what is queued', async () => {
    const { run, tally } = await admitted(() => {
      throw fail('token_rejected');
    });
    expect(await run(null)).toMatchObject({ failure: { code: 'token_rejected' }, timedOut: false, interrupted: false });
    expect([tally.counts.queued, tally.reserved]).toEqual([2, 200n]);
  });

  it('does not hide a bug', async () => {
    const { run } = await admitted(() => {
      throw fail('bug');
    });
    await expect(run(null)).rejects.toMatchObject({ code: 'bug' });
  });
});
