// Filling a template in: what the recipient reads.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declaredParameters } from '../../src/domain/template-parameters.ts';
import { parseTemplate } from '../../src/domain/template-parse.ts';
import { renderTemplate } from '../../src/domain/template-render.ts';
import type { TemplateContent } from '../../src/domain/template.ts';
import { documentOf, LOGIN_CODE, templateOf } from './templates.ts';

const FULL = templateOf(
  [
    { type: 'HEADER', format: 'TEXT', text: 'Order {{order}}' },
    { type: 'BODY', text: 'Hello {{name}}, {{order}} is here.\nYours, {{name}} & Co.' },
    { type: 'FOOTER', text: 'The shop' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Stop' },
        { type: 'URL', text: 'Track', url: 'https://example.com/{{1}}' },
        { type: 'URL', text: 'Shop', url: 'https://example.com' },
        { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+4915112345678' },
        { type: 'COPY_CODE', example: 'SAVE25' },
        { type: 'CATALOG' },
        { type: 'FLOW', text: 'Book' },
      ],
    },
  ],
  { parameter_format: 'NAMED' },
);

describe('renderTemplate', () => {
  it('fills header, body and buttons, each from its own parameters', () => {
    const parameters = { 'header.order': 'A-17', name: 'Ada', order: 'B-18', 'button.1.1': 'b18', 'button.4.1': 'SUN20' };
    expect(renderTemplate(FULL, parameters)).toEqual({
      header: { format: 'text', text: 'Order A-17' },
      body: 'Hello Ada, B-18 is here.\nYours, Ada & Co.',
      footer: 'The shop',
      buttons: [
        { kind: 'quick_reply', text: 'Stop', target: null },
        { kind: 'url', text: 'Track', target: 'https://example.com/b18' },
        { kind: 'url', text: 'Shop', target: 'https://example.com' },
        { kind: 'phone_number', text: 'Call', target: '+4915112345678' },
        { kind: 'copy_code', text: 'Copy offer code', target: 'SUN20' },
        { kind: 'catalog', text: 'View catalog', target: null },
        { kind: 'flow', text: 'Book', target: null },
      ],
    });
  });

  it('shows the variables of parameters that are not given', () => {
    const { header, body, buttons } = renderTemplate(FULL, { constructor: 'x' });
    expect(header?.text).toBe('Order {{order}}');
    expect(body).toContain('Hello {{name}}, {{order}} is here.');
    expect(buttons[1]?.target).toBe('https://example.com/{{1}}');
    expect(buttons[4]?.target).toBe('{{button.4.1}}');
  });

  it.each([
    ['IMAGE', { 'header.image': 'https://example.com/a.jpg' }, { format: 'image', text: 'https://example.com/a.jpg' }],
    ['VIDEO', {}, { format: 'video', text: '{{header.video}}' }],
    ['DOCUMENT', { 'header.document': '123' }, { format: 'document', text: '123' }],
    [
      'LOCATION',
      { 'header.name': 'Shop', 'header.address': 'Berlin', 'header.latitude': '52.5', 'header.longitude': '13.4' },
      { format: 'location', text: 'Shop, Berlin (52.5, 13.4)' },
    ],
  ])('shows what a %s header carries', (format, parameters, header) => {
    expect(
      renderTemplate(
        templateOf([
          { type: 'HEADER', format },
          { type: 'BODY', text: 'Hello' },
        ]),
        parameters,
      ),
    ).toMatchObject({ header });
  });

  it('writes the texts of an authentication template and puts the code in both places', () => {
    const components = [
      { type: 'BODY', add_security_recommendation: true },
      { type: 'FOOTER', code_expiration_minutes: 5 },
      { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copy it' }] },
    ];
    expect(renderTemplate(parseTemplate({ ...LOGIN_CODE, components }), { 1: '123456' })).toEqual({
      header: null,
      body: '*123456* is your verification code. For your security, do not share this code.',
      footer: 'This code expires in 5 minutes.',
      buttons: [{ kind: 'otp', text: 'Copy it', target: '123456' }],
    });
    expect(renderTemplate(parseTemplate(LOGIN_CODE), {})).toMatchObject({
      body: '*{{1}}* is your verification code.',
      footer: null,
      buttons: [{ text: 'Copy code', target: '{{1}}' }],
    });
  });

  it('uses the text that the provider wrote in the language of an authentication template', () => {
    const components = [
      { type: 'BODY', text: 'Dein Code ist *{{1}}*.' },
      { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Kopieren', url: 'https://www.whatsapp.com/otp/code/?code=otp{{1}}' }] },
    ];
    expect(renderTemplate(parseTemplate({ ...LOGIN_CODE, language: 'de', components }), { 1: '42' })).toMatchObject({
      body: 'Dein Code ist *42*.',
      buttons: [{ kind: 'otp', text: 'Kopieren', target: '42' }],
    });
  });

  it('has no header, footer and buttons where there are none', () => {
    expect(renderTemplate(parseTemplate(documentOf()), {})).toEqual({ header: null, body: 'Hello there', footer: null, buttons: [] });
  });

  it('passes over components that it cannot read, as a store of a later version may have them', () => {
    const odd: TemplateContent = {
      ...FULL,
      components: [
        { type: 'HEADER', format: 'HOLOGRAM' },
        { type: 'BODY' },
        { type: 'FOOTER' },
        { type: 'BUTTONS', buttons: [{ type: 'MPM' }] },
      ],
    };
    expect(renderTemplate(odd, {})).toEqual({
      header: null,
      body: '',
      footer: null,
      buttons: [{ kind: 'quick_reply', text: '', target: null }],
    });
  });

  it('puts every value in as it is and never reads it again', () => {
    const value = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('$&', '$1', '{{name}}', '{{order}}', '\\', '$$'));
    fc.assert(
      fc.property(value, value, (name, order) => {
        expect(renderTemplate(FULL, { name, order }).body).toBe(`Hello ${name}, ${order} is here.\nYours, ${name} & Co.`);
      }),
    );
  });

  it('leaves no variable when every declared parameter is given', () => {
    const part = fc.constantFrom('{{1}}', '{{2}}', '{{3}}', ' text ', ', ', '\n');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = `a {{1}} b {{2}} c {{3}} ${parts.join(' x ')} z`;
        const template = templateOf([{ type: 'BODY', text }]);
        const parameters = Object.fromEntries(declaredParameters(template).map((parameter) => [parameter, 'v']));
        const { body } = renderTemplate(template, parameters);
        expect(body).not.toContain('{{');
        expect(body).toBe(text.replace(/\{\{\d\}\}/g, 'v'));
      }),
    );
  });
});
