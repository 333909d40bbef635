// A secret that was corrected or withdrawn, and a number that was added, while the server runs.

import { afterEach, describe, expect, it } from 'vitest';
import { createSenderSource, type ServedSender } from '../../src/server/served-senders.ts';
import { fail } from '../../src/errors.ts';
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
    expect(await running.postSigned(toShop, 'secret of the bank')).toBe(403);
    expect(running.sendersRead).toBe(1);
    running.clock.advance(1_000);
    expect(await running.postSigned(toShop, 'secret of the bank')).toBe(200);
    expect(running.sendersRead).toBe(2);
    expect(running.batches.flat()).toMatchObject([{ kind: 'message', senderId: running.senders[0]?.sender.id }]);
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
    running.clock.advance(1_000);
    expect(await running.postSigned(post(messagesChange({ messages: [inboundText('hi')] }, '666')))).toBe(200);
    expect(running.batches.flat().map(({ senderId }) => senderId)).toEqual([null, added.sender.id]);
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
