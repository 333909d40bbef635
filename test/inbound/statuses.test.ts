// Statuses as the provider writes them: what we take from them, and what we do not make up.

import { describe, expect, it } from 'vitest';
import { readEvents } from '../../src/inbound/events.ts';
import { AT, CUSTOMER, messagesChange, ofKind, ourMessage, post, readingHost, SENDER, SECONDS, status, USER } from './webhooks.ts';

const read = (fields: object, value: object = {}) =>
  readEvents(post(messagesChange({ statuses: [status(fields)], ...value })), readingHost());
const one = (fields: object, value: object = {}) => ofKind(read(fields, value), 'status')[0];

describe('a status of ours', () => {
  it('names the message and the request', () => {
    const { messageId, data } = ourMessage();
    const event = one({
      biz_opaque_callback_data: data,
      pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'utility' },
    });
    expect(event?.outcome).toEqual({
      messageId,
      attempt: 1,
      kind: 'delivered',
      at: AT - 60_000,
      providerId: 'wamid.X',
      error: null,
      pricing: { type: 'regular', category: 'utility' },
      retryAt: null,
    });
    expect(event?.senderId).toBe(SENDER);
    expect(event?.person).toMatchObject({ phone: `+${CUSTOMER}`, userId: USER });
  });

  it.each([
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['played', 'read'],
    ['failed', 'failed'],
  ])('%s is %s', (word, kind) => {
    expect(one({ status: word, biz_opaque_callback_data: ourMessage().data })?.outcome?.kind).toBe(kind);
  });

  it('says why it failed, in words that cannot act on a terminal', () => {
    const event = one({
      status: 'failed',
      biz_opaque_callback_data: ourMessage().data,
      errors: [{ code: 131_047, title: 'Re-engagement\u001b[31m message', message: 'x' }, { code: 1 }],
    });
    expect(event?.outcome?.error).toEqual({ code: '131047', title: 'Re-engagement\\u001b[31m message' });
  });

  it('fails without a reason where the provider gives none', () => {
    const { outcome } = one({ status: 'failed', biz_opaque_callback_data: ourMessage().data }) ?? {};
    expect(outcome).toMatchObject({ kind: 'failed', error: null });
  });

  it.each(['text', 'number'])('has its time in seconds, as %s', (form) => {
    expect(one({ timestamp: form === 'text' ? SECONDS : Number(SECONDS) })?.at).toBe(AT - 60_000);
  });

  it('never happened later than it was told', () => {
    expect(one({ timestamp: String(AT / 1_000 + 3_600) })?.at).toBe(AT);
  });
});

describe('a status that is not ours', () => {
  it.each([
    ['without our data', {}],
    ['with data of somebody else', { biz_opaque_callback_data: 'order-17' }],
    ['with data that was signed with another key', { biz_opaque_callback_data: `${ourMessage().data.slice(0, -16)}0123456789abcdef` }],
    ['with data that is no text', { biz_opaque_callback_data: 17 }],
  ])('%s has no outcome', (_, fields) => {
    expect(one(fields)).toMatchObject({ kind: 'status', outcome: null });
  });

  it('has none either where the number is not ours', () => {
    const change = messagesChange({ statuses: [status({ biz_opaque_callback_data: ourMessage().data })] }, '999');
    expect(readEvents(post(change), readingHost())).toMatchObject([{ kind: 'status', senderId: null, outcome: null }]);
  });
});

describe('the price', () => {
  const priced = (pricing: unknown) => read({ biz_opaque_callback_data: ourMessage().data, pricing });

  it.each([
    ['regular', 'regular'],
    ['free_customer_service', 'free_customer_service'],
    ['free_entry_point', 'free_entry_point'],
    ['free_group_customer_service', 'free_customer_service'],
  ])('%s is %s', (type, known) => {
    expect(priced({ type, category: 'service' })).toMatchObject([{ outcome: { pricing: { type: known, category: 'service' } } }]);
  });

  it.each([
    [
      { amount: 0.0618, currency: 'USD' },
      { amount: 61_800n, currency: 'USD' },
    ],
    [
      { amount: '12', currency: 'EUR' },
      { amount: 12_000_000n, currency: 'EUR' },
    ],
  ])('has the cost %j where one is told', (cost, known) => {
    expect(priced({ type: 'regular', category: 'marketing_lite', cost })).toMatchObject([{ outcome: { pricing: { cost: known } } }]);
  });

  it.each([
    { amount: 1e-9, currency: 'USD' },
    { amount: '0.0000001', currency: 'USD' },
    { amount: -1, currency: 'USD' },
    { amount: 1, currency: 'XYZ' },
    0.05,
  ])('has no cost that cannot be booked (%j), and keeps what was said', (cost) => {
    const [status, kept] = priced({ type: 'regular', category: 'marketing', cost });
    expect(status).toMatchObject({ outcome: { pricing: { type: 'regular', category: 'marketing' } } });
    expect(JSON.stringify((status as { readonly outcome: { readonly pricing: object } }).outcome.pricing)).not.toContain('cost');
    expect(kept).toMatchObject({ kind: 'other' });
  });

  it.each([{ type: 'discounted_by_moon', category: 'service' }, { type: 'regular' }, 'free', { type: 'constructor', category: 'service' }])(
    'is not made up where %j is not known, and what was said is kept',
    (pricing) => {
      const [event, kept] = priced(pricing);
      expect(event).toMatchObject({ kind: 'status', outcome: { kind: 'delivered', pricing: null } });
      expect(kept?.kind).toBe('other');
      expect(JSON.parse(kept?.body() ?? '')).toMatchObject({ pricing });
    },
  );

  it('of an exempt body is kept beside the status', () => {
    expect(priced({ type: 'free_customer_service', subtype: 'paid_exempt', category: 'service' }).map(({ kind }) => kind)).toEqual([
      'status',
      'other',
    ]);
  });
});

describe('the free-entry-point window', () => {
  const end = Number(SECONDS) + 7 * 86_400;
  const conversation = (type: string) => ({ id: 'C', expiration_timestamp: String(end), origin: { type } });

  it('ends when the provider says, which is later than now', () => {
    expect(one({ status: 'sent', conversation: conversation('referral_conversion') })?.freeEntryUntil).toBe(end * 1_000);
  });

  it.each([[conversation('utility')], [{ origin: { type: 'referral_conversion' } }], ['C'], [null]])('is not opened by %j', (told) => {
    expect(one({ status: 'sent', conversation: told })?.freeEntryUntil).toBeNull();
  });
});

describe('the person', () => {
  const contacts = [{ profile: { name: ' Ada ' }, wa_id: CUSTOMER, user_id: USER }];

  it('has the name and the user id that the contacts tell', () => {
    expect(one({ recipient_user_id: undefined }, { contacts })?.person).toMatchObject({ phone: `+${CUSTOMER}`, userId: USER, name: 'Ada' });
    expect(one({ recipient_id: undefined }, { contacts })?.person).toMatchObject({ phone: `+${CUSTOMER}`, userId: USER, name: 'Ada' });
  });

  it('is known by user id alone where the provider tells no number', () => {
    expect(one({ recipient_id: undefined })?.person).toMatchObject({ phone: null, userId: USER, name: null });
  });

  it('is nobody without either, and in a group', () => {
    expect(one({ recipient_id: undefined, recipient_user_id: undefined })?.person).toBeNull();
    expect(one({ recipient_type: 'group' })?.person).toBeNull();
  });
});

describe('the digest', () => {
  const digest = (fields: object): string => Buffer.from(one(fields)?.digest() ?? []).toString('hex');

  it('is the same for the same status, whatever came with it', () => {
    expect(digest({})).toMatch(/^[0-9a-f]{32}$/);
    expect(digest({ pricing: { type: 'regular', category: 'utility' } })).toBe(digest({}));
  });

  it.each([
    { id: 'wamid.Y' },
    { status: 'read' },
    { timestamp: '1' },
    { recipient_id: '4915112345679' },
    { recipient_participant_id: '1' },
  ])('is another one with %j', (fields) => {
    expect(digest(fields)).not.toBe(digest({}));
  });

  it('is another one where nobody of ours is meant, so that what is forged for others hides nothing of ours', () => {
    const foreign = readEvents(post(messagesChange({ statuses: [status()] }, '999')), readingHost())[0];
    expect(Buffer.from(foreign?.digest() ?? []).toString('hex')).not.toBe(digest({}));
  });
});
