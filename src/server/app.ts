// The server: its routes, its limits, and its end. Opened by `serve` and, in the same process, by `demo` and tests.

import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Hono } from 'hono';
import { cannotListen } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import { urlOf } from '../values/address.ts';
import { healthOf } from './health.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createProblems } from './problems.ts';
import { createSenderSource, type ServedSender } from './served-senders.ts';
import { isSameSecret } from './signature.ts';
import { createWebhook, type Webhook, type WebhookHost } from './webhook.ts';
import { createWebhookRoute, WEBHOOK_PATH } from './webhook-route.ts';

export type ServerHost = Omit<WebhookHost, 'senders' | 'problems' | 'store'> & {
  readonly store: WebhookHost['store'] & Pick<DirectoryStore, 'isEmpty'>;
  /** Asked at first use, and when something comes that it did not explain. */
  readonly senders: () => Promise<readonly ServedSender[]>;
  /** 0 for any free port. */
  readonly port: number;
  readonly host: string;
  /** What /metrics asks for; null where anybody may read it. */
  readonly metricsToken: string | null;
  /** Takes a short line for each problem. */
  readonly log: (line: string) => void;
  readonly timeLimits?: TimeLimits;
};

export type OpenServer = {
  readonly url: string;
  readonly webhookUrl: string;
  readonly countSent: (count: number) => void;
  /** Takes no more requests, finishes those that are here, commits, and closes. */
  readonly close: () => Promise<void>;
};

/** How long things may take, in milliseconds. */
export type TimeLimits = {
  readonly headersMs: number;
  /** Of a whole request, until its last byte. */
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** How often a connection is looked at. */
  readonly checkMs: number;
  /** What a request may still take when the server stops. */
  readonly graceMs: number;
};

const TIME_LIMITS: TimeLimits = { headersMs: 5_000, requestMs: 10_000, keepAliveMs: 30_000, checkMs: 1_000, graceMs: 5_000 };
const HEADER_BYTES_MAX = 8 * 1024;
const CONNECTIONS_MAX = 2_000;

/** The server answers when this resolves. Throws `port_in_use`. */
export async function openServer(host: ServerHost): Promise<OpenServer> {
  const problems = createProblems(host.log, host.clock);
  const senders = createSenderSource(host.senders, host.clock);
  // The two know each other: what waits in the webhook is one of the metrics.
  const webhook: Webhook = createWebhook({ ...host, senders, problems }, () => metrics);
  const metrics = await createMetrics({ waiting: webhook.waiting });
  const state = { isStopping: false };
  const { getRequestListener } = await import('@hono/node-server');
  const routes = await createRoutes({ host, webhook, metrics, isStopping: () => state.isStopping });
  const other = getRequestListener(routes.fetch, { overrideGlobalObjects: false, hostname: host.host });
  const post = createWebhookRoute(webhook, metrics.countWebhook);
  const limits = host.timeLimits ?? TIME_LIMITS;
  const server = createServer(serverOptions(limits), listenerOf(post, other));
  server.maxConnections = CONNECTIONS_MAX;
  const url = urlOf(host.host, await listen(server, host));
  return {
    url,
    webhookUrl: `${url}${WEBHOOK_PATH}`,
    countSent: metrics.countSent,
    close: async () => {
      state.isStopping = true;
      await closeServer(server, { clock: host.clock, graceMs: limits.graceMs, drained: webhook.drained });
      metrics.close();
    },
  };
}

type Answering = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

function serverOptions({ headersMs, requestMs, keepAliveMs, checkMs }: TimeLimits): ServerOptions {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: HEADER_BYTES_MAX,
  };
}

function listenerOf(post: Answering, other: Answering): RequestListener {
  return (incoming, outgoing) => {
    const isWebhook =
      incoming.method === 'POST' && (incoming.url === WEBHOOK_PATH || incoming.url?.startsWith(`${WEBHOOK_PATH}?`) === true);
    if (isWebhook) post(incoming, outgoing).catch(() => incoming.destroy());
    else void other(incoming, outgoing);
  };
}

type Routes = { readonly host: ServerHost; readonly webhook: Webhook; readonly metrics: Metrics; readonly isStopping: () => boolean };

async function createRoutes({ host, webhook, metrics, isStopping }: Routes): Promise<Hono> {
  const { Hono } = await import('hono');
  const routes = new Hono();
  routes.use(async (context, next) => {
    await next();
    context.header('x-content-type-options', 'nosniff');
    context.header('cache-control', 'no-store');
  });
  routes.get(WEBHOOK_PATH, async (context) => {
    const asked = (name: string): string => context.req.query(`hub.${name}`) ?? '';
    const challenge = await webhook.verify({ mode: asked('mode'), token: asked('verify_token'), challenge: asked('challenge') });
    return challenge === undefined ? context.text('forbidden\n', 403) : context.text(challenge);
  });
  routes.get('/healthz', async (context) => {
    const health = await healthOf(host.store, isStopping());
    return context.json(health, health.status === 'ok' ? 200 : 503);
  });
  routes.get('/metrics', async (context) => {
    if (!mayRead(context.req.header('authorization'), host.metricsToken)) {
      return context.text('unauthorized\n', 401, { 'www-authenticate': 'Bearer' });
    }
    const { contentType, text } = await metrics.render();
    return context.body(text, 200, { 'content-type': contentType });
  });
  routes.all(WEBHOOK_PATH, (context) => context.text('method not allowed\n', 405, { allow: 'GET, HEAD, POST' }));
  for (const path of ['/healthz', '/metrics']) {
    routes.all(path, (context) => context.text('method not allowed\n', 405, { allow: 'GET, HEAD' }));
  }
  routes.notFound((context) => context.text('not found\n', 404));
  routes.onError((_error, context) => context.text('unavailable\n', 503, { 'retry-after': '5' }));
  return routes;
}

function mayRead(authorization: string | undefined, token: string | null): boolean {
  return token === null || isSameSecret(authorization ?? '', `Bearer ${token}`);
}

function listen(server: Server, { host, port }: ServerHost): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error) => reject(cannotListen({ port, host }, cause)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

type Closing = { readonly clock: Clock; readonly graceMs: number; readonly drained: () => Promise<void> };

const CLOSING_STEP_MS = 50;

// Connections that rest are closed, those with a request after its answer. Whoever has not sent all of it by then sends it again.
async function closeServer(server: Server, { clock, graceMs, drained }: Closing): Promise<void> {
  const state = { isClosed: false };
  server.close(() => (state.isClosed = true));
  const never = new AbortController().signal;
  for (let waitedMs = 0; !state.isClosed && waitedMs < graceMs; waitedMs += CLOSING_STEP_MS) {
    server.closeIdleConnections();
    await clock.yield();
    if (!state.isClosed) await clock.sleep(CLOSING_STEP_MS, never);
  }
  await drained();
  await clock.yield();
  server.closeAllConnections();
}
