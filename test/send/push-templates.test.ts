// Handing templates in: what is created, what is edited, what is left alone, and what the provider makes of each.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import { pushTemplates } from '../../src/send/push-templates.ts';
import { content, listed, openTemplateShop, provider, put, type TemplateShop } from './scripted-templates.ts';

let shop: TemplateShop;

beforeEach(async () => {
  shop = await openTemplateShop();
});
afterEach(() => shop.store.close());

async function push(office: ReturnType<typeof provider>, replacesUnreadable = false) {
  const templates = await shop.store.listTemplates({ senderId: shop.sender.id, name: null });
  return pushTemplates({ ...shop, provider: office }, shop.sender, { templates, replacesUnreadable });
}

const stored = async () => (await shop.store.listTemplates({ senderId: shop.sender.id, name: null }))[0];

it('creates what the provider does not have', async () => {
  await put(shop, content('alpha'));
  const office = provider([[]], () => ({ providerId: '7', status: 'pending', category: 'marketing' }));
  expect(await push(office)).toMatchObject([
    { result: 'created', taken: { drift: [{ what: 'category', from: 'utility', to: 'marketing' }] } },
  ]);
  expect(office.pushed).toEqual([{ name: 'alpha', providerId: null }]);
  expect(await stored()).toMatchObject({ providerId: '7', status: 'pending', category: 'marketing' });
});

it('knows its own template again after an answer that was lost, and creates it once', async () => {
  await put(shop, content('alpha'));
  const office = provider([[listed('7', content('alpha'))]]);
  expect(await push(office)).toMatchObject([{ result: 'unchanged', taken: { status: 'approved' } }]);
  expect(office.pushed).toEqual([]);
  expect(await stored()).toMatchObject({ providerId: '7', status: 'approved', quality: 'green' });
});

it('edits what reads otherwise there', async () => {
  await put(shop, content('alpha'), { providerId: '7' });
  const other = content('alpha', { components: [{ type: 'BODY', text: 'An older text.' }] });
  const office = provider([[listed('7', other)]], () => ({ providerId: '7', status: 'pending', category: 'utility' }));
  expect(await push(office)).toMatchObject([{ result: 'edited' }]);
  expect(office.pushed).toEqual([{ name: 'alpha', providerId: '7' }]);
});

it('leaves what cannot be read there as it is, unless it is to be replaced', async () => {
  const before = await put(shop, content('alpha'), { providerId: '7' });
  const unreadable = { providerId: '7', name: 'alpha', language: 'en', content: null, reason: 'a carousel' };
  const office = provider([[unreadable]], () => ({ providerId: '7', status: 'pending', category: 'utility' }));
  expect(await push(office)).toEqual([{ name: 'alpha', language: 'en', result: 'unreadable', taken: null, reason: 'a carousel' }]);
  expect(office.pushed).toEqual([]);
  expect(await stored()).toEqual(before);
  expect(await push(office, true)).toMatchObject([{ result: 'edited' }]);
  expect(office.pushed).toEqual([{ name: 'alpha', providerId: '7' }]);
});

it('edits what asks for another time to live, and leaves alone what asks for none', async () => {
  const there = () => provider([[listed('7', content('alpha', { ttlSeconds: 300 }))]]);
  await put(shop, content('alpha'), { providerId: '7', status: 'approved' });
  expect(await push(there())).toMatchObject([{ result: 'unchanged' }]);
  await put(shop, content('alpha', { ttlSeconds: 600 }), { providerId: '7' });
  expect(await push(there())).toMatchObject([{ result: 'edited' }]);
});

it('edits the bid alone where that alone is another, and leaves alone what asks for none', async () => {
  const sale = (bidAmount: number | null) => content('alpha', { category: 'marketing', bidAmount });
  const told = () => ({ providerId: '7', status: 'approved', category: 'marketing' }) as const;
  const there = () => provider([[listed('7', sale(87_000))]], told);
  await put(shop, sale(null), { providerId: '7', status: 'approved' });
  expect(await push(there())).toMatchObject([{ result: 'unchanged' }]);
  await put(shop, sale(90_000), { providerId: '7' });
  const office = there();
  expect(await push(office)).toMatchObject([{ result: 'edited', taken: { status: 'approved' } }]);
  expect(office.pushed).toEqual([{ name: 'alpha', providerId: '7', part: 'bid' }]);
});

it('hands a rejected one in again after it was added anew, and else leaves it', async () => {
  await put(shop, content('alpha'), { providerId: '7' });
  const pages = [[listed('7', content('alpha'), { status: 'rejected' })]];
  const rejected = provider(pages, () => ({ providerId: '7', status: 'rejected', category: 'utility' }));
  expect(await push(rejected)).toMatchObject([{ result: 'edited', taken: { status: 'rejected' } }]);
  expect(await push(rejected)).toMatchObject([{ result: 'unchanged' }]);
  expect(rejected.pushed).toHaveLength(1);
});

it('takes one that was made again under another id for that one', async () => {
  await put(shop, content('alpha'), { providerId: '7', status: 'disabled', quality: 'red' });
  await push(provider([[]], () => ({ providerId: '8', status: 'approved', category: 'utility' })));
  expect(await stored()).toMatchObject({ providerId: '8', status: 'approved', quality: 'unknown' });
});

it('goes on after a refusal, and leaves what was refused as it is', async () => {
  for (const name of ['alpha', 'beta', 'gamma']) await put(shop, content(name));
  const office = provider([[]], ({ name }) => {
    if (name === 'beta') throw fail('provider_rejected', { message: 'No.' });
    return { providerId: name, status: 'approved', category: 'utility' };
  });
  expect((await push(office)).map(({ name, result }) => [name, result])).toEqual([
    ['alpha', 'created'],
    ['beta', 'refused'],
    ['gamma', 'created'],
  ]);
  const [, beta] = await shop.store.listTemplates({ senderId: shop.sender.id, name: null });
  expect(beta).toMatchObject({ name: 'beta', status: 'pending', providerId: null });
});

it('stops where nobody answers, and keeps what was handed in', async () => {
  for (const name of ['alpha', 'beta', 'gamma']) await put(shop, content(name));
  const office = provider([[]], ({ name }) => {
    if (name === 'beta') throw fail('provider_unreachable');
    return { providerId: name, status: 'approved', category: 'utility' };
  });
  await expect(push(office)).rejects.toMatchObject({ code: 'provider_unreachable' });
  expect(office.pushed.map(({ name }) => name)).toEqual(['alpha', 'beta']);
  expect(await stored()).toMatchObject({ name: 'alpha', status: 'approved', providerId: 'alpha' });
});
