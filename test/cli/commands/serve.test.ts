// tollbell serve, as a user runs it: the ready line, webhooks that change the books, the outbox, a clean end.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp, type App } from '../../../src/app.ts';
import { serve } from '../../../src/cli/commands/serve.ts';
import { readConfig } from '../../../src/config.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import { createIo } from '../../../src/host.ts';
import { formatInstant } from '../../../src/values/time.ts';
import { createWorld, type World } from '../../world.ts';
import { inboundText, messagesChange, post } from '../../inbound/webhooks.ts';
import { send, sign } from '../../server/served.ts';

let world: World;

beforeEach(async () => {
  world = createWorld();
  Object.assign(world.env, { SHOP_TOKEN: 't', SHOP_SECRET: 'old\nnew', SHOP_VERIFY: 'v' });
  await world.run('init', '-y');
});
afterEach(() => world.close());

type Running = {
  readonly ready: Readonly<Record<string, unknown>>;
  readonly err: () => string;
  readonly stop: () => Promise<void>;
  readonly app: App;
};

type Options = Partial<Parameters<typeof serve>[1]> & { readonly env?: Readonly<Record<string, string>> };

/** Runs the command on the world's store until `stop`. Its clock is the machine's own, unless `env` sets one. */
async function start({ env: set, ...options }: Options = {}, format: 'json' | 'table' = 'json'): Promise<Running> {
  const { TOLLBELL_NOW: _now, ...own } = world.env;
  const env = { ...own, ...set };
  const text = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({ write: (part: string) => void (text[name] += part), isTerminal: false, columns: 100 });
  const io = createIo({ out: output('out'), err: output('err'), input: () => emptyInput(), canAsk: () => false });
  const controller = new AbortController();
  const app = createApp({ config: readConfig({ format }, env, world.directory), io, env, interrupted: controller.signal });
  const ended = serve(app, { port: 0, host: '127.0.0.1', dispatch: false, ...options });
  await Promise.race([ended, until(() => text.out.includes('\n'))]);
  return {
    ready: format === 'json' ? (JSON.parse(text.out) as Record<string, unknown>) : { line: text.out },
    err: () => text.err,
    app,
    stop: async () => {
      controller.abort();
      expect((await ended).isSilent).toBe(true);
      await app.close();
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function* emptyInput(): AsyncGenerator<Uint8Array> {}

const addShop = () =>
  world.run(
    ...'sender add shop --transport whatsapp --phone-number-id 106540352242922 --waba-id 102290129340398 --token-env SHOP_TOKEN --app-secret-env SHOP_SECRET --verify-token-env SHOP_VERIFY'.split(
      ' ',
    ),
  );

async function postSigned(running: Running, payload: object, secret: string): Promise<number> {
  const body = JSON.stringify(payload);
  return (
    await send(String(running.ready['webhook_url']), { method: 'POST', body, headers: { 'x-hub-signature-256': sign(body, secret) } })
  ).status;
}

describe('serve', () => {
  it('says in one line where it is, and ends when it is told to', async () => {
    const running = await start();
    const url = String(running.ready['url']);
    expect(running.ready).toEqual({ schema: 'tollbell.serve/1', url, webhook_url: `${url}/webhooks/whatsapp`, console_url: null });
    expect((await send(`${url}/healthz`, { method: 'GET' })).status).toBe(200);
    await running.stop();
    await expect(send(`${url}/healthz`, { method: 'GET' })).rejects.toThrow(/ECONNREFUSED/);
  });

  it('says it in words to people', async () => {
    const running = await start({}, 'table');
    expect(running.ready['line']).toMatch(/^Ready: http:\/\/127\.0\.0\.1:\d+\. .*\/webhooks\/whatsapp .*\n$/);
    await running.stop();
  });

  it('open to the network, it says so, and gives an address that can be called', async () => {
    const running = await start({ host: '0.0.0.0', env: { TOLLBELL_SERVE_TOKEN: 'reader' } });
    const url = String(running.ready['url']);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await send(`${url}/healthz`, { method: 'GET' })).status).toBe(200);
    await expect.poll(running.err).toContain('Open to the network at 0.0.0.0: whoever reaches this machine can call it');
    await running.stop();
  });

  it('takes a stop by the old and the new secret of a sender that was added while it ran', async () => {
    const running = await start();
    expect((await addShop()).code).toBe(0);
    const from = { from: '4915112345678' };
    expect(await postSigned(running, post(messagesChange({ messages: [inboundText('hello', { ...from, id: 'wamid.1' })] })), 'wrong')).toBe(
      403,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await postSigned(running, post(messagesChange({ messages: [inboundText('hello', { ...from, id: 'wamid.1' })] })), 'old')).toBe(
      200,
    );
    expect(await postSigned(running, post(messagesChange({ messages: [inboundText('STOP', { ...from, id: 'wamid.2' })] })), 'new')).toBe(
      200,
    );
    await running.stop();
    const shown = await world.run('consent', 'show', '+4915112345678', '--sender', 'shop', '--json');
    expect(shown.out).toContain('opt_out');
    expect(running.err()).not.toContain('4915112345678');
  });

  it('tells of a sender whose secret is not there, and refuses its webhooks', async () => {
    await addShop();
    delete world.env['SHOP_SECRET'];
    const running = await start();
    expect(await postSigned(running, post(messagesChange({ messages: [inboundText('STOP')] })), 'old')).toBe(403);
    expect(running.err()).toContain('SHOP_SECRET is not set');
    await running.stop();
  });

  it('says at once which settings are missing for webhooks', async () => {
    await world.run(...'sender add bare --transport whatsapp --phone-number-id 1 --waba-id 2 --token-env SHOP_TOKEN'.split(' '));
    const running = await start({}, 'table');
    expect(running.err()).toContain('sender bare has no app secret: its webhooks are refused.');
    expect(running.err()).toContain('--app-secret-env NAME');
    expect(running.err()).toContain('sender bare has no verify token: the provider cannot verify this address.');
    await running.stop();
  });

  it('says at once that there is nobody yet to receive webhooks, and nothing where all is there', async () => {
    const early = await start();
    expect(early.err()).toContain('no sender of transport whatsapp yet');
    await early.stop();
    await addShop();
    const ready = await start();
    expect(ready.err()).toBe('');
    await ready.stop();
  });

  it('lets a clock that was set by hand run on', async () => {
    const running = await start({ env: { TOLLBELL_NOW: '2026-11-30T23:59:59Z' } });
    await expect.poll(() => formatInstant(running.app.clock.now()), { timeout: 5_000 }).toMatch(/^2026-12-01/);
    await running.stop();
  });

  it('--dispatch sends what is queued', async () => {
    await world.run('contact', 'add', '+4915112341234', '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
    const sent = await world.run(
      'send',
      'order_shipped',
      '--to',
      '+4915112341234',
      '--param',
      'name=Ada',
      '--param',
      'order=A-1',
      '--queue',
      '--json',
    );
    expect(sent.code).toBe(0);
    const running = await start({ dispatch: true });
    const store = await running.app.store();
    const [sender] = await store.listSenders(DEFAULT_ACCOUNT);
    const states = async () => {
      const page = await store.listMessages(
        { senderId: sender?.id ?? null, state: null, campaignId: null, contactId: null, since: null },
        { limit: 5, after: null },
      );
      return page.items.map(({ state }) => state);
    };
    await expect.poll(states, { timeout: 5_000 }).toEqual(['delivered']);
    expect((await send(`${String(running.ready['url'])}/metrics`, { method: 'GET' })).text).toContain('tollbell_sent_total 1\n');
    await running.stop();
  });
});

describe('while another process writes', () => {
  const healthMs = async (running: Running): Promise<number> => {
    const begun = Date.now();
    expect((await send(`${String(running.ready['url'])}/healthz`, { method: 'GET' })).status).toBe(200);
    return Date.now() - begun;
  };
  const hello = (id: string) => post(messagesChange({ messages: [inboundText('hello', { from: '4915112345678', id })] }));

  it.each([false, true])('the server stays awake, and what came is written when the other is done (--dispatch %s)', async (dispatch) => {
    await addShop();
    const running = await start({ dispatch });
    expect(await postSigned(running, hello('wamid.1'), 'new')).toBe(200);
    const other = new Database(running.app.config.db);
    other.exec('BEGIN IMMEDIATE');
    const answer = postSigned(running, hello('wamid.2'), 'new');
    for (let count = 0; count < 5; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await healthMs(running)).toBeLessThan(1_000);
    }
    other.exec('ROLLBACK');
    other.close();
    expect(await answer).toBe(200);
    await running.stop();
  });

  it('for too long, the provider is told to come again, and nothing is written', async () => {
    await addShop();
    const running = await start();
    const other = new Database(running.app.config.db);
    other.exec('BEGIN IMMEDIATE');
    const begun = Date.now();
    expect(await postSigned(running, hello('wamid.1'), 'new')).toBe(503);
    expect(Date.now() - begun).toBeLessThan(8_000);
    other.exec('ROLLBACK');
    expect(other.prepare('SELECT count(*) AS n FROM inbound_event').get()).toEqual({ n: 0 });
    other.close();
    expect(await postSigned(running, hello('wamid.1'), 'new')).toBe(200);
    await running.stop();
  }, 20_000);
});

describe('what serve refuses', () => {
  it('is a port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', () => resolve()));
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    expect(await world.failure('serve', '--port', port)).toMatchObject({
      exit: 9,
      code: 'port_in_use',
      message: `Port ${port} is not free.`,
    });
    await new Promise((resolve) => taken.close(resolve));
  });

  it('is another host without a token for the metrics', async () => {
    expect(await world.failure('serve', '--port', '0', '--host', '0.0.0.0')).toMatchObject({
      exit: 9,
      code: 'secret_missing',
      message: '/metrics at 0.0.0.0 needs a token, and the environment variable TOLLBELL_SERVE_TOKEN is not set.',
      hint: 'Set TOLLBELL_SERVE_TOKEN to a secret that readers of /metrics send as a bearer token, or leave --host out.',
    });
  });

  it.each(['-1', '65536', 'x', '', ' ', '0x2000', '1e3', '80.0'])('is the port %j', async (port) => {
    expect(await world.failure('serve', '--port', port)).toMatchObject({ exit: 2, code: 'invalid_input' });
  });
});

describe('a store that nobody made', () => {
  it('is made by it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tollbell-serve-'));
    world.env['TOLLBELL_DB'] = join(directory, 'new.db');
    const running = await start();
    expect((await send(`${String(running.ready['url'])}/healthz`, { method: 'GET' })).status).toBe(200);
    await running.stop();
    rmSync(directory, { recursive: true });
  });
});
