// Opens an emulator of the WhatsApp Cloud API on a port of this machine, and closes it.

import { cannotListen } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import { urlOf } from '../values/address.ts';
import type { IdSource } from '../values/id.ts';
import { chance } from './chance.ts';
import { type ClockMode, createTimeline } from './clock.ts';
import { createHttp } from './http.ts';
import { createIdentity, type Identity } from './identity.ts';
import { parseScenario, type ScenarioInput } from './scenario.ts';
import { createSituation, type World } from './world.ts';
import { createPoster } from './webhook-post.ts';
import { createWebhooks, POSTS_AT_ONCE, type Webhooks } from './webhooks.ts';

export type EmulatorOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  readonly clock: Clock;
  readonly clockMode?: ClockMode;
  /** Tokens and message ids are made of its chance, so that two emulators never give the same. */
  readonly ids: Pick<IdSource, 'short'>;
  readonly webhook?: { readonly url: string; readonly appSecret?: string } | null;
  readonly scenario?: ScenarioInput;
  /** Ids and secrets that must be these. */
  readonly identity?: Partial<Identity>;
};

export type Emulator = {
  /** Without a slash at the end; Graph paths follow, with a version or without. */
  readonly url: string;
  readonly adminUrl: string;
  readonly phoneNumberId: string;
  readonly displayPhoneNumber: string;
  readonly wabaId: string;
  readonly accessToken: string;
  readonly appSecret: string;
  readonly verifyToken: string;
  /** Webhooks go there from now on; null for nowhere. The receiver need not be up yet. */
  readonly setWebhook: (url: string | null) => void;
  /** Stops at once: connections are cut, and webhooks that wait are forgotten. */
  readonly close: () => Promise<void>;
};

const HOUR_MS = 3_600_000;
/** Longer than any client keeps an idle connection, so that none is closed under a request that is just being sent. */
const KEEP_ALIVE_MS = 120_000;

/** An emulator that takes requests. Throws `scenario_invalid`, and `port_in_use` where the port cannot be listened on. */
export async function openEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { port, host = '127.0.0.1', clock, clockMode = 'real', ids, webhook = null } = options;
  const scenario = parseScenario(options.scenario ?? {});
  const secret = webhook?.appSecret;
  const identity = createIdentity(ids, { ...options.identity, ...(secret === undefined ? {} : { appSecret: secret }) });
  const webhooks: { current?: Webhooks } = {};
  const timeline = createTimeline({ clock, mode: clockMode, settled: async () => webhooks.current?.settled() });
  const nextId = createIdSequence(ids.short());
  const world: World = {
    ...createSituation(scenario, timeline.now(), nextId),
    identity,
    timeline,
    nextId,
    webhooks: createWebhooks({
      timeline,
      source: identity,
      appSecret: identity.appSecret,
      verifyToken: identity.verifyToken,
      batchMax: () => world.scenario.webhook_batch_max,
      retryForMs: () => world.scenario.webhook_retry_hours * HOUR_MS,
      poster: createPoster(POSTS_AT_ONCE),
    }),
  };
  webhooks.current = world.webhooks;
  let url = '';
  const sleepers = createSleepers(clock);
  const http = await createHttp(world, { baseUrl: () => url, sleep: sleepers.sleep });
  const { createAdaptorServer } = await import('@hono/node-server');
  const server = createAdaptorServer({ fetch: http.fetch, serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS } });
  const bound = await listen(server, port, host);
  url = urlOf(host, bound);
  world.webhooks.setUrl(webhook?.url ?? null);
  const { phoneNumberId, displayPhoneNumber, wabaId, accessToken, appSecret, verifyToken } = identity;
  return {
    url,
    adminUrl: `${url}/_emulator`,
    phoneNumberId,
    displayPhoneNumber,
    wabaId,
    accessToken,
    appSecret,
    verifyToken,
    setWebhook: (target) => world.webhooks.setUrl(target),
    close: async () => {
      sleepers.wakeAll();
      timeline.close();
      await world.webhooks.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}

// Each sleeps by a signal of its own: late answers may be as many as requests, and one signal for all is a leak of listeners to Node.
function createSleepers(clock: Pick<Clock, 'sleep'>) {
  const asleep = new Set<AbortController>();
  return {
    sleep: async (milliseconds: number): Promise<void> => {
      const alarm = new AbortController();
      asleep.add(alarm);
      await clock.sleep(milliseconds, alarm.signal);
      asleep.delete(alarm);
    },
    wakeAll: (): void => {
      for (const alarm of asleep) alarm.abort();
    },
  };
}

type Listening = ReturnType<typeof import('@hono/node-server').createAdaptorServer>;

function listen(server: Listening, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error) => reject(cannotListen({ port, host }, cause)));
    server.listen(port, host, () => resolve((server.address() as { readonly port: number }).port));
  });
}

// Message ids look like the provider's, and are as opaque; object ids are numbers that JSON keeps exactly.
function createIdSequence(nonce: string): World['nextId'] {
  const first = 1e15 + Math.floor(chance(1, nonce) * 2 ** 32) * 1e6;
  let count = 0;
  return (kind) => {
    count += 1;
    return kind === 'object'
      ? String(first + count)
      : `wamid.HBgM${Buffer.from(`${nonce}${String(count).padStart(10, '0')}`).toString('base64')}`;
  };
}
