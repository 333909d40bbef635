// The sender commands, run as a user runs them.

import { existsSync } from 'node:fs';
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
    expect((await world.run('sender', 'add', 'sandbox', '--transport', 'sandbox')).out).toBe('unchanged sandbox (sandbox, USD, UTC)\n');
  });

  it.each([
    ['no transport', ['shop'], /transport.*sandbox is needed/],
    ['a transport of a later version', ['shop', '--transport', 'whatsapp'], /this version sends through sandbox only/],
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
      /^name,transport,currency,time_zone,default,created_at\nsandbox,sandbox,USD,UTC,false,/,
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
