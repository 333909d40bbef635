// The way out, over a real connection: whatever the other side does, each message leaves at most once, and what is said of it is true.

import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import type { Delivery, OutgoingMessage, Transport } from '../../../src/ports/transport.ts';
import { LIMITS } from '../../../src/transports/whatsapp/reply.ts';
import { createWhatsappTransport, ROOM_MAX } from '../../../src/transports/whatsapp/transport.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { NOW } from '../../send/facts.ts';
import { digest, outgoing, SETTINGS, TOKEN } from './messages.ts';
import { ENDINGS } from './endings.ts';
import { accept, openScriptedServer, refuse, type ScriptedServer } from './scripted-server.ts';

const SMALL = { ...LIMITS, answerBytesMax: 4_000 };
/** For the answers that never come. */
const SHORT = { ...SMALL, requestMs: 300, connectMs: 300 };

let server: ScriptedServer;
const opened: Transport[] = [];

beforeEach(async () => {
  server = await openScriptedServer();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
  await server.close();
});

function open(rest: { readonly apiBase?: string; readonly roomMax?: number; readonly limits?: typeof LIMITS } = {}): Transport {
  const { apiBase = server.url, roomMax = 4, limits = LIMITS } = rest;
  const settings = { ...SETTINGS, apiBase };
  const transport = createWhatsappTransport({ settings, token: TOKEN, digest, clock: { now: () => NOW }, roomMax, limits });
  opened.push(transport);
  return transport;
}

const deliver = (transport: Transport, messages: readonly OutgoingMessage[]): Promise<readonly Delivery[]> =>
  Promise.all(transport.deliver(messages, NOW));
const several = (count: number): readonly OutgoingMessage[] => Array.from({ length: count }, () => outgoing());

it('sends what the API wants, where it wants it', async () => {
  await deliver(open(), [outgoing()]);
  await deliver(open(), several(2));
  expect(server.requests).toHaveLength(3);
  for (const { method, path, headers, body } of server.requests) {
    expect({ method, path }).toEqual({ method: 'POST', path: '/v26.0/106540352242922/messages' });
    expect(headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    });
    expect(JSON.parse(body)).toMatchObject({ to: '+4915112345678', type: 'template' });
  }
});

it('sends what bids for its delivery by the door of marketing messages, one alone and among others', async () => {
  const { template } = outgoing();
  if (template === null) throw new Error('the message has a template');
  const bidding = outgoing({ template: { ...template, category: 'marketing', bidAmount: 87_000 } });
  const moved = outgoing({ template: { ...template, category: 'utility', bidAmount: 87_000 } });
  await deliver(open(), [bidding]);
  await deliver(open(), [bidding, moved, bidding]);
  expect(server.requests.map(({ path }) => path.split('/').at(-1)).toSorted()).toEqual([
    ...Array(3).fill('marketing_messages'),
    'messages',
  ]);
  expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ to: '+4915112345678', type: 'template' });
});

describe.each([
  ['a single message', 1],
  ['several messages', 2],
])('%s', (_, count) => {
  it.each(ENDINGS)('the provider %s', async (_what, behave, kind, code) => {
    server.behave = behave;
    const deliveries = await deliver(open({ limits: code === 'no_answer' || code === '' ? SHORT : SMALL }), several(count));
    expect(deliveries.map((delivery) => delivery.kind)).toEqual(Array.from({ length: count }, () => kind));
    if (code !== '') expect(deliveries.map(({ error }) => error?.code ?? null)).toEqual(Array.from({ length: count }, () => code));
    expect(server.requests, 'one request for each message, and none to where a redirect leads').toHaveLength(count);
    expect(new Set(server.requests.map(({ body }) => body)).size).toBe(count);
    expect(JSON.stringify(deliveries)).not.toContain(TOKEN);
  });

  it('nobody listens: nothing left, and it is said so', async () => {
    await server.close();
    const deliveries = await deliver(open(), several(count));
    for (const delivery of deliveries)
      expect(delivery).toMatchObject({ kind: 'retry', backoff: 'number', error: { code: 'not_connected' } });
    server = await openScriptedServer();
  });

  it('the address has no host: nothing left', async () => {
    const deliveries = await deliver(open({ apiBase: 'https://nobody.invalid' }), several(count));
    for (const delivery of deliveries) expect(delivery).toMatchObject({ kind: 'retry', error: { code: 'not_connected' } });
  });

  it('the other side speaks no TLS: nothing left', async () => {
    const deliveries = await deliver(open({ apiBase: server.url.replace('http:', 'https:') }), several(count));
    for (const delivery of deliveries) expect(delivery).toMatchObject({ kind: 'retry', error: { code: 'not_connected' } });
    expect(server.requests).toEqual([]);
  });

  it('the other side accepts the connection and says nothing: nothing left', async () => {
    const { silent, port } = await openSilent();
    const deliveries = await deliver(
      open({ apiBase: `https://127.0.0.1:${port}`, limits: { ...SHORT, requestMs: 5_000 } }),
      several(count),
    );
    for (const delivery of deliveries) expect(delivery).toMatchObject({ kind: 'retry', error: { code: 'not_connected' } });
    silent.close();
  });

  it('a connection is used again', async () => {
    const transport = open({ roomMax: 1 });
    await deliver(transport, several(count));
    await deliver(transport, several(count));
    expect(server.requests).toHaveLength(2 * count);
    expect(server.seen.connections).toBe(1);
  });

  it('a connection that was closed in between is replaced', async () => {
    const transport = open({ roomMax: 1 });
    await deliver(transport, several(count));
    await server.dropConnections();
    const deliveries = await deliver(transport, several(count));
    expect(deliveries.map(({ kind }) => kind)).toEqual(Array.from({ length: count }, () => 'accepted'));
    expect(server.requests).toHaveLength(2 * count);
  });

  it('a connection that closes under the next request makes it unknown, and sends nothing again', async () => {
    const transport = open({ roomMax: 1 });
    await deliver(transport, several(1));
    if (count > 1) await deliver(transport, several(2));
    const before = server.requests.length;
    server.behave = (_arrived, __, socket) => void socket.resetAndDestroy();
    const deliveries = await deliver(transport, several(count));
    expect(deliveries.map(({ kind }) => kind)).toEqual(Array.from({ length: count }, () => 'unknown'));
    expect(server.requests).toHaveLength(before + count);
  });

  it('asks to wait as long as the provider says', async () => {
    server.behave = refuse(130429, 429, { 'retry-after': '12' });
    const deliveries = await deliver(open(), several(count));
    for (const delivery of deliveries) expect(delivery).toMatchObject({ kind: 'retry', retryAfterMs: 12_000, backoff: 'number' });
  });

  it('is finished before the connections close', async () => {
    server.behave = (arrived, response) => void setTimeout(() => accept(arrived, response), 100);
    const transport = open();
    const delivering = deliver(transport, several(count));
    await transport.close();
    expect((await delivering).map(({ kind }) => kind)).toEqual(Array.from({ length: count }, () => 'accepted'));
  });
});

async function openSilent(): Promise<{ readonly silent: Server; readonly port: number }> {
  const silent = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  return { silent, port: (silent.address() as AddressInfo).port };
}

describe('when the sender can send nothing', () => {
  it('every message that was refused for it rejects with one error; what was accepted stays accepted', async () => {
    const messages = several(3);
    const [, good] = messages.map(({ id }) => id);
    server.behave = (arrived, response, socket) => {
      if (arrived.body.includes(`${good}`)) accept(arrived, response);
      else refuse(190, 401)(arrived, response, socket);
    };
    const ends = await Promise.allSettled(open().deliver(messages, NOW));
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    expect(errors[0]).toBeInstanceOf(AppError);
    expect(errors[0]).toMatchObject({ code: 'token_rejected', details: { code: '190' } });
    expect(errors[1]).toBe(errors[0]);
  });

  it('an account that is locked is no fault of the token', async () => {
    server.behave = refuse(131031, 403);
    const [end] = await Promise.allSettled(open().deliver([outgoing()], NOW));
    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'provider_rejected', details: { code: '131031' } } });
  });

  it.each([
    ['http://graph.facebook.com', 'config_invalid'],
    ['ftp://127.0.0.1', 'config_invalid'],
    ['graph.facebook.com', 'config_invalid'],
    ['https://user:secret@graph.facebook.com', 'config_invalid'],
    ['https://graph.facebook.com?x=1', 'config_invalid'],
    ['http://127.0.0.1.example.com', 'config_invalid'],
  ])('%s is no address: %s', (apiBase, code) => {
    expect(() => open({ apiBase })).toThrow(expect.objectContaining({ code }) as Error);
  });

  it.each(['with space', 'line\nbreak', 'ümlaut', ''])('%j is no token, and no error shows it', (token) => {
    const make = (): Transport => createWhatsappTransport({ settings: SETTINGS, token, digest, clock: { now: () => NOW } });
    expect(make).toThrow(expect.objectContaining({ code: 'token_rejected' }) as Error);
    if (token !== '') expect(make).not.toThrow(token);
  });
});

describe('many messages', () => {
  it('begin at once, and never more at a time than there is room for', async () => {
    server.behave = (arrived, response) => void setTimeout(() => accept(arrived, response), 50);
    const deliveries = await deliver(open({ roomMax: 8 }), several(20));
    expect(deliveries.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(server.seen).toEqual({ connections: 8, openMax: 8 });
    expect(server.requests).toHaveLength(20);
  });

  it('are told one by one, as they end', async () => {
    let release = (): void => undefined;
    server.behave = (arrived, response) => {
      if (server.requests.length === 1) release = () => accept(arrived, response);
      else accept(arrived, response);
    };
    const [first, second] = open().deliver(several(2), NOW);
    await Promise.race([first, second]);
    release();
    expect(await Promise.all([first, second])).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }]);
  });

  it('come in their order, whatever the order of the answers', async () => {
    server.behave = (arrived, response) => void setTimeout(() => accept(arrived, response), 60 - 10 * server.requests.length);
    const messages = several(4);
    const deliveries = await deliver(open(), messages);
    expect(deliveries.map(({ messageId }) => messageId)).toEqual(messages.map(({ id }) => id));
  });

  it('one after the other, too, each by its own', async () => {
    const transport = open();
    const ends = await Promise.all([
      deliver(transport, [outgoing()]),
      deliver(transport, [outgoing()]),
      deliver(transport, [outgoing({ phone: '+4915112345679' as Phone })]),
    ]);
    expect(ends.flat().map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(server.requests).toHaveLength(3);
  });
});

it('has room for what 80 messages a second need, and is paced', () => {
  const transport = createWhatsappTransport({ settings: SETTINGS, token: TOKEN, digest, clock: { now: () => NOW } });
  expect(transport).toMatchObject({ roomMax: ROOM_MAX, isPaced: true });
  expect({ ROOM_MAX, requestMs: LIMITS.requestMs }).toEqual({ ROOM_MAX: 128, requestMs: 30_000 });
});

it('is warm before it is asked: a single message then shares the connections of many', async () => {
  const transport = open({ roomMax: 1 });
  await transport.warmUp();
  await deliver(transport, several(1));
  await deliver(transport, several(2));
  expect({ requests: server.requests.length, connections: server.seen.connections }).toEqual({ requests: 3, connections: 1 });
});

it('uses an address without a version, and one below a path', async () => {
  for (const [apiBase, apiVersion, path] of [
    [server.url, null, '/106540352242922/messages'],
    [`${server.url}/double/`, 'v25.0', '/double/v25.0/106540352242922/messages'],
  ] as const) {
    const transport = createWhatsappTransport({
      settings: { ...SETTINGS, apiBase, apiVersion },
      token: TOKEN,
      digest,
      clock: { now: () => NOW },
    });
    opened.push(transport);
    await deliver(transport, [outgoing()]);
    expect(server.requests.at(-1)?.path).toBe(path);
  }
});
