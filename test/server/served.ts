// A server on a free port with a store that records what it is given: for the server's own logic. What a store does with events is the exam's.

import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Sender, WhatsappSettings } from '../../src/domain/sender.ts';
import { type InboundEvent, NO_NEWS } from '../../src/domain/inbound.ts';
import type { Clock } from '../../src/ports/host.ts';
import type { AdmitBatch } from '../../src/ports/store/admit.ts';
import { EVENTS_MAX, type Received } from '../../src/ports/store/inbound.ts';
import { type OpenServer, openServer, type ServerHost, type TimeLimits } from '../../src/server/app.ts';
import type { ServedSender } from '../../src/server/served-senders.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';
import { ids, makeSender, makeWhatsapp } from '../conformance/store/fixture.ts';
import { ACCOUNT, keyedDigest, NUMBER } from '../inbound/webhooks.ts';

export const SECRET = 'f00dcafe';
export const VERIFY_TOKEN = 'meatyhamhock';

/** The machine's own time, which a test can move on. */
export function createTestClock(): Clock & { readonly advance: (milliseconds: number) => void } {
  let ahead = 0;
  return {
    now: (): Instant => toInstant(Date.now() + ahead),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, milliseconds);
        signal.addEventListener('abort', end);
      }),
    yield: () => new Promise((resolve) => void setImmediate(resolve)),
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}

/** A WhatsApp sender of the known number. */
export function whatsappSender(name: string, settings: Partial<WhatsappSettings> = {}): Sender {
  return makeSender({ name, transport: 'whatsapp', whatsapp: makeWhatsapp({ phoneNumberId: NUMBER, wabaId: ACCOUNT, ...settings }) });
}

export function served(sender: Sender = whatsappSender('shop'), appSecrets: readonly string[] = [SECRET]): ServedSender {
  return { sender, appSecrets, verifyToken: VERIFY_TOKEN };
}

const APPLIED: Received = { result: 'applied', settlement: null, cancelled: [], template: null, news: NO_NEWS, stop: null };

export type Recording = {
  /** The batches that were committed, in order. */
  readonly batches: (readonly InboundEvent[])[];
  readonly admitted: AdmitBatch[];
  readonly lines: string[];
  /** Replaces what the store does with a batch. */
  receive: (events: readonly InboundEvent[]) => Promise<readonly Received[]>;
  isEmpty: () => Promise<boolean>;
  senders: readonly ServedSender[];
  sendersRead: number;
};

export type Served = Recording &
  OpenServer & {
    readonly clock: ReturnType<typeof createTestClock>;
    readonly post: (
      body: string | Buffer,
      headers?: Readonly<Record<string, string>>,
    ) => Promise<{ readonly status: number; readonly text: string }>;
    readonly postSigned: (payload: unknown, secret?: string) => Promise<number>;
  };

/** A tenth of what is in force, so that tests of slowness are not slow. */
export const SHORT_LIMITS: TimeLimits = { headersMs: 300, requestMs: 600, keepAliveMs: 3_000, checkMs: 50, graceMs: 500 };

/** Opens one. Close it when the test ends. */
export async function serve(options: Partial<Pick<ServerHost, 'host' | 'metricsToken' | 'port' | 'timeLimits'>> = {}): Promise<Served> {
  const clock = createTestClock();
  const recording: Recording = {
    batches: [],
    admitted: [],
    lines: [],
    receive: async (events) => events.map(() => APPLIED),
    isEmpty: async () => false,
    senders: [served()],
    sendersRead: 0,
  };
  const server = await openServer({
    port: 0,
    host: '127.0.0.1',
    metricsToken: null,
    ...options,
    clock,
    ids,
    keyedDigest,
    log: (line) => void recording.lines.push(line),
    senders: async () => {
      recording.sendersRead += 1;
      return recording.senders;
    },
    store: {
      isEmpty: () => recording.isEmpty(),
      receive: async ({ events }) => {
        if (events.length > EVENTS_MAX) throw new Error(`${events.length} events in one transaction`);
        const received = await recording.receive(events);
        recording.batches.push(events);
        return received;
      },
      admit: async (batch) => {
        recording.admitted.push(batch);
        return { admissions: [], spent: new Map(), warnings: [] };
      },
    },
  });
  const post: Served['post'] = (body, headers = {}) => send(server.webhookUrl, { method: 'POST', body, headers });
  return Object.assign(recording, server, {
    clock,
    post,
    postSigned: async (payload: unknown, secret = SECRET) => {
      const body = JSON.stringify(payload);
      return (await post(body, { 'x-hub-signature-256': sign(body, secret) })).status;
    },
  });
}

/** The provider's signature of a body. */
export function sign(body: string | Buffer, secret = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

type Sent = { readonly method: string; readonly body?: string | Buffer; readonly headers?: Readonly<Record<string, string>> };

/** One request by node:http, which checks nothing that a test wants to be wrong. */
export function send(
  url: string,
  { method, body, headers = {} }: Sent,
): Promise<{ readonly status: number; readonly text: string; readonly headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString(), headers: incoming.headers }),
      );
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
