// Several senders behind one address: each is spoken for by its own secret only, and can be added while the server runs.

import { afterEach, describe, expect, it } from 'vitest';
import { inboundText, messagesChange, NUMBER, post } from '../inbound/webhooks.ts';
import { SECRET, serve, type Served, served, whatsappSender } from './served.ts';

let server: Served | undefined;
const open = async (): Promise<Served> => (server = await serve());
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('several senders', () => {
  const shop = served(whatsappSender('shop'), ['secret of the shop']);
  const bank = served(whatsappSender('bank', { phoneNumberId: '555', wabaId: '777' }), ['secret of the bank']);

  it('are each spoken for by their own secret', async () => {
    const running = await open();
    running.senders = [shop, bank];
    expect(await running.postSigned(post(messagesChange({ messages: [inboundText('hi')] }, '555')), 'secret of the bank')).toBe(200);
    expect(running.batches.flat()).toMatchObject([{ kind: 'message', senderId: bank.sender.id }]);
  });

  it('are not spoken for by another’s', async () => {
    const running = await open();
    running.senders = [shop, bank];
    expect(await running.postSigned(post(messagesChange({ messages: [inboundText('STOP')] }, NUMBER)), 'secret of the bank')).toBe(403);
    expect(running.batches).toEqual([]);
    expect(running.lines.join()).toContain('a webhook spoke for a sender whose app secret did not sign it');
  });

  it('keep what is theirs of a post that also names others, and have it repeated for those', async () => {
    const running = await open();
    running.senders = [shop, bank];
    const payload = post(
      messagesChange({ messages: [inboundText('STOP')] }, NUMBER),
      messagesChange({ messages: [inboundText('hi')] }, '555'),
    );
    expect(await running.postSigned(payload, 'secret of the bank')).toBe(403);
    expect(running.batches.flat()).toMatchObject([{ kind: 'message', text: 'hi', senderId: bank.sender.id }]);
    running.senders = [served(whatsappSender('shop'), ['secret of the bank']), bank];
    expect(await running.postSigned(payload, 'secret of the bank')).toBe(200);
    expect(running.batches.flat().slice(1)).toMatchObject([
      { kind: 'message', text: 'STOP', senderId: running.senders[0]?.sender.id },
      { kind: 'message', text: 'hi', senderId: bank.sender.id },
    ]);
  });

  it('of a post that names nobody’s number beside another’s, wait for its repetition', async () => {
    const running = await open();
    running.senders = [shop, bank];
    const payload = post(
      messagesChange({ messages: [inboundText('STOP')] }, NUMBER),
      messagesChange({ messages: [inboundText('hi')] }, '999'),
    );
    expect(await running.postSigned(payload, 'secret of the bank')).toBe(403);
    expect(running.batches).toEqual([]);
  });

  it('of one app share their secret, and an account tells all of them', async () => {
    const running = await open();
    const second = served(whatsappSender('second', { phoneNumberId: '666' }), [SECRET]);
    running.senders = [served(), second];
    expect(await running.postSigned(post({ field: 'account_update', value: {} }))).toBe(200);
    expect(running.batches.flat().map(({ senderId }) => senderId)).toEqual(running.senders.map(({ sender }) => sender.id));
  });

  it('can be added while it runs, and are looked for once a second at most', async () => {
    const running = await open();
    running.senders = [shop];
    const toBank = post(messagesChange({ messages: [inboundText('hi')] }, '555'));
    expect(await running.postSigned(toBank, 'secret of the bank')).toBe(403);
    running.senders = [shop, bank];
    for (let count = 0; count < 5; count += 1) expect(await running.postSigned(toBank, 'secret of the bank')).toBe(403);
    expect(running.sendersRead).toBe(1);
    running.clock.advance(1_000);
    expect(await running.postSigned(toBank, 'secret of the bank')).toBe(200);
    expect(running.sendersRead).toBe(2);
  });
});
