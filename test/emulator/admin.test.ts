// The emulator's own interface: customers who write, switch and move; templates that change; input that means nothing.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HELLO, openStage, type Stage, TEXT, valueAt } from './stage.ts';

const ADA = '+4915112345678';
let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const received = async () => {
  await stage.settle();
  return stage.changes().map((change) => change['value']);
};

describe('customers', () => {
  it.each<readonly [object, object]>([
    [{ text: 'Hi' }, { type: 'text', text: { body: 'Hi' } }],
    [
      { type: 'button', button: { text: 'Stop', payload: 'STOP' } },
      { type: 'button', button: { text: 'Stop', payload: 'STOP' }, context: { id: expect.any(String) } },
    ],
    [
      { type: 'button', button: 'Stop' },
      { type: 'button', button: { text: 'Stop', payload: 'Stop' } },
    ],
    [
      { type: 'image', image: { caption: 'Look' } },
      { type: 'image', image: { caption: 'Look', mime_type: 'image/jpeg', id: expect.any(String) } },
    ],
    [
      { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'y', title: 'Yes' } } },
      { type: 'interactive', interactive: { type: 'button_reply' } },
    ],
    [{ type: 'location', location: { latitude: 1, longitude: 2 } }, { location: { latitude: 1 } }],
    [{ text: 'Hi', referral: { source_type: 'ad' } }, { referral: { source_type: 'ad' } }],
  ])('write %j', async (input, message) => {
    await stage.send(ADA);
    const { json } = await stage.admin('POST', 'inbound', { from: ADA, ...input });
    const value = (await received()).at(-1);
    expect(valueAt(value, 'messages.0')).toMatchObject({
      id: json['message_id'],
      from: '4915112345678',
      timestamp: '1795348800',
      ...message,
    });
    expect((await stage.admin('GET', 'state')).json['windows']).toEqual([
      { phone: ADA, user_id: json['user_id'], until: '2026-11-23T12:00:00Z' },
    ]);
  });

  it('may be known by user id only', async () => {
    await stage.admin('POST', 'inbound', { user_id: 'DE.9f3kQ2', name: 'Zoë', text: 'Hi' });
    const [value] = await received();
    expect(value).toMatchObject({
      contacts: [{ profile: { name: 'Zoë' }, user_id: 'DE.9f3kQ2' }],
      messages: [{ from_user_id: 'DE.9f3kQ2' }],
    });
    expect(valueAt(value, 'messages.0')).not.toHaveProperty('from');
  });

  it('stop and resume marketing', async () => {
    await stage.admin('POST', 'preferences', { from: ADA, marketing: 'stop' });
    expect(await received()).toMatchObject([
      { user_preferences: [{ wa_id: '4915112345678', category: 'marketing_messages', value: 'stop', timestamp: 1_795_348_800 }] },
    ]);
  });

  it('get another user id', async () => {
    await stage.admin('POST', 'number-change', { user_id: 'DE.old1', new_user_id: 'DE.new1' });
    expect(valueAt((await received())[0], 'messages.0.system')).toMatchObject({
      type: 'user_changed_user_id',
      user_id: 'DE.new1',
      previous_user_id: 'DE.old1',
    });
  });
});

describe('people with a number and a user id', () => {
  it('keep their number when they get another user id; the old one reaches nobody', async () => {
    const { json } = await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    expect((await stage.admin('POST', 'number-change', { from: ADA, new_user_id: 'DE.new1' })).json['user_id']).toBe('DE.new1');
    expect(valueAt((await received()).at(-1), 'messages.0.system')).toMatchObject({
      type: 'user_changed_user_id',
      user_id: 'DE.new1',
      previous_user_id: json['user_id'],
    });
    await stage.send(ADA, TEXT);
    await stage.graph('POST', `/${stage.emulator.phoneNumberId}/messages`, {
      messaging_product: 'whatsapp',
      recipient: json['user_id'],
      ...HELLO,
    });
    await stage.settle();
    expect(stage.statuses().map(({ status }) => status)).toEqual(expect.arrayContaining(['sent', 'delivered', 'failed']));
    expect(stage.statuses().filter(({ status }) => status === 'failed')).toMatchObject([{ recipient_user_id: json['user_id'] }]);
  });

  it('cannot get the user id of another number', async () => {
    const { json } = await stage.admin('POST', 'inbound', { from: '+4915112345679', text: 'Hi' });
    expect((await stage.admin('POST', 'number-change', { from: ADA, new_user_id: json['user_id'] })).status).toBe(400);
  });

  it('are one person where both are given', async () => {
    await stage.admin('POST', 'inbound', { from: ADA, user_id: 'DE.9f3kQ2', text: 'Hi' });
    expect((await received()).at(-1)).toMatchObject({ contacts: [{ wa_id: '4915112345678', user_id: 'DE.9f3kQ2' }] });
    expect((await stage.admin('POST', 'inbound', { user_id: 'DE.9f3kQ2', text: 'Hi' })).status).toBe(200);
    expect((await received()).at(-1)).toMatchObject({ messages: [{ from: '4915112345678' }] });
  });
});

it('what a customer sent that cannot be shown comes as an error', async () => {
  await stage.admin('POST', 'inbound', { from: ADA, type: 'unsupported' });
  expect(valueAt((await received()).at(-1), 'messages.0')).toMatchObject({
    type: 'unsupported',
    unsupported: { type: 'unknown' },
    errors: [{ code: 131_051 }],
  });
});

describe('the provider', () => {
  it('changes quality, status and category of a template', async () => {
    await stage.admin('POST', 'templates', { name: 'hello_world', quality: 'RED', status: 'PAUSED' });
    expect(await received()).toMatchObject([
      { previous_quality_score: 'UNKNOWN', new_quality_score: 'RED' },
      { event: 'PAUSED', other_info: { title: 'FIRST_PAUSE' } },
    ]);
    await stage.advance('3h');
    expect((await received()).at(-1)).toMatchObject({ event: 'APPROVED', other_info: { title: 'UNPAUSE' } });
    await stage.admin('POST', 'templates', { name: 'hello_world', category: 'MARKETING' });
    expect((await received()).at(-1)).toMatchObject({ previous_category: 'UTILITY', new_category: 'MARKETING' });
    await stage.send(ADA);
    await stage.settle();
    expect(stage.statuses()[0]).toMatchObject({ pricing: { category: 'marketing' } });
  });

  it('announces a category a day before it counts', async () => {
    await stage.admin('POST', 'templates', { name: 'hello_world', category: 'MARKETING', notice: true });
    expect(await received()).toMatchObject([
      { correct_category: 'MARKETING', new_category: 'UTILITY', category_update_timestamp: 1_795_348_800 + 86_400 },
    ]);
    await stage.advance('24h');
    expect((await received()).at(-1)).toMatchObject({ previous_category: 'UTILITY', new_category: 'MARKETING' });
  });

  it('disables a template the third time', async () => {
    for (let turn = 0; turn < 3; turn += 1) await stage.admin('POST', 'templates', { name: 'hello_world', status: 'PAUSED' });
    expect((await stage.send(ADA)).code).toBe(132_016);
  });

  it('tells that a volume tier is reached', async () => {
    const info = { region: 'India', tier: '25000001:50000000' };
    await stage.admin('POST', 'volume-tier', info);
    await stage.admin('POST', 'volume-tier', { ...info, category: 'AUTHENTICATION', tier: '50000001:MAX', month: '2026-10' });
    const told = { event: 'VOLUME_BASED_PRICING_TIER_UPDATE' };
    const common = { tier_update_time: 1_795_348_800, region: 'India' };
    expect(await received()).toEqual([
      { ...told, volume_tier_info: { ...common, pricing_category: 'UTILITY', tier: info.tier, effective_month: '2026-11' } },
      { ...told, volume_tier_info: { ...common, pricing_category: 'AUTHENTICATION', tier: '50000001:MAX', effective_month: '2026-10' } },
    ]);
    expect(stage.changes().map(({ field }) => field)).toEqual(['account_update', 'account_update']);
  });

  it.each([
    [{ tier: '1:2' }, '"region"'],
    [{ region: 'India', tier: 'first' }, '"tier"'],
    [{ region: 'India', tier: '1:2', category: 'SERVICE' }, '"category" must be one of UTILITY, AUTHENTICATION.'],
    [{ region: 'India', tier: '1:2', month: '2026-13' }, '"month"'],
  ])('tells no volume tier that it does not understand (%j)', async (input, sentence) => {
    const { status, json } = await stage.admin('POST', 'volume-tier', input);
    expect([status, valueAt(json, 'error.message')]).toEqual([400, expect.stringContaining(sentence)]);
    expect(await received()).toEqual([]);
  });

  it('tells anything else that it is asked to tell', async () => {
    const value = { event: 'VOLUME_BASED_PRICING_TIER_UPDATE', volume_tier_info: { region: 'India' } };
    await stage.admin('POST', 'events', { field: 'account_update', value });
    await stage.settle();
    expect(stage.changes()).toEqual([{ field: 'account_update', value }]);
  });
});

it('messages are listed, and found by number', async () => {
  await stage.send(ADA, { ...HELLO, biz_opaque_callback_data: 'mine' });
  await stage.send('+4915112345679');
  await stage.settle();
  expect((await stage.admin('GET', 'messages')).json['messages']).toHaveLength(2);
  for (const to of [ADA, encodeURIComponent(ADA), '4915112345678']) {
    expect((await stage.admin('GET', `messages?to=${to}`)).json['messages']).toMatchObject([
      {
        to: ADA,
        biz_opaque_callback_data: 'mine',
        body: { type: 'template' },
        statuses: [
          { status: 'sent', at: '2026-11-22T12:00:00Z' },
          { status: 'delivered', webhook: 'DELIVERED' },
        ],
      },
    ]);
  }
});

it('the clock goes back, which is said', async () => {
  expect((await stage.admin('POST', 'clock', { set: '2026-10-01T00:00:00Z' })).json).toEqual({
    now: '2026-10-01T00:00:00Z',
    note: expect.stringContaining('set back'),
  });
});

it('the clock is turned to an instant, and by a duration', async () => {
  expect((await stage.admin('POST', 'clock', { set: '2026-12-01T00:00:00Z' })).json).toEqual({ now: '2026-12-01T00:00:00Z' });
  expect((await stage.admin('POST', 'clock', { advance: '1d 30m' })).json).toEqual({ now: '2026-12-02T00:30:00Z' });
});

it('a reset forgets everything but the scenario', async () => {
  await stage.admin('POST', 'faults', { seed: 9 });
  await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
  await stage.send(ADA);
  await stage.admin('POST', 'reset');
  expect((await stage.admin('GET', 'state')).json).toMatchObject({ messages: { total: 0 }, windows: [], scenario: { seed: 9 } });
});

it.each<readonly [string, string, unknown, number, string]>([
  ['GET', 'nothing', undefined, 404, 'There is no nothing here'],
  ['POST', 'state', {}, 404, 'There is no state here'],
  ['POST', 'clock', {}, 400, 'Give {"advance"'],
  ['GET', 'constructor', undefined, 404, 'There is no constructor here'],
  ['POST', 'constructor', {}, 404, 'There is no constructor here'],
  ['POST', 'clock', { advance: 'soon' }, 400, 'Give {"advance"'],
  ['POST', 'clock', { advance: '99999999d' }, 400, 'the end of the year 9999'],
  ['POST', 'inbound', { from: ADA, user_id: 'x', text: 'Hi' }, 400, 'Give "from"'],
  ['POST', 'inbound', {}, 400, 'Give "from"'],
  ['POST', 'inbound', { from: '123', text: 'x' }, 400, 'Give "from"'],
  ['POST', 'inbound', { from: ADA, type: 'fax' }, 400, '"type" must be one of'],
  ['POST', 'inbound', { from: ADA }, 400, 'A text needs "text".'],
  ['POST', 'preferences', { from: ADA }, 400, '"marketing" must be'],
  ['POST', 'number-change', { from: ADA }, 400, 'Give the new number'],
  ['POST', 'templates', { name: 'nothing' }, 400, 'Give the "name"'],
  ['POST', 'templates', { name: 'hello_world', status: 'GOOD' }, 400, '"status" must be one of'],
  ['POST', 'events', {}, 400, 'Give {"field"'],
  ['POST', 'faults', { rules: [{ fault: 'explode' }] }, 400, 'rules[0].fault must be one of'],
  ['POST', 'webhook', { url: 'there' }, 400, 'Give {"url"'],
  ['POST', 'inbound', [], 400, 'The body must be a JSON object.'],
])('%s %s %j: %i', async (method, name, body, status, words) => {
  const reply = await stage.admin(method, name, body);
  expect([reply.status, valueAt(reply.json, 'error.message')]).toEqual([status, expect.stringContaining(words)]);
});
