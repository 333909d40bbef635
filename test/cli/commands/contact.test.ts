// The commands about single people, run as a user runs them.

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';
import { customerStopsMarketing } from '../inbound.ts';

const ADA = '+4915112345678';
let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

const NOBODY = { marketing: 'no_consent', utility: 'no_consent', authentication: 'no_consent', service: 'no_consent', ads: 'no_consent' };

describe('contact add', () => {
  it('adds a person with their opt-ins, and shows them whole', async () => {
    const who = ['+49 151 12345678', '--name', 'Ada', '--language', 'pt-BR', '--attr', 'city=Porto', '--attr', 'a=b=c'];
    const consent = ['--opt-in', 'utility, marketing', '--source', 'web form', '--evidence', 'v3'];
    const { code, json } = await world.run('contact', 'add', ...who, ...consent, '--json');
    expect(code).toBe(0);
    expect(json()).toEqual({
      schema: 'tollbell.contact-add/1',
      item: {
        id: expect.stringMatching(/^[0-9a-z]{20}$/) as string,
        phone: ADA,
        user_id: null,
        name: 'Ada',
        language: 'pt_BR',
        attributes: { city: 'Porto', a: 'b=c' },
        consent: { ...NOBODY, utility: 'opted_in', marketing: 'opted_in', messenger: 'open' },
        blocked: false,
        blocked_since: null,
        undeliverable_at: null,
        undeliverable_reason: null,
        created_at: '2026-11-22T12:00:00Z',
        updated_at: '2026-11-22T12:00:00Z',
        result: 'added',
      },
    });
  });

  it('changes what is given and keeps the rest', async () => {
    await world.run('contact', 'add', ADA, '--name', 'Ada', '--attr', 'city=Porto');
    expect((await world.run('contact', 'add', ADA, '--json')).json()).toMatchObject({ item: { result: 'unchanged' } });
    expect((await world.run('contact', 'add', ADA, '--attr', 'tier=gold', '--json')).json()).toMatchObject({
      item: { result: 'updated', name: 'Ada', attributes: { city: 'Porto', tier: 'gold' } },
    });
  });

  it('lifts no opt-out and no block (exit 3), and writes the rest', async () => {
    await world.run('opt-out', ADA, '--purpose', 'marketing');
    const { code, json, err } = await world.run(
      'contact',
      'add',
      ADA,
      '--name',
      'Ada',
      '--opt-in',
      'marketing,utility',
      '--source',
      'crm',
      '--json',
    );
    expect(code).toBe(3);
    expect(json()).toMatchObject({ item: { result: 'refused', name: 'Ada', consent: { marketing: 'opted_out', utility: 'opted_in' } } });
    expect(err).toContain('tollbell opt-in');
    await world.run('block', '+4915112345679');
    expect((await world.run('contact', 'add', '+4915112345679', '--opt-in', 'utility', '--source', 'crm')).code).toBe(3);
  });

  it.each([
    [['0151 12345678'], 'invalid_phone'],
    [[ADA, '--language', 'german'], 'invalid_input'],
    [[ADA, '--name', ' '], 'invalid_input'],
    [[ADA, '--attr', 'city'], 'invalid_input'],
    [[ADA, '--attr', 'a b=c'], 'invalid_input'],
    [[ADA, '--opt-in', 'utility'], 'invalid_input'],
    [[ADA, '--opt-in', 'news', '--source', 'x'], 'invalid_input'],
    [[ADA, '--opt-in', ',', '--source', 'x'], 'invalid_input'],
    [[ADA, '--source', 'x'], 'invalid_input'],
    [[ADA, '--nmae', 'x'], 'usage'],
  ])('refuses %j and makes no store', async (argv, code) => {
    expect(await world.failure('contact', 'add', ...argv)).toMatchObject({ exit: 2, code });
    expect(existsSync(world.db)).toBe(false);
  });
});

describe('contact show', () => {
  it('shows flags and block, by number, user id or id', async () => {
    const { json } = await world.run('contact', 'add', ADA, '--opt-in', 'utility', '--source', 'x', '--json');
    await world.pipe('{"user_id":"DE.9f3kQ2","phone":"+4915112345678"}\n', 'contact', 'import', '-');
    await world.run('block', ADA);
    const { id } = json()['item'] as { id: string };
    for (const who of [ADA, id, 'DE.9f3kQ2']) {
      expect((await world.run('contact', 'show', who, '--json')).json()).toMatchObject({
        schema: 'tollbell.contact-show/1',
        item: {
          id,
          phone: ADA,
          user_id: 'DE.9f3kQ2',
          consent: { ...NOBODY, utility: 'opted_in' },
          blocked: true,
          blocked_since: '2026-11-22T12:00:00Z',
        },
      });
    }
    const { out } = await world.run('contact', 'show', ADA);
    expect(out).toMatch(/opted in +utility\nopted out +-\nblocked +since 2026-11-22T12:00:00Z/);
  });

  it('knows nobody where there is no store, and makes none', async () => {
    expect(await world.failure('contact', 'show', ADA)).toMatchObject({
      exit: 2,
      code: 'unknown_contact',
      message: 'The store has no contact …78.',
    });
    expect(existsSync(world.db)).toBe(false);
  });

  it('refuses what names nobody', async () => {
    expect(await world.failure('contact', 'show', 'Ada')).toMatchObject({ exit: 2, code: 'invalid_phone' });
  });
});

describe('contact list', () => {
  it('is empty where there is no store, and makes none', async () => {
    expect((await world.run('contact', 'list', '--json')).json()).toEqual({ schema: 'tollbell.contact-list/1', items: [], next: null });
    expect((await world.run('contact', 'list')).out).toBe('No contacts.\n');
    expect(existsSync(world.db)).toBe(false);
  });

  it('goes page by page', async () => {
    for (const digit of [1, 2, 3]) {
      world.setClock(`2026-11-22T12:00:0${digit}Z`);
      await world.run('contact', 'add', `+491511234567${digit}`);
    }
    const first = (await world.run('contact', 'list', '--limit', '2', '--json')).json();
    expect(first['items']).toMatchObject([{ phone: '+4915112345671' }, { phone: '+4915112345672' }]);
    const second = (await world.run('contact', 'list', '--limit', '2', '--after', String(first['next']), '--json')).json();
    expect(second).toMatchObject({ items: [{ phone: '+4915112345673' }], next: null });
    expect((await world.run('contact', 'list', '--limit', '2')).out).toMatch(/More: --after [0-9a-z]{20}\n$/);
    expect(await world.failure('contact', 'list', '--after', 'zzz')).toMatchObject({
      exit: 2,
      code: 'invalid_input',
      details: { option: 'after' },
    });
  });

  it('does no harm with what others wrote, and has a column for each purpose in CSV', async () => {
    await world.run('contact', 'add', ADA, '--name', '\u001b[31mAda', '--language', 'de', '--opt-in', 'utility', '--source', 'x');
    expect((await world.run('contact', 'list')).out).toContain('+4915112345678  \\u001b[31mAda  de        utility   -          -');
    await world.run('contact', 'add', ADA, '--name', '=1+1');
    const { out } = await world.run('contact', 'list', '--format', 'csv');
    expect(out).toMatch(/^id,phone,user_id,name,language,attributes,consent\.marketing,consent\.utility,/);
    expect(out).toContain(`${ADA},,'=1+1,de,{},no_consent,opted_in,`);
  });

  it('says in CSV too that there is more, beside the data', async () => {
    await world.run('contact', 'add', ADA);
    await world.run('contact', 'add', '+4915112345679');
    const { out, err } = await world.run('contact', 'list', '--format', 'csv', '--limit', '1');
    const [, cursor = ''] = /^There is more: --after (\S+), or a higher --limit\.\n$/.exec(err) ?? [];
    expect([out.trim().split('\n').length, cursor]).toEqual([2, expect.stringMatching(/\S/)]);
    const last = await world.run('contact', 'list', '--format', 'csv', '--limit', '1', '--after', cursor);
    expect([last.out.trim().split('\n').length, last.err]).toEqual([2, '']);
    expect((await world.run('contact', 'list', '--format', 'csv', '--limit', '1', '-q')).err).toBe('');
  });

  it('shows the standing with the sender that is asked for', async () => {
    await world.run('sender', 'add', 'shop', '--transport', 'sandbox', '--currency', 'USD', '--time-zone', 'UTC');
    await world.run('opt-in', ADA, '--purpose', 'utility', '--source', 'x', '--sender', 'shop');
    expect((await world.run('contact', 'list', '--json')).json()).toMatchObject({ items: [{ consent: { utility: 'no_consent' } }] });
    expect((await world.run('contact', 'list', '--sender', 'shop', '--json')).json()).toMatchObject({
      items: [{ consent: { utility: 'opted_in' } }],
    });
  });
});

describe('what the provider says of a person', () => {
  it('is shown: that it cannot reach them, and why', async () => {
    const phone = '+4915112340002';
    await world.run('contact', 'add', phone, '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
    await world.run('init', '-y');
    await world.run('send', 'hello_world', '--to', phone);
    const { item } = (await world.run('contact', 'show', phone, '--json')).json() as { item: Record<string, unknown> };
    expect(item).toMatchObject({ undeliverable_at: '2026-11-22T12:00:00Z', consent: { utility: 'opted_in' } });
    expect(item['undeliverable_reason']).toMatch(/131026/);
    expect((await world.run('contact', 'show', phone)).out).toMatch(/unreachable +since 2026-11-22T12:00:00Z: .*131026/);
    const again = await world.run('contact', 'add', item['phone'] as string, '--deliverable', '--json');
    expect((again.json() as { item: object }).item).toMatchObject({
      result: 'updated',
      undeliverable_at: null,
      undeliverable_reason: null,
    });
  });

  it('is shown: that they switched marketing off in the messenger, whatever they agreed to', async () => {
    await world.run('contact', 'add', ADA, '--opt-in', 'marketing', '--source', 'web');
    await customerStopsMarketing(world, ADA);
    const optIn = (purpose: string) => world.run('opt-in', ADA, '--purpose', purpose, '--source', 'phone call');
    expect((await optIn('marketing')).err).toContain('switched marketing off in the messenger, which stands against it');
    expect((await optIn('utility')).err).toBe('');
    expect((await world.run('contact', 'show', ADA, '--json')).json()).toMatchObject({
      item: { consent: { marketing: 'opted_in', messenger: 'stopped' } },
    });
    expect((await world.run('contact', 'show', ADA)).out).toMatch(/messenger +marketing switched off by the person/);
  });
});
