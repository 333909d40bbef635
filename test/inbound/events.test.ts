// Posts as a whole: every item is found, none costs its neighbours, and nothing that can come makes the reader throw.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InboundEvent } from '../../src/domain/inbound.ts';
import { parseBody, readEvents } from '../../src/inbound/events.ts';
import {
  ACCOUNT,
  AT,
  inboundText,
  messagesChange,
  NUMBER,
  ofKind,
  ourMessage,
  post,
  readingHost,
  SECOND_SENDER,
  SENDER,
  status,
} from './webhooks.ts';

const read = (payload: unknown): readonly InboundEvent[] => readEvents(payload, readingHost());

describe('a post', () => {
  it('has every entry, every change and every item, in order', () => {
    const payload = {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: ACCOUNT,
          changes: [
            messagesChange({ statuses: [status({ id: 'a' }), status({ id: 'b' })] }),
            messagesChange({ messages: [inboundText('c')] }),
          ],
        },
        { id: ACCOUNT, changes: [messagesChange({ statuses: [status({ id: 'd' })], messages: [inboundText('e')] })] },
      ],
    };
    expect(read(payload).map(({ body }) => JSON.parse(body()) as object)).toMatchObject([
      { id: 'a' },
      { id: 'b' },
      { text: { body: 'c' } },
      { id: 'd' },
      { text: { body: 'e' } },
    ]);
  });

  it.each([
    ['account_update', 'account'],
    ['phone_number_quality_update', 'account'],
    ['account_alerts', 'account'],
    ['calls', 'other'],
    ['a_field_of_2031', 'other'],
  ])('of the field %s is kept for each sender of the account', (field, kind) => {
    const value = { event: 'X', deep: [{ er: 1 }] };
    const events = read(post({ field, value }));
    expect(events).toMatchObject([
      { kind, senderId: SENDER, at: AT - 30_000 },
      { kind, senderId: SECOND_SENDER },
    ]);
    expect(JSON.parse(events[0]?.body() ?? '')).toEqual({ field, value });
  });

  it.each([
    ['business_capability_update', 'TIER_2K', 2_000],
    ['business_capability_update', 2_000, 2_000],
    ['business_capability_update', -1, 'unlimited'],
    ['phone_number_quality_update', 'TIER_UNLIMITED', 'unlimited'],
    ['phone_number_quality_update', 'TIER_NOT_SET', null],
    ['business_capability_update', { tier: 1 }, null],
    ['account_update', 'TIER_2K', null],
  ])('of the field %s with the limit %j tells how many people may be messaged', (field, told, messagingLimit) => {
    const events = read(post({ field, value: { max_daily_conversations_per_business: told } }));
    expect(events).toMatchObject([
      { kind: 'account', senderId: SENDER, messagingLimit },
      { kind: 'account', senderId: SECOND_SENDER, messagingLimit },
    ]);
  });

  it('tells from when authentication costs the international rate, as far as it can be read', () => {
    const told = (eligibility: unknown, field = 'account_update', event = 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE') =>
      read(post({ field, value: { event, auth_international_rate_eligibility: eligibility } }));
    const start = { start_time: 1_796_083_200, exception_countries: [{ country_code: 'IN', start_time: '1800000000' }] };
    const known = { from: 1_796_083_200_000, countries: [{ country: 'IN', from: 1_800_000_000_000 }] };
    expect(told(start)).toMatchObject([
      { kind: 'account', senderId: SENDER, authInternational: known },
      { kind: 'account', senderId: SECOND_SENDER, authInternational: known },
    ]);
    const nothing = { kind: 'account', authInternational: null };
    for (const events of [told('soon'), told(start, 'account_alerts'), told(start, 'account_update', 'ACCOUNT_DELETED')]) {
      expect(events).toMatchObject([nothing, nothing]);
    }
    expect(JSON.parse(told('soon')[0]?.body() ?? '')).toMatchObject({ value: { auth_international_rate_eligibility: 'soon' } });
  });

  it('of another account is kept for nobody', () => {
    const payload = { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'account_update', value: {} }] }] };
    expect(read(payload)).toMatchObject([{ kind: 'account', senderId: null }]);
  });

  it('of errors alone is the account’s', () => {
    expect(read(post(messagesChange({ errors: [{ code: 131_042 }] })))).toMatchObject([{ kind: 'account', senderId: SENDER }]);
  });

  it('of messages with a list that is new is kept whole', () => {
    expect(read(post(messagesChange({ holograms: [{}] })))).toMatchObject([{ kind: 'other', senderId: SENDER }, { kind: 'other' }]);
  });

  it.each([null, 17, 'x', [], {}, { object: 'page', entry: [] }, { object: 'whatsapp_business_account', entry: {} }])(
    'that is %j is kept as it came',
    (payload) => {
      const [event, ...more] = read(payload);
      expect(more).toEqual([]);
      expect(event).toMatchObject({ kind: 'other', senderId: null, at: AT });
      expect(JSON.parse(event?.body() ?? '')).toEqual(payload);
    },
  );

  it('with a million empty items is a few events, not a million', () => {
    const junk = Array.from({ length: 100_000 }, () => ({}));
    const payload = {
      object: 'whatsapp_business_account',
      entry: [{ id: ACCOUNT, changes: [messagesChange({ statuses: junk, messages: junk }), ...junk] }, ...junk],
    };
    expect(read(payload).length).toBeLessThan(10);
  });

  it('that is nested a million deep is kept, without its depth', () => {
    const depth = 1_000_000;
    const [event] = read(
      parseBody(`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":${'['.repeat(depth)}${']'.repeat(depth)}}]}`)?.value,
    );
    expect(event?.kind).toBe('other');
    expect(event?.body()).toContain('nested too deeply');
    expect(event?.digest().length).toBe(16);
  });

  it('that is no JSON is none', () => {
    for (const body of ['', '{', 'null x', '\u0000', '{"a":1']) expect(parseBody(body)).toBeUndefined();
    expect(parseBody('null')).toEqual({ value: null });
  });
});

// Words of the real format, so that generated JSON gets deep into the reader.
const KEYS =
  'object entry id time changes field value metadata phone_number_id contacts profile name wa_id user_id statuses status timestamp recipient_id errors code title pricing type category conversation origin expiration_timestamp biz_opaque_callback_data messages from text body button payload interactive button_reply system previous_user_id user_preferences message_template_id message_template_name message_template_language event new_category previous_category new_quality_score __proto__ constructor'.split(
    ' ',
  );
const WORDS = [
  'whatsapp_business_account',
  'messages',
  'user_preferences',
  'message_template_status_update',
  'template_category_update',
  'delivered',
  'failed',
  'text',
  'button',
  'system',
  'interactive',
  'edit',
  'user_changed_number',
  'referral_conversion',
  'regular',
  'stop',
  'marketing_messages',
  'MARKETING',
  'PAUSED',
  'en_US',
  ACCOUNT,
  NUMBER,
  '4915112345678',
  'DE.9f3kQ2',
  '1793000000',
  ourMessage().data,
  '',
  '__proto__',
  '\ud800',
  '\u0000',
];
const leaf = fc.oneof(fc.constantFrom<unknown>(...WORDS), fc.string(), fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null));
const json = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('any'), { maxKeys: 8, noNullPrototype: true }),
  ),
})).any;

function isWhole(event: InboundEvent): boolean {
  return event.digest().length === 16 && JSON.parse(event.body()) !== undefined && Number.isSafeInteger(event.at) && event.at <= AT;
}

describe('whatever comes', () => {
  it('is read without a throw, and every event is whole', () => {
    fc.assert(
      fc.property(json, (payload) => read(payload).every(isWhole)),
      { numRuns: 2_000 },
    );
  });

  it('inside the frame of a post too', () => {
    const places = fc.constantFrom('statuses', 'messages', 'errors', 'contacts', 'user_preferences', 'metadata');
    const fields = fc.constantFrom('messages', 'user_preferences', 'message_template_status_update', 'template_category_update', 'calls');
    fc.assert(
      fc.property(fields, fc.dictionary(places, fc.oneof(json, fc.array(json))), (field, value) =>
        read(post({ field, value })).every(isWhole),
      ),
      { numRuns: 200 },
    );
  });

  it('costs no good item beside it, and never comes twice', () => {
    const item = fc.oneof(fc.constant<'good'>('good'), json);
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), fc.array(json, { maxLength: 4 }), (mixed, junk) => {
        const statuses = mixed.map((one, index) =>
          one === 'good' ? status({ id: `wamid.${index}`, biz_opaque_callback_data: ourMessage().data }) : one,
        );
        const events = read({
          object: 'whatsapp_business_account',
          entry: [...junk, { id: ACCOUNT, changes: [...junk, messagesChange({ statuses, contacts: junk })] }],
        });
        const found = ofKind(events, 'status').flatMap(({ outcome }) => (outcome === null ? [] : [outcome.providerId]));
        expect(found).toEqual(mixed.flatMap((one, index) => (one === 'good' ? [`wamid.${index}`] : [])));
      }),
      { numRuns: 500 },
    );
  });
});
