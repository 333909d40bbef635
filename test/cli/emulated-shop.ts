// A sender whose provider is an emulator in this process: commands reach it over HTTP, as they reach the provider.

import { randomBytes } from 'node:crypto';
import { type Emulator, type EmulatorOptions, openEmulator } from '../../src/emulator/emulator.ts';
import { createIds } from '../../src/values/id.ts';
import { parseInstant, toInstant } from '../../src/values/time.ts';
import type { Ran, World } from '../world.ts';

export type EmulatedShop = Emulator & {
  /** Runs a command for the sender `shop`. */
  readonly run: (...argv: readonly string[]) => Promise<Ran>;
  /** What was added, with the options that make the sender. */
  readonly added: Ran;
  /** Asks the emulator's own interface to do something. */
  readonly act: (action: string, input: object) => Promise<void>;
};

/** Opens an emulator whose clock is the world's, and adds the sender `shop` for it, with more options where they are given. Close it when the test ends. */
export async function openShop(
  world: World,
  options: Partial<EmulatorOptions> = {},
  ...settings: readonly string[]
): Promise<EmulatedShop> {
  const clock = {
    now: () => parseInstant(world.env['TOLLBELL_NOW'] ?? '') ?? toInstant(Date.now()),
    sleep: async () => undefined,
    yield: async () => undefined,
  };
  const emulator = await openEmulator({ port: 0, clock, clockMode: 'manual', ids: createIds((count) => randomBytes(count)), ...options });
  const { accessToken, appSecret, verifyToken, phoneNumberId, wabaId, url, adminUrl } = emulator;
  Object.assign(world.env, { SHOP_TOKEN: accessToken, SHOP_SECRET: appSecret, SHOP_VERIFY: verifyToken });
  const secrets = ['--token-env', 'SHOP_TOKEN', '--app-secret-env', 'SHOP_SECRET', '--verify-token-env', 'SHOP_VERIFY'];
  const ids = ['--phone-number-id', phoneNumberId, '--waba-id', wabaId, '--api-base', url];
  const added = await world.run('sender', 'add', 'shop', '--transport', 'whatsapp', ...ids, ...secrets, ...settings);
  return {
    ...emulator,
    added,
    run: (...argv) => world.run(...argv, '--sender', 'shop'),
    act: async (action, input) => {
      const answer = await fetch(`${adminUrl}/${action}`, { method: 'POST', body: JSON.stringify(input) });
      if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
    },
  };
}
