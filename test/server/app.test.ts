// The server's routes, its limits and its end.

import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { messagesChange, post, status } from '../inbound/webhooks.ts';
import { SECRET, send, SHORT_LIMITS, serve, type Served, sign, VERIFY_TOKEN } from './served.ts';

let server: Served | undefined;
const open = async (options: Parameters<typeof serve>[0] = {}): Promise<Served> => (server = await serve(options));
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const get = (url: string, headers: Readonly<Record<string, string>> = {}) => send(url, { method: 'GET', headers });
const PAYLOAD = post(messagesChange({ statuses: [status()] }));

describe('verification', () => {
  const query = (mode: string, token: string, challenge = '1158201444') =>
    `?hub.mode=${mode}&hub.challenge=${challenge}&hub.verify_token=${encodeURIComponent(token)}`;

  it('gives the bare challenge back', async () => {
    const { webhookUrl } = await open();
    const answer = await get(`${webhookUrl}${query('subscribe', VERIFY_TOKEN)}`);
    expect(answer).toMatchObject({ status: 200, text: '1158201444' });
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  });

  it.each([
    ['another token', query('subscribe', 'x')],
    ['the beginning of the token', query('subscribe', VERIFY_TOKEN.slice(0, 4))],
    ['no token', query('subscribe', '')],
    ['another mode', query('unsubscribe', VERIFY_TOKEN)],
    ['no challenge', query('subscribe', VERIFY_TOKEN, '')],
    ['nothing', ''],
  ])('refuses %s', async (_, asked) => {
    const { webhookUrl } = await open();
    expect((await get(`${webhookUrl}${asked}`)).status).toBe(403);
  });

  it('knows the token of a sender that was added since', async () => {
    const running = await open();
    const sender = running.senders;
    running.senders = [];
    expect((await get(`${running.webhookUrl}${query('subscribe', VERIFY_TOKEN)}`)).status).toBe(403);
    running.senders = sender;
    running.clock.advance(1_000);
    expect((await get(`${running.webhookUrl}${query('subscribe', VERIFY_TOKEN)}`)).status).toBe(200);
  });

  it('is refused where no sender has a token', async () => {
    const running = await open();
    running.senders = running.senders.map((one) => ({ ...one, verifyToken: null }));
    expect((await get(`${running.webhookUrl}${query('subscribe', 'null')}`)).status).toBe(403);
  });
});

describe('the other routes', () => {
  it('/healthz is ready only while the store answers', async () => {
    const running = await open();
    expect(await get(`${running.url}/healthz`)).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    running.isEmpty = () => Promise.reject(new Error('the disk is gone'));
    expect(await get(`${running.url}/healthz`)).toMatchObject({ status: 503, text: '{"status":"store_unavailable"}' });
  });

  it('/metrics counts posts, events and commits', async () => {
    const running = await open();
    await running.postSigned(PAYLOAD);
    await running.post('{}');
    running.countSent(3);
    const { text, headers } = await get(`${running.url}/metrics`);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'tollbell_webhooks_total{result="received"} 1',
      'tollbell_webhooks_total{result="forged"} 1',
      'tollbell_events_total{kind="status",result="applied"} 1',
      'tollbell_commit_seconds_count 1',
      'tollbell_waiting_events 0',
      'tollbell_sent_total 3',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('/metrics asks for the token where there is one', async () => {
    const { url } = await open({ metricsToken: 'open sesame' });
    const answer = await get(`${url}/metrics`);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect((await get(`${url}/metrics`, { authorization: 'Bearer open' })).status).toBe(401);
    expect((await get(`${url}/metrics`, { authorization: 'Bearer open sesame' })).status).toBe(200);
    expect((await get(`${url}/healthz`)).status).toBe(200);
  });

  it.each([
    ['GET', '/', 404],
    ['POST', '/webhooks', 404],
    ['GET', '/webhooks/whatsapp/x', 404],
    ['POST', '/webhooks/whatsappx', 404],
    ['PUT', '/webhooks/whatsapp', 405],
    ['DELETE', '/webhooks/whatsapp', 405],
    ['POST', '/healthz', 405],
    ['POST', '/metrics', 405],
  ])('%s %s is %d', async (method, path, status) => {
    const { url } = await open();
    expect((await send(`${url}${path}`, { method })).status).toBe(status);
  });

  it('a path with a query is the same path', async () => {
    const running = await open();
    const body = JSON.stringify(PAYLOAD);
    const answer = await send(`${running.webhookUrl}?x=1`, { method: 'POST', body, headers: { 'x-hub-signature-256': sign(body) } });
    expect(answer.status).toBe(200);
  });
});

describe('opening', () => {
  it('refuses a port that is taken, and says what to do', async () => {
    const { url } = await open();
    await expect(serve({ port: Number(new URL(url).port) })).rejects.toMatchObject({
      code: 'port_in_use',
      hint: 'Choose another one with --port; 0 takes any that is free.',
    });
  });

  it('refuses an address that is not this machine’s', async () => {
    await expect(serve({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'port_in_use' });
  });
});

describe('closing', () => {
  it('commits and answers what is here first, and takes nothing more', async () => {
    const running = await open();
    const applied = running.receive;
    const gate = { isReached: false, open: (): void => undefined };
    running.receive = async (events) => {
      await new Promise<void>((resolve) => {
        gate.open = resolve;
        gate.isReached = true;
      });
      return applied(events);
    };
    const answer = running.postSigned(PAYLOAD);
    await expect.poll(() => gate.isReached).toBe(true);
    const closed = running.close();
    await expect(get(`${running.url}/healthz`)).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    gate.open();
    expect(await answer).toBe(200);
    await closed;
    expect(running.batches).toHaveLength(1);
    server = undefined;
  });

  it('waits for no connection that rests or dawdles', async () => {
    const running = await open({ timeLimits: { ...SHORT_LIMITS, requestMs: 60_000 } });
    const { port } = new URL(running.url);
    const resting = connect(Number(port), '127.0.0.1');
    const dawdling = connect(Number(port), '127.0.0.1', () =>
      dawdling.write('POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{'),
    );
    for (const socket of [resting, dawdling]) socket.on('error', () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = Date.now();
    await running.close();
    expect(Date.now() - before).toBeLessThan(3_000);
    expect(running.batches).toEqual([]);
    server = undefined;
  });
});

describe('a secret', () => {
  it('is nowhere in what is said', async () => {
    const running = await open();
    await running.post('{}', { 'x-hub-signature-256': sign('other') });
    expect(running.lines.join('\n')).not.toContain(SECRET);
  });
});
