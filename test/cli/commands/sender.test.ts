// The sender commands, run as a user runs them.

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

describe('sender add', () => {
  it('adds a sender once, with its currency and its zone', async () => {
    const argv = ['sender', 'add', 'shop-de', '--transport', 'sandbox', '--currency', 'eur', '--time-zone', 'Europe/Berlin', '--json'];
    const first = await world.run(...argv);
    expect(first.json()).toEqual({
      schema: 'tollbell.sender-add/1',
      item: {
        name: 'shop-de',
        transport: 'sandbox',
        currency: 'EUR',
        time_zone: 'Europe/Berlin',
        default: false,
        created_at: '2026-11-22T12:00:00Z',
        whatsapp: null,
        result: 'added',
      },
    });
    expect(first.err).toContain('no EUR prices yet');
    world.setClock('2026-11-23T12:00:00Z');
    await world.run('price', 'builtin');
    const second = await world.run(...argv);
    expect(second.json()).toMatchObject({ item: { created_at: '2026-11-22T12:00:00Z', result: 'unchanged' } });
    expect(second.err).toBe('');
  });

  it('refuses a name that is taken by one with other settings', async () => {
    expect(await world.failure('sender', 'add', 'sandbox', '--transport', 'sandbox', '--currency', 'EUR')).toMatchObject({
      exit: 2,
      code: 'sender_conflict',
    });
    expect((await world.run('sender', 'add', 'sandbox', '--transport', 'sandbox')).out).toBe(
      'unchanged sandbox (sandbox, USD, UTC)\nIt is the default sender: commands without --sender act for it.\n',
    );
  });

  it.each([
    ['no transport', ['shop'], /transport.*sandbox, whatsapp is needed/],
    ['a transport of a later version', ['shop', '--transport', 'telegram'], /this version sends through sandbox, whatsapp only/],
    ['a path as name', ['../shop', '--transport', 'sandbox'], /letters/],
    ['an unknown currency', ['shop', '--transport', 'sandbox', '--currency', 'BTC'], /BTC/],
    ['an unknown zone', ['shop', '--transport', 'sandbox', '--time-zone', 'Mars/Olympus'], /time-zone: not a time zone/],
  ])('refuses %s and writes nothing', async (_, argv, message) => {
    const error = await world.failure('sender', 'add', ...argv);
    expect(error).toMatchObject({ exit: 2, code: 'invalid_input' });
    expect(error.message).toMatch(message);
    expect(existsSync(world.db)).toBe(false);
  });
});

/** The options of a sender that is complete. */
const WHATSAPP = ['--transport', 'whatsapp', '--phone-number-id', '1065', '--waba-id', '2065', '--token-env', 'WA_TOKEN'] as const;

it('sender add says which sender is the default one now', async () => {
  const add = async (name: string) => (await world.run('sender', 'add', name, '--transport', 'sandbox')).out;
  expect(await add('shop')).toContain(
    'The default sender is still sandbox; to act for this one without --sender: tollbell sender default shop',
  );
  await world.run('sender', 'default', 'shop');
  expect(await add('shop')).toContain('It is the default sender');
});

describe('sender add --transport whatsapp', () => {
  it('keeps the settings, and of the secrets their places only', async () => {
    world.env['WA_TOKEN'] = 'the-token-itself';
    const { out, err, json } = await world.run(
      'sender',
      'add',
      'shop',
      ...WHATSAPP,
      '--app-secret-file',
      'secret.txt',
      '--rate',
      '20',
      '--json',
    );
    expect(json()).toMatchObject({
      item: {
        name: 'shop',
        transport: 'whatsapp',
        whatsapp: {
          phone_number_id: '1065',
          waba_id: '2065',
          token: { env: 'WA_TOKEN' },
          app_secret: { file: resolve('secret.txt') },
          verify_token: null,
          api_base: 'https://graph.facebook.com',
          api_version: 'v26.0',
          rate: 20,
          confirm_stops: false,
          auth_international: null,
        },
        result: 'added',
      },
    });
    expect(err).toContain('secret.txt cannot be read'); // it may come later, so it is said and no more
    expect(out + readFileSync(world.db, 'latin1')).not.toContain('the-token-itself');
  });

  it('shows the channel', async () => {
    await world.run(
      'sender',
      'add',
      'shop',
      ...WHATSAPP,
      '--api-base',
      'http://127.0.0.1:4010/',
      '--api-version',
      'none',
      '--confirm-stops',
      '--auth-international-from',
      '2026-10-01',
    );
    const { out } = await world.run('sender', 'show', 'shop');
    expect(out).toMatch(/^number id +1065$/m);
    expect(out).toMatch(/^token +in the environment variable WA_TOKEN$/m);
    expect(out).toMatch(/^provider +http:\/\/127\.0\.0\.1:4010 \(no version\)$/m);
    expect(out).toMatch(/^confirms stops +yes$/m);
    expect(out).toMatch(/^international +authentication from 2026-10-01T00:00:00Z$/m);
    const quoted = await world.run(
      'price',
      'quote',
      'authentication',
      '--to',
      '+919812345678',
      '--to',
      '+4915112345678',
      '--sender',
      'shop',
      '--json',
    );
    expect(quoted.json()).toMatchObject({
      items: [{ category: 'authentication-international', rate: '0.030400' }, { category: 'authentication' }],
    });
    expect((await world.run('sender', 'list')).out).toMatch(/^shop +whatsapp +1065 +USD/m);
    expect((await world.run('sender', 'list', '--format', 'csv')).out).toContain(
      '2065,http://127.0.0.1:4010,,80,true,2026-10-01T00:00:00Z\n',
    );
  });

  it('changes nothing the second time, and only the channel where that differs', async () => {
    world.env['WA_TOKEN'] = 'token';
    const result = async (...more: readonly string[]) => (await world.run('sender', 'add', 'shop', ...WHATSAPP, ...more)).out.split(' ')[0];
    expect([await result(), await result(), await result('--rate', '1000'), await result('--rate', '1000')]).toEqual([
      'added',
      'unchanged',
      'updated',
      'unchanged',
    ]);
    expect((await world.run('sender', 'add', 'shop', ...WHATSAPP)).err).toContain(
      'A running serve takes the new settings within half a minute,',
    );
    expect(await world.failure('sender', 'add', 'shop', ...WHATSAPP, '--phone-number-id', '1066')).toMatchObject({
      code: 'sender_conflict',
    });
    expect(await world.failure('sender', 'add', 'shop', ...WHATSAPP, '--currency', 'EUR')).toMatchObject({ code: 'sender_conflict' });
    expect(await world.failure('sender', 'add', 'twin', ...WHATSAPP)).toMatchObject({
      code: 'sender_conflict',
      message: /'shop' has the phone/,
    });
  });

  it.each([
    ['letters in an id', ['--waba-id', 'WABA'], 'invalid_input', /waba-id: not an id/],
    ['plain http to another machine', ['--api-base', 'http://graph.example'], 'invalid_input', /api-base/],
    ['an address with a password', ['--api-base', 'https://a:b@graph.example'], 'invalid_input', /api-base/],
    ['an address that begins like this machine', ['--api-base', 'http://127.0.0.1.example'], 'invalid_input', /api-base/],
    ['no address', ['--api-base', 'graph'], 'invalid_input', /api-base/],
    ['no version', ['--api-version', '26'], 'invalid_input', /api-version: not a version/],
    ['a rate of nothing', ['--rate', '0'], 'invalid_input', /rate: at least 1/],
    ['half a message', ['--rate', '2.5'], 'invalid_input', /rate: not a whole number/],
    ['a rate beyond every provider', ['--rate', '1000001'], 'invalid_input', /rate: at most/],
    ['two places for the token', ['--token-file', 'token.txt'], 'usage', /--token-env and --token-file/],
    ['a secret in the command line', ['--token', 'EAAG'], 'usage', /Unknown option '--token'/],
    ['standard input as a file', ['--app-secret-file', '-'], 'invalid_input', /app-secret-file/],
  ])('refuses %s and writes nothing', async (_, options, code, message) => {
    const error = await world.failure('sender', 'add', 'shop', ...WHATSAPP, ...options);
    expect(error).toMatchObject({ exit: 2, code });
    expect(error.message).toMatch(message);
    expect(existsSync(world.db)).toBe(false);
  });

  it.each(['EAAGm0PX4ZCpsBAKZCexample0123456789', '0123456789abcdef0123456789abcdef', 'with-dash'])(
    'does not take a secret for the name of a variable, and does not repeat it: %s',
    async (secret) => {
      const error = await world.failure('sender', 'add', 'shop', '--transport', 'whatsapp', '--token-env', secret);
      expect(error).toMatchObject({ exit: 2, code: 'invalid_input', hint: /name of the variable/ });
      expect(JSON.stringify(error)).not.toContain(secret);
    },
  );

  it.each([
    ['--phone-number-id', ['--waba-id', '1', '--token-env', 'T']],
    ['--waba-id', ['--phone-number-id', '1', '--token-env', 'T']],
    ['--token-env', ['--phone-number-id', '1', '--waba-id', '1']],
  ])('asks for %s', async (option, options) => {
    const error = await world.failure('sender', 'add', 'shop', '--transport', 'whatsapp', ...options);
    expect(error).toMatchObject({ exit: 2, code: 'usage' });
    expect(error.message).toContain(option);
  });

  it('takes no such option for the sandbox', async () => {
    expect(await world.failure('sender', 'add', 'x', '--transport', 'sandbox', '--token-env', 'T')).toMatchObject({
      exit: 2,
      code: 'usage',
      message: '--token-env is for --transport whatsapp; the sandbox needs nothing of the kind.',
    });
  });
});

describe('sender list, show and default', () => {
  it('show nothing without a store, and make none', async () => {
    expect((await world.run('sender', 'list', '--json')).json()).toEqual({ schema: 'tollbell.sender-list/1', items: [], next: null });
    expect((await world.run('sender', 'list')).out).toBe('No senders.\n');
    expect(await world.failure('sender', 'show')).toMatchObject({ exit: 2, code: 'unknown_sender' });
    expect(existsSync(world.db)).toBe(false);
  });

  it('let one sender act for the others', async () => {
    await world.run('sender', 'add', 'shop', '--transport', 'sandbox');
    expect((await world.run('sender', 'show', '--json')).json()).toMatchObject({ item: { name: 'sandbox', default: true } });
    expect((await world.run('sender', 'default', 'shop', '--json')).json()).toMatchObject({ item: { name: 'shop', default: true } });
    expect((await world.run('sender', 'default', 'shop')).out).toBe('default shop\n');
    expect((await world.run('sender', 'show')).out).toMatch(/^sender +shop\n/);
    expect((await world.run('sender', 'show', 'sandbox', '--json')).json()).toMatchObject({ item: { default: false } });
    expect((await world.run('sender', 'list', '--format', 'csv')).out).toMatch(
      /^name,transport,currency,time_zone,default,created_at,whatsapp\.phone_number_id,.*\nsandbox,sandbox,USD,UTC,false,/,
    );
    expect((await world.run('sender', 'list')).out).toMatch(/shop +sandbox +USD +UTC +yes\n$/);
    expect((await world.run('sender', 'list', '--limit', '1', '--json')).json()).toMatchObject({
      items: [{ name: 'sandbox' }],
      next: 'sandbox',
    });
  });

  it('name the senders that there are when one is not found', async () => {
    await world.run('sender', 'add', 'shop', '--transport', 'sandbox');
    expect(await world.failure('sender', 'default', 'shpo')).toMatchObject({ exit: 2, code: 'unknown_sender', hint: /sandbox, shop/ });
    expect(await world.failure('sender', 'show', 'shpo')).toMatchObject({ code: 'unknown_sender' });
  });
});
