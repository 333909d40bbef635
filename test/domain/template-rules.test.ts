// The provider's rules for the parts of a template, through the parser, as a user meets them.

import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../src/domain/template-parse.ts';
import { documentOf, LOGIN_CODE, refusalOf } from './templates.ts';

const URL_BUTTON = { type: 'URL', text: 'Track', url: 'https://example.com' };
const REPLY = { type: 'QUICK_REPLY', text: 'Yes' };
const PHONE = { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+4915112345678' };

const body = (text: string, fields: object = {}) => documentOf({ components: [{ type: 'BODY', text }], ...fields });
const named = (text: string) => body(text, { parameter_format: 'NAMED' });
const beside = (component: object, fields: object = {}) =>
  documentOf({ components: [{ type: 'BODY', text: 'Hello' }, component], ...fields });
const buttons = (...list: readonly object[]) => beside({ type: 'BUTTONS', buttons: list });
const login = (...components: readonly object[]) => documentOf({ category: 'AUTHENTICATION', components });
const OTP = { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] };

describe('checkTemplate', () => {
  it.each<[string, unknown]>([
    ['a variable used twice', body('{{1}}'.padStart(9, 'Hi, ').concat(' and again {{1}}.'))],
    ['variables in another order', body('First {{2}}, then {{1}}.')],
    ['variables with a space between them', body('Dear {{1}} {{2}}, hello.')],
    ['twelve variables', body(`A ${Array.from({ length: 12 }, (_, index) => `{{${index + 1}}}`).join(' b ')} z`)],
    ['named variables', named('Hello {{first_name}}, order {{order_2}} is here.')],
    ['braces that are not double', body('A {set} of things')],
    ['a header that ends with its variable', beside({ type: 'HEADER', format: 'TEXT', text: 'Hello {{1}}' })],
    ['a header with a place', beside({ type: 'HEADER', format: 'LOCATION' })],
    ['replies before links', buttons(REPLY, REPLY, URL_BUTTON, PHONE)],
    ['links before replies', buttons(URL_BUTTON, PHONE, REPLY, REPLY)],
    ['two links', buttons(URL_BUTTON, { ...URL_BUTTON, url: 'https://example.com/{{1}}' })],
    ['an authentication template', LOGIN_CODE],
    ['a variable at the start that the provider has let pass', body('{{1}} is here', { status: 'APPROVED' })],
    ['an approved authentication template without buttons', { ...LOGIN_CODE, status: 'APPROVED', components: [{ type: 'BODY' }] }],
  ])('passes %s', (_, document) => {
    expect(() => parseTemplate(document)).not.toThrow();
  });

  it.each<[string, unknown, string, RegExp]>([
    [
      'two bodies',
      documentOf({
        components: [
          { type: 'BODY', text: 'a' },
          { type: 'BODY', text: 'b' },
        ],
      }),
      'components[1]',
      /second BODY/,
    ],
    ['no body', documentOf({ components: [{ type: 'FOOTER', text: 'a' }] }), 'components', /no BODY/],
    ['a body without text', documentOf({ components: [{ type: 'BODY' }] }), 'components[0].text', /missing/],
    ['a text header without text', beside({ type: 'HEADER', format: 'TEXT' }), 'components[1].text', /missing/],
    ['a footer without text', beside({ type: 'FOOTER' }), 'components[1].text', /missing/],
    ['a gap in the numbers', body('Hi {{1}} and {{3}} there.'), 'components[0].text', /leaves out/],
    ['numbers from 0', body('Hi {{0}} there.'), 'components[0].text', /\{\{0\}\}/],
    ['a number with zeros', body('Hi {{01}} there.'), 'components[0].text', /\{\{01\}\}/],
    ['names where numbers belong', body('Hi {{name}} there.'), 'components[0].text', /no positional variable/],
    ['numbers where names belong', named('Hi {{1}} there.'), 'components[0].text', /no named variable/],
    ['a name in capitals', named('Hi {{Name}} there.'), 'components[0].text', /\{\{Name\}\}/],
    ['a name with a sign', named('Hi {{na$me}} there.'), 'components[0].text', /na\$me/],
    ['a name with spaces', named('Hi {{ name }} there.'), 'components[0].text', /no named variable/],
    ['the name of the prototype', named('Hi {{__proto__}} there.'), 'components[0].text', /no named variable/],
    ['an empty variable', body('Hi {{}} there.'), 'components[0].text', /\{\{\}\}/],
    ['open braces', body('Hi {{1} there.'), 'components[0].text', /braces/],
    ['closed braces', body('Hi 1}} there.'), 'components[0].text', /braces/],
    ['a variable at the start', body(' {{1}} hello'), 'components[0].text', /begins or ends/],
    ['a variable at the end', body('hello {{1}}\n'), 'components[0].text', /begins or ends/],
    ['variables side by side', body('hello {{1}}{{2}} there'), 'components[0].text', /nothing between/],
    [
      'two variables in the header',
      beside({ type: 'HEADER', format: 'TEXT', text: '{{1}} and {{2}}' }),
      'components[1].text',
      /more than one/,
    ],
    ['a variable in the footer', beside({ type: 'FOOTER', text: 'Hi {{1}} there' }), 'components[1].text', /has a variable/],
    ['three links', buttons(URL_BUTTON, URL_BUTTON, URL_BUTTON), 'components[1].buttons[2]', /URL button too many/],
    ['two numbers to call', buttons(PHONE, PHONE), 'components[1].buttons[1]', /too many/],
    ['mixed buttons', buttons(REPLY, URL_BUTTON, REPLY), 'components[1].buttons', /mixes/],
    ['links around a reply', buttons(URL_BUTTON, REPLY, PHONE), 'components[1].buttons', /mixes/],
    ['a code button elsewhere', buttons({ type: 'OTP', otp_type: 'COPY_CODE' }), 'components[1].buttons[0]', /OTP/],
    ['a link without scheme', buttons({ ...URL_BUTTON, url: 'example.com' }), 'components[1].buttons[0].url', /address/],
    ['a link that runs code', buttons({ ...URL_BUTTON, url: 'javascript:alert(1)' }), 'components[1].buttons[0].url', /address/],
    ['a link with a space', buttons({ ...URL_BUTTON, url: 'https://example.com/a b' }), 'components[1].buttons[0].url', /address/],
    ['a link that is a variable', buttons({ ...URL_BUTTON, url: '{{1}}' }), 'components[1].buttons[0].url', /address/],
    [
      'a variable inside a link',
      buttons({ ...URL_BUTTON, url: 'https://example.com/{{1}}/x' }),
      'components[1].buttons[0].url',
      /at its end/,
    ],
    [
      'two variables in a link',
      buttons({ ...URL_BUTTON, url: 'https://e.com/{{1}}/{{2}}' }),
      'components[1].buttons[0].url',
      /one variable/,
    ],
    [
      'one variable twice in a link',
      buttons({ ...URL_BUTTON, url: 'https://e.com/{{1}}/{{1}}' }),
      'components[1].buttons[0].url',
      /one variable/,
    ],
    [
      'authentication with a header',
      login({ type: 'HEADER', format: 'TEXT', text: 'Hi' }, { type: 'BODY' }, OTP),
      'components[0]',
      /no place/,
    ],
    ['authentication with its own text', login({ type: 'BODY', text: 'Here is your code' }, OTP), 'components[0].text', /not the text/],
    ['authentication with a wrong button', login({ type: 'BODY' }, { type: 'BUTTONS', buttons: [REPLY] }), 'components[1].buttons', /OTP/],
    ['authentication without a button', login({ type: 'BODY' }), 'components', /no BUTTONS/],
    [
      'a short life of marketing',
      body('Hello', { category: 'MARKETING', message_send_ttl_seconds: 60 }),
      'message_send_ttl_seconds',
      /43200/,
    ],
    ['no life of marketing', body('Hello', { category: 'MARKETING', message_send_ttl_seconds: -1 }), 'message_send_ttl_seconds', /43200/],
    ['a long life of a code', { ...LOGIN_CODE, message_send_ttl_seconds: 901 }, 'message_send_ttl_seconds', /900/],
  ])('refuses %s and names the place', (_, document, path, reason) => {
    const refusal = refusalOf(document);
    expect(refusal).toMatchObject({ code: 'template_invalid', details: { path } });
    expect(refusal.message).toMatch(reason);
    expect(refusal.hint).not.toBe('');
  });
});
