// What is reported of accepted messages: the magic endings, the provider's own failures, prices by date and window.

import { afterEach, describe, expect, it } from 'vitest';
import { MAGIC_ENDINGS } from '../../src/emulator/fate.ts';
import { HELLO, type Json, openStage, type Stage, TEXT, valueAt } from './stage.ts';

const ADA = '+4915112345678';
const BEFORE = '2026-09-27T12:00:00Z';
const AFTER = '2026-10-02T12:00:00Z';

let stage: Stage;
afterEach(() => stage.close());

const SALE = {
  name: 'sale',
  language: 'en_US',
  category: 'MARKETING',
  components: [{ type: 'BODY', text: 'Everything is cheaper today.' }],
};
const sale = { type: 'template', template: { name: 'sale', language: { code: 'en_US' } } };

const createSale = () => stage.graph('POST', `/v26.0/${stage.emulator.wabaId}/message_templates`, SALE);
const inbound = (more: object = {}) => stage.admin('POST', 'inbound', { from: ADA, type: 'text', text: 'Hi', ...more });

async function reported(to: string, more: object = HELLO): Promise<readonly string[]> {
  const before = stage.statuses().length;
  await stage.send(to, more);
  await stage.settle();
  return stage
    .statuses()
    .slice(before)
    .map((status) =>
      JSON.stringify([status['status'], valueAt(status, 'errors.0.code')])
        .replaceAll(/["[\]]|,null/g, '')
        .replace(',', ' '),
    );
}

async function pricing(to: string, more: object = HELLO): Promise<readonly (Json | undefined)[]> {
  const before = stage.statuses().length;
  await stage.send(to, more);
  await stage.settle();
  const told = stage.statuses().slice(before);
  return told.map((status) => status['pricing'] as Json | undefined);
}

describe('the last four digits', () => {
  it.each([
    ['0000', ['sent', 'delivered', 'read']],
    ['0001', ['sent', 'delivered']],
    ['0003', ['sent', 'failed 131049']],
    ['0006', ['failed 131050']],
    ['0007', []],
    ['5678', ['sent', 'delivered']],
  ])('%s: accepted, then %j', async (ending, statuses) => {
    stage = await openStage();
    expect(await reported(`+491511234${ending}`)).toEqual(statuses);
  });

  it('0002 is rejected, 0005 throttled once; the help names them all', async () => {
    stage = await openStage();
    expect((await stage.send('+4915112340002')).code).toBe(131_026);
    const codes = [await stage.send('+4915112340005'), await stage.send('+4915112340005'), await stage.send('+4915112340005')].map(
      ({ code }) => code,
    );
    expect(codes).toEqual([130_429, undefined, 130_429]);
    expect(Object.keys(MAGIC_ENDINGS)).toHaveLength(8);
  });

  it('0004 takes the message and neither answers nor reports', async () => {
    stage = await openStage();
    const { url, phoneNumberId, accessToken } = stage.emulator;
    const body = JSON.stringify({ messaging_product: 'whatsapp', to: '+4915112340004', ...HELLO });
    const request = fetch(`${url}/${phoneNumberId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` },
      body,
      signal: AbortSignal.timeout(300),
    });
    await expect(request).rejects.toThrow(/timeout/i);
    await stage.settle();
    expect((await stage.admin('GET', 'messages')).json['messages']).toMatchObject([
      { to: '+4915112340004', status: 'accepted', statuses: [] },
    ]);
    expect(stage.received).toEqual([]);
  });
});

describe('a message fails later', () => {
  it('outside the window (131047), and not inside it', async () => {
    stage = await openStage();
    expect(await reported(ADA, TEXT)).toEqual(['failed 131047']);
    await inbound();
    expect(await reported(ADA, TEXT)).toEqual(['sent', 'delivered']);
    await stage.advance('23h 59m 59s');
    expect(await reported(ADA, TEXT)).toEqual(['sent', 'delivered']);
    await stage.advance('1s');
    expect(await reported(ADA, TEXT)).toEqual(['failed 131047']);
  });

  it('to somebody who blocked the business, and to a number that nobody can have (131026)', async () => {
    stage = await openStage();
    await stage.admin('POST', 'block', { from: ADA });
    expect(await reported(ADA)).toEqual(['failed 131026']);
    expect(await reported('+999151123456')).toEqual(['failed 131026']);
    await stage.admin('POST', 'block', { from: ADA, blocked: false });
    expect(await reported(ADA)).toEqual(['sent', 'delivered']);
  });

  it('as marketing to somebody who stopped that (131050), until they resume', async () => {
    stage = await openStage();
    await createSale();
    await stage.admin('POST', 'preferences', { from: ADA, marketing: 'stop' });
    expect(await reported(ADA, sale)).toEqual(['failed 131050']);
    expect(await reported(ADA)).toEqual(['sent', 'delivered']);
    await stage.admin('POST', 'preferences', { from: ADA, marketing: 'resume' });
    expect(await reported(ADA, sale)).toEqual(['sent', 'delivered']);
  });

  it('as marketing to the United States (131049), not to Canada', async () => {
    stage = await openStage();
    await createSale();
    expect([await reported('+12125550100', sale), await reported('+14165550100', sale)]).toEqual([
      ['failed 131049'],
      ['sent', 'delivered'],
    ]);
  });

  it('without a payment method, once it would cost something (131042)', async () => {
    stage = await openStage({ scenario: { account: { payment_method: false }, service_units_used: 999 } });
    expect(await reported(ADA)).toEqual(['failed 131042']);
    await inbound();
    expect(await reported(ADA, TEXT)).toEqual(['sent', 'delivered']);
    expect(await reported(ADA, TEXT)).toEqual(['failed 131042']);
  });

  it('as a reaction to a message that is not known (131009); others are only sent', async () => {
    stage = await openStage();
    const { json } = await inbound();
    const react = (id: unknown) => ({ type: 'reaction', reaction: { message_id: id, emoji: '👍' } });
    expect(await reported(ADA, react(json['message_id']))).toEqual(['sent']);
    expect(await reported(ADA, react('wamid.NONE'))).toEqual(['failed 131009']);
  });
});

describe('the webhook of a status', () => {
  it('names the person, echoes the callback data, and tells the time in seconds', async () => {
    stage = await openStage();
    const { json } = await stage.send(ADA, { ...HELLO, biz_opaque_callback_data: 'tb1.x.1' });
    await stage.settle();
    expect(stage.changes()[0]).toMatchObject({
      field: 'messages',
      value: {
        messaging_product: 'whatsapp',
        metadata: { phone_number_id: stage.emulator.phoneNumberId, display_phone_number: '15550783881' },
        contacts: [{ wa_id: '4915112345678', user_id: expect.stringMatching(/^DE\./), profile: { name: expect.any(String) } }],
      },
    });
    expect(stage.statuses()[1]).toEqual({
      id: valueAt(json, 'messages.0.id'),
      status: 'delivered',
      timestamp: '1795348800',
      recipient_id: '4915112345678',
      recipient_user_id: expect.stringMatching(/^DE\.\d+$/),
      biz_opaque_callback_data: 'tb1.x.1',
      pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'utility' },
    });
  });

  it('of a person without a number names the user id only; a failed one has no contacts', async () => {
    stage = await openStage();
    await stage.graph('POST', `/${stage.emulator.phoneNumberId}/messages`, {
      messaging_product: 'whatsapp',
      recipient: 'DE.9f3kQ2',
      ...TEXT,
    });
    await stage.settle();
    expect(stage.changes()[0]?.['value']).not.toHaveProperty('contacts');
    expect(stage.statuses()[0]).toMatchObject({
      status: 'failed',
      recipient_user_id: 'DE.9f3kQ2',
      errors: [{ code: 131_047, title: 'Re-engagement message' }],
    });
    expect(stage.statuses()[0]).not.toHaveProperty('recipient_id');
  });
});

describe('pricing', () => {
  const regular = (category: string) => ({ billable: true, pricing_model: 'PMP', type: 'regular', category });
  const free = (category: string, type = 'free_customer_service') => ({ billable: false, pricing_model: 'PMP', type, category });

  it('is told with sent and with the first of delivered and read', async () => {
    stage = await openStage();
    expect(await pricing('+4915112340000')).toEqual([regular('utility'), regular('utility'), undefined]);
    await stage.admin('POST', 'faults', { rules: [{ fault: 'skip_delivered' }] });
    expect(await pricing(ADA)).toEqual([regular('utility'), regular('utility')]);
    expect(stage.statuses().at(-1)).toMatchObject({ status: 'read' });
  });

  it('before October 2026: inside the window utility and service are free', async () => {
    stage = await openStage({ at: BEFORE });
    expect((await pricing(ADA))[1]).toEqual(regular('utility'));
    await inbound();
    expect((await pricing(ADA))[1]).toEqual(free('utility'));
    expect((await pricing(ADA, TEXT))[1]).toEqual(free('service'));
  });

  it('since October 2026: utility is charged, and service after 1,000 in a month', async () => {
    stage = await openStage({ at: AFTER, scenario: { service_units_used: 999 } });
    await inbound();
    expect((await pricing(ADA))[1]).toEqual(regular('utility'));
    expect((await pricing(ADA, TEXT))[1]).toEqual(free('service'));
    expect((await pricing(ADA, TEXT))[1]).toEqual(regular('service'));
    expect((await stage.admin('GET', 'state')).json['allowance']).toEqual({ month: '2026-10', used: 1_001, free: 1_000 });
  });

  it('a free-entry-point window opens with the answer to an advertisement, and makes everything free', async () => {
    stage = await openStage({ at: AFTER });
    await createSale();
    await inbound({ referral: { source_type: 'ad', source_id: '1' } });
    expect((await pricing(ADA, sale))[1]).toEqual(free('referral_conversion', 'free_entry_point'));
    const [sent, delivered] = stage.statuses();
    expect(sent?.['conversation']).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      expiration_timestamp: String(Date.parse(AFTER) / 1_000 + 7 * 86_400),
      origin: { type: 'referral_conversion' },
    });
    expect(delivered?.['conversation']).toEqual({ id: valueAt(sent, 'conversation.id'), origin: { type: 'referral_conversion' } });
    await stage.advance('168h');
    expect((await pricing(ADA, sale))[1]).toEqual(regular('marketing'));
  });

  it('which lasted 72 hours until September 2026, and does not open for an answer after a day', async () => {
    stage = await openStage({ at: BEFORE });
    await createSale();
    await inbound({ referral: { source_type: 'ad' } });
    await stage.send(ADA, sale);
    await stage.settle();
    expect(valueAt(stage.statuses()[0], 'conversation.expiration_timestamp')).toBe(String(Date.parse(BEFORE) / 1_000 + 3 * 86_400));
    await stage.admin('POST', 'inbound', { from: '+4915112345679', text: 'Hi', referral: { source_type: 'ad' } });
    await stage.advance('24h');
    expect((await pricing('+4915112345679', sale))[1]).toEqual(regular('marketing'));
  });
});

it('the state counts messages by their last status, and reading them is the customer’s to do', async () => {
  stage = await openStage();
  await reported(ADA);
  await reported('+4915112340003');
  const counts = async () => (await stage.admin('GET', 'state')).json['messages'];
  expect(await counts()).toEqual({ total: 2, accepted: 0, sent: 0, delivered: 1, read: 0, failed: 1 });
  await stage.admin('POST', 'read', { from: ADA });
  expect(await counts()).toEqual({ total: 2, accepted: 0, sent: 0, delivered: 0, read: 1, failed: 1 });
});
