// A sender whose emulator tells a receiver on the same store what it delivered, so that both sides have their books: what was sent, and what was billed.

import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { createIo } from '../../src/host.ts';
import { openServer } from '../../src/server/app.ts';
import { instant } from '../conformance/store/fixture.ts';
import type { World } from '../world.ts';
import { type EmulatedShop, openShop } from './emulated-shop.ts';

export type BilledShop = EmulatedShop & {
  /** Turns the clocks of both sides, and lets everything arrive that is due on the way. */
  readonly moveTo: (time: string) => Promise<void>;
};

/** Opens one, with the template `hello_world`; `settings` are more options of its sender. Close it when the test ends. */
export async function openBilledShop(
  world: World,
  options: Partial<EmulatorOptions> = {},
  ...settings: readonly string[]
): Promise<BilledShop> {
  const shop = await openShop(world, options, ...settings);
  const io = createIo({ out: SILENT, err: SILENT, input: () => emptyInput(), canAsk: () => false });
  const app = createApp({
    config: readConfig({}, world.env, world.directory),
    io,
    env: world.env,
    interrupted: new AbortController().signal,
  });
  const store = await app.store();
  const sender = (await store.listSenders(DEFAULT_ACCOUNT)).find(({ name }) => name === 'shop');
  if (sender === undefined) throw new Error('the sender was added');
  const server = await openServer({
    port: 0,
    host: '127.0.0.1',
    store,
    senders: async () => [{ sender, appSecrets: [shop.appSecret], verifyToken: shop.verifyToken }],
    keyedDigest: await app.keyedDigest(),
    clock: { ...app.clock, now: () => instant(world.env['TOLLBELL_NOW'] ?? '') },
    ids: app.ids,
    metricsToken: null,
    log: () => undefined,
  });
  shop.setWebhook(server.webhookUrl);
  await shop.run('template', 'sync');
  return {
    ...shop,
    moveTo: async (time) => {
      world.setClock(time);
      await shop.act('clock', { set: time });
    },
    close: async () => {
      await shop.close();
      await server.close();
      await app.close();
    },
  };
}

const SILENT = { write: () => undefined, isTerminal: false, columns: 100 };

async function* emptyInput(): AsyncGenerator<Uint8Array> {}
