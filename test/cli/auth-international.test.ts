// The international rate of authentication from end to end, over HTTP: what the check finds, what the webhook tells, and a bill that agrees with the provider's.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../world.ts';
import { type BilledShop, openBilledShop } from './billed-shop.ts';

const INDIAN = '+919812345611';
const EGYPTIAN = '+201012345611';
const GERMAN = '+4915112345611';
const DECEMBER = 1_796_083_200; // 2026-12-01T00:00:00Z
const INDIAN_START = 1_795_608_000; // 2026-11-25T12:00:00Z

let world: World;
let shop: BilledShop;

beforeEach(async () => {
  world = createWorld();
  world.setClock('2026-11-22T12:00:00Z');
  shop = await openBilledShop(world);
  for (const to of [INDIAN, EGYPTIAN, GERMAN])
    await shop.run('contact', 'add', to, '--language', 'en_US', '--opt-in', 'authentication', '--source', 'web');
  await shop.run('template', 'add', 'src/catalog/templates/login_code.en_US.json');
  await shop.run('template', 'push', 'login_code');
});
afterEach(async () => {
  await shop.close();
  world.close();
});

/** Lets the provider tell, and its webhook arrive. */
async function tell(eligibility: object): Promise<void> {
  await shop.act('auth-international', eligibility);
  await shop.act('clock', { advance: '0s' });
}

const TOLD = { start_time: DECEMBER, exception_countries: [{ country_code: 'IN', start_time: INDIAN_START }] };
const AS_TOLD = {
  from: '2026-12-01T00:00:00Z',
  countries: [{ country: 'IN', from: '2026-11-25T12:00:00Z' }],
};

async function known(): Promise<unknown> {
  const { item } = (await shop.run('sender', 'show', '--json')).json() as { readonly item: { readonly whatsapp: object } };
  return (item.whatsapp as { readonly auth_international: unknown }).auth_international;
}

/** Sends a code, lets it be delivered, and tells what was reserved for it and what it cost in which category. */
async function send(to: string): Promise<readonly string[]> {
  const sent = await shop.run('send', 'login_code', '--to', to, '--param', '1=123456', '--json');
  const [message] = sent.json()['messages'] as readonly { readonly id: string }[];
  await shop.act('clock', { advance: '0s' });
  const { item } = (await shop.run('bill-explain', message?.id ?? '', '--json')).json() as {
    readonly item: { readonly entries: readonly Readonly<Record<'kind' | 'category' | 'posted' | 'held', string>>[] };
  };
  const [reserved, charged] = ['reservation', 'charge'].map((kind) => item.entries.find((entry) => entry.kind === kind));
  return [reserved?.held ?? '', charged?.category ?? '', charged?.posted ?? ''];
}

const LOCAL = 'authentication';
const ABROAD = 'authentication-international';

it('is told by the webhook, reserved from then on, and billed from the very instant of each country', async () => {
  expect(await send(INDIAN)).toEqual(['0.001400', LOCAL, '0.001400']);
  await tell(TOLD);
  expect(await known()).toEqual({ ...AS_TOLD, told_at: '2026-11-22T12:00:00Z' });
  expect(await send(INDIAN)).toEqual(['0.030400', LOCAL, '0.001400']);
  expect((await send(EGYPTIAN)).slice(1)).toEqual([LOCAL, '0.003600']);
  await shop.moveTo('2026-11-25T11:59:59Z');
  expect(await send(INDIAN)).toEqual(['0.030400', LOCAL, '0.001400']);
  await shop.moveTo('2026-11-25T12:00:00Z');
  expect(await send(INDIAN)).toEqual(['0.030400', ABROAD, '0.030400']);
  expect((await send(EGYPTIAN))[1]).toBe(LOCAL);
  await shop.moveTo('2026-12-01T00:00:00Z');
  expect((await send(EGYPTIAN))[1]).toBe(ABROAD);
  expect((await send(GERMAN))[1]).toBe(LOCAL);
  await shop.moveTo('2026-12-02T09:00:00Z');
  for (const [month, lines] of [
    ['2026-11', 5],
    ['2026-12', 2],
  ] as const) {
    const { json, code } = await shop.run('bill-reconcile', '--provider', '--month', month, '--json');
    expect([code, json()]).toMatchObject([0, { result: 'matched', counts: { matched: lines } }]);
    const items = json()['items'] as readonly { readonly difference: string; readonly line: string }[];
    expect(new Set(items.map(({ difference }) => difference))).toEqual(new Set(['0.000000']));
  }
  expect((await shop.run('verify')).code).toBe(0);
});

it('is found by the check, and taken over when that is asked for', async () => {
  const check = async (...options: readonly string[]) =>
    ((await shop.run('sender', 'check', 'shop', ...options, '--json')).json()['items'] as readonly { readonly check: string }[]).find(
      (found) => found.check === 'international',
    );
  expect(await check()).toMatchObject({
    result: 'good',
    message: 'The provider tells no start of the international rate of authentication.',
  });
  await shop.act('faults', { account: { auth_international_rate_eligibility: TOLD } });
  expect(await known()).toBeNull();
  const begins = 'Authentication costs the international rate from 2026-12-01T00:00:00Z, in IN from 2026-11-25T12:00:00Z';
  const hint = 'Take it over with tollbell sender check --apply.';
  expect(await check()).toMatchObject({ result: 'warning', message: `${begins}; here: nowhere.`, hint });
  expect(await known()).toBeNull();
  expect(await check('--apply')).toMatchObject({ result: 'good', message: `${begins}. It is taken over; here it was: nowhere.` });
  expect(await known()).toEqual({ ...AS_TOLD, told_at: '2026-11-22T12:00:00Z' });
  expect(await check()).toMatchObject({ result: 'good', message: `${begins}.` });
  expect((await shop.run('sender', 'show')).out).toMatch(
    /^international +authentication from 2026-12-01T.* in IN from .*, as the provider says$/m,
  );
  await shop.act('faults', {});
  expect(await check('--apply')).toMatchObject({ result: 'warning', message: expect.stringContaining('tells no start') });
  expect(await known()).not.toBeNull();
});

it('is set by hand in the zone of the sender, kept where it is left out, and taken back', async () => {
  const { phoneNumberId, wabaId, url } = shop;
  const ids = ['--phone-number-id', phoneNumberId, '--waba-id', wabaId, '--api-base', url];
  const secrets = ['--token-env', 'SHOP_TOKEN', '--app-secret-env', 'SHOP_SECRET', '--verify-token-env', 'SHOP_VERIFY'];
  const add = async (...more: readonly string[]) =>
    (await world.run('sender', 'add', 'shop', '--transport', 'whatsapp', ...ids, ...secrets, ...more, '--json')).json()['item'];
  const start = { from: '2026-12-24T00:00:00Z', countries: [], told_at: null };
  expect(await add('--auth-international-from', '2026-12-24')).toMatchObject({
    result: 'updated',
    whatsapp: { auth_international: start },
  });
  expect(await add()).toMatchObject({ result: 'unchanged', whatsapp: { auth_international: start } });
  expect(await add('--auth-international-from', 'none')).toMatchObject({ result: 'updated', whatsapp: { auth_international: null } });
  const tokyo = ['sender', 'add', 'tokyo', '--transport', 'whatsapp', '--phone-number-id', '77', '--waba-id', '78', ...secrets];
  const zoned = await world.run(...tokyo, '--time-zone', 'Asia/Tokyo', '--auth-international-from', '2026-12-24', '--json');
  expect(zoned.json()['item']).toMatchObject({ whatsapp: { auth_international: { from: '2026-12-23T15:00:00Z' } } });
  const wrong = await world.failure(...tokyo, '--auth-international-from', 'soon');
  expect(wrong).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('soon') });
});

it('does not let what waits go for more than was reserved', async () => {
  const sent = await shop.run('send', 'login_code', '--to', INDIAN, '--param', '1=123456', '--at', '2026-11-24T09:00:00Z', '--json');
  const [message] = sent.json()['messages'] as readonly { readonly id: string }[];
  await tell({ start_time: INDIAN_START - 2 * 86_400 });
  await shop.moveTo('2026-11-24T09:00:00Z');
  await shop.run('dispatch');
  const { json } = await shop.run('message', 'show', message?.id ?? '', '--json');
  expect(json()['item']).toMatchObject({ reason: 'over_budget' });
  expect((await send(INDIAN))[1]).toBe(ABROAD);
});

it('is not taken from what cannot be read', async () => {
  const value = { event: 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE', auth_international_rate_eligibility: { start_time: 'soon' } };
  await shop.act('events', { field: 'account_update', value });
  await shop.act('clock', { advance: '0s' });
  expect(await known()).toBeNull();
});
