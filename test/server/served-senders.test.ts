// A secret that was corrected or withdrawn, and a number that was added, while the server runs.

import { afterEach, describe, expect, it } from 'vitest';
import { createSenderSource, type ServedSender } from '../../src/server/served-senders.ts';
import { fail } from '../../src/errors.ts';
import { NOON } from '../conformance/store/fixture.ts';
import { inboundText, messagesChange, NUMBER, post } from '../inbound/webhooks.ts';
import { createTestClock, serve, type Served, SECRET, served, whatsappSender } from './served.ts';

let server: Served | undefined;
const open = async (): Promise<Served> => (server = await serve());
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('a secret', () => {
  const shop = (secret: string) => served(whatsappSender('shop'), [secret]);
  const bank = served(whatsappSender('bank', { phoneNumberId: '555', wabaId: '777' }), ['secret of the bank']);
  const toShop = post(messagesChange({ messages: [inboundText('hi')] }, NUMBER));

  it('that was corrected to one that is known is believed, and looked for once a second at most', async () => {
    const running = await open();
    running.senders = [shop('mistyped'), bank];
    expect(await running.postSigned(toShop, 'secret of the bank')).toBe(403);
    running.senders = [shop('secret of the bank'), bank];
    const posts = Array.from({ length: 5 }, () => running.postSigned(toShop, 'secret of the bank'));
    expect(running.sendersRead).toBe(1);
    expect(await Promise.all(posts)).toEqual([200, 200, 200, 200, 200]);
    expect(running.sendersRead).toBe(2);
    expect(running.batches.flat().map(({ senderId }) => senderId)).toEqual(Array.from({ length: 5 }, () => running.senders[0]?.sender.id));
  });

  it('that was withdrawn is believed for half a minute at most', async () => {
    const running = await open();
    running.senders = [shop('leaked')];
    expect(await running.postSigned(toShop, 'leaked')).toBe(200);
    running.senders = [shop('fresh')];
    running.clock.advance(29_000);
    expect(await running.postSigned(toShop, 'leaked')).toBe(200);
    running.clock.advance(1_000);
    expect(await running.postSigned(toShop, 'leaked')).toBe(403);
    expect(await running.postSigned(toShop, 'fresh')).toBe(200);
  });
});

describe('the senders', () => {
  it('whose number is new are found under a secret that is known', async () => {
    const running = await open();
    const added = served(whatsappSender('second', { phoneNumberId: '666' }), [SECRET]);
    expect(await running.postSigned(post(messagesChange({ messages: [inboundText('hi')] }, '666')))).toBe(200);
    running.senders = [...running.senders, added];
    const begun = Date.now();
    expect(await running.postSigned(post(messagesChange({ messages: [inboundText('hi')] }, '666')))).toBe(200);
    expect(Date.now() - begun).toBeLessThan(1_500);
    expect(running.batches.flat().map(({ senderId }) => senderId)).toEqual([null, added.sender.id]);
  });

  it('are waited for by nobody whose signature is not known', async () => {
    const running = await open();
    await running.postSigned(post());
    const begun = Date.now();
    expect(await running.postSigned(post(messagesChange({ messages: [inboundText('hi')] }, '666')), 'forged')).toBe(403);
    expect(Date.now() - begun).toBeLessThan(500);
    expect(running.sendersRead).toBe(1);
  });

  it('are read once for all who wait for the next reading, which begins after they came', async () => {
    const clock = createTestClock();
    const slept: number[] = [];
    let wake = (): void => undefined;
    const sleep = (milliseconds: number): Promise<void> =>
      new Promise((resolve) => {
        slept.push(milliseconds);
        wake = resolve;
      });
    let count = 0;
    const source = createSenderSource(async () => [served(whatsappSender(`reading-${(count += 1)}`))], {
      ...clock,
      now: () => NOON,
      sleep,
    });
    const nameOf = async (senders: ReturnType<typeof source.current>) => (await senders).all[0]?.sender.name;
    const before = source.readings();
    expect(await nameOf(source.current())).toBe('reading-1');
    expect(await nameOf(source.after(before))).toBe('reading-1');
    const waiting = [1, 2, 3].map(() => nameOf(source.after(source.readings())));
    await clock.yield();
    expect(slept).toEqual([1_000]);
    wake();
    expect(await Promise.all(waiting)).toEqual(['reading-2', 'reading-2', 'reading-2']);
    expect(count).toBe(2);
  });

  it('that cannot be read leave those who wait without them, and are read by who comes next', async () => {
    const clock = createTestClock();
    let count = 0;
    const read = async (): Promise<readonly ServedSender[]> => {
      count += 1;
      if (count === 2) throw fail('store_busy');
      return [served()];
    };
    const source = createSenderSource(read, { ...clock, sleep: async () => clock.advance(1_000) });
    await source.current();
    await expect(source.after(source.readings())).rejects.toMatchObject({ code: 'store_busy' });
    expect((await source.after(source.readings())).all).toHaveLength(1);
    expect(count).toBe(3);
  });

  it('are read once for all who ask together, and again after a failure', async () => {
    let count = 0;
    const read = async (): Promise<readonly ServedSender[]> => {
      count += 1;
      if (count === 2) throw fail('store_busy');
      return [served()];
    };
    const clock = createTestClock();
    const { current } = createSenderSource(read, clock);
    await Promise.all([current(), current(), current()]);
    expect(count).toBe(1);
    clock.advance(30_000);
    await expect(current()).rejects.toMatchObject({ code: 'store_busy' });
    expect((await current()).all).toHaveLength(1);
    expect(count).toBe(3);
  });
});
