// The Graph's other routes: files, block list, history, analytics, and what the number and the account tell of themselves.

import { afterEach, describe, expect, it } from 'vitest';
import { HELLO, type Json, openStage, type Stage, TEXT, valueAt } from './stage.ts';

const ADA = '+4915112345678';
let stage: Stage;
afterEach(() => stage.close());

const account = (rest = '') => `/v26.0/${stage.emulator.wabaId}${rest}`;
const number = (rest = '') => `/v26.0/${stage.emulator.phoneNumberId}${rest}`;
describe('files', () => {
  const upload = (file: Blob | null, more: Readonly<Record<string, string>> = { messaging_product: 'whatsapp' }) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(more)) form.set(name, value);
    if (file !== null) form.set('file', file, 'a.png');
    return stage.graph('POST', number('/media'), form);
  };

  it('live for 30 days, their addresses for five minutes', async () => {
    stage = await openStage();
    const { json } = await upload(new Blob(['picture'], { type: 'image/png' }));
    const node = await stage.graph('GET', `/${String(json['id'])}`);
    expect(node.json).toMatchObject({ mime_type: 'image/png', file_size: '7', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const download = async () => fetch(String(node.json['url']), { headers: { authorization: `Bearer ${stage.emulator.accessToken}` } });
    expect(await (await download()).text()).toBe('picture');
    expect((await fetch(String(node.json['url']))).status).toBe(401);
    await stage.advance('5m');
    expect((await download()).status).toBe(404);
    await stage.advance('30d');
    expect((await stage.graph('GET', `/${String(json['id'])}`)).code).toBe(33);
  });

  it('are refused without a file, of an unknown type, or too large', async () => {
    stage = await openStage();
    expect((await upload(null)).code).toBe(100);
    expect((await upload(new Blob(['x'], { type: 'image/png' }), {})).code).toBe(100);
    expect((await upload(new Blob(['x'], { type: 'image/tiff' }))).code).toBe(100);
    expect((await upload(new Blob([new Uint8Array(500 * 1024 + 1)], { type: 'image/webp' }))).code).toBe(131_053);
  });
});

describe('the block list', () => {
  const change = (method: string, ...users: readonly string[]) =>
    stage.graph(method, number('/block_users'), { messaging_product: 'whatsapp', block_users: users.map((user) => ({ user })) });

  it('takes only who wrote within 24 hours, and says for whom it failed', async () => {
    stage = await openStage();
    await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    const partly = await change('POST', ADA, '+4915112345679');
    expect([partly.status, partly.code]).toEqual([400, 139_100]);
    expect(partly.json['block_users']).toMatchObject({
      added_users: [{ input: ADA, wa_id: '4915112345678' }],
      failed_users: [{ input: '+4915112345679', errors: [{ code: 131_047 }] }],
    });
    expect((await stage.send(ADA)).code).toBe(130_403);
    expect((await stage.graph('GET', number('/block_users'))).json['data']).toMatchObject([{ block_users: [{ wa_id: '4915112345678' }] }]);
    expect((await change('DELETE', ADA)).json['block_users']).toMatchObject({ removed_users: [{ input: ADA }] });
    expect((await stage.send(ADA)).status).toBe(200);
  });
});

describe('message_history', () => {
  it('finds a message by its id, with what became of its webhooks', async () => {
    stage = await openStage();
    const id = String(valueAt((await stage.send(ADA)).json, 'messages.0.id'));
    await stage.send('+4915112345679');
    await stage.settle();
    const fields = 'fields=id,message_id,events{delivery_status,webhook_update_state}';
    const { json } = await stage.graph('GET', number(`/message_history?message_id=${id}&${fields}`));
    expect(json['data']).toMatchObject([
      {
        message_id: id,
        events: { data: [{ delivery_status: 'SENT', webhook_update_state: 'DELIVERED' }, { delivery_status: 'DELIVERED' }] },
      },
    ]);
    expect((await stage.graph('GET', number('/message_history'))).json['data']).toMatchObject([{}, { message_id: id }]);
    const history = String(valueAt(json, 'data.0.id'));
    expect((await stage.graph('GET', `/v23.0/${history}/events?status_filter=DELIVERED`)).json['data']).toMatchObject([
      { delivery_status: 'DELIVERED' },
    ]);
  });
});

describe('pricing_analytics', () => {
  it('sums up what was billed, by the dimensions that are asked for', async () => {
    stage = await openStage({ at: '2026-10-02T12:00:00Z', scenario: { service_units_used: 999 } });
    await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    for (const more of [HELLO, HELLO, TEXT, TEXT]) await stage.send(ADA, more);
    await stage.send('+4915112340003');
    await stage.settle();
    const [start, end] = [Date.parse('2026-10-01T00:00:00Z') / 1_000, Date.parse('2026-11-01T00:00:00Z') / 1_000];
    const ask = async (rest: string) => {
      const fields = `pricing_analytics.start(${start}).end(${end})${rest}`;
      return valueAt(
        (await stage.graph('GET', account(`?fields=${encodeURIComponent(fields)}`))).json,
        'pricing_analytics.data.0.data_points',
      ) as readonly Json[];
    };
    expect(await ask('.granularity(MONTHLY).dimensions([PRICING_CATEGORY,PRICING_TYPE,COUNTRY,TIER])')).toEqual([
      { start, end, country: 'DE', tier: '0:MAX', pricing_type: 'REGULAR', pricing_category: 'UTILITY', volume: 2, cost: 0.11 },
      { start, end, country: 'DE', pricing_type: 'FREE_CUSTOMER_SERVICE', pricing_category: 'SERVICE', volume: 1, cost: 0 },
      { start, end, country: 'DE', tier: '0:MAX', pricing_type: 'REGULAR', pricing_category: 'SERVICE', volume: 1, cost: 0.055 },
    ]);
    expect(await ask('.granularity(DAILY).metric_types(["VOLUME"]).pricing_categories(["SERVICE"])')).toEqual([
      { start: start + 86_400, end: start + 2 * 86_400, volume: 2 },
    ]);
    expect((await stage.graph('GET', account('?fields=pricing_analytics.start(1)'))).code).toBe(100);
  });
});

describe('nodes', () => {
  it('the number, the account, its numbers and the token tell of themselves', async () => {
    stage = await openStage({ scenario: { account: { currency: 'EUR', payment_method: false, quality_rating: 'YELLOW' } } });
    const { phoneNumberId, wabaId, accessToken } = stage.emulator;
    expect((await stage.graph('GET', number('?fields=verified_name,quality_rating,health_status,throughput'))).json).toMatchObject({
      id: phoneNumberId,
      quality_rating: 'YELLOW',
      throughput: { level: 'HIGH' },
      health_status: {
        can_send_message: 'AVAILABLE',
        entities: [{ entity_type: 'PHONE_NUMBER' }, { entity_type: 'WABA' }, { entity_type: 'APP' }],
      },
    });
    expect((await stage.graph('GET', account('?fields=id,name,currency,timezone_id,primary_funding_id'))).json).toEqual({
      id: wabaId,
      name: 'Tollbell Emulator',
      currency: 'EUR',
      timezone_id: 'UTC',
    });
    expect((await stage.graph('GET', account('/phone_numbers'))).json['data']).toMatchObject([{ id: phoneNumberId }]);
    expect((await stage.graph('GET', account('/subscribed_apps'))).json['data']).toHaveLength(1);
    expect((await stage.graph('GET', `/debug_token?input_token=${accessToken}`)).json['data']).toMatchObject({ is_valid: true });
    expect((await stage.graph('GET', '/v26.0/debug_token?input_token=x')).json['data']).toMatchObject({ is_valid: false });
    expect((await stage.graph('GET', '/v26.0/4711')).code).toBe(33);
    expect((await stage.graph('GET', '/v26.0/a/b/c')).code).toBe(33);
  });
});
