// The world of the demo: a throw-away store with one sender, the emulator as its provider, and a receiver for the emulator's webhooks. All of it in this
// process, on ports of this machine; nothing is left behind.

import type { App } from '../app.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../domain/sender.ts';
import type { Emulator } from '../emulator/emulator.ts';
import type { Store } from '../ports/store.ts';
import { pushTemplates } from '../send/push-templates.ts';
import type { OpenServer } from '../server/app.ts';
import type { Currency } from '../values/money.ts';
import { UTC } from '../values/time.ts';
import { addSampleTemplates } from './sample-store.ts';

export type DemoWorld = {
  readonly app: App;
  readonly store: Store;
  readonly sender: Sender;
  readonly close: () => Promise<void>;
};

const SENDER = 'demo-shop';
const [TOKEN, APP_SECRET, VERIFY_TOKEN] = ['DEMO_TOKEN', 'DEMO_APP_SECRET', 'DEMO_VERIFY_TOKEN'] as const;

/** What the emulator lets through; a real number begins with 80 a second. */
const RATE_PER_SECOND = 1_000;

/** Opens the world: the templates are approved, and webhooks come back. */
export async function openDemoWorld(app: App): Promise<DemoWorld> {
  const { openEmulator } = await import('../emulator/emulator.ts');
  const emulator = await openEmulator({ port: 0, clock: app.clock, ids: app.ids });
  const { accessToken, appSecret, verifyToken } = emulator;
  const world = app.throwAway({ [TOKEN]: accessToken, [APP_SECRET]: appSecret, [VERIFY_TOKEN]: verifyToken });
  const store = await world.store();
  const sender = await addSender(world, store, emulator);
  const server = await openReceiver(world, { store, sender, emulator });
  emulator.setWebhook(server.webhookUrl);
  await handInTemplates(world, store, sender);
  return {
    app: world,
    store,
    sender,
    close: async () => {
      await emulator.close();
      await server.close();
      await world.close();
    },
  };
}

async function addSender(app: App, store: Store, { url, phoneNumberId, wabaId }: Emulator): Promise<Sender> {
  const sender: Sender = {
    id: app.ids.short(),
    accountId: DEFAULT_ACCOUNT,
    name: SENDER,
    transport: 'whatsapp',
    currency: 'USD' as Currency,
    timeZone: UTC,
    isDefault: true,
    createdAt: app.clock.now(),
    whatsapp: {
      phoneNumberId,
      wabaId,
      token: { env: TOKEN },
      appSecret: { env: APP_SECRET },
      verifyToken: { env: VERIFY_TOKEN },
      apiBase: url,
      apiVersion: 'v26.0',
      ratePerSecond: RATE_PER_SECOND,
      confirmsStops: false,
      authInternational: null,
    },
  };
  await store.putSender(sender);
  return sender;
}

type Receiving = { readonly store: Store; readonly sender: Sender; readonly emulator: Emulator };

async function openReceiver(app: App, { store, sender, emulator }: Receiving): Promise<OpenServer> {
  const { openServer } = await import('../server/app.ts');
  return openServer({
    port: 0,
    host: '127.0.0.1',
    store,
    senders: async () => [{ sender, appSecrets: [emulator.appSecret], verifyToken: emulator.verifyToken }],
    keyedDigest: await app.keyedDigest(),
    clock: app.clock,
    ids: app.ids,
    metricsToken: null,
    log: (line) => app.io.err.write(`${line}\n`),
  });
}

async function handInTemplates(app: App, store: Store, sender: Sender): Promise<void> {
  await addSampleTemplates(app, store, sender);
  const provider = await app.provider(sender);
  if (provider === null) return;
  const templates = await store.listTemplates({ senderId: sender.id, name: null });
  await pushTemplates({ store, provider, clock: app.clock, ids: app.ids }, sender, { templates, replacesUnreadable: true });
}
