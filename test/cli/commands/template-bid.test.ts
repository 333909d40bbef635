// A template with a maximum price, from its file to the reconciled month: over HTTP to the emulator, and in the sandbox.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type Ran, type World } from '../../world.ts';
import { providerTells } from '../inbound.ts';
import { type BilledShop, openBilledShop } from '../billed-shop.ts';

const GERMAN = '+4915112345678';
const AUSTRIAN = '+436601234567';
const SALE = { name: 'sale', language: 'en_US', category: 'MARKETING', components: [{ type: 'BODY', text: 'Everything must go.' }] };
const bid = (bid_amount: number) =>
  JSON.stringify({ ...SALE, optimization_spec: { bid_amount, bid_strategy: 'LOWEST_COST_WITH_BID_CAP' } });

let world: World;

beforeEach(() => {
  world = createWorld();
  world.setClock('2026-10-05T09:00:00Z');
});
afterEach(() => world.close());

const firstOf = ({ json }: Ran) =>
  (json()['messages'] as readonly { readonly id: string; readonly price: string }[])[0] ?? { id: '', price: '' };

describe('over HTTP', () => {
  let shop: BilledShop;

  beforeEach(async () => {
    shop = await openBilledShop(world);
    for (const to of [GERMAN, AUSTRIAN])
      await shop.run('contact', 'add', to, '--language', 'en_US', '--opt-in', 'marketing', '--source', 'web');
    await world.pipe(bid(87_000), 'template', 'add', '-', '--sender', 'shop');
    await shop.run('template', 'push', 'sale');
  });
  afterEach(() => shop.close());

  const send = async (to: string, ...more: readonly string[]) => firstOf(await shop.run('send', 'sale', '--to', to, '--json', ...more));
  const reserved = async () => {
    const { json } = await shop.run('bill-report', '--month', '2026-10', '--json');
    return (json()['totals'] as readonly { readonly reserved: string }[])[0]?.reserved;
  };
  const explain = async (id: string) => (await shop.run('bill-explain', id, '--json')).json()['item'] as Readonly<Record<string, unknown>>;

  it('a message reserves the bid, costs what the provider tells, and the month reconciles', async () => {
    const sent = [await send(GERMAN), await send(GERMAN), await send(AUSTRIAN)];
    expect(sent.map(({ price }) => price)).toEqual(['0.870000', '0.870000', '0.870000']);
    await shop.moveTo('2026-10-05T10:00:00Z');
    const items = await Promise.all(sent.map(({ id }) => explain(id)));
    for (const item of items) {
      expect(Number(item['charged'])).toBeLessThanOrEqual(0.87);
      expect(item).toMatchObject({
        differences: [],
        entries: [
          { rule: 'bid_cap', held: '0.870000' },
          { rule: 'told_cost', discrepancy: null },
        ],
      });
    }
    const reported = (await shop.run('bill-report', '--month', '2026-10', '--json')).json();
    const charged = items.reduce((sum, item) => sum + Number(item['charged']), 0).toFixed(6);
    expect(reported).toMatchObject({ totals: [{ reserved: '0.000000', charged, billable_units: 3 }], discrepancies: { count: 0 } });
    const reconciled = await shop.run('bill-reconcile', '--provider', '--month', '2026-10', '--json');
    expect([reconciled.code, reconciled.json()]).toMatchObject([
      0,
      { result: 'matched', counts: { lines: 2, matched: 2 }, totals: { ours: charged, theirs: charged, difference: '0.000000' } },
    ]);
    expect((await world.run('verify')).code).toBe(0);
  });

  it('is explained in words', async () => {
    const { id } = await send(GERMAN);
    await shop.moveTo('2026-10-05T10:00:00Z');
    const text = (await shop.run('bill-explain', id)).out;
    expect(text).toContain('the most that the bid of the template lets a delivery cost, whatever the price card says (bid_cap)');
    expect(text).toContain('what the provider told that it costs (told_cost)');
    expect(text).toContain('regular, marketing_lite');
  });

  it('costs what was reserved where no status told a cost, and the comparison says why', async () => {
    await shop.act('faults', {
      rules: [
        { match: {}, fault: 'no_pricing' },
        { match: {}, fault: 'lose_webhook', times: 1 },
      ],
    });
    const { id } = await send(GERMAN);
    await shop.moveTo('2026-10-05T10:00:00Z');
    await providerTells(world, id, 'delivered');
    const item = await explain(id);
    expect(item).toMatchObject({ charged: '0.870000', entries: [{}, { rule: 'as_reserved' }], differences: [] });
    expect(JSON.stringify(item['entries'])).toContain('the provider did not tell what the bid came to (as_reserved)');
    const reconciled = await shop.run('bill-reconcile', '--provider', '--month', '2026-10', '--json');
    expect([reconciled.code, reconciled.json()]).toMatchObject([
      7,
      { items: [{ verdict: 'price_differs', causes: [{ code: 'no_price' }] }] },
    ]);
  });

  it('another bid takes along what is queued, which push and sync tell', async () => {
    await send(GERMAN, '--queue');
    expect(await reserved()).toBe('0.870000');
    await shop.moveTo('2026-10-06T09:00:00Z');
    await world.pipe(bid(90_000), 'template', 'add', '-', '--sender', 'shop');
    expect((await shop.run('template', 'push', 'sale', '--json')).json()).toMatchObject({
      items: [{ result: 'edited', status: 'approved' }],
    });
    expect(await reserved()).toBe('0.900000'); // by whoever heard of it first: the push, or the webhook of the approval
    await world.pipe(JSON.stringify(SALE), 'template', 'add', '-', '--sender', 'shop');
    expect((await shop.run('template', 'show', 'sale')).out).toContain('maximum price  0.900000 USD a delivery');
    await editAtProvider(shop, 50_000);
    const synced = await shop.run('template', 'sync', '--json');
    const item = (synced.json()['items'] as readonly { readonly name: string }[]).find(({ name }) => name === 'sale');
    expect(item).toMatchObject({ drift: [{ what: 'bid', from: '90000', to: '50000' }], repriced_messages: 1, difference: '-0.400000' });
    expect(await reserved()).toBe('0.500000');
    expect((await shop.run('dispatch')).code).toBe(0);
    const { messages } = (await (await fetch(`${shop.adminUrl}/messages`)).json()) as { readonly messages: readonly object[] };
    expect(messages).toHaveLength(1);
  });

  it('keeps its bid where a file says nothing of it, and says that it does', async () => {
    const again = await world.pipe(
      JSON.stringify({ ...SALE, components: [{ type: 'BODY', text: 'Last day.' }] }),
      'template',
      'add',
      '-',
      '--sender',
      'shop',
      '--json',
    );
    expect(again.json()).toMatchObject({ item: { result: 'updated', status: 'pending', bid_amount: 87_000 } });
    expect(again.err).toContain('It keeps its maximum price, which the provider has');
  });
});

/** As somebody would in the provider's own dashboard. */
async function editAtProvider(shop: BilledShop, bid_amount: number): Promise<void> {
  await shop.moveTo('2026-10-08T09:00:00Z');
  const headers = { authorization: `Bearer ${shop.accessToken}`, 'content-type': 'application/json' };
  const list = await fetch(`${shop.url}/${shop.wabaId}/message_templates?name=sale&fields=id`, { headers });
  const { data } = (await list.json()) as { readonly data: readonly [{ readonly id: string }] };
  const body = JSON.stringify({ optimization_spec: { bid_amount } });
  expect((await fetch(`${shop.url}/${data[0].id}`, { method: 'POST', headers, body })).status).toBe(200);
}

describe('in the sandbox', () => {
  beforeEach(async () => {
    await world.run('contact', 'add', GERMAN, '--language', 'en_US', '--opt-in', 'marketing', '--source', 'web');
    await world.pipe(bid(8_000), 'template', 'add', '-');
  });

  it('a message costs the bid or less, whatever the card says', async () => {
    const sent = firstOf(await world.run('send', 'sale', '--to', GERMAN, '--json'));
    expect(sent.price).toBe('0.080000');
    const { json } = await world.run('bill-explain', sent.id, '--json');
    expect(json()).toMatchObject({
      item: { provider: { category: 'marketing_lite' }, entries: [{ rule: 'bid_cap' }, { rule: 'told_cost' }] },
    });
    expect(Number((json()['item'] as { readonly charged: string }).charged)).toBeLessThanOrEqual(0.08);
  });

  it('is estimated from nothing to the bid, and refused above the maximum price of the message', async () => {
    const dry = await world.run('send', 'sale', '--to', GERMAN, '--dry-run', '--json');
    const estimate = { units: 1, bid_cap: '0.080000', min: '0.000000', expected: '0.080000', max: '0.080000' };
    expect(dry.json()).toMatchObject({ estimate: [estimate] });
    const quoted = await world.run('price', 'quote', 'sale', '--to', GERMAN, '--units', '10', '--json');
    expect(quoted.json()).toMatchObject({
      items: [{ rate: '0.136500', bid_cap: '0.080000', total: '0.800000', reason: null }],
      estimate: [{ ...estimate, units: 10, expected: '0.800000', max: '0.800000' }],
    });
    expect((await world.run('price', 'quote', 'sale', '--to', GERMAN)).out).toContain('up to 0.080000');
    expect((await world.run('send', 'sale', '--to', GERMAN, '--max-price', '0.0799', '--json')).code).toBe(4);
  });

  it.each([0, -5, 999_999_999_999])('is refused with the range it must be in: %s', async (amount) => {
    const refused = await world.pipe(bid(amount), 'template', 'add', '-');
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('bid_amount must be 1 to 2,147,483,647.')]);
  });

  it('is shown where there is one', async () => {
    expect((await world.pipe(bid(9_000), 'template', 'add', '-')).out).toBe(
      'updated sale en_US (marketing; no parameters; maximum price 0.090000 USD)\n',
    );
    expect((await world.run('template', 'list')).out).toMatch(/MAX PRICE +PARAMETERS\n(.*\n)?sale .* 0\.090000 USD/);
    await world.run('sender', 'add', 'other', '--transport', 'sandbox');
    expect((await world.run('template', 'list', '--sender', 'other')).out).not.toContain('MAX PRICE');
  });

  it('needs no price of a card', async () => {
    await world.run('sender', 'add', 'pesos', '--transport', 'sandbox', '--currency', 'PEN');
    await world.pipe(bid(8_000), 'template', 'add', '-', '--sender', 'pesos');
    await world.run('opt-in', GERMAN, '--purpose', 'marketing', '--source', 'web', '--sender', 'pesos');
    const sent = await world.run('send', 'sale', '--to', GERMAN, '--sender', 'pesos', '--json');
    expect([sent.code, firstOf(sent).price]).toEqual([0, '0.080000']);
  });
});
