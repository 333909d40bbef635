// A whole channel for tests of the real command: the emulator and the webhook receiver as processes of their own, a store with a sender between them.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const LAUNCHER = join(import.meta.dirname, '../bin/tollbell.js');

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

export type Channel = {
  readonly directory: string;
  readonly db: string;
  /** What the commands that are run or started from now on find in their environment, besides the secrets. */
  readonly variables: Record<string, string>;
  /** Runs a command to its end, with `--json`. */
  readonly run: (...args: readonly string[]) => Ended;
  /** The same; throws where it does not end with 0. */
  readonly mustRun: (...args: readonly string[]) => Record<string, unknown>;
  /** Starts a command and leaves it to the test. */
  readonly start: (...args: readonly string[]) => ChildProcess;
  /** Kills the receiver of webhooks, and starts another one at the same address. */
  readonly replaceReceiver: () => Promise<void>;
  /** Asks the emulator's own interface. */
  readonly emulator: (path: string, body?: object) => Promise<Record<string, unknown>>;
  readonly close: () => Promise<void>;
};

/** `directory` is where all of it lies; one of its own where it is not said. */
type ChannelOptions = { readonly scenario?: object; readonly rate?: number; readonly directory?: string };

/** Starts everything. `--dispatch` of the receiver is the test's choice. */
export async function openChannel(options: ChannelOptions = {}): Promise<Channel> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'tollbell-channel-'));
  const db = join(directory, 'store.db');
  const scenario = join(directory, 'scenario.json');
  writeFileSync(scenario, JSON.stringify(options.scenario ?? {}));
  const variables: Record<string, string> = {};
  const started: ChildProcess[] = [];
  const environment = () => ({
    ...process.env,
    ...variables,
    HOME: directory,
    XDG_CACHE_HOME: join(tmpdir(), 'tollbell-channel-cache'),
    TOLLBELL_DB: db,
    CI: '1',
  });
  const start = (...args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [LAUNCHER, ...args], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    started.push(child);
    return child;
  };
  const run = (...args: readonly string[]): Ended => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, ...args, '--json'], { env: environment(), encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
  };
  const mustRun = (...args: readonly string[]): Record<string, unknown> => {
    const { code, out, err } = run(...args);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${err}`);
    return JSON.parse(out) as Record<string, unknown>;
  };

  const emulator = await readyLine(start('emulator', '--port', '0', '--scenario', scenario, '--json'));
  variables['SHOP_TOKEN'] = String(emulator['access_token']);
  variables['SHOP_SECRET'] = String(emulator['app_secret']);
  variables['SHOP_VERIFY'] = String(emulator['verify_token']);
  mustRun('init', '-y');
  const ids = ['--phone-number-id', String(emulator['phone_number_id']), '--waba-id', String(emulator['waba_id'])];
  const places = ['--token-env', 'SHOP_TOKEN', '--app-secret-env', 'SHOP_SECRET', '--verify-token-env', 'SHOP_VERIFY'];
  const base = ['--api-base', String(emulator['url']), '--rate', String(options.rate ?? 80)];
  mustRun('sender', 'add', 'shop', '--transport', 'whatsapp', ...ids, ...places, ...base);
  mustRun('sender', 'default', 'shop');
  let receiver = start('serve', '--port', '0', '--json');
  const served = await readyLine(receiver);
  const admin = String(emulator['admin_url']);
  const ask = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${admin}${path}`, init);
    return (await response.json()) as Record<string, unknown>;
  };
  await ask('/webhook', { url: served['webhook_url'] });
  return {
    directory,
    db,
    variables,
    run,
    mustRun,
    start,
    replaceReceiver: async () => {
      receiver.kill('SIGKILL');
      await once(receiver, 'exit');
      receiver = start('serve', '--port', new URL(String(served['url'])).port, '--json');
      await readyLine(receiver);
    },
    emulator: ask,
    close: async () => {
      for (const child of started) child.kill('SIGKILL');
      const alive = started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      await Promise.all(alive.map((child) => once(child, 'exit')));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until something is so; the test's own time limit ends what never is. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(20);
}

async function readyLine(child: ChildProcess): Promise<Record<string, unknown>> {
  let [out, err] = ['', ''];
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`it ended before it was ready: ${err}`);
    return out.includes('\n');
  });
  return JSON.parse(out.slice(0, out.indexOf('\n'))) as Record<string, unknown>;
}
