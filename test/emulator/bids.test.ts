// Maximum prices, over HTTP: templates that bid, the door that they go by, and what their deliveries cost.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStage, type Reply, type Stage, TEXT, valueAt } from './stage.ts';

const ADA = '+4915112345678';
const SPEC = { bid_amount: 87_000, bid_strategy: 'LOWEST_COST_WITH_BID_CAP' };
const SALE = { type: 'template', template: { name: 'sale', language: { code: 'en' } } };
let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const create = (more: object = {}): Promise<Reply> =>
  stage.graph('POST', `/${stage.emulator.wabaId}/message_templates`, {
    name: 'sale',
    language: 'en',
    category: 'MARKETING',
    components: [{ type: 'BODY', text: 'Everything must go.' }],
    ...more,
  });
const bid = (amount = SPEC.bid_amount) => create({ optimization_spec: { ...SPEC, bid_amount: amount } });
const sendLite = (to: string, more: object = SALE): Promise<Reply> =>
  stage.graph('POST', `/v26.0/${stage.emulator.phoneNumberId}/marketing_messages`, { messaging_product: 'whatsapp', to, ...more });
const costs = () => stage.statuses().map(({ status, pricing }) => [status, valueAt(pricing, 'category'), valueAt(pricing, 'cost.amount')]);

describe('a template', () => {
  const specOf = async (id: unknown) => (await stage.graph('GET', `/${String(id)}?fields=optimization_spec`)).json['optimization_spec'];

  it('keeps its bid through an edit of the rest, and takes another one alone', async () => {
    const { id } = (await bid()).json;
    expect(await specOf(id)).toEqual(SPEC);
    const list = await stage.graph('GET', `/${stage.emulator.wabaId}/message_templates?fields=name,optimization_spec`);
    expect(list.json['data']).toContainEqual({ id, name: 'sale', optimization_spec: SPEC });
    expect((await stage.graph('POST', `/${String(id)}`, { components: [{ type: 'BODY', text: 'Last day.' }] })).status).toBe(200);
    expect(await specOf(id)).toEqual(SPEC);
    await stage.advance('24h');
    expect((await stage.graph('POST', `/${String(id)}`, { optimization_spec: { bid_amount: 90_000 } })).status).toBe(200);
    expect(await specOf(id)).toEqual({ ...SPEC, bid_amount: 90_000 });
    await stage.advance('24h');
    expect((await stage.graph('POST', `/${String(id)}`, { category: 'UTILITY' })).code).toBe(100);
  });

  it.each([
    ['in another category', { category: 'UTILITY', optimization_spec: SPEC }],
    ['of nothing', { optimization_spec: { ...SPEC, bid_amount: 0 } }],
    ['by its older name', { bid_spec: SPEC }],
  ])('is refused with a bid %s', async (_, more) => {
    expect((await create(more)).code).toBe(100);
  });
});

describe('the two doors', () => {
  it('let each template through the one it needs', async () => {
    await bid();
    expect((await stage.send(ADA, SALE)).code).toBe(131_061);
    expect((await sendLite(ADA)).status).toBe(200);
    expect((await sendLite(ADA, TEXT)).code).toBe(131_055);
    expect((await sendLite(ADA, { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } })).code).toBe(134_100);
  });

  it('take a template without a bid by both', async () => {
    await create();
    expect([(await stage.send(ADA, SALE)).status, (await sendLite(ADA)).status]).toEqual([200, 200]);
    await stage.settle();
    expect(costs().map(([, category, cost]) => [category, cost])).toEqual([
      ['marketing', undefined],
      ['marketing', undefined],
      ['marketing_lite', undefined],
      ['marketing_lite', undefined],
    ]);
  });

  it.each([
    [{ product_policy: 'STRICT', message_activity_sharing: false }, 200],
    [{ product_policy: 'CLOUD_API_FALLBACK' }, 200],
    [{ product_policy: 'ANY' }, 400],
    [{ message_activity_sharing: 'yes' }, 400],
  ])('check what the marketing door takes besides: %j', async (more, status) => {
    await bid();
    expect((await sendLite(ADA, { ...SALE, ...more })).status).toBe(status);
  });
});

describe('a delivery', () => {
  const people = Array.from({ length: 40 }, (_, index) => `+49151123${index + 15_001}`);
  const delivered = () => costs().flatMap(([status, , cost]) => (status === 'delivered' ? [Number(cost)] : []));

  it('costs what is bid or less, the same with the same seed, told with both statuses', async () => {
    await bid();
    for (const to of people) await sendLite(to);
    await stage.settle();
    const first = delivered();
    expect(first).toHaveLength(people.length);
    expect(costs().every(([, category]) => category === 'marketing_lite')).toBe(true);
    expect(costs().flatMap(([status, , cost]) => (status === 'sent' ? [cost] : []))).toEqual(first);
    expect(Math.max(...first)).toBeLessThanOrEqual(0.87);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(0.87 * 0.6);
    expect(new Set(first).size).toBeGreaterThan(10);
    await stage.close();
    stage = await openStage();
    await bid();
    for (const to of people) await sendLite(to);
    await stage.settle();
    expect(delivered()).toEqual(first);
  });

  it('is billed at that cost, as MARKETING_LITE', async () => {
    await bid();
    for (const to of people.slice(0, 3)) await sendLite(to);
    await stage.settle();
    const range = 'start(1795219200).end(1795564800).granularity(DAILY).dimensions(["PRICING_CATEGORY","PRICING_TYPE"])';
    const { json } = await stage.graph('GET', `/${stage.emulator.wabaId}?fields=pricing_analytics.${range}`);
    const sum = delivered().reduce((total, cost) => total + cost, 0);
    expect(valueAt(json, 'pricing_analytics.data.0.data_points')).toMatchObject([
      { pricing_category: 'MARKETING_LITE', pricing_type: 'REGULAR', volume: 3, cost: Number(sum.toFixed(6)) },
    ]);
  });

  it('of a template that was moved to another category costs what that costs, by the plain door', async () => {
    await bid();
    await stage.admin('POST', 'templates', { name: 'sale', category: 'UTILITY' });
    expect((await sendLite(ADA)).code).toBe(134_100);
    expect((await stage.send(ADA, SALE)).status).toBe(200);
    await stage.settle();
    expect(costs()).toEqual([
      ['sent', 'utility', undefined],
      ['delivered', 'utility', undefined],
    ]);
  });
});
