// Taking over templates: pages, what cannot be read, what is gone, and what stays when the provider stops answering.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import { syncTemplates } from '../../src/send/sync-templates.ts';
import { content, listed, openTemplateShop, provider, put, type TemplateShop } from './scripted-templates.ts';

let shop: TemplateShop;

beforeEach(async () => {
  shop = await openTemplateShop();
});
afterEach(() => shop.store.close());

const sync = (...pages: Parameters<typeof provider>[0]) => syncTemplates({ ...shop, provider: provider(pages) }, shop.sender);
const stored = async () =>
  (await shop.store.listTemplates({ senderId: shop.sender.id, name: null })).map(({ name, status, providerId, quality }) => [
    name,
    status,
    providerId,
    quality,
  ]);

it('takes over every page, and a template that two pages show once', async () => {
  const { takenOver } = await sync([listed('1', content('alpha'))], [listed('1', content('alpha')), listed('2', content('beta'))]);
  expect(takenOver.map(({ name, result }) => [name, result])).toEqual([
    ['alpha', 'added'],
    ['beta', 'added'],
  ]);
  expect(await stored()).toEqual([
    ['alpha', 'approved', '1', 'green'],
    ['beta', 'approved', '2', 'green'],
  ]);
});

it('keeps the content that reads alike, so that what is queued stays', async () => {
  const before = await put(shop, content('alpha'), { status: 'approved', providerId: '1' });
  const components = [{ type: 'BODY', text: 'This is alpha.', example: { body_text: [['x']] } }];
  const { takenOver } = await sync([listed('1', content('alpha', { components }))]);
  expect(takenOver).toMatchObject([{ result: 'changed', drift: [{ what: 'quality', from: 'unknown', to: 'green' }] }]);
  const [after] = await shop.store.listTemplates({ senderId: shop.sender.id, name: 'alpha' });
  expect(after).toMatchObject({ id: before.id, contentHash: before.contentHash });
});

it('takes over a content that reads otherwise', async () => {
  await put(shop, content('alpha'), { status: 'approved', providerId: '1' });
  const { takenOver } = await sync([listed('1', content('alpha', { components: [{ type: 'BODY', text: 'Something else.' }] }))]);
  expect(takenOver).toMatchObject([{ result: 'changed', drift: [{ what: 'content' }, { what: 'quality' }] }]);
});

it('takes over another time to live; one in other words is none', async () => {
  await put(shop, content('alpha', { ttlSeconds: -1 }), { status: 'approved', providerId: '1', quality: 'green' });
  expect((await sync([listed('1', content('alpha'))])).takenOver).toMatchObject([{ result: 'unchanged', drift: [] }]);
  expect((await sync([listed('1', content('alpha', { ttlSeconds: 300 }))])).takenOver).toMatchObject([
    { result: 'changed', drift: [{ what: 'time_to_live', from: '-1', to: '300' }] },
  ]);
});

it('takes over another bid, and that there is none any more', async () => {
  const sale = (bidAmount: number | null) => content('alpha', { category: 'marketing', bidAmount });
  await put(shop, sale(87_000), { status: 'approved', providerId: '1', quality: 'green' });
  expect((await sync([listed('1', sale(87_000))])).takenOver).toMatchObject([{ result: 'unchanged', drift: [] }]);
  const bids = async (next: number | null) => (await sync([listed('1', sale(next))])).takenOver.map(({ drift }) => drift);
  expect(await bids(90_000)).toEqual([[{ what: 'bid', from: '87000', to: '90000' }]]);
  expect(await bids(null)).toEqual([[{ what: 'bid', from: '90000', to: 'none' }]]);
});

it('disables what is gone, also what a file called approved; what was never handed in waits', async () => {
  await put(shop, content('gone'), { status: 'approved', providerId: '1' });
  await put(shop, content('claimed'), { status: 'approved' });
  await put(shop, content('draft'));
  const { missing } = await sync([]);
  expect(missing.map(({ name, status }) => [name, status])).toEqual([
    ['claimed', 'disabled'],
    ['gone', 'disabled'],
  ]);
  expect((await sync([])).missing).toEqual([]);
  expect(await stored()).toContainEqual(['draft', 'pending', null, null]);
});

const CAROUSEL = {
  providerId: '1',
  name: 'carousel',
  language: 'en',
  content: null,
  reason: 'a carousel is nothing that this version can send',
} as const;

it('disables what it can read no more, lists it with the reason, and does not call it missing', async () => {
  await put(shop, content('carousel'), { status: 'approved', providerId: '1' });
  const result = await sync([CAROUSEL, listed('2', content('beta'))], [CAROUSEL]);
  expect(result).toMatchObject({
    unreadable: [{ item: CAROUSEL, taken: { status: 'disabled', drift: [{ what: 'status', from: 'approved', to: 'disabled' }] } }],
    missing: [],
    takenOver: [{ name: 'beta', result: 'added' }],
  });
  expect(await stored()).toContainEqual(['carousel', 'disabled', '1', null]);
});

it('says the same again of what it still cannot read, and takes it over once it can', async () => {
  await put(shop, content('carousel'), { status: 'approved', providerId: '1' });
  await sync([CAROUSEL]);
  expect((await sync([CAROUSEL])).unreadable).toMatchObject([{ taken: { result: 'unchanged', status: 'disabled' } }]);
  await sync([listed('1', content('carousel'))]);
  expect(await stored()).toEqual([['carousel', 'approved', '1', 'green']]);
});

it('lists what it cannot read and does not have; what was never handed in waits', async () => {
  await put(shop, content('carousel'));
  expect((await sync([CAROUSEL, { ...CAROUSEL, providerId: '2', name: 'other' }])).unreadable).toMatchObject([
    { taken: null },
    { taken: null },
  ]);
  expect(await stored()).toEqual([['carousel', 'pending', null, null]]);
});

it('keeps the pages before an error, and calls nothing missing', async () => {
  await put(shop, content('zeta'), { status: 'approved', providerId: '9' });
  await expect(sync([listed('1', content('alpha'))], fail('provider_unreachable'))).rejects.toMatchObject({ code: 'provider_unreachable' });
  expect(await stored()).toEqual([
    ['alpha', 'approved', '1', 'green'],
    ['zeta', 'approved', '9', null],
  ]);
});
