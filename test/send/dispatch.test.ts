// Claim, deliver, settle on a real store; the provider is scripted and the clock is turned by hand.

import { describe, expect, it } from 'vitest';
import { decideCampaignChange } from '../../src/domain/campaign.ts';
import type { Transport } from '../../src/ports/transport.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import { queue } from '../conformance/store/admission.ts';
import { addPerson, ids, later, makeTemplate, NOON } from '../conformance/store/fixture.ts';
import { type Options, world } from './dispatching.ts';

describe('dispatch', () => {
  it('works until nothing is left, in turns of as many as the transport takes', async () => {
    const batches: number[] = [];
    const sandbox = createSandbox();
    const { run, statesOf, queueCrowd, settlements } = await world({
      transport: {
        roomMax: 3,
        deliver: (messages, at) => {
          batches.push(messages.length);
          return sandbox.deliver(messages, at);
        },
      },
    });
    const messages = await queueCrowd(8);
    expect(await run()).toEqual({ reason: 'empty', claimed: 8 });
    expect(batches).toEqual([3, 3, 2]);
    expect(await statesOf(messages)).toContain('delivered');
    expect(new Set(settlements.map(({ messageId }) => messageId)).size).toBe(8);
  });

  it('has nothing to do in an empty outbox', async () => {
    const { run, settlements } = await world();
    expect(await run()).toEqual({ reason: 'empty', claimed: 0 });
    expect(settlements).toEqual([]);
  });

  it('stops at the number it was given, with all of them at rest', async () => {
    const { run, statesOf, queueCrowd } = await world({ transport: { roomMax: 2 } });
    const messages = await queueCrowd(12);
    expect(await run({ countMax: 10 })).toEqual({ reason: 'count_reached', claimed: 10 });
    const states = await statesOf(messages);
    expect(states.filter((state) => state === 'queued')).toHaveLength(2);
    expect(states).not.toContain('sending');
  });

  it('ends where its campaign is paused, with what was on its way at rest', async () => {
    const sandbox = createSandbox();
    let pause = async (): Promise<void> => undefined;
    const { store, senderId, run } = await world({
      transport: {
        roomMax: 1,
        deliver: (messages, at) => sandbox.deliver(messages, at).map((delivery) => pause().then(() => delivery)),
      },
    });
    const { campaignId } = await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON });
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    for (const _ of [1, 2]) await queue(store, { senderId, contactId, template: 'offer', campaignId });
    pause = async () => {
      await store.changeCampaign({ campaignId, change: 'pause', now: () => NOON, by: 'ada', reason: null }, decideCampaignChange);
    };
    expect(await run()).toEqual({ reason: 'paused', claimed: 1 });
    expect((await store.showCampaign({ senderId, campaignId })).open.get('queued')).toBe(1);
    expect(await run({ scope: { kind: 'campaign', campaignId } })).toEqual({ reason: 'paused', claimed: 0 });
  });

  it.each([
    [1, 0],
    [2, 1],
  ])('warms the transport up for several messages and not for one: %s', async (count, warmed) => {
    let warmUps = 0;
    const { run, queueCrowd } = await world({
      transport: {
        roomMax: 1,
        warmUp: async () => {
          warmUps += 1;
        },
      },
    });
    await queueCrowd(count);
    expect(await run()).toMatchObject({ claimed: count });
    expect(Math.min(warmUps, 1)).toBe(warmed);
  });

  it('leaves messages outside its scope alone', async () => {
    const { run, statesOf, queueCrowd } = await world();
    const messages = await queueCrowd(9);
    expect(await run({ scope: { kind: 'messages', ids: messages.slice(7) } })).toMatchObject({ claimed: 2 });
    expect((await statesOf(messages)).slice(0, 7).every((state) => state === 'queued')).toBe(true);
  });
});

describe('requests that end one by one', () => {
  /** A provider that takes its time: each request ends when the test lets the oldest ones go. */
  function slow(roomMax: number) {
    const waiting: (() => void)[] = [];
    let most = 0;
    const sandbox = createSandbox();
    const transport: Partial<Transport> = {
      roomMax,
      deliver: (messages, at) =>
        sandbox.deliver(messages, at).map(async (delivered) => {
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
            most = Math.max(most, waiting.length);
          });
          return delivered;
        }),
    };
    const letGo = async (): Promise<void> => {
      while (waiting.length > 0) {
        waiting.shift()?.();
        await new Promise((resolve) => void setImmediate(resolve));
      }
    };
    return { transport, letGo, most: () => most };
  }

  it('make room for the next at once, and never are more than there is room for', async () => {
    const { transport, letGo, most } = slow(4);
    const { run, statesOf, queueCrowd } = await world({ transport });
    const messages = await queueCrowd(9);
    const ended = run();
    const state = { isOver: false };
    void ended.then(() => (state.isOver = true));
    while (!state.isOver) await letGo().then(() => new Promise((resolve) => void setImmediate(resolve)));
    expect(await ended).toEqual({ reason: 'empty', claimed: 9 });
    expect(most()).toBe(4);
    expect(await statesOf(messages)).not.toContain('sending');
  });

  it('are waited for and settled when the store refuses a turn', async () => {
    const { store, run, statesOf, queueCrowd } = await world({ transport: { roomMax: 2 } });
    const messages = await queueCrowd(4);
    const { turn } = store;
    let turns = 0;
    Object.assign(store, {
      turn: (...parameters: Parameters<typeof turn>) => {
        turns += 1;
        return turns === 2 ? Promise.reject(new Error('the disk is full')) : turn(...parameters);
      },
    });
    await expect(run()).rejects.toThrow('the disk is full');
    const states = await statesOf(messages);
    expect(states.filter((state) => state === 'queued')).toHaveLength(2);
    expect(states).not.toContain('sending');
  });
});

it('settles what was accepted beside what could not be sent at all', async () => {
  const sandbox = createSandbox();
  const { run, statesOf, queueCrowd } = await world({
    transport: {
      deliver: (messages, at) =>
        sandbox.deliver(messages, at).map((delivered, index) => (index === 1 ? Promise.reject(new Error('token')) : delivered)),
    },
  });
  const messages = await queueCrowd(3);
  await expect(run()).rejects.toThrow('token');
  expect(await statesOf(messages)).toEqual(['delivered', 'queued', 'delivered']);
});

describe('an interruption', () => {
  it('before the start begins nothing', async () => {
    const { run, statesOf, queueCrowd } = await world({ interrupted: AbortSignal.abort() });
    const messages = await queueCrowd(2);
    expect(await run()).toEqual({ reason: 'interrupted', claimed: 0 });
    expect(await statesOf(messages)).toEqual(['queued', 'queued']);
  });

  it('finishes what is in flight and begins nothing more', async () => {
    const stop = new AbortController();
    const sandbox = createSandbox();
    const { run, statesOf, queueCrowd } = await world({
      interrupted: stop.signal,
      transport: {
        roomMax: 1,
        deliver: (messages, at) => {
          stop.abort();
          return sandbox.deliver(messages, at);
        },
      },
    });
    const messages = await queueCrowd(2);
    expect(await run()).toEqual({ reason: 'interrupted', claimed: 1 });
    expect(await statesOf(messages)).toEqual(['delivered', 'queued']);
  });
});

describe('a message that is due later', () => {
  async function throttled(options: Options = {}) {
    const made = await world(options);
    const contactId = await addPerson(made.store, made.senderId, '10005', ['marketing']);
    const id = await queue(made.store, { senderId: made.senderId, contactId, template: 'offer' });
    return { ...made, id };
  }
  const inTenSeconds: Partial<Transport> = {
    deliver: (messages, at) =>
      createSandbox()
        .deliver(messages, at)
        .map(async (delivered) => {
          const delivery = await delivered;
          return delivery.kind === 'retry' ? { ...delivery, retryAfterMs: 10_000 } : delivery;
        }),
  };

  it('is sent at once when the provider asked for no wait', async () => {
    const { run, statesOf, id, slept } = await throttled();
    expect(await run()).toEqual({ reason: 'empty', claimed: 2 });
    expect(await statesOf([id])).toEqual(['delivered']);
    expect(slept).toEqual([]);
  });

  it('is waited for, exactly as long as it takes, with a look every five seconds whether somebody paused', async () => {
    const { run, statesOf, id, slept } = await throttled({ transport: inTenSeconds });
    expect(await run({ patienceMs: 10_000 })).toEqual({ reason: 'empty', claimed: 2 });
    expect(slept).toEqual([5_000, 5_000]);
    expect(await statesOf([id])).toEqual(['delivered']);
  });

  it('stays in the queue for a dispatcher that does not wait', async () => {
    const { run, statesOf, id, slept } = await throttled({ transport: inTenSeconds });
    expect(await run()).toEqual({ reason: 'not_due', claimed: 1, nextDueAt: NOON + 10_000 });
    expect(await statesOf([id])).toEqual(['queued']);
    expect(slept).toEqual([]);
  });
});

it('goes on behind what the gate stops', async () => {
  const { store, senderId, run, statesOf, queueCrowd, settlements } = await world({ transport: { roomMax: 1 } });
  const stopped = await queueCrowd(2);
  await store.putTemplate(makeTemplate(senderId, { components: [{ type: 'BODY', text: 'Another text' }], addedAt: later(1) }));
  const contactId = await addPerson(store, senderId, '99', ['utility']);
  const free = await queue(store, { senderId, contactId, template: 'notice' });
  expect(await run()).toEqual({ reason: 'empty', claimed: 1 });
  expect(await statesOf([...stopped, free])).toEqual(['cancelled', 'cancelled', 'delivered']);
  expect(settlements.filter(({ reason }) => reason === 'template_unavailable')).toHaveLength(2);
});

it('puts everything back when nothing can be sent, and says why', async () => {
  const sandbox = createSandbox();
  let isDown = true;
  const { run, statesOf, queueCrowd } = await world({
    transport: {
      deliver: (messages, at) => (isDown ? messages.map(() => Promise.reject(new Error('no route'))) : sandbox.deliver(messages, at)),
    },
  });
  const messages = await queueCrowd(2);
  await expect(run()).rejects.toThrow('no route');
  expect(await statesOf(messages)).toEqual(['queued', 'queued']);
  isDown = false;
  expect(await run()).toMatchObject({ claimed: 2 });
  expect(await statesOf(messages)).toEqual(['delivered', 'delivered']);
});
