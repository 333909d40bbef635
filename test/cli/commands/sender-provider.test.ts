// What commands ask of a provider about a sender and its people, against the emulator: the check-up, and the provider's own block list.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';
import { type EmulatedShop, openShop } from '../emulated-shop.ts';

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

describe('sender check', () => {
  it('says on one screen that everything works', async () => {
    const { out, code } = await world.run('sender', 'check', 'shop');
    for (const check of ['token', 'number', 'templates', 'payment', 'app secret', 'verify token', 'prices']) {
      expect(out).toMatch(new RegExp(`^good +${check} `, 'm'));
    }
    expect(out.split('\n').length).toBeLessThan(20);
    expect(code).toBe(0);
  });

  it('does not compare a clock that was set by hand, and does compare that of the machine', async () => {
    await shop.act('clock', { advance: '2h' });
    const clockOf = async () => {
      const { json } = await world.run('sender', 'check', 'shop', '--json');
      return (json()['items'] as readonly { readonly check: string }[]).find(({ check }) => check === 'clock');
    };
    expect(await clockOf()).toMatchObject({ result: 'skipped', message: expect.stringContaining('TOLLBELL_NOW') });
    delete world.env['TOLLBELL_NOW'];
    expect(await clockOf()).not.toMatchObject({ result: 'skipped' });
  });

  it('ends with 9 where the token is refused, and repeats none', async () => {
    world.env['SHOP_TOKEN'] = 'EAAwrong1234567890123456';
    const { out, code, json } = await world.run('sender', 'check', 'shop', '--json');
    expect(json()['items']).toContainEqual(expect.objectContaining({ check: 'token', result: 'bad' }));
    expect(json()['items']).toContainEqual(expect.objectContaining({ check: 'payment', result: 'skipped' }));
    expect(out).not.toContain('EAAwrong');
    expect(code).toBe(9);
  });

  it('ends with 10 where the provider cannot be reached', async () => {
    await shop.close();
    const { code, json } = await world.run('sender', 'check', 'shop', '--json');
    expect(json()['items']).toContainEqual(expect.objectContaining({ check: 'token', result: 'bad' }));
    expect(code).toBe(10);
    expect((await world.run('doctor')).code).toBe(10);
    expect((await world.run('doctor', '--offline')).code).toBe(0);
  });

  it('warns where no secret is named by which webhooks could be believed', async () => {
    const { phoneNumberId, wabaId, url } = shop;
    const bare = ['--phone-number-id', phoneNumberId, '--waba-id', wabaId, '--api-base', url, '--token-env', 'SHOP_TOKEN'];
    expect((await world.run('sender', 'add', 'shop', '--transport', 'whatsapp', ...bare)).out).toMatch(/^updated shop/);
    const { json, code } = await world.run('sender', 'check', 'shop', '--json');
    expect(json()['items']).toContainEqual(expect.objectContaining({ check: 'app_secret', result: 'warning' }));
    expect(code).toBe(0);
  });
});

describe('block --provider', () => {
  const ADA = '+4915112345671';

  it('blocks on both lists when the person wrote lately, and lifts both', async () => {
    await shop.act('inbound', { from: ADA, type: 'text', text: 'Hello' });
    expect((await shop.run('block', ADA, '--provider', '--json')).json()).toMatchObject({ blocked: true, provider: 'blocked' });
    expect((await shop.run('block', ADA, '--provider')).out).toMatch(/\nAt the provider: blocked\n$/);
    expect((await shop.run('unblock', ADA, '--provider', '--json')).json()).toMatchObject({ blocked: false, provider: 'unblocked' });
    expect((await shop.run('unblock', ADA, '--provider')).code).toBe(0);
  });

  it('blocks here when the provider refuses, and ends with 5', async () => {
    const { code, json } = await shop.run('block', ADA, '--provider', '--json');
    expect(json()).toMatchObject({ blocked: true, provider: expect.stringMatching(/^refused: .*cannot be blocked/) as string });
    expect(code).toBe(5);
    expect((await shop.run('contact', 'show', ADA, '--json')).json()).toMatchObject({ item: { blocked: true } });
    expect((await shop.run('block', ADA, '--provider')).out).toContain('only people who wrote in the last 24 hours');
  });

  it('blocks here when nobody answers, and ends with 10', async () => {
    await shop.close();
    const { code, json } = await shop.run('block', ADA, '--provider', '--json');
    expect(json()).toMatchObject({ blocked: true, provider: expect.stringMatching(/^refused: /) as string });
    expect(code).toBe(10);
  });

  it('asks every sender that has a list when it is for everywhere', async () => {
    const { code, json } = await world.run('block', ADA, '--everywhere', '--provider', '--json');
    expect(json()).toMatchObject({ sender: '*', provider: expect.stringMatching(/^refused: shop: /) as string });
    expect(code).toBe(5);
  });

  it("reminds of the provider's own list where a block is lifted here only", async () => {
    await shop.run('block', ADA);
    expect((await shop.run('unblock', ADA)).out).toContain('tollbell unblock with --provider takes them off it');
    expect((await shop.run('unblock', ADA, '--provider')).out).not.toContain('takes them off it');
    expect((await world.run('unblock', ADA)).out).not.toContain('takes them off it'); // the sandbox has none
  });

  it('says that the sandbox has no list, and asks nobody without the option', async () => {
    expect((await world.run('block', ADA, '--provider')).out).toMatch(/\nThe sandbox has no block list of its own\.\n$/);
    expect((await world.run('unblock', ADA, '--provider', '--json')).json()).toMatchObject({ provider: null });
    expect((await shop.run('block', ADA, '--json')).json()).toMatchObject({ provider: null });
  });
});
