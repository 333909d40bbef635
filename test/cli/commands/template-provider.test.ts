// template push and sync against the emulator: what the provider makes of templates, and what that does to the queue.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';
import { type EmulatedShop, openShop } from '../emulated-shop.ts';

const SHIPPED = 'src/catalog/templates/order_shipped';
let world: World;
let shop: EmulatedShop;

beforeEach(async () => {
  world = createWorld();
  shop = await openShop(world);
});
afterEach(async () => {
  await shop.close();
  world.close();
});

const items = (ran: { readonly json: () => Readonly<Record<string, unknown>> }): readonly object[] =>
  ran.json()['items'] as readonly object[];

/** Makes a template there that has a part which this program cannot read, in the place of what has that name. */
async function makeCarousel(name: string): Promise<void> {
  const headers = { authorization: `Bearer ${shop.accessToken}`, 'content-type': 'application/json' };
  const list = await fetch(`${shop.url}/v26.0/${shop.wabaId}/message_templates?name=${name}&fields=id`, { headers });
  const { data } = (await list.json()) as { readonly data: readonly [{ readonly id: string }] };
  const components = [
    { type: 'BODY', text: 'Look at these.' },
    { type: 'CAROUSEL', cards: [] },
  ];
  const answer = await fetch(`${shop.url}/v26.0/${data[0].id}`, { method: 'POST', headers, body: JSON.stringify({ components }) });
  expect(answer.status).toBe(200);
}

/** Deletes a template as somebody would in the provider's own dashboard. */
async function deleteAtProvider(name: string): Promise<void> {
  const answer = await fetch(`${shop.url}/v26.0/${shop.wabaId}/message_templates?name=${name}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${shop.accessToken}` },
  });
  expect(answer.status).toBe(200);
}

it('a template that the sender does not have is added and handed in, or synced', async () => {
  const unknown = () => world.failure('send', 'order_shipped', '--to', '+4915112345678', '--sender', 'shop');
  const ways =
    'Add one with tollbell template add <file> and hand it in with tollbell template push; tollbell template sync brings what the provider has.';
  expect(await unknown()).toMatchObject({ code: 'unknown_template', hint: ways });
  await shop.run('template', 'sync');
  expect(await unknown()).toMatchObject({ hint: `Templates: hello_world. ${ways}` });
});

describe('template add for a provider', () => {
  it('waits for the review, and stays approved when the same file comes again', async () => {
    const added = await shop.run('template', 'add', `${SHIPPED}.de.json`);
    expect(added.err).toContain('its status is pending. Hand it in with tollbell template push.');
    expect((await shop.run('template', 'push', '--json')).code).toBe(0);
    expect((await shop.run('template', 'add', `${SHIPPED}.de.json`, '--json')).json()).toMatchObject({
      item: { status: 'approved', result: 'unchanged', provider_id: expect.stringMatching(/^\d+$/) as string },
    });
  });

  it('believes a file that tells the review itself', async () => {
    const path = join(world.directory, 'reviewed.json');
    const components = [{ type: 'BODY', text: 'Hello there!' }];
    writeFileSync(path, JSON.stringify({ name: 'hello', language: 'en', category: 'UTILITY', status: 'APPROVED', components }));
    expect((await shop.run('template', 'add', path, '--json')).json()).toMatchObject({ item: { status: 'approved' } });
  });
});

describe('template push', () => {
  it('creates what is new, once, and says what the provider made of it', async () => {
    for (const language of ['de', 'es']) await shop.run('template', 'add', `${SHIPPED}.${language}.json`);
    const first = await shop.run('template', 'push', '--json');
    expect(first.json()).toMatchObject({
      schema: 'tollbell.template-push/1',
      sender: 'shop',
      items: [
        {
          name: 'order_shipped',
          language: 'de',
          result: 'created',
          status: 'approved',
          drift: [{ what: 'status', from: 'pending', to: 'approved' }],
        },
        { name: 'order_shipped', language: 'es', result: 'created', status: 'approved' },
      ],
    });
    expect(items(await shop.run('template', 'push', '--json'))).toMatchObject([{ result: 'unchanged' }, { result: 'unchanged' }]);
    expect((await shop.run('template', 'list')).out).toMatch(/^order_shipped +de +utility +approved +unknown/m);
  });

  it('edits what reads otherwise', async () => {
    const path = join(world.directory, 'greeting.json');
    const file = (text: string): void =>
      writeFileSync(path, JSON.stringify({ name: 'greeting', language: 'en', category: 'UTILITY', components: [{ type: 'BODY', text }] }));
    file('Good day to you.');
    await shop.run('template', 'add', path);
    await shop.run('template', 'push');
    file('Good evening to you.');
    expect((await shop.run('template', 'add', path, '--json')).json()).toMatchObject({ item: { status: 'pending', result: 'updated' } });
    expect((await shop.run('template', 'push', 'greeting')).out).toMatch(/^edited greeting en \(utility, approved\)/);
    expect(items(await shop.run('template', 'sync', '--json'))).toContainEqual(
      expect.objectContaining({ name: 'greeting', result: 'unchanged' }),
    );
  });

  it('hands the time to live in, changes it, and reads it back', async () => {
    const path = join(world.directory, 'greeting.json');
    const file = (seconds: number): void =>
      writeFileSync(
        path,
        JSON.stringify({
          name: 'greeting',
          language: 'en',
          category: 'UTILITY',
          message_send_ttl_seconds: seconds,
          components: [{ type: 'BODY', text: 'Good day to you.' }],
        }),
      );
    const show = async () => (await shop.run('template', 'show', 'greeting')).out;
    file(300);
    await shop.run('template', 'add', path);
    expect((await shop.run('template', 'push')).out).toMatch(/^created/);
    expect(await show()).toMatch(/^time to live {2}300 s$/m);
    expect((await shop.run('template', 'sync')).out).toMatch(/1 unchanged$/m);
    file(-1);
    expect((await shop.run('template', 'add', path, '--json')).json()).toMatchObject({ item: { result: 'updated', ttl_seconds: -1 } });
    expect((await shop.run('template', 'push')).out).toMatch(/^edited/);
    expect((await shop.run('template', 'sync')).out).toMatch(/2 unchanged$/m);
    expect(await show()).toMatch(/^time to live {2}30 days$/m);
  });

  it('takes over the category that the provider chose', async () => {
    await shop.act('faults', { templates: { categories: { order_shipped: 'MARKETING' } } });
    await shop.run('template', 'add', `${SHIPPED}.de.json`);
    const { out, code } = await shop.run('template', 'push');
    expect(out).toBe('created order_shipped de (marketing, approved): status pending → approved, category utility → marketing\n');
    expect(code).toBe(0);
    const again = await shop.run('template', 'add', `${SHIPPED}.de.json`);
    expect(again.err).toContain('The provider has it as marketing');
    expect((await shop.run('template', 'show', 'order_shipped', '--json')).json()).toMatchObject({
      item: { languages: [{ category: 'marketing', status: 'approved' }] },
    });
  });

  it('goes on after a refusal, and ends with 5', async () => {
    for (const language of ['de', 'es']) await shop.run('template', 'add', `${SHIPPED}.${language}.json`);
    await shop.run('template', 'push', 'order_shipped', '--language', 'de');
    await deleteAtProvider('order_shipped'); // whose name is locked for 30 days
    await shop.run('template', 'add', 'src/catalog/templates/summer_sale.en_US.json');
    const { code, json } = await shop.run('template', 'push', '--json');
    expect(code).toBe(5);
    expect(json()).toMatchObject({
      items: [
        {
          name: 'order_shipped',
          language: 'de',
          result: 'refused',
          reason: expect.stringContaining('deleted less than 30 days ago') as string,
        },
        { name: 'order_shipped', language: 'es', result: 'refused' },
        { name: 'summer_sale', result: 'created', reason: null },
      ],
    });
  });

  it('knows no template of that name, and hands nothing in', async () => {
    await shop.run('template', 'add', `${SHIPPED}.de.json`);
    expect(await world.failure('template', 'push', 'order_shipped', 'order_shiped', '--sender', 'shop')).toMatchObject({
      exit: 2,
      code: 'unknown_template',
    });
    expect(items(await shop.run('template', 'push', '--json'))).toMatchObject([{ result: 'created' }]);
  });

  it('has nothing to do for the sandbox', async () => {
    expect((await world.run('template', 'push')).out).toBe('The sandbox approves its templates at once: there is nothing to hand in.\n');
  });
});

describe('template sync', () => {
  it('takes over what the account has, and says nothing new the second time', async () => {
    const first = await shop.run('template', 'sync');
    expect(first.out).toBe('added hello_world en_US (utility, approved)\n1 added, 0 unchanged\n');
    const second = await shop.run('template', 'sync', '--json');
    expect(second.json()).toMatchObject({
      schema: 'tollbell.template-sync/1',
      items: [{ name: 'hello_world', result: 'unchanged', drift: [] }],
      counts: { added: 0, changed: 0, unchanged: 1, missing: 0, unreadable: 0 },
      currency: 'USD',
      repriced_messages: 0,
      cancelled_messages: 0,
    });
    expect(second.code).toBe(0);
  });

  it('says loudly what a new category did to the queue', async () => {
    await shop.run('template', 'sync');
    await shop.run('contact', 'add', '+4915112345671', '--opt-in', 'utility,marketing', '--source', 'form');
    await shop.run('contact', 'add', '+4915112345672', '--opt-in', 'utility', '--source', 'form');
    for (const to of ['+4915112345671', '+4915112345672'])
      await shop.run('send', 'hello_world', '--to', to, '--language', 'en_US', '--queue');
    await shop.act('templates', { name: 'hello_world', category: 'MARKETING', quality: 'YELLOW' });
    const { out, code } = await shop.run('template', 'sync');
    expect(out).toMatch(/^changed hello_world en_US \(marketing, approved\): .*category utility → marketing/);
    expect(out).toMatch(/^ {2}1 queued messages repriced, \+0\.\d{6} USD reserved$/m);
    expect(out).toMatch(/^ {2}1 queued messages cancelled: 1 no_consent$/m);
    expect(code).toBe(0);
    expect((await shop.run('message', 'list', '--state', 'cancelled', '--json')).json()['items']).toHaveLength(1);
    expect((await shop.run('template', 'list')).out).toMatch(/^hello_world +en_US +marketing +approved +yellow/m);
  });

  it('disables what the provider has no more, and leaves alone what was never handed in', async () => {
    await shop.run('template', 'add', `${SHIPPED}.de.json`);
    await shop.run('template', 'push');
    await shop.run('template', 'add', `${SHIPPED}.es.json`);
    await deleteAtProvider('order_shipped');
    const { json } = await shop.run('template', 'sync', '--json');
    expect(json()).toMatchObject({
      counts: { added: 1, missing: 1 },
      items: [
        { name: 'hello_world', result: 'added' },
        {
          name: 'order_shipped',
          language: 'de',
          result: 'missing',
          status: 'disabled',
          drift: [{ what: 'status', from: 'approved', to: 'disabled' }],
        },
      ],
    });
    expect((await shop.run('template', 'show', 'order_shipped', '--language', 'es', '--json')).json()).toMatchObject({
      item: { languages: [{ status: 'pending' }] },
    });
    expect((await shop.run('template', 'sync', '--json')).json()).toMatchObject({ counts: { missing: 0 } });
  });

  it('sends no more what it cannot read there, and push replaces it where it is named', async () => {
    await shop.run('template', 'sync');
    await shop.run('contact', 'add', '+4915112345671', '--opt-in', 'utility', '--source', 'form');
    await makeCarousel('hello_world');
    const pushed = await shop.run('template', 'push', '--json');
    expect(pushed.code).toBe(0);
    expect(items(pushed)).toMatchObject([
      { name: 'hello_world', result: 'unreadable', reason: expect.stringContaining('CAROUSEL') as string },
    ]);
    expect((await shop.run('template', 'push')).err).toContain('Name one to replace it');
    const synced = await shop.run('template', 'sync');
    expect(synced.out).toMatch(/^unreadable hello_world en_US \(utility, disabled\): status approved → disabled\n {2}.*CAROUSEL/);
    expect(synced.err).toContain('1 templates cannot be read by this version, and cannot be sent.');
    expect((await shop.run('template', 'sync', '--json')).json()).toMatchObject({
      items: [{ name: 'hello_world', result: 'unreadable', status: 'disabled', drift: [] }],
      counts: { unreadable: 1, missing: 0 },
    });
    const sent = await shop.run('send', 'hello_world', '--to', '+4915112345671', '--language', 'en_US', '--json');
    expect(sent.json()).toMatchObject({ refusals: { template_unavailable: 1 } });
    await shop.act('clock', { advance: '24h' });
    expect(items(await shop.run('template', 'push', 'hello_world', '--json'))).toMatchObject([{ result: 'edited', status: 'approved' }]);
  });

  it('ends with 9 for a token that is refused and 10 where nobody answers', async () => {
    const token = world.env['SHOP_TOKEN'] ?? '';
    world.env['SHOP_TOKEN'] = 'EAAwrong';
    expect(await world.failure('template', 'sync', '--sender', 'shop')).toMatchObject({ exit: 9, code: 'token_rejected' });
    world.env['SHOP_TOKEN'] = token;
    await shop.close();
    expect(await world.failure('template', 'sync', '--sender', 'shop')).toMatchObject({
      exit: 10,
      code: 'provider_unreachable',
      retryable: true,
    });
    expect(await world.failure('template', 'push', '--sender', 'shop')).toMatchObject({ exit: 10 });
  });

  it('has nothing to do for the sandbox', async () => {
    const { json, code } = await world.run('template', 'sync', '--json');
    expect(json()).toMatchObject({ sender: 'sandbox', items: [], counts: { unchanged: 0 } });
    expect(code).toBe(0);
  });
});
