// Taking and refusing messages, over HTTP: the provider's checks, its replies, its throttles.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HELLO, openStage, type Stage, TEXT, valueAt } from './stage.ts';

const ADA = '+4915112345678';
let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const path = (version = '/v26.0') => `${version}/${stage.emulator.phoneNumberId}/messages`;
const message = (more: object) => ({ messaging_product: 'whatsapp', to: ADA, ...more });

async function codeOf(more: object, to = ADA): Promise<readonly [number, unknown]> {
  const { status, code } = await stage.send(to, more);
  return [status, code];
}

describe('a good request', () => {
  it('of a template is answered with the id, the number and the status', async () => {
    const { status, json } = await stage.send(ADA);
    expect(status).toBe(200);
    expect(json).toEqual({
      messaging_product: 'whatsapp',
      contacts: [{ input: ADA, wa_id: '4915112345678' }],
      messages: [{ id: expect.stringMatching(/^wamid\.HBgM/), message_status: 'accepted' }],
    });
  });

  it('of text has no status, and a wa_id without separators', async () => {
    const { json } = await stage.send('+49 (151) 1234-5678', TEXT);
    expect(json['contacts']).toEqual([{ input: '+49 (151) 1234-5678', wa_id: '4915112345678' }]);
    expect(Object.keys(valueAt(json, 'messages.0') as object)).toEqual(['id']);
  });

  it('without a + is for a number of the business’s own country', async () => {
    const to = async (number: string) => valueAt((await stage.send(number)).json, 'contacts.0.wa_id');
    expect([await to('2125550100'), await to('12125550101')]).toEqual(['12125550100', '12125550101']);
  });

  it('to a user id is answered with it, and to both with both', async () => {
    const byUserId = await stage.graph('POST', path(), { messaging_product: 'whatsapp', recipient: 'DE.9f3kQ2', ...HELLO });
    expect(byUserId.json['contacts']).toEqual([{ input: 'DE.9f3kQ2', user_id: 'DE.9f3kQ2' }]);
    const byBoth = await stage.send(ADA, { recipient: 'DE.9f3kQ2', ...HELLO });
    expect(byBoth.json['contacts']).toEqual([{ input: ADA, wa_id: '4915112345678', user_id: 'DE.9f3kQ2' }]);
  });

  it('to both joins them: the number and the user id are one person from then on', async () => {
    await stage.admin('POST', 'inbound', { user_id: 'DE.9f3kQ2', text: 'Hi' });
    expect((await stage.send(ADA, { recipient: 'DE.9f3kQ2', ...HELLO })).status).toBe(200);
    await stage.send(ADA, TEXT); // in the window that the user id opened
    await stage.settle();
    expect(stage.statuses().map(({ status, recipient_user_id: id }) => [status, id])).toEqual(
      ['sent', 'delivered', 'sent', 'delivered'].map((status) => [status, 'DE.9f3kQ2']),
    );
  });

  it.each(['', '/v1.0', '/v23.0', '/v26.0'])('is taken below "%s"', async (version) => {
    expect((await stage.graph('POST', path(version), message(HELLO))).status).toBe(200);
  });
});

describe('a request that is refused', () => {
  it('for its token: error 190 with 401, whatever else it says', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const response = await fetch(`${stage.emulator.url}${path()}`, { method: 'POST', headers, body: '{' });
      expect([response.status, valueAt(await response.json(), 'error')]).toEqual([
        401,
        expect.objectContaining({ code: 190, type: 'OAuthException' }),
      ]);
    }
  });

  it.each([
    ['messaging_product', { messaging_product: undefined }, 100],
    ['to and recipient', { to: undefined }, 100],
    ['a type that is none', { type: 'fax' }, 100],
    ['callback data of 513 characters', { ...TEXT, biz_opaque_callback_data: 'x'.repeat(513) }, 100],
    ['no object of its type', { type: 'image' }, 131_008],
    ['no number', { to: 'Ada', ...TEXT }, 131_009],
    ['no user id', { to: undefined, recipient: 'Ada', ...TEXT }, 131_009],
    ['its own number', { to: '+15550783881', ...TEXT }, 131_021],
    ['text that is too long', { type: 'text', text: { body: 'x'.repeat(4_097) } }, 100],
    ['media without id and link', { type: 'image', image: {} }, 100],
    ['media with a link that is none', { type: 'image', image: { link: 'file:/x' } }, 131_009],
    ['media that was never uploaded', { type: 'image', image: { id: '1' } }, 131_053],
    ['a place that is none', { type: 'location', location: { latitude: 91, longitude: 0 } }, 131_009],
    [
      'four buttons',
      { type: 'interactive', interactive: { type: 'button', body: { text: 'x' }, action: { buttons: [1, 2, 3, 4] } } },
      131_009,
    ],
    [
      'a list without rows',
      { type: 'interactive', interactive: { type: 'list', body: { text: 'x' }, action: { button: 'x', sections: [{}] } } },
      131_009,
    ],
    ['a contact without a name', { type: 'contacts', contacts: [{}] }, 131_008],
  ])('%s', async (_what, more, code) => {
    expect(await codeOf(more)).toEqual([400, code]);
  });

  it('names what is missing, in the provider’s words', async () => {
    const { json } = await stage.graph('POST', path(), { messaging_product: 'whatsapp', ...TEXT });
    expect(valueAt(json, 'error.message')).toBe('(#100) The parameter to is required.');
  });

  it('for another number id, or a body that is no JSON', async () => {
    expect((await stage.graph('POST', '/v26.0/123/messages', message(HELLO))).code).toBe(33);
    const response = await fetch(`${stage.emulator.url}${path()}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.emulator.accessToken}` },
      body: '{"to',
    });
    expect([response.status, valueAt(await response.json(), 'error.code')]).toEqual([400, 100]);
  });

  it('leaves no message behind', async () => {
    await codeOf({ type: 'image' });
    expect((await stage.admin('GET', 'messages')).json).toEqual({ messages: [] });
  });
});

describe('every type of message', () => {
  const interactive = (kind: string, action: object) => ({
    type: 'interactive',
    interactive: { type: kind, body: { text: 'Which?' }, action },
  });
  it.each<readonly [string, object]>([
    ['text', TEXT],
    ['image', { type: 'image', image: { link: 'https://example.com/a.jpg', caption: 'A' } }],
    ['video', { type: 'video', video: { link: 'https://example.com/a.mp4' } }],
    ['audio', { type: 'audio', audio: { link: 'https://example.com/a.ogg', voice: true } }],
    ['document', { type: 'document', document: { link: 'https://example.com/a.pdf', filename: 'a.pdf' } }],
    ['sticker', { type: 'sticker', sticker: { link: 'https://example.com/a.webp' } }],
    ['location', { type: 'location', location: { latitude: '52.5', longitude: 13.4, name: 'Berlin' } }],
    ['contacts', { type: 'contacts', contacts: [{ name: { formatted_name: 'Ada' }, phones: [] }] }],
    ['reaction', { type: 'reaction', reaction: { message_id: 'wamid.X', emoji: '👍' } }],
    ['buttons', interactive('button', { buttons: [{ type: 'reply', reply: { id: 'y', title: 'Yes' } }] })],
    ['a list', interactive('list', { button: 'Choose', sections: [{ title: 'All', rows: [{ id: 'a', title: 'A' }] }] })],
    ['a link', interactive('cta_url', { name: 'cta_url', parameters: { display_text: 'Open', url: 'https://example.com' } })],
  ])('%s is taken', async (_type, more) => {
    expect(await codeOf(more)).toEqual([200, undefined]);
  });
});

describe('throttles', () => {
  it('a pair takes 45 at once and then one in 6 seconds; other people are not touched', async () => {
    const codes = [];
    for (let index = 0; index < 46; index += 1) codes.push((await codeOf(HELLO))[1]);
    expect(codes).toEqual([...Array.from({ length: 45 }, () => undefined), 131_056]);
    expect(await codeOf(HELLO, '+4915112345679')).toEqual([200, undefined]);
    await stage.advance('4s'); // a second of grace is for the way that requests take
    expect((await codeOf(HELLO))[1]).toBe(131_056);
    await stage.advance('2s');
    expect((await codeOf(HELLO))[1]).toBeUndefined();
    expect((await codeOf(HELLO))[1]).toBe(131_056);
  });

  it('a number takes as many in a second as the scenario says', async () => {
    await stage.admin('POST', 'faults', { requests_per_second: 3 });
    const codes = [];
    for (let index = 0; index < 4; index += 1) codes.push((await codeOf(HELLO, `+4915112345${100 + index}`))[1]);
    expect(codes).toEqual([undefined, undefined, undefined, 130_429]);
    await stage.advance('1s');
    expect((await codeOf(HELLO))[1]).toBeUndefined();
  });
});

it('a message of a customer can be marked as read', async () => {
  const { json } = await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
  const read = { messaging_product: 'whatsapp', status: 'read', message_id: json['message_id'], typing_indicator: { type: 'text' } };
  expect((await stage.graph('POST', path(), read)).json).toEqual({ success: true });
  expect((await stage.graph('POST', path(), { ...read, message_id: 'wamid.NONE' })).code).toBe(131_009);
});
