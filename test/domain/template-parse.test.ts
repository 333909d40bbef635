// Reading templates: what the provider's format allows, and that every refusal names its place.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleTemplates } from '../../src/catalog/sample-templates.ts';
import { parseTemplate } from '../../src/domain/template-parse.ts';
import { AppError } from '../../src/errors.ts';
import { documentOf, refusalOf } from './templates.ts';

describe('parseTemplate', () => {
  it('reads the document that creates a template', () => {
    const components = [
      { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}', example: { header_text: ['A-17'] } },
      { type: 'BODY', text: 'Hello {{1}}, it is on its way.' },
      { type: 'FOOTER', text: 'The shop' },
      { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Track', url: 'https://example.com/t/{{1}}' }] },
    ];
    expect(parseTemplate({ name: 'order_shipped', language: 'en_US', category: 'UTILITY', components })).toEqual({
      name: 'order_shipped',
      language: 'en_US',
      category: 'utility',
      parameterFormat: 'positional',
      ttlSeconds: null,
      bidAmount: null,
      status: 'approved',
      components,
    });
  });

  it('reads an item of the list, with the fields that only the list has', () => {
    const listed = documentOf({
      id: '1234567890',
      status: 'PAUSED',
      parameter_format: 'NAMED',
      quality_score: { score: 'GREEN', date: 1_793_000_000 },
      components: [
        { type: 'BODY', text: '{{first}} is here', example: { body_text_named_params: [{ param_name: 'first', example: 'Ada' }] } },
      ],
    });
    const template = parseTemplate(listed);
    expect(template).toMatchObject({ status: 'paused', parameterFormat: 'named' });
    expect(template.components[0]).toEqual(expect.objectContaining({ example: expect.anything() }));
    expect(template).not.toHaveProperty('id');
  });

  it('reads an authentication template as the list gives it back', () => {
    const url = 'https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code_expiration_minutes=5&code=otp{{1}}';
    const listed = documentOf({
      category: 'AUTHENTICATION',
      status: 'APPROVED',
      parameter_format: 'NAMED',
      components: [
        { type: 'BODY', text: '*{{1}}* is your verification code.', add_security_recommendation: false },
        { type: 'FOOTER', text: 'This code expires in 5 minutes.', code_expiration_minutes: 5 },
        { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Copy code', url }] },
      ],
    });
    expect(parseTemplate(listed)).toMatchObject({ category: 'authentication', parameterFormat: 'positional' });
  });

  it('takes words in any case and writes components in capitals', () => {
    const template = parseTemplate(
      documentOf({
        category: 'marketing',
        parameter_format: 'named',
        components: [
          { type: 'header', format: 'image' },
          { type: 'body', text: 'Hello {{name}}!' },
          { type: 'buttons', buttons: [{ type: 'quick_reply', text: 'Yes' }] },
        ],
      }),
    );
    expect(template.components).toEqual([
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Hello {{name}}!' },
      { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Yes' }] },
    ]);
  });

  it.each([
    ['en-US', 'en_US'],
    ['pt_BR', 'pt_BR'],
    ['fil', 'fil'],
  ])('writes the language %s as %s', (language, written) => {
    expect(parseTemplate(documentOf({ language })).language).toBe(written);
  });

  it.each([
    ['APPROVED', 'approved'],
    ['approved', 'approved'],
    ['REINSTATED', 'approved'],
    ['PENDING', 'pending'],
    ['IN_APPEAL', 'pending'],
    ['REJECTED', 'rejected'],
    ['PAUSED', 'paused'],
    ['DISABLED', 'disabled'],
    ['PENDING_DELETION', 'disabled'],
    [undefined, 'approved'],
  ])('takes the status %s as %s', (status, meaning) => {
    expect(parseTemplate(documentOf({ status })).status).toBe(meaning);
  });

  it.each([30, 43_200, -1])('takes a time to live of %i seconds for utility', (seconds) => {
    expect(parseTemplate(documentOf({ message_send_ttl_seconds: seconds })).ttlSeconds).toBe(seconds);
  });

  it.each([undefined, null])('takes %s for the time to live of the category', (seconds) => {
    expect(parseTemplate(documentOf({ message_send_ttl_seconds: seconds })).ttlSeconds).toBeNull();
  });

  it.each([
    [300, 'MARKETING', 300],
    [-1, 'MARKETING', -1],
    [0, 'UTILITY', null],
  ])('takes a time to live of %i of a reviewed %s template as it is: %s', (seconds, category, ttlSeconds) => {
    expect(parseTemplate(documentOf({ message_send_ttl_seconds: seconds, category, status: 'APPROVED' }))).toMatchObject({ ttlSeconds });
  });

  it.each(sampleTemplates().map((sample) => [JSON.stringify(sample), sample] as const))('reads the sample %s', (_, sample) => {
    expect(() => parseTemplate(sample)).not.toThrow();
  });

  it.each<[string, unknown, string, RegExp]>([
    ['nothing', undefined, '', /document is missing/],
    ['text', 'hello', '', /must be an object/],
    ['a list', [documentOf()], '', /must be an object/],
    ['the answer of the list', { data: [documentOf()] }, 'name', /missing/],
    ['a name in capitals', documentOf({ name: 'Hello' }), 'name', /small letters/],
    ['a name of 513 letters', documentOf({ name: 'a'.repeat(513) }), 'name', /512/],
    ['a language in words', documentOf({ language: 'German' }), 'language', /language code/],
    ['an unknown category', documentOf({ category: 'OTP' }), 'category', /MARKETING, UTILITY, AUTHENTICATION/],
    ['an unknown format', documentOf({ parameter_format: 'BOTH' }), 'parameter_format', /NAMED, POSITIONAL/],
    ['an unknown status', documentOf({ status: 'FINE' }), 'status', /none of APPROVED/],
    ['no components', documentOf({ components: [] }), 'components', /must not be empty/],
    ['a component that is a number', documentOf({ components: [7] }), 'components[0]', /must be an object/],
    ['a component without type', documentOf({ components: [{ text: 'Hi' }] }), 'components[0].type', /missing/],
    ['a carousel', documentOf({ components: [{ type: 'CAROUSEL', cards: [] }] }), 'components[0].type', /"CAROUSEL".*this version/],
    ['a GIF header', documentOf({ components: [{ type: 'HEADER', format: 'GIF' }] }), 'components[0].format', /none of TEXT/],
    ['a body that is a number', documentOf({ components: [{ type: 'BODY', text: 7 }] }), 'components[0].text', /must be a string/],
    ['a blank body', documentOf({ components: [{ type: 'BODY', text: ' ' }] }), 'components[0].text', /1 to 1024/],
    ['an empty body', documentOf({ components: [{ type: 'BODY', text: '' }] }), 'components[0].text', /1 to 1024/],
    ['too many buttons', withButtons(Array.from({ length: 11 }, () => reply('Yes'))), 'components[1].buttons', /1 to 10/],
    ['a button of products', withButtons([{ type: 'MPM', text: 'See' }]), 'components[1].buttons[0].type', /"MPM"/],
    ['a long label', withButtons([reply('x'.repeat(26))]), 'components[1].buttons[0].text', /1 to 25/],
    ['a long coupon', withButtons([{ type: 'COPY_CODE', example: 'x'.repeat(16) }]), 'components[1].buttons[0].example', /15/],
    ['a coupon that is a number', withButtons([{ type: 'COPY_CODE', example: [25] }]), 'components[1].buttons[0].example', /15/],
    [
      'half minutes',
      documentOf({ components: [{ type: 'FOOTER', code_expiration_minutes: 0.5 }] }),
      'components[0].code_expiration_minutes',
      /whole/,
    ],
  ])('refuses %s and names the place', (_, document, path, reason) => {
    const refusal = refusalOf(document);
    expect(refusal).toMatchObject({ code: 'template_invalid', details: { path } });
    expect(refusal.message).toMatch(reason);
    expect(refusal.hint).not.toBe('');
  });

  it('counts characters, not halves of emoji', () => {
    expect(() => parseTemplate(withButtons([reply('🎉'.repeat(25))]))).not.toThrow();
  });

  it('takes any value without another error than its own', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record({ name: fc.string(), language: fc.string(), category: fc.constant('UTILITY'), components: fc.jsonValue() }),
      fc
        .array(fc.record({ type: fc.constantFrom('HEADER', 'BODY', 'FOOTER', 'BUTTONS'), text: fc.string(), buttons: fc.jsonValue() }))
        .map((components) => documentOf({ components })),
    );
    fc.assert(
      fc.property(anything, (document) => {
        try {
          parseTemplate(document);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(error).toMatchObject({ code: 'template_invalid' });
        }
      }),
      { numRuns: 500 },
    );
  });
});

function withButtons(buttons: readonly object[]) {
  return documentOf({
    components: [
      { type: 'BODY', text: 'Hello' },
      { type: 'BUTTONS', buttons },
    ],
  });
}

function reply(text: string) {
  return { type: 'QUICK_REPLY', text };
}
