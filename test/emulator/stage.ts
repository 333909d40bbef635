// An emulator with a receiver for its webhooks, on a clock that stands until it is turned. Everything goes over HTTP, as a client would.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import type { Clock } from '../../src/ports/host.ts';
import { createIds } from '../../src/values/id.ts';
import { parseInstant, toInstant } from '../../src/values/time.ts';

export type Json = Readonly<Record<string, unknown>>;

/** `code` is that of the error, where there is one. */
export type Reply = { readonly status: number; readonly json: Json; readonly code: unknown };

/** A post as the receiver got it. */
export type Received = { readonly body: string; readonly signature: string; readonly json: Json };

export type Stage = {
  readonly emulator: Emulator;
  readonly received: readonly Received[];
  /** The statuses that were received, in order. */
  readonly statuses: () => readonly Json[];
  /** The changes that were received, in order. */
  readonly changes: () => readonly Json[];
  /** The receiver answers the next posts with these statuses, then with 200. */
  readonly answerWith: (...statuses: readonly number[]) => void;
  readonly graph: (method: string, path: string, body?: unknown) => Promise<Reply>;
  /** Sends a message of this type to a number; `more` adds to the body or replaces parts of it. */
  readonly send: (to: string, more?: object) => Promise<Reply>;
  readonly admin: (method: string, name: string, body?: unknown) => Promise<Reply>;
  readonly advance: (duration: string) => Promise<void>;
  /** Everything that is due has happened, and was posted. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export const HELLO = { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } };
export const TEXT = { type: 'text', text: { body: 'Hello' } };

/** What stands in a value at a path such as `messages.0.id`; undefined where there is nothing. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (inner as Json | undefined)?.[key], value);
}

let count = 0;

/** Chance for tests: each call gives other bytes. */
const testIds = createIds((bytes) => Uint8Array.from({ length: bytes }, () => (count = (count * 73 + 41) % 251)));

/** A clock that always tells this time; sleeping on it takes as long as it says. */
export function standingClock(at: string): Clock {
  return {
    now: () => parseInstant(at) ?? toInstant(0),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      }),
    yield: () => new Promise((resolve) => void setImmediate(resolve)),
  };
}

/** Opens the stage. Close it when the test ends. */
export async function openStage(options: Partial<EmulatorOptions> & { readonly at?: string } = {}): Promise<Stage> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.method === 'GET') {
        response.end(new URL(request.url ?? '', 'http://localhost').searchParams.get('hub.challenge'));
        return;
      }
      const body = Buffer.concat(parts).toString();
      const status = answers.shift() ?? 200;
      if (status === 200)
        received.push({ body, signature: String(request.headers['x-hub-signature-256']), json: JSON.parse(body) as Json });
      response.statusCode = status;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const webhook = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`, appSecret: 'app-secret' };
  const { at = '2026-11-22T12:00:00Z', ...rest } = options;
  const emulator = await openEmulator({ port: 0, clock: standingClock(at), clockMode: 'manual', ids: testIds, webhook, ...rest });
  const ask = async (url: string, method: string, body: unknown): Promise<Reply> => {
    const isForm = body instanceof FormData;
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${emulator.accessToken}`, ...(isForm ? {} : { 'content-type': 'application/json' }) },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const json = (await response.json()) as Json;
    return { status: response.status, json, code: valueAt(json, 'error.code') };
  };
  const changes = (): readonly Json[] =>
    received.flatMap(({ json }) => json['entry'] as readonly Json[]).flatMap((entry) => entry['changes'] as readonly Json[]);
  const graph: Stage['graph'] = (method, path, body) => ask(`${emulator.url}${path}`, method, body);
  const admin: Stage['admin'] = (method, name, body) => ask(`${emulator.adminUrl}/${name}`, method, body);
  const advance = async (duration: string): Promise<void> => {
    const { status, json } = await admin('POST', 'clock', { advance: duration });
    if (status !== 200) throw new Error(JSON.stringify(json));
  };
  return {
    emulator,
    received,
    changes,
    statuses: () => changes().flatMap((change) => (valueAt(change, 'value.statuses') ?? []) as readonly Json[]),
    answerWith: (...statuses) => void answers.push(...statuses),
    graph,
    send: (to, more = HELLO) => graph('POST', `/v26.0/${emulator.phoneNumberId}/messages`, { messaging_product: 'whatsapp', to, ...more }),
    admin,
    advance,
    settle: () => advance('0s'),
    close: async () => {
      await emulator.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}
