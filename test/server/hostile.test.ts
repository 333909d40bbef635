// What a stranger can do to the port: forge, flood, dawdle, break off, repeat. Never a crash, never a change without a signature, and memory stays flat.

import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { WEBHOOK_BYTES_MAX } from '../../src/server/webhook-route.ts';
import { messagesChange, post, status } from '../inbound/webhooks.ts';
import { send, serve, type Served, SHORT_LIMITS, sign } from './served.ts';

let server: Served | undefined;
const open = async (options: Parameters<typeof serve>[0] = {}): Promise<Served> => (server = await serve(options));
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const BODY = JSON.stringify(post(messagesChange({ statuses: [status()] })));

/** Writes these bytes, and returns what came back until the other side closed. */
function raw(url: string, parts: readonly string[], pauseMs = 0): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => {
      void (async () => {
        for (const part of parts) {
          if (socket.destroyed) return;
          socket.write(part);
          await new Promise((next) => setTimeout(next, pauseMs));
        }
      })();
    });
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
  });
}

const isAlive = async (running: Served): Promise<boolean> => (await send(`${running.url}/healthz`, { method: 'GET' })).status === 200;

describe('a body that is too large', () => {
  it('is refused by what it says of itself, before its signature is looked at', async () => {
    const running = await open();
    const answer = raw(running.url, [
      `POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${WEBHOOK_BYTES_MAX + 1}\r\n\r\n`,
    ]);
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(running.lines).toEqual([]);
  });

  it('is refused while it is read, where it says nothing of itself', async () => {
    const running = await open();
    const body = Buffer.alloc(WEBHOOK_BYTES_MAX + 1, 0x20);
    const answer = await send(running.webhookUrl, {
      method: 'POST',
      body,
      headers: { 'transfer-encoding': 'chunked', 'x-hub-signature-256': sign(body) },
    });
    expect(answer.status).toBe(413);
    expect(running.batches).toEqual([]);
  });

  it('is taken up to the limit', async () => {
    const running = await open();
    const body = BODY.padEnd(WEBHOOK_BYTES_MAX);
    expect((await running.post(body, { 'x-hub-signature-256': sign(body) })).status).toBe(200);
    expect(running.batches).toHaveLength(1);
  });

  it('leaves no memory behind, however many come', async () => {
    const running = await open();
    const forged = Buffer.alloc(WEBHOOK_BYTES_MAX, 0x61);
    const flood = async (): Promise<number> => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => running.post(forged, { 'x-hub-signature-256': sign('') })));
      for (const { status } of answers) expect(status).toBe(403);
      return memoryUsed();
    };
    const floods = async (): Promise<number> => Math.min(await flood(), await flood(), await flood(), await flood(), await flood());
    await floods(); // compiles, and fills what is kept on purpose
    const before = await floods();
    expect((await floods()) - before).toBeLessThan(WEBHOOK_BYTES_MAX / 4); // of forty bodies, not one
    expect(running.batches).toEqual([]);
  });
});

/** What is reachable. Buffers of a socket that is just closing still are, at a moment; the least of several moments is without them. */
async function memoryUsed(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await new Promise((next) => setImmediate(next)); // lets go of what the event loop itself still holds
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('somebody slow', () => {
  const HEAD = 'POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\n';

  it('with the headers is cut off', async () => {
    const running = await open({ timeLimits: SHORT_LIMITS });
    expect(await raw(running.url, [HEAD, ...Array.from({ length: 30 }, () => 'x-a: b\r\n')], 50)).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(await isAlive(running)).toBe(true);
  });

  it('with the body is cut off, and nothing of it counts', async () => {
    const running = await open({ timeLimits: SHORT_LIMITS });
    const head = `${HEAD}content-length: ${BODY.length}\r\nx-hub-signature-256: ${sign(BODY)}\r\n\r\n`;
    expect(await raw(running.url, [head, ...BODY.slice(0, 30).split('')], 50)).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(running.batches).toEqual([]);
    expect(await isAlive(running)).toBe(true);
  });

  it('who breaks off has said nothing', async () => {
    const running = await open();
    const { port, hostname } = new URL(running.url);
    for (const length of [0, 1, 100, BODY.length - 1]) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(`${HEAD}content-length: ${BODY.length}\r\nx-hub-signature-256: ${sign(BODY)}\r\n\r\n${BODY.slice(0, length)}`, () =>
            socket.destroy(),
          );
        });
        socket.on('close', () => resolve());
      });
    }
    expect(await isAlive(running)).toBe(true);
    expect(running.batches).toEqual([]);
  });
});

describe('requests that are none', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a header without end', `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['two lengths', 'POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a negative length', 'POST /webhooks/whatsapp HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a host that is none', 'GET /healthz HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n'],
    ['a path that is none', 'GET /%00%ff/../x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
  ])('%s gets an answer of the four hundreds, and harms nothing', async (_, request) => {
    const running = await open({ timeLimits: SHORT_LIMITS });
    expect(await raw(running.url, [request])).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await isAlive(running)).toBe(true);
    expect(running.batches).toEqual([]);
  });
});

describe('a body of any bytes', () => {
  it('without a signature changes nothing; with one it is 200 or 400', async () => {
    const running = await open();
    const mutilated = fc
      .tuple(fc.nat(BODY.length), fc.nat(40), fc.string())
      .map(([at, length, text]) => BODY.slice(0, at) + text + BODY.slice(at + length));
    const bodies = fc.oneof(
      mutilated.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const before = running.batches.length;
        expect((await running.post(body, { 'x-hub-signature-256': sign(body, 'other') })).status).toBe(403);
        expect(running.batches.length).toBe(before);
        expect([200, 400]).toContain((await running.post(body, { 'x-hub-signature-256': sign(body) })).status);
      }),
      { numRuns: 300 },
    );
    expect(await isAlive(running)).toBe(true);
  });
});

describe('a webhook that is repeated', () => {
  it('gives the store the same event each time, which it knows by its digest', async () => {
    const running = await open();
    for (let count = 0; count < 5; count += 1) expect((await running.post(BODY, { 'x-hub-signature-256': sign(BODY) })).status).toBe(200);
    const digests = running.batches.flat().map(({ digest }) => Buffer.from(digest()).toString('hex'));
    expect(digests).toHaveLength(5);
    expect(new Set(digests).size).toBe(1);
  });
});
