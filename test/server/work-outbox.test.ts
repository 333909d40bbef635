// The outbox of every sender while a server runs: what fails is waited for and stops no other; a bug stops all.

import { afterEach, describe, expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Transport } from '../../src/ports/transport.ts';
import { createStandings } from '../../src/server/problems.ts';
import { type OutboxWork, workOutbox } from '../../src/server/work-outbox.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../../src/domain/sender.ts';
import { addCrowd, admit, requestTo } from '../conformance/store/crowd.ts';
import { ids, makeSender } from '../conformance/store/fixture.ts';
import { toInstant } from '../../src/values/time.ts';
import { startInMemory } from '../memory.ts';
import { createTestClock, whatsappSender } from './served.ts';

let stop = new AbortController();
let ended: Promise<void> | undefined;
afterEach(async () => {
  stop.abort();
  await ended?.catch(() => undefined);
  stop = new AbortController();
});

type Watched = { readonly lines: string[]; readonly asked: string[]; readonly store: Store; readonly ended: Promise<void> };

// A transport for each sender by its name; the store has none but the first.
// `rounds.rest` ends the rest between two looks at the senders.
async function work(
  transport: (sender: Sender) => Promise<Transport>,
  senders: readonly Sender[] = [],
  rounds: { rest: () => void; seen?: (sender: Sender) => Sender } = { rest: () => undefined },
): Promise<Watched> {
  const { store } = await startInMemory();
  const own = createTestClock();
  const clock = {
    ...own,
    sleep: (milliseconds: number, signal: AbortSignal): Promise<void> => {
      const shortened = new AbortController();
      if (milliseconds === 30_000) rounds.rest = () => shortened.abort();
      return own.sleep(milliseconds, AbortSignal.any([signal, shortened.signal]));
    },
  };
  const [lines, asked]: [string[], string[]] = [[], []];
  const parts: OutboxWork = {
    store,
    senders: async () => [...(await store.listSenders(DEFAULT_ACCOUNT)), ...senders].map(rounds.seen ?? ((sender) => sender)),
    transport: (sender) => {
      asked.push(sender.name);
      return transport(sender);
    },
    diedWithProcess: ['sandbox'],
    clock,
    workerId: ids.sortable(clock.now()),
    interrupted: stop.signal,
    problems: (sentence) => void lines.push(sentence),
    standings: createStandings((line) => void lines.push(line)),
    onSent: () => undefined,
  };
  ended = workOutbox(parts);
  return { lines, asked, store, ended };
}

describe('workOutbox', () => {
  it('ends when it is told to', async () => {
    const { ended: over, asked } = await work(async (sender) => createSandbox(sender));
    await expect.poll(() => asked).toEqual(['sandbox']);
    stop.abort();
    await over;
    expect(asked).toEqual(['sandbox']);
  });

  it('waits for what fails, says so, and goes on with the others', async () => {
    const broken = makeSender({ name: 'broken' });
    const { lines, asked } = await work(
      (sender) => (sender.name === 'broken' ? Promise.reject(fail('provider_unreachable')) : Promise.resolve(createSandbox(sender))),
      [broken],
    );
    await expect.poll(() => asked.filter((name) => name === 'broken').length, { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
    expect(lines[0]).toBe('sender broken waits: The provider cannot be reached.');
    expect(asked.filter((name) => name === 'sandbox')).toHaveLength(1);
  });

  it('makes the way out of a sender anew after it failed, with the token as it is then', async () => {
    const closed: number[] = [];
    let count = 0;
    const { asked, lines } = await work(async (sender) => {
      const sandbox = createSandbox(sender);
      const number = (count += 1);
      // The first is told that it has a wrong token as soon as it is asked for its room.
      const refusing = Object.defineProperty({ ...sandbox }, 'roomMax', {
        get: () => {
          if (number === 1) throw fail('token_rejected');
          return sandbox.roomMax;
        },
      });
      return Object.assign(refusing, {
        close: async () => {
          closed.push(number);
        },
      });
    });
    await expect.poll(() => asked.length, { timeout: 5_000 }).toBe(2);
    expect(closed).toEqual([1]);
    expect(lines[0]).toMatch(/^sender sandbox waits: /);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(asked).toHaveLength(2);
  });

  it('makes it anew when the settings of the sender changed', async () => {
    const changing = whatsappSender('changing');
    const rounds = { rest: (): void => undefined };
    const made: (string | undefined)[] = [];
    const { asked, store } = await work(
      async (sender) => {
        made.push(sender.whatsapp?.apiBase);
        return createSandbox(sender);
      },
      [],
      rounds,
    );
    await store.putSender(changing);
    const ofChanging = () => {
      rounds.rest();
      return asked.filter((name) => name === 'changing').length;
    };
    await expect.poll(ofChanging, { timeout: 5_000 }).toBe(1);
    ofChanging(); // a round in which nothing changed
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(ofChanging()).toBe(1);
    if (changing.whatsapp !== null)
      await store.putSender({ ...changing, whatsapp: { ...changing.whatsapp, apiBase: 'http://127.0.0.1:9' } });
    await expect.poll(ofChanging, { timeout: 5_000 }).toBe(2);
    expect(made).toContain('http://127.0.0.1:9');
  });

  it('sends the rest of a long queue by the new settings', async () => {
    let apiBase = 'http://127.0.0.1:1';
    const rounds = {
      rest: (): void => undefined,
      seen: (sender: Sender): Sender => ({ ...sender, whatsapp: whatsappSender('any', { apiBase }).whatsapp }),
    };
    const sentBy: string[] = [];
    const slow = async (sender: Sender): Promise<Transport> => {
      const sandbox = createSandbox();
      const deliver: Transport['deliver'] = (messages, at) => {
        for (const _ of messages) sentBy.push(sender.whatsapp?.apiBase ?? '');
        return sandbox.deliver(messages, at).map(async (delivery) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          return delivery;
        });
      };
      return { ...sandbox, roomMax: 1, deliver };
    };
    const { store } = await work(slow, [], rounds);
    const [sender] = await store.listSenders(DEFAULT_ACCOUNT);
    const senderId = sender?.id ?? ids.short();
    const count = 60;
    const requests = (await addCrowd(store, senderId, count)).map((number) => requestTo(number));
    await admit(store, senderId, requests, { at: createTestClock().now() });
    await expect.poll(() => sentBy.length).toBeGreaterThan(0);
    apiBase = 'http://127.0.0.1:2';
    rounds.rest();
    await expect.poll(() => sentBy.length, { timeout: 10_000 }).toBe(count);
    expect(new Set(sentBy)).toEqual(new Set(['http://127.0.0.1:1', 'http://127.0.0.1:2']));
    expect(sentBy.indexOf('http://127.0.0.1:2')).toBeLessThan(count / 2);
  });

  it('sends what is scheduled when it is due, and not before', async () => {
    const { store } = await work(async (sender) => createSandbox(sender));
    const [sender] = await store.listSenders(DEFAULT_ACCOUNT);
    const senderId = sender?.id ?? ids.short();
    const [number] = await addCrowd(store, senderId, 1);
    if (number === undefined) throw new Error('a crowd has people');
    const at = createTestClock().now();
    const sendAt = toInstant(at + 400);
    const request = requestTo(number, { timing: { sendAt, expiresInMs: null } });
    await admit(store, senderId, [request], { at });
    const messageOf = async () => (await store.findMessages([request.id]))[0];
    expect(await messageOf()).toMatchObject({ state: 'scheduled' });
    await expect.poll(async () => (await messageOf())?.state, { timeout: 5_000 }).toBe('delivered');
    expect((await messageOf())?.changedAt).toBeGreaterThanOrEqual(sendAt);
  });

  it('stops for a bug, and all with it', async () => {
    const { ended: over } = await work(() => Promise.reject(new TypeError('a bug of ours')));
    await expect(over).rejects.toThrow('a bug of ours');
  });
});
