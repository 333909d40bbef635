// What customers send: the words that can be read, who wrote them, and what is no message.

import { describe, expect, it } from 'vitest';
import { readEvents } from '../../src/inbound/events.ts';
import {
  ACCOUNT,
  AT,
  CUSTOMER,
  inboundText,
  messagesChange,
  ofKind,
  post,
  readingHost,
  SECOND_SENDER,
  SECONDS,
  SENDER,
  USER,
} from './webhooks.ts';

const read = (message: object, value: object = {}) => readEvents(post(messagesChange({ messages: [message], ...value })), readingHost());
const part = (type: string, content: object) => ({ from: CUSTOMER, id: 'wamid.IN', timestamp: SECONDS, type, [type]: content });

describe('a message', () => {
  it('has its words, its time and its writer', () => {
    const contacts = [{ profile: { name: 'Ada' }, wa_id: CUSTOMER, user_id: USER }];
    expect(read(inboundText('Stop!'), { contacts })).toMatchObject([
      {
        kind: 'message',
        senderId: SENDER,
        at: AT - 60_000,
        text: 'Stop!',
        messageType: 'text',
        person: { phone: `+${CUSTOMER}`, userId: USER, name: 'Ada' },
      },
    ]);
  });

  it.each([
    ['button', { payload: 'STOP_ALL', text: 'Stop promotions' }, 'Stop promotions'],
    ['button', { payload: 'STOP' }, 'STOP'],
    ['interactive', { type: 'button_reply', button_reply: { id: '1', title: 'Unsubscribe' } }, 'Unsubscribe'],
    ['interactive', { type: 'list_reply', list_reply: { id: '1', title: 'Stop', description: 'all' } }, 'Stop'],
    ['interactive', { type: 'nfm_reply', nfm_reply: { response_json: '{}' } }, null],
    ['image', { id: '1', mime_type: 'image/jpeg', caption: 'stop' }, 'stop'],
    ['audio', { id: '1', voice: true }, null],
    ['reaction', { message_id: 'wamid.X', emoji: '👍' }, null],
    ['location', { latitude: 1, longitude: 2 }, null],
    ['edit', { original_message_id: 'wamid.X', message: { type: 'text', text: { body: 'stop' } } }, 'stop'],
    ['edit', { message: { type: 'edit', edit: {} } }, null],
    ['unsupported', { type: 'poll' }, null],
    ['hologram', { of: 2031 }, null],
  ])('of the type %s with %j reads as %s', (type, content, text) => {
    expect(read(part(type, content))).toMatchObject([{ kind: 'message', messageType: type, text }]);
  });

  it('is known by user id where the provider tells no number', () => {
    expect(read(inboundText('hi', { from: undefined, from_user_id: USER }))).toMatchObject([
      { kind: 'message', person: { phone: null, userId: USER } },
    ]);
  });

  it('came when it was told, where its own time cannot be read', () => {
    expect(read(inboundText('STOP', { timestamp: 'noon' }))).toMatchObject([{ kind: 'message', at: AT, text: 'STOP' }]);
  });

  it.each([
    inboundText('hi', { from: undefined }),
    inboundText('hi', { from: 17 }),
    inboundText('hi', { id: undefined }),
    part('revoke', {}),
    part('system', {}),
  ])('is kept as it came where it is nobody’s, or none: %j', (message) => {
    const [kept] = read(message);
    expect(kept?.kind).toBe('other');
    expect(JSON.parse(kept?.body() ?? '')).toMatchObject({ field: 'messages', messages: [JSON.parse(JSON.stringify(message))] });
  });

  it('is the same one when it is told again', () => {
    const digest = (message: object) => Buffer.from(read(message)[0]?.digest() ?? []).toString('hex');
    expect(digest(inboundText('STOP', { timestamp: '1' }))).toBe(digest(inboundText('STOP')));
    expect(digest(inboundText('STOP', { id: 'wamid.OTHER' }))).not.toBe(digest(inboundText('STOP')));
  });
});

describe('a change of identity', () => {
  const system = (fields: object) => part('system', { body: 'changed', ...fields });

  it('names who they were and who they are', () => {
    const event = read(system({ type: 'user_changed_number', wa_id: '4915199999999', user_id: 'DE.new', previous_user_id: USER }));
    expect(event).toMatchObject([
      { kind: 'identity', previous: { phone: `+${CUSTOMER}`, userId: USER }, person: { phone: '+4915199999999', userId: 'DE.new' } },
    ]);
  });

  it('does not give the old number to somebody who left it', () => {
    const event = read(system({ type: 'user_changed_number', user_id: 'DE.new' }));
    expect(event).toMatchObject([{ kind: 'identity', previous: { phone: `+${CUSTOMER}` }, person: { phone: null, userId: 'DE.new' } }]);
  });

  it('keeps the number where only the user id changed', () => {
    const event = read({ ...system({ type: 'user_changed_user_id', user_id: 'DE.new' }), from_user_id: 'DE.new' });
    expect(event).toMatchObject([
      { kind: 'identity', previous: { phone: `+${CUSTOMER}`, userId: null }, person: { phone: `+${CUSTOMER}`, userId: 'DE.new' } },
    ]);
  });
});

describe('a preference', () => {
  const told = (preference: object, metadata?: object) =>
    readEvents(post({ field: 'user_preferences', value: { metadata, user_preferences: [preference] } }), readingHost());
  const stop = { wa_id: CUSTOMER, user_id: USER, detail: '…', category: 'marketing_messages', value: 'stop', timestamp: Number(SECONDS) };

  it('reaches every sender of the account where it names no number', () => {
    const events = ofKind(told(stop), 'preference');
    expect(events.map(({ senderId }) => senderId)).toEqual([SENDER, SECOND_SENDER]);
    expect(events[0]).toMatchObject({ marketing: 'stop', at: AT - 60_000, person: { phone: `+${CUSTOMER}`, userId: USER } });
    expect(events[0]?.digest()).not.toEqual(events[1]?.digest());
  });

  it('can be taken back', () => {
    expect(told({ ...stop, value: 'resume' })).toMatchObject([{ marketing: 'resume' }, { marketing: 'resume' }]);
  });

  it.each([{ value: 'pause' }, { category: 'utility_messages' }, { wa_id: undefined, user_id: undefined }])(
    'is kept where it is another: %j',
    (fields) => {
      expect(told({ ...stop, ...fields }).map(({ kind }) => kind)).toEqual(['other', 'other']);
    },
  );

  it('of an account that is not ours is nobody’s', () => {
    const foreign = {
      object: 'whatsapp_business_account',
      entry: [{ id: `${ACCOUNT}0`, changes: [{ field: 'user_preferences', value: { user_preferences: [stop] } }] }],
    };
    expect(readEvents(foreign, readingHost())).toMatchObject([{ kind: 'preference', senderId: null }]);
  });
});
