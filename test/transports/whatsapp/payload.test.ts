// The body of a send, to the letter: the provider refuses what it does not know.

import { describe, expect, it } from 'vitest';
import { parseCallbackData } from '../../../src/domain/callback-data.ts';
import type { FreeForm } from '../../../src/domain/free-form.ts';
import { parameterProblems } from '../../../src/domain/template-parameters.ts';
import type { OutgoingMessage } from '../../../src/ports/transport.ts';
import { payloadOf } from '../../../src/transports/whatsapp/payload.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { digest, outgoing, stored } from './messages.ts';

function bodyOf(message: OutgoingMessage): Record<string, unknown> {
  return JSON.parse(payloadOf(message, digest)) as Record<string, unknown>;
}

type Case = {
  readonly what: string;
  readonly template: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly components: unknown;
};

const head = { name: 'greeting', language: 'en_US', category: 'UTILITY' };
const body = (text: string) => ({ type: 'BODY', text });
const buttons = (...list: readonly object[]) => ({ type: 'BUTTONS', buttons: list });
const url = (target: string) => ({ type: 'URL', text: 'Track', url: target });

const CASES: readonly Case[] = [
  { what: 'no values: no components', template: { components: [body('Hello there')] }, parameters: {}, components: undefined },
  {
    what: 'named values',
    template: { parameter_format: 'NAMED', components: [body('Hello {{name}}, order {{order}} is here.')] },
    parameters: { order: 'A-17', name: 'Ada' },
    components: [
      {
        type: 'body',
        parameters: [
          { type: 'text', parameter_name: 'name', text: 'Ada' },
          { type: 'text', parameter_name: 'order', text: 'A-17' },
        ],
      },
    ],
  },
  {
    what: 'positional values in the order of their numbers, not of the text',
    template: { components: [body('Order {{2}} of {{1}} is here.')] },
    parameters: { '2': 'A-17', '1': 'Ada' },
    components: [
      {
        type: 'body',
        parameters: [
          { type: 'text', text: 'Ada' },
          { type: 'text', text: 'A-17' },
        ],
      },
    ],
  },
  {
    what: 'a value in a named header, and one of the same name in the body',
    template: { parameter_format: 'NAMED', components: [{ type: 'HEADER', format: 'TEXT', text: 'For {{name}}' }, body('Hi {{name}}!')] },
    parameters: { 'header.name': 'Zoë', name: 'Ada' },
    components: [
      { type: 'header', parameters: [{ type: 'text', parameter_name: 'name', text: 'Zoë' }] },
      { type: 'body', parameters: [{ type: 'text', parameter_name: 'name', text: 'Ada' }] },
    ],
  },
  {
    what: 'a value in a positional header',
    template: { components: [{ type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' }, body('It is here.')] },
    parameters: { 'header.1': 'A-17' },
    components: [{ type: 'header', parameters: [{ type: 'text', text: 'A-17' }] }],
  },
  ...(['IMAGE', 'VIDEO'] as const).map((format) => ({
    what: `a header with an ${format} that was uploaded`,
    template: { components: [{ type: 'HEADER', format }, body('Look.')] },
    parameters: { [`header.${format.toLowerCase()}`]: '2871834006348767' },
    components: [{ type: 'header', parameters: [{ type: format.toLowerCase(), [format.toLowerCase()]: { id: '2871834006348767' } }] }],
  })),
  {
    what: 'a header with a document behind a link, under the name that the link has',
    template: { components: [{ type: 'HEADER', format: 'DOCUMENT' }, body('Your bill.')] },
    parameters: { 'header.document': 'https://example.com/bills/October%202026.pdf?key=1' },
    components: [
      {
        type: 'header',
        parameters: [
          {
            type: 'document',
            document: { link: 'https://example.com/bills/October%202026.pdf?key=1', filename: 'October 2026.pdf' },
          },
        ],
      },
    ],
  },
  {
    what: 'a header with a place, digit by digit',
    template: { components: [{ type: 'HEADER', format: 'LOCATION' }, body('We are here.')] },
    parameters: {
      'header.latitude': '52.520008000',
      'header.longitude': '-13.404954',
      'header.name': 'Shop',
      'header.address': 'Am Tor 1',
    },
    components: [
      {
        type: 'header',
        parameters: [
          { type: 'location', location: { latitude: '52.520008000', longitude: '-13.404954', name: 'Shop', address: 'Am Tor 1' } },
        ],
      },
    ],
  },
  {
    what: 'buttons by their place: a quick reply and a fixed address take nothing',
    template: {
      components: [
        body('It is here.'),
        buttons({ type: 'QUICK_REPLY', text: 'Thanks' }, url('https://example.com/shop'), url('https://example.com/t/{{1}}')),
      ],
    },
    parameters: { 'button.2.1': 'A-17' },
    components: [{ type: 'button', sub_type: 'url', index: '2', parameters: [{ type: 'text', text: 'A-17' }] }],
  },
  {
    what: 'a coupon code',
    template: { category: 'MARKETING', components: [body('A gift.'), buttons({ type: 'COPY_CODE', example: 'SUN-20' })] },
    parameters: { 'button.0.1': 'SUN-25' },
    components: [{ type: 'button', sub_type: 'copy_code', index: '0', parameters: [{ type: 'coupon_code', coupon_code: 'SUN-25' }] }],
  },
  {
    what: 'a flow, which wants its component',
    template: { components: [body('Please answer.'), buttons({ type: 'FLOW', text: 'Open', flow_id: '1' })] },
    parameters: {},
    components: [{ type: 'button', sub_type: 'flow', index: '0', parameters: [{ type: 'action', action: { flow_token: 'unused' } }] }],
  },
  ...[
    { type: 'OTP', otp_type: 'COPY_CODE' },
    { type: 'URL', text: 'Copy code', url: 'https://www.whatsapp.com/otp/code/?code={{1}}' },
  ].map((button) => ({
    what: `a one-time code twice, also where its button is of type ${button.type}`,
    template: { category: 'AUTHENTICATION', components: [{ type: 'BODY' }, buttons(button)] },
    parameters: { '1': '123456' },
    components: [
      { type: 'body', parameters: [{ type: 'text', text: '123456' }] },
      { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: '123456' }] },
    ],
  })),
];

describe('a template is sent with', () => {
  it.each(CASES)('$what', ({ template: document, parameters, components }) => {
    const template = stored({ ...head, ...document });
    expect(parameterProblems(template, parameters)).toEqual([]);
    const sent = bodyOf(outgoing({ template, parameters }));
    expect(sent).toMatchObject({ type: 'template', template: { name: 'greeting', language: { code: 'en_US' } } });
    expect((sent['template'] as { components?: unknown }).components).toEqual(components);
  });

  it('values as they are: braces, quotes and other scripts mean nothing', () => {
    const template = stored({ ...head, components: [body('Hello {{1}}!')] });
    const value = '{{2}} "Zoë" \\ 日本 😀';
    expect(bodyOf(outgoing({ template, parameters: { '1': value } }))).toHaveProperty('template.components.0.parameters.0.text', value);
  });

  it('a refusal to be sent at all where a declared value is missing', () => {
    const template = stored({ ...head, parameter_format: 'NAMED', components: [body('Hello {{constructor}}!')] });
    expect(() => payloadOf(outgoing({ template, parameters: {} }), digest)).toThrow('without a value');
  });
});

const FREE_FORM: readonly [what: string, content: FreeForm, object: unknown][] = [
  ['text', { type: 'text', body: 'Hello\nthere' }, { body: 'Hello\nthere' }],
  [
    'an image behind a link',
    { type: 'image', source: 'https://example.com/a.png', caption: 'A' },
    { link: 'https://example.com/a.png', caption: 'A' },
  ],
  ['an uploaded image without a caption', { type: 'image', source: '123' }, { id: '123' }],
  ['a video', { type: 'video', source: '123', caption: 'V' }, { id: '123', caption: 'V' }],
  ['audio, which has no caption', { type: 'audio', source: '123', caption: 'A' }, { id: '123' }],
  ['a sticker, which has none either', { type: 'sticker', source: '123', caption: 'S', filename: 's.webp' }, { id: '123' }],
  ['a document', { type: 'document', source: '123', caption: 'D', filename: 'd.pdf' }, { id: '123', caption: 'D', filename: 'd.pdf' }],
  ['an image, which has no file name', { type: 'image', source: '123', filename: 'i.png' }, { id: '123' }],
  [
    'a document that is named by its link',
    { type: 'document', source: 'https://example.com/d.pdf' },
    { link: 'https://example.com/d.pdf', filename: 'd.pdf' },
  ],
  [
    'a document whose link names nothing',
    { type: 'document', source: 'https://example.com/d?x=a.pdf' },
    { link: 'https://example.com/d?x=a.pdf' },
  ],
  [
    'a document whose name is not encoded well',
    { type: 'document', source: 'https://example.com/%zz.pdf' },
    { link: 'https://example.com/%zz.pdf', filename: '%zz.pdf' },
  ],
];

describe('free-form content', () => {
  it.each(FREE_FORM)('%s', (_, content, object) => {
    const sent = bodyOf(outgoing({ template: null, parameters: {}, freeForm: content }));
    expect(sent).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '+4915112345678',
      type: content.type,
      [content.type]: object,
      biz_opaque_callback_data: expect.any(String),
    });
  });
});

describe('every request', () => {
  it.each([
    ['a number, with its +', { phone: '+4915112345678' as Phone, userId: null }, { to: '+4915112345678' }],
    ['a user id where there is no number', { phone: null, userId: 'DE.9f3kQ2' }, { recipient: 'DE.9f3kQ2' }],
    ['the number where there are both', { phone: '+15550100200' as Phone, userId: 'US.1' }, { to: '+15550100200' }],
  ])('goes to %s', (_, person, recipient) => {
    const { to, recipient: userId } = bodyOf(outgoing(person));
    expect(JSON.parse(JSON.stringify({ to, recipient: userId }))).toEqual(recipient);
  });

  it('carries the name of the message and the attempt, which only this store can make', () => {
    const message = outgoing({ attempt: 3 });
    const data = bodyOf(message)['biz_opaque_callback_data'] as string;
    expect(parseCallbackData(data, digest)).toEqual({ messageId: message.id, attempt: 3 });
    expect(data.length).toBeLessThanOrEqual(512);
  });

  it('has somebody to go to and something to say', () => {
    expect(() => payloadOf(outgoing({ phone: null, userId: null }), digest)).toThrow('without a number');
    expect(() => payloadOf(outgoing({ template: null }), digest)).toThrow('without content');
  });
});
