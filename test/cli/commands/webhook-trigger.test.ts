// webhook trigger: for the sandbox, whose customers write this way; and over HTTP, where a receiver checks the signature.

import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { serve } from '../../../src/cli/commands/serve.ts';
import { readConfig } from '../../../src/config.ts';
import { createIo } from '../../../src/host.ts';
import { createWorld, type World } from '../../world.ts';
import { openShop } from '../emulated-shop.ts';

const ADA = '+4915112345671';
let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

const trigger = (...argv: readonly string[]) => world.run('webhook', 'trigger', ...argv);

/** The first result of a triggered webhook. */
async function result(...argv: readonly string[]): Promise<object> {
  const { json } = await trigger(...argv, '--json');
  const [first] = json()['results'] as readonly object[];
  return first ?? {};
}

async function sendTo(phone: string, ...more: readonly string[]): Promise<string> {
  await world.run('contact', 'add', phone, '--opt-in', 'utility,marketing', '--source', 'form');
  const { json } = await world.run('send', 'hello_world', '--to', phone, '--language', 'en_US', ...more, '--json');
  const [message] = json()['messages'] as readonly { readonly id: string }[];
  return message?.id ?? '';
}

describe('of the sandbox', () => {
  it('lets a customer write, which opens the window for free-form messages', async () => {
    const text = ['send', '--text', 'Hello Ada', '--to', ADA] as const;
    await world.run('contact', 'add', ADA, '--opt-in', 'service', '--source', 'form');
    expect((await world.run(...text)).code).toBe(3);
    const { json, code } = await trigger('inbound', '--from', ADA, '--text', 'Where is my parcel?', '--json');
    expect(json()).toMatchObject({
      schema: 'tollbell.webhook-trigger/1',
      event: 'inbound',
      sender: 'sandbox',
      url: null,
      status: null,
      results: [{ result: 'applied', window_until: '2026-11-23T12:00:00Z', contact: { phone: ADA }, cancelled_messages: [] }],
    });
    expect(code).toBe(0);
    expect((await world.run(...text)).code).toBe(0);
    world.setClock('2026-11-23T12:00:00Z');
    expect((await world.run(...text)).code).toBe(3);
  });

  it('takes a stop word for a stop, and cancels what is queued', async () => {
    const id = await sendTo(ADA, '--queue');
    const { out } = await trigger('inbound', '--from', ADA, '--text', 'STOP');
    expect(out).toMatch(/opted out: .*marketing/);
    expect(out).toContain('1 queued messages cancelled');
    expect((await world.run('message', 'show', id, '--json')).json()).toMatchObject({ item: { status: 'cancelled' } });
  });

  it('reads the words on a button', async () => {
    await sendTo(ADA, '--queue');
    expect(await result('button', '--from', ADA, '--text', 'STOP', '--payload', 'whatever')).toMatchObject({
      contact: { consent: { marketing: 'opted_out' } },
      cancelled_messages: [expect.any(String) as string],
    });
  });

  it("turns the messenger's own switch, and back", async () => {
    await world.run('contact', 'add', ADA, '--opt-in', 'marketing', '--source', 'form');
    expect(await result('preferences-stop', '--from', ADA)).toMatchObject({
      result: 'applied',
      contact: { consent: { messenger: 'stopped' } },
    });
    world.setClock('2026-11-22T12:00:01Z'); // in the same second a stop would hold
    expect(await result('preferences-resume', '--from', ADA)).toMatchObject({ contact: { consent: { messenger: 'open' } } });
  });

  it('knows people by their user id alone', async () => {
    expect(await result('inbound', '--user-id', 'DE.9f3kQ2', '--text', 'Hello')).toMatchObject({
      contact: { phone: null, user_id: 'DE.9f3kQ2' },
    });
  });

  it('tells what became of a message that was never reported, and repeats harmlessly', async () => {
    const id = await sendTo('+4915112340007'); // accepted, and never reported
    expect(await result('delivered', '--message', id)).toMatchObject({
      result: 'applied',
      message: { id, from: 'accepted', to: 'delivered', charged: '0.055000', currency: 'USD' },
    });
    expect(await result('read', '--message', id)).toMatchObject({ message: { from: 'delivered', to: 'read', charged: '0.000000' } });
    const { out } = await trigger('delivered', '--message', id);
    expect(out).not.toContain('charged');
    expect((await world.run('bill-report', '--json')).json()).toMatchObject({ totals: [{ charged: '0.055000' }] });
  });

  it('fails a message with the code that is asked for', async () => {
    const id = await sendTo('+4915112340007');
    expect((await trigger('failed', '--message', id, '--code', '131049')).out).toBe(`applied ${id}: accepted → failed\n`);
    expect((await world.run('message', 'show', id, '--json')).json()).toMatchObject({ item: { status: 'failed', reason: '131049' } });
  });

  it('moves a template to another category, with what is queued', async () => {
    await sendTo(ADA, '--queue');
    const { out } = await trigger('template-category', '--template', 'hello_world', '--category', 'marketing');
    expect(out).toMatch(
      /^applied hello_world en_US \(marketing, approved\): category utility → marketing\n {2}1 queued messages repriced, \+0\.\d{6} USD/,
    );
    expect(await result('template-status', '--template', 'hello_world', '--status', 'paused')).toMatchObject({
      template: { status: 'paused', drift: [{ what: 'status', from: 'approved', to: 'paused' }] },
    });
    expect(await result('template-quality', '--template', 'hello_world', '--quality', 'RED')).toMatchObject({
      template: { quality: 'red' },
    });
  });
});

describe('wrong input', () => {
  it.each([
    ['an event there is not', ['explode'], 'invalid_input', /event: one of sent, delivered/],
    ['no person', ['inbound', '--text', 'Hi'], 'usage', /inbound needs --from or --user-id/],
    ['two people', ['inbound', '--from', ADA, '--user-id', 'DE.1'], 'usage', /only one of --from or --user-id/],
    ['a button without words', ['button', '--from', ADA], 'usage', /button needs --text/],
    ['no message', ['delivered'], 'usage', /delivered needs --message/],
    ['an option of another event', ['delivered', '--message', '01m81j18g01t98ktg4m7', '--text', 'x'], 'usage', /delivered takes no --text/],
    ['no number', ['inbound', '--from', '0151'], 'invalid_phone', /from/],
    ['no id of a message', ['read', '--message', 'x'], 'invalid_input', /message: not the id/],
    ['a code in words', ['failed', '--message', '01m81j18g01t98ktg4m7', '--code', 'no'], 'invalid_input', /code/],
    ['a status there is not', ['template-status', '--template', 'x', '--status', 'FINE'], 'invalid_input', /status/],
    ['a template there is not', ['template-status', '--template', 'x', '--status', 'APPROVED'], 'unknown_template', /no template 'x'/],
    ['a message there is not', ['read', '--message', '01m81j18g01t98ktg4m7'], 'unknown_message', /There is no message/],
    ['a receiver for the sandbox', ['inbound', '--from', ADA, '--url', 'http://127.0.0.1:1'], 'usage', /is a sandbox/],
    ['an address of a file', ['inbound', '--from', ADA, '--url', 'file:///etc/passwd'], 'invalid_input', /url/],
  ])('refuses %s', async (_, argv, code, message) => {
    const error = await world.failure('webhook', 'trigger', ...argv);
    expect(error).toMatchObject({ exit: 2, code });
    expect(error.message).toMatch(message);
  });

  it('refuses a message that was never sent', async () => {
    const id = await sendTo(ADA, '--queue');
    expect(await world.failure('webhook', 'trigger', 'sent', '--message', id)).toMatchObject({ code: 'invalid_input', hint: /dispatch/ });
  });
});

describe('over HTTP', () => {
  let receiver: Server;
  let url = '';
  let answer = 200;
  const posts: { readonly signature: string; readonly body: string }[] = [];
  const SHOP = [
    '--transport',
    'whatsapp',
    '--phone-number-id',
    '1065',
    '--waba-id',
    '2065',
    '--token-env',
    'T',
    '--api-base',
    'http://127.0.0.1:9',
  ];

  beforeEach(async () => {
    posts.splice(0);
    answer = 200;
    receiver = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        posts.push({ signature: String(request.headers['x-hub-signature-256']), body });
        response.writeHead(answer).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/whatsapp`;
    world.env['APP_SECRET'] = 'a secret of the app\nthe one that comes next';
    await world.run('sender', 'add', 'shop', ...SHOP, '--app-secret-env', 'APP_SECRET');
  });
  afterEach(() => new Promise<void>((resolve) => void receiver.close(() => resolve())));

  it('signs the very bytes that it sends', async () => {
    const { out, code, json } = await trigger('inbound', '--from', ADA, '--text', 'Grüße/…', '--url', url, '--sender', 'shop', '--json');
    expect(json()).toEqual({ schema: 'tollbell.webhook-trigger/1', event: 'inbound', sender: 'shop', url, status: 200, results: [] });
    expect(code).toBe(0);
    expect(out).not.toContain('a secret');
    const [post] = posts;
    expect(post?.signature).toBe(
      `sha256=${createHmac('sha256', 'a secret of the app')
        .update(post?.body ?? '')
        .digest('hex')}`,
    );
    expect(JSON.parse(post?.body ?? '')).toMatchObject({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '2065',
          changes: [{ value: { metadata: { phone_number_id: '1065' }, messages: [{ from: ADA.slice(1), text: { body: 'Grüße/…' } }] } }],
        },
      ],
    });
  });

  it('says so where the receiver takes no webhook', async () => {
    answer = 401;
    const ask = ['webhook', 'trigger', 'inbound', '--from', ADA, '--url', url, '--sender', 'shop'] as const;
    expect(await world.failure(...ask)).toMatchObject({ exit: 5, code: 'webhook_refused', hint: /app secret/, details: { status: 401 } });
    answer = 204; // only 200 counts
    expect(await world.failure(...ask)).toMatchObject({ exit: 5, code: 'webhook_refused' });
  });

  it('ends with 10 where nobody listens, and with 9 without a secret', async () => {
    const ask = ['webhook', 'trigger', 'preferences-stop', '--from', ADA, '--sender', 'shop', '--url'] as const;
    expect(await world.failure(...ask, 'http://127.0.0.1:1/x')).toMatchObject({ exit: 10, code: 'provider_unreachable', retryable: true });
    delete world.env['APP_SECRET'];
    expect(await world.failure(...ask, url)).toMatchObject({ exit: 9, code: 'secret_missing' });
    await world.run('sender', 'add', 'shop', ...SHOP);
    expect(await world.failure(...ask, url)).toMatchObject({ exit: 9, code: 'secret_missing', hint: /--app-secret-env/ });
    expect(posts).toEqual([]);
  });

  it('speaks to another machine only when that is said', async () => {
    const ask = ['webhook', 'trigger', 'inbound', '--from', ADA, '--sender', 'shop', '--url', 'https://receiver.invalid/x'] as const;
    expect(await world.failure(...ask)).toMatchObject({ exit: 2, code: 'input_required', hint: /--yes/ });
    expect(await world.failure(...ask, '--yes')).toMatchObject({ exit: 10, code: 'provider_unreachable' });
  });
});

describe('against tollbell serve', () => {
  it('is believed, settles a message of the emulator, and stops a customer', async () => {
    const shop = await openShop(world);
    const receiver = await startServe();
    try {
      await shop.run('template', 'sync');
      await shop.run('contact', 'add', ADA, '--opt-in', 'utility,marketing', '--source', 'form');
      const sent = (await shop.run('send', 'hello_world', '--to', ADA, '--language', 'en_US', '--json')).json();
      expect(sent).toMatchObject({ counts: { accepted: 1 } });
      const [{ id }] = sent['messages'] as readonly [{ readonly id: string }];
      const tell = (...argv: readonly string[]) => shop.run('webhook', 'trigger', ...argv, '--url', receiver.url);
      expect((await tell('delivered', '--message', id)).out).toBe(`taken delivered by ${receiver.url} (200)\n`);
      expect((await shop.run('message', 'show', id, '--json')).json()).toMatchObject({ item: { status: 'delivered' } });
      expect((await tell('inbound', '--from', ADA, '--text', 'STOP')).code).toBe(0);
      expect((await shop.run('contact', 'show', ADA, '--json')).json()).toMatchObject({ item: { consent: { marketing: 'opted_out' } } });
      expect((await tell('template-category', '--template', 'hello_world', '--category', 'marketing')).code).toBe(0);
      expect((await shop.run('template', 'show', 'hello_world')).out).toContain('marketing, approved');
      world.env['SHOP_SECRET'] = 'another secret';
      expect(await tell('inbound', '--from', ADA, '--text', 'Hi')).toMatchObject({ code: 5 });
    } finally {
      await receiver.stop();
      await shop.close();
    }
  });
});

/** Runs `serve` on the world's store. */
async function startServe(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  let ready = '';
  const output = { write: (text: string) => void (ready += text), isTerminal: false, columns: 100 };
  const io = createIo({ out: output, err: { ...output, write: () => undefined }, input: async function* () {}, canAsk: () => false });
  const controller = new AbortController();
  const env = { ...world.env };
  const app = createApp({ config: readConfig({ json: true }, env, world.directory), io, env, interrupted: controller.signal });
  const ended = serve(app, { port: 0, host: '127.0.0.1', dispatch: false });
  await expect.poll(() => ready, { timeout: 5_000 }).toContain('\n');
  return {
    url: (JSON.parse(ready) as { readonly webhook_url: string }).webhook_url,
    stop: async () => {
      controller.abort();
      await ended;
      await app.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
