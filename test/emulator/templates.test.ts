// Templates at the Graph: reviewed, listed, changed, deleted; and what is checked when one is sent.

import { afterEach, describe, expect, it } from 'vitest';
import { HELLO, openStage, type Stage, TEXT, valueAt } from './stage.ts';

const ADA = '+4915112345678';
let stage: Stage;
afterEach(() => stage.close());

const account = (rest = '') => `/v26.0/${stage.emulator.wabaId}${rest}`;
const number = (rest = '') => `/v26.0/${stage.emulator.phoneNumberId}${rest}`;
const template = (more: object = {}) => ({
  name: 'sale',
  language: 'en_US',
  category: 'MARKETING',
  components: [{ type: 'BODY', text: 'Cheaper today.' }],
  ...more,
});
const create = (more: object = {}) => stage.graph('POST', account('/message_templates'), template(more));

describe('templates', () => {
  it('are approved at once, and told by webhook', async () => {
    stage = await openStage();
    const { json } = await create();
    expect(json).toEqual({ id: expect.stringMatching(/^\d{16}$/), status: 'APPROVED', category: 'MARKETING' });
    await stage.settle();
    expect(stage.changes()).toMatchObject([
      {
        field: 'message_template_status_update',
        value: { event: 'APPROVED', message_template_id: Number(json['id']), message_template_language: 'en-US' },
      },
    ]);
  });

  it.each(['pending', 'reject'] as const)('or not, where the scenario says %s', async (review) => {
    stage = await openStage({ scenario: { templates: { review } } });
    expect((await create()).json['status']).toBe(review === 'pending' ? 'PENDING' : 'REJECTED');
    expect((await stage.send(ADA, { type: 'template', template: { name: 'sale', language: { code: 'en_US' } } })).code).toBe(132_001);
  });

  it('may come out in another category than was asked for', async () => {
    stage = await openStage({ scenario: { templates: { categories: { sale: 'MARKETING' } } } });
    expect((await create({ category: 'UTILITY' })).json['category']).toBe('MARKETING');
  });

  it('keep components that only the provider can read, and are not sent with them', async () => {
    stage = await openStage();
    const components = [
      { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Today', has_expiration: true } },
      { type: 'BODY', text: 'Cheaper today.' },
      { type: 'CAROUSEL', cards: [{ components: [] }] },
    ];
    const { json } = await create({ components });
    expect((await stage.graph('GET', `/${String(json['id'])}?fields=components`)).json['components']).toEqual(components);
    expect((await stage.send(ADA, { type: 'template', template: { name: 'sale', language: { code: 'en_US' } } })).code).toBe(100);
  });

  it('may have a name that every object knows', async () => {
    stage = await openStage();
    expect((await create({ name: 'constructor' })).json).toMatchObject({ status: 'APPROVED', category: 'MARKETING' });
  });

  it.each<readonly [string, object]>([
    ['a bad name', { name: 'Sale!' }],
    ['no body', { components: [{ type: 'FOOTER', text: 'x' }] }],
    ['a variable at the end', { components: [{ type: 'BODY', text: 'Hello {{1}}' }] }],
    ['a category that is none', { category: 'NEWS' }],
    ['a time to live that its category does not allow', { message_send_ttl_seconds: 300 }],
  ])('are refused with %s', async (_what, more) => {
    stage = await openStage();
    expect((await create(more)).code).toBe(100);
  });

  it('cannot be there twice, and a deleted name is locked for 30 days', async () => {
    stage = await openStage();
    await create();
    expect(valueAt((await create()).json, 'error.error_subcode')).toBe(2_388_024);
    expect((await stage.graph('DELETE', account('/message_templates?name=sale'))).json).toEqual({ success: true });
    expect(valueAt((await create()).json, 'error.error_subcode')).toBe(2_388_023);
    await stage.advance('30d');
    expect((await create()).status).toBe(200);
  });

  it('are listed with the fields, the status and the page that are asked for', async () => {
    stage = await openStage();
    for (const name of ['a', 'b', 'c']) await create({ name });
    await stage.admin('POST', 'templates', { name: 'b', status: 'PAUSED' });
    const first = await stage.graph('GET', account('/message_templates?fields=name,status&limit=2&status=APPROVED'));
    expect(first.json['data']).toEqual([
      { name: 'c', status: 'APPROVED', id: expect.any(String) },
      { name: 'a', status: 'APPROVED', id: expect.any(String) },
    ]);
    const next = new URL(String(valueAt(first.json, 'paging.next')));
    const second = await stage.graph('GET', `${next.pathname}${next.search}`);
    expect(second.json['data']).toMatchObject([{ name: 'hello_world' }]);
    expect(second.json['paging']).not.toHaveProperty('next');
    expect((await stage.graph('GET', account('/message_templates?after=nonsense'))).code).toBe(131_059);
  });

  it('are told, changed and deleted one by one', async () => {
    stage = await openStage();
    const id = String((await create()).json['id']);
    expect((await stage.graph('GET', `/${id}?fields=name,quality_score,health_status`)).json).toMatchObject({
      id,
      name: 'sale',
      quality_score: { score: 'UNKNOWN' },
    });
    const components = [{ type: 'BODY', text: 'Dearer today.' }];
    expect((await stage.graph('POST', `/${id}`, { components })).json).toMatchObject({ success: true });
    expect((await stage.graph('GET', `/${id}`)).json).toMatchObject({ components });
    expect((await stage.graph('POST', `/${id}`, { components })).code).toBe(100); // once in 24 hours
    expect((await stage.graph('DELETE', account(`/message_templates?hsm_id=${id}&name=sale`))).status).toBe(200);
    expect((await stage.graph('GET', `/${id}`)).code).toBe(33);
  });
});

describe('the time to live of a template', () => {
  const ttlOf = async (id: string) => (await stage.graph('GET', `/${id}?fields=message_send_ttl_seconds`)).json['message_send_ttl_seconds'];
  const notice = (more: object = {}) => create({ category: 'UTILITY', ...more });

  it('is kept through an edit of the rest, and changed by one that names it', async () => {
    stage = await openStage();
    const id = String((await notice({ message_send_ttl_seconds: 300 })).json['id']);
    expect(await ttlOf(id)).toBe(300);
    expect((await stage.graph('GET', account('/message_templates'))).json['data']).toContainEqual(
      expect.objectContaining({ id, message_send_ttl_seconds: 300 }),
    );
    // It may have another category by then, to which the old time to live would not be given anew.
    await stage.admin('POST', 'templates', { name: 'sale', category: 'MARKETING' });
    expect((await stage.graph('POST', `/${id}`, { components: [{ type: 'BODY', text: 'Dearer today.' }] })).status).toBe(200);
    expect(await ttlOf(id)).toBe(300);
    await stage.advance('24h');
    expect((await stage.graph('POST', `/${id}`, { message_send_ttl_seconds: 60 })).code).toBe(100);
    expect((await stage.graph('POST', `/${id}`, { message_send_ttl_seconds: 86_400 })).status).toBe(200);
    expect(await ttlOf(id)).toBe(86_400);
  });

  it.each([
    ['dropped without a word when it was held for longer', 60, []],
    ['sent when it was held for less', 600, ['sent', 'delivered']],
  ])('is how long a message is tried: it is %s', async (_what, seconds, statuses) => {
    stage = await openStage({ scenario: { rules: [{ fault: 'held_then_sent', delay_ms: 300_000 }] } });
    await notice({ message_send_ttl_seconds: seconds });
    expect((await stage.send(ADA, { type: 'template', template: { name: 'sale', language: { code: 'en_US' } } })).status).toBe(200);
    await stage.advance('1h');
    expect(stage.statuses().map(({ status }) => status)).toEqual(statuses);
  });
});

describe('sending templates', () => {
  const send = async (components: readonly object[], name = 'sale') =>
    (await stage.send(ADA, { type: 'template', template: { name, language: { code: 'en_US' }, components } })).code;
  const body = (...parameters: readonly object[]) => ({ type: 'body', parameters });
  const text = (value: string, more: object = {}) => ({ type: 'text', text: value, ...more });

  it('checks count, kind and text of the parameters', async () => {
    stage = await openStage();
    const parts = [
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['x'] } },
      { type: 'BODY', text: 'Hello {{1}}, {{2}} off today.' },
      { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Open', url: 'https://example.com/{{1}}' }] },
    ];
    await create({ components: parts });
    const header = { type: 'header', parameters: [{ type: 'image', image: { link: 'https://example.com/a.png' } }] };
    const button = { type: 'button', sub_type: 'url', index: '0', parameters: [text('sale')] };
    const good = [header, body(text('Ada'), text('10 %')), button];
    expect(await send(good)).toBeUndefined();
    expect(await send([header, body(text('Ada')), button])).toBe(132_000);
    expect(await send([body(text('Ada'), text('10 %')), button])).toBe(132_012);
    expect(await send([{ type: 'header', parameters: [text('Hello')] }, ...good.slice(1)])).toBe(132_012);
    expect(await send([header, body(text('Ada', { parameter_name: 'name' }), text('10 %')), button])).toBe(132_012);
    expect(await send([header, body(text('Ada\n'), text('10 %')), button])).toBe(132_018);
    expect(await send([header, body(text('x'.repeat(1_025)), text('10 %')), button])).toBe(132_005);
    expect(await send([header, body(text('Ada'), text('10 %'))])).toBe(131_008);
    expect(await send([...good.slice(0, 2), { ...button, index: 3 }])).toBe(132_012);
    expect(await send([...good.slice(0, 2), { ...button, sub_type: 'quick_reply' }])).toBe(132_012);
  });

  it('refuses what is unknown, paused or disabled', async () => {
    stage = await openStage();
    await create();
    expect(await send([], 'nothing')).toBe(132_001);
    for (const [status, code] of [
      ['PAUSED', 132_015],
      ['PENDING', 132_001],
      ['DISABLED', 132_016],
      ['APPROVED', undefined],
    ] as const) {
      await stage.admin('POST', 'templates', { name: 'sale', status });
      expect(await send([])).toBe(code);
    }
  });

  it('wants a one-time code twice, and a phone number', async () => {
    stage = await openStage();
    await create({
      category: 'AUTHENTICATION',
      components: [{ type: 'BODY' }, { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] }],
    });
    const code = (value: string, again = value) => [
      body(text(value)),
      { type: 'button', sub_type: 'url', index: '0', parameters: [text(again)] },
    ];
    expect(await send(code('123456'))).toBeUndefined();
    expect(await send([body(text('123456'))])).toBe(131_008);
    expect(await send(code('123456', '654321'))).toBe(132_018);
    expect(await send(code('1234567890123456'))).toBe(132_018);
    const request = {
      messaging_product: 'whatsapp',
      recipient: 'DE.9f3kQ2',
      type: 'template',
      template: { name: 'sale', language: { code: 'en_US' }, components: code('1') },
    };
    expect((await stage.graph('POST', number('/messages'), request)).code).toBe(131_062);
  });

  it('by the door for marketing takes marketing templates only, and bills them by another name', async () => {
    stage = await openStage();
    await create();
    const send = async (more: object) =>
      (await stage.graph('POST', number('/marketing_messages'), { messaging_product: 'whatsapp', to: ADA, ...more })).code;
    expect([await send(TEXT), await send(HELLO)]).toEqual([131_055, 134_100]);
    expect(await send({ type: 'template', template: { name: 'sale', language: { code: 'en_US' } } })).toBeUndefined();
    await stage.settle();
    expect(stage.statuses()[1]).toMatchObject({ pricing: { category: 'marketing_lite' } });
  });
});
