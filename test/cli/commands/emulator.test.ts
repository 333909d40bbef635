// tollbell emulator, as a user runs it: the ready line, the scenario file, a clean end, and what it refuses.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../../src/app.ts';
import { runEmulator } from '../../../src/cli/commands/emulator.ts';
import { readConfig } from '../../../src/config.ts';
import { createIo } from '../../../src/host.ts';
import { createWorld, type World } from '../../world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

type Running = {
  readonly out: () => string;
  readonly err: () => string;
  /** Interrupts it, and gives what is left on standard output when it has ended. */
  readonly stop: () => Promise<boolean | undefined>;
};

/** Runs the command until `stop`, on the machine's own clock. */
async function start(options: Partial<Parameters<typeof runEmulator>[1]> = {}, format: 'json' | 'table' = 'json'): Promise<Running> {
  const { TOLLBELL_NOW: _now, ...env } = world.env;
  const text = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({ write: (part: string) => void (text[name] += part), isTerminal: false, columns: 100 });
  const io = createIo({ out: output('out'), err: output('err'), input: () => noInput(), canAsk: () => false });
  const controller = new AbortController();
  const app: App = createApp({ config: readConfig({ format }, env, world.directory), io, env, interrupted: controller.signal });
  const ended = runEmulator(app, {
    port: 0,
    host: '127.0.0.1',
    scenario: null,
    webhook: null,
    appSecretEnv: null,
    clock: 'real',
    ...options,
  });
  const printed = async (): Promise<void> => {
    await expect.poll(() => text.out, { timeout: 10_000 }).toContain('\n');
  };
  await Promise.race([ended, printed()]);
  return {
    out: () => text.out,
    err: () => text.err,
    stop: async () => {
      controller.abort();
      const { isSilent } = await ended;
      await app.close();
      return isSilent;
    },
  };
}

async function* noInput(): AsyncGenerator<Uint8Array> {}

const readyOf = ({ out }: Running) => JSON.parse(out()) as Readonly<Record<string, string>>;

describe('emulator', () => {
  it('says in one JSON line where it is, answers, and ends clean', async () => {
    const running = await start();
    const ready = readyOf(running);
    expect(Object.keys(ready)).toEqual([
      'schema',
      'url',
      'admin_url',
      'phone_number_id',
      'waba_id',
      'access_token',
      'app_secret',
      'verify_token',
    ]);
    expect(ready).toMatchObject({ schema: 'tollbell.emulator/1', admin_url: `${ready['url']}/_emulator` });
    const answer = await fetch(`${ready['url']}/v26.0/${ready['phone_number_id']}?fields=verified_name`, {
      headers: { authorization: `Bearer ${ready['access_token']}` },
    });
    expect(answer.status).toBe(200);
    expect(await running.stop()).toBe(true);
    expect(running.out().split('\n')).toEqual([expect.any(String), '']);
    expect(running.err()).toBe('');
    await expect(fetch(String(ready['url']))).rejects.toThrow('fetch failed');
  });

  it('says it to people with all that a sender needs, and the line that makes one', async () => {
    const running = await start({}, 'table');
    await running.stop();
    const [, url, token, secret] =
      /^listening on (http:\/\/127\.0\.0\.1:\d+) .*\n[^]* access token +(\S+)\n +app secret +(\S+)\n/.exec(running.out()) ?? [];
    expect(running.out()).toContain(`export EMULATOR_TOKEN=${token} EMULATOR_APP_SECRET=${secret} EMULATOR_VERIFY_TOKEN=`);
    const [, line = ''] = /^ {2}tollbell (sender add .*)$/m.exec(running.out()) ?? [];
    expect(line).toContain(`--api-base ${url}`);
    expect((await world.run(...line.split(' '))).code).toBe(0);
  });

  it('open to the network, it says so, and gives an address that can be called', async () => {
    const running = await start({ host: '0.0.0.0' }, 'table');
    const [, url = ''] = /listening on (\S+)/.exec(running.out()) ?? [];
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(running.err()).toContain('Open to the network at 0.0.0.0');
    expect((await fetch(`${url}/_emulator/state`)).status).toBe(200);
    await running.stop();
  });

  it("does not print a secret that is the user's", async () => {
    Object.assign(world.env, { APP_SECRET: 'the-secret' });
    const running = await start({ appSecretEnv: 'APP_SECRET' }, 'table');
    await running.stop();
    expect(running.out()).toContain('--app-secret-env APP_SECRET');
    expect(running.out()).not.toContain('the-secret');
  });

  it('takes a scenario from a file, a secret from the environment, and a clock that stands', async () => {
    Object.assign(world.env, { APP_SECRET: 'first-secret\nsecond-secret\n' });
    const file = join(world.directory, 'scenario.json');
    writeFileSync(file, JSON.stringify({ seed: 7, rates: { http_429: 1 } }));
    const running = await start({ scenario: file, appSecretEnv: 'APP_SECRET', clock: 'manual', webhook: 'http://127.0.0.1:9/webhook' });
    const ready = readyOf(running);
    expect(ready['app_secret']).toBe('first-secret');
    const state = await (await fetch(`${ready['admin_url']}/state`)).json();
    expect(state).toMatchObject({ clock: { mode: 'manual' }, scenario: { seed: 7 }, webhooks: { url: 'http://127.0.0.1:9/webhook' } });
    await running.stop();
  });

  it('refuses a port that is taken', async () => {
    const running = await start();
    const port = new URL(String(readyOf(running)['url'])).port;
    expect(await world.failure('emulator', '--port', port)).toMatchObject({
      exit: 9,
      code: 'port_in_use',
      message: `Port ${port} is not free.`,
      hint: expect.stringContaining('--port; 0 takes any'),
    });
    await running.stop();
  });

  it.each<readonly [string, readonly string[], object]>([
    ['a port that is none', ['--port', 'x'], { exit: 2, code: 'invalid_input' }],
    ['a port that is empty', ['--port', ''], { exit: 2, code: 'invalid_input' }],
    ['a host that is empty', ['--host', ''], { exit: 2, code: 'invalid_input' }],
    ['an address of another machine', ['--host', '192.0.2.1'], { exit: 9, code: 'port_in_use', message: /^192\.0\.2\.1:0 cannot/ }],
    ['a clock that is none', ['--clock', 'slow'], { exit: 2, code: 'invalid_input', message: expect.stringContaining('real or manual') }],
    ['an address that is none', ['--webhook', 'there'], { exit: 2, code: 'invalid_input' }],
    ['a file that is not there', ['--scenario', 'nothing.json'], { exit: 2, code: 'file_unreadable' }],
    [
      'a secret that is not set',
      ['--app-secret-env', 'NOTHING'],
      { exit: 9, code: 'secret_missing', hint: 'Set it where this command runs, or name another place.' },
    ],
  ])('refuses %s', async (_what, flags, failure) => {
    expect(await world.failure('emulator', '--port', '0', ...flags)).toMatchObject(failure);
  });

  it.each([
    ['{', 'scenario.json is not JSON.'],
    ['{"rules":[{"fault":"explode"}]}', 'rules[0].fault must be one of'],
  ])('refuses the scenario %s', async (text, words) => {
    const file = join(world.directory, 'scenario.json');
    writeFileSync(file, text);
    expect(await world.failure('emulator', '--port', '0', '--scenario', file)).toMatchObject({
      exit: 2,
      code: 'scenario_invalid',
      message: expect.stringContaining(words),
    });
  });

  it('lists every fault and every magic ending in its help', async () => {
    const { out, code } = await world.run('emulator', '--help');
    expect(code).toBe(0);
    for (const word of ['accept_no_answer_then_status', 'held_then_dropped', 'reorder', '0000', '0007', '/number-change'])
      expect(out).toContain(word);
  });
});
