// Who may speak, what is believed, and when the answer is given.

import { afterEach, describe, expect, it } from 'vitest';
import { NO_NEWS } from '../../src/domain/inbound.ts';
import { fail } from '../../src/errors.ts';
import { EVENTS_MAX } from '../../src/ports/store/inbound.ts';
import { inboundText, messagesChange, post, status } from '../inbound/webhooks.ts';
import { SECRET, serve, type Served, served, sign, whatsappSender } from './served.ts';

let server: Served | undefined;
const open = async (): Promise<Served> => (server = await serve());
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const statuses = (count: number) => Array.from({ length: count }, (_, index) => status({ id: `wamid.${index}` }));
const PAYLOAD = post(messagesChange({ statuses: statuses(1) }));
const BODY = JSON.stringify(PAYLOAD);

describe('a signature', () => {
  it('of our secret over the very bytes is believed', async () => {
    const running = await open();
    expect(await running.post(BODY, { 'X-Hub-Signature-256': sign(BODY) })).toEqual(
      expect.objectContaining({ status: 200, text: 'received\n' }),
    );
    expect(running.batches).toHaveLength(1);
  });

  it('is over bytes: text outside ASCII and escapes as they come', async () => {
    const running = await open();
    const escaped = `{"object":"whatsapp_business_account","entry":[],"x":"\\u00fc\\/"}`;
    for (const body of [escaped, '{"x":"ü"}', Buffer.from('{"x":"\ud83d\uded1"}')]) {
      expect((await running.post(body, { 'x-hub-signature-256': sign(body) })).status).toBe(200);
    }
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one of another secret', sign(BODY, 'other')],
    ['one of another body', sign(JSON.stringify(PAYLOAD, null, 1))],
    ['a short one', sign(BODY).slice(0, -2)],
    ['a long one', `${sign(BODY)}00`],
    ['one without its name', sign(BODY).slice(7)],
    ['one in capitals', sign(BODY).toUpperCase()],
    ['one by SHA-1', `sha1=${sign(BODY).slice(7, 47)}`],
    ['one with a bit turned', sign(BODY).replace(/.$/, (last) => (Number.parseInt(last, 16) ^ 1).toString(16))],
    ['two', `${sign(BODY)}, ${sign(BODY)}`],
  ])('%s is refused, and nothing is read', async (_, signature) => {
    const running = await open();
    const answer = await running.post(BODY, signature === undefined ? {} : { 'x-hub-signature-256': signature });
    expect(answer.status).toBe(403);
    expect(running.batches).toEqual([]);
    expect(running.lines).toEqual(['refused a webhook: no app secret of a sender made its signature']);
  });

  it('with any bit of the body turned is refused', async () => {
    const running = await open();
    for (let index = 0; index < BODY.length; index += 37) {
      const forged = Buffer.from(BODY);
      forged.writeUInt8(forged.readUInt8(index) ^ 1, index);
      expect((await running.post(forged, { 'x-hub-signature-256': sign(BODY) })).status).toBe(403);
    }
    expect(running.batches).toEqual([]);
  });

  it('of the old and of the new secret is believed while it is being changed', async () => {
    const running = await open();
    running.senders = [served(whatsappSender('shop'), ['old', 'new'])];
    expect(await running.postSigned(PAYLOAD, 'old')).toBe(200);
    expect(await running.postSigned(PAYLOAD, 'new')).toBe(200);
    expect(await running.postSigned(PAYLOAD, SECRET)).toBe(403);
  });

  it('is not believed of a sender without a secret', async () => {
    const running = await open();
    running.senders = [served(whatsappSender('shop'), [])];
    expect(await running.postSigned(PAYLOAD, '')).toBe(403);
  });
});

describe('a body', () => {
  it.each(['', 'hello', '{"object":', '<xml/>', '\u0000'])('that is signed and no JSON (%j) is 400', async (body) => {
    const running = await open();
    expect((await running.post(body, { 'x-hub-signature-256': sign(body) })).status).toBe(400);
    expect(running.batches).toEqual([]);
  });

  it.each([{}, [], null, 17, { object: 'page' }, post({ field: 'new_in_2031', value: {} })])(
    'that is JSON of another kind (%j) is kept',
    async (payload) => {
      const running = await open();
      expect(await running.postSigned(payload)).toBe(200);
      expect(running.batches.flat().every(({ kind }) => kind === 'other')).toBe(true);
      expect(running.batches.flat().length).toBeGreaterThan(0);
    },
  );

  it('with nothing in it is taken, and nothing is written', async () => {
    const running = await open();
    expect(await running.postSigned({ object: 'whatsapp_business_account', entry: [] })).toBe(200);
    expect(running.batches).toEqual([]);
  });
});

describe('the answer', () => {
  it('comes after the commit', async () => {
    const running = await open();
    const order: string[] = [];
    const applied = running.receive;
    running.receive = async (events) => {
      await running.clock.sleep(50, new AbortController().signal);
      order.push('commit');
      return applied(events);
    };
    await running.postSigned(PAYLOAD).then(() => order.push('answer'));
    expect(order).toEqual(['commit', 'answer']);
  });

  it('of posts that come together is one commit', async () => {
    const running = await open();
    const applied = running.receive;
    running.receive = async (events) => {
      await running.clock.sleep(100, new AbortController().signal);
      return applied(events);
    };
    const answers = await Promise.all(Array.from({ length: 50 }, () => running.postSigned(PAYLOAD)));
    expect(answers.filter((status) => status === 200)).toHaveLength(50);
    expect(running.batches.flat()).toHaveLength(50);
    expect(running.batches.length).toBeLessThan(10);
  });

  it('of a post with more events than a transaction takes comes after the last of them', async () => {
    const running = await open();
    expect(await running.postSigned(post(messagesChange({ statuses: statuses(2 * EVENTS_MAX + 1) })))).toBe(200);
    expect(running.batches.map(({ length }) => length)).toEqual([EVENTS_MAX, EVENTS_MAX, 1]);
  });

  it('of a post that tells more than ten times what the provider puts into one is 413, and nothing is written', async () => {
    const running = await open();
    const unknown = (count: number) => post(...Array.from({ length: count }, () => ({ field: 'new', value: {} })));
    expect(await running.postSigned(unknown(10_001))).toBe(413);
    expect(running.batches).toEqual([]);
    expect(await running.postSigned(unknown(10_000))).toBe(200);
    expect(running.batches.flat()).toHaveLength(10_000);
  });

  it.each(['store_busy', 'store_full'] as const)('is 503 with a time to come back where the store is %s', async (code) => {
    const running = await open();
    const applied = running.receive;
    running.receive = () => Promise.reject(fail(code));
    const answer = await running.post(BODY, { 'x-hub-signature-256': sign(BODY) });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    running.receive = applied;
    expect(await running.postSigned(PAYLOAD)).toBe(200);
    expect(running.batches).toHaveLength(1);
  });

  it('is 503 where the senders cannot be read', async () => {
    const running = await open();
    Object.defineProperty(running, 'senders', {
      get: () => {
        throw fail('store_busy');
      },
    });
    expect(await running.postSigned(PAYLOAD)).toBe(503);
  });

  it('is 503 at once while too much waits', async () => {
    const running = await open();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const applied = running.receive;
    running.receive = async (events) => {
      await gate;
      return applied(events);
    };
    const large = post(messagesChange({ statuses: statuses(5 * EVENTS_MAX) }));
    const answers = Array.from({ length: 6 }, () => running.postSigned(large));
    const refused = await Promise.any(answers.map(async (answer) => ((await answer) === 503 ? 503 : Promise.reject(new Error('taken')))));
    expect(refused).toBe(503);
    release();
    const all = await Promise.all(answers);
    expect(all.filter((status) => status === 200).length).toBeGreaterThanOrEqual(4);
    expect(running.batches.flat()).toHaveLength(all.filter((status) => status === 200).length * 5 * EVENTS_MAX);
  });

  it('is 500 for what cannot be written, and 200 for its neighbours', async () => {
    const running = await open();
    const applied = running.receive;
    running.receive = async (events) => {
      await running.clock.sleep(50, new AbortController().signal);
      if (events.some(({ body }) => body().includes('poison'))) throw new TypeError('a bug of ours');
      return applied(events);
    };
    const good = Array.from({ length: 9 }, () => running.postSigned(PAYLOAD));
    const bad = running.postSigned(post(messagesChange({ messages: [inboundText('poison')] })));
    expect(await bad).toBe(500);
    expect((await Promise.all(good)).filter((status) => status === 200)).toHaveLength(9);
    expect(running.lines.join()).toContain('a bug of ours');
  });
});

describe('a stop', () => {
  const stop = (senderId: Served['senders'][number]['sender']['id']) => ({
    senderId,
    contactId: 'c' as never,
    sequence: 17,
    language: 'de',
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('is confirmed by a sender that wants to (%s)', async (confirmsStops, count) => {
    const running = await open();
    const sender = whatsappSender('shop', { confirmsStops });
    running.senders = [served(sender)];
    running.receive = async (events) =>
      events.map(() => ({
        result: 'applied',
        settlement: null,
        cancelled: [],
        template: null,
        news: NO_NEWS,
        stop: stop(sender.id),
      }));
    expect(await running.postSigned(post(messagesChange({ messages: [inboundText('STOP')] })))).toBe(200);
    expect(running.admitted.flatMap(({ requests }) => requests)).toHaveLength(count);
    if (count > 0) expect(running.admitted[0]).toMatchObject({ senderId: sender.id, template: null, requests: [{ confirms: 17 }] });
  });
});

describe('a template', () => {
  it.each([
    [['a', 'b'], ['c'], '; queued messages: 2 repriced, 1 cancelled'],
    [[], ['c'], '; queued messages: 1 cancelled'],
    [[], [], ''],
  ])('that changed is told, with what that did (%j, %j)', async (repriced, cancelled, told) => {
    const running = await open();
    const template = {
      result: 'changed',
      drift: [{ what: 'category', from: 'utility', to: 'marketing' }],
      repriced,
      difference: 0n,
      cancelled,
    } as never;
    running.receive = async (events) =>
      events.map(() => ({ result: 'applied', settlement: null, cancelled: [], template, news: NO_NEWS, stop: null }));
    await running.postSigned(PAYLOAD);
    expect(running.lines).toEqual([`a template changed: category utility is now marketing${told}`]);
  });
});
