// Two contents are alike when a recipient reads the same; what the provider adds, and the words of one-time codes, make no difference.

import { describe, expect, it } from 'vitest';
import { readsAlike } from '../../src/domain/template-likeness.ts';
import type { TemplateComponent, TemplateContent } from '../../src/domain/template.ts';

const BODY = { type: 'BODY', text: 'Hello {{name}}, your order is here.' };
const HEADER = { type: 'HEADER', format: 'IMAGE' };
const FOOTER = { type: 'FOOTER', text: 'Your shop' };
const url = (target: string) => ({ type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Track', url: target }] });

function content(components: readonly TemplateComponent[], rest: Partial<TemplateContent> = {}): TemplateContent {
  return {
    name: 'order',
    language: 'en',
    category: 'utility',
    parameterFormat: 'named',
    components,
    ttlSeconds: null,
    bidAmount: null,
    ...rest,
  };
}

const whole = content([HEADER, BODY, FOOTER, url('https://shop.example/{{1}}')]);

describe('a template with its own words', () => {
  it.each([
    ['itself', whole],
    [
      'examples and links of the provider',
      content([{ ...HEADER, example: { header_handle: ['https://cdn.example/1'] } }, ...whole.components.slice(1)]),
    ],
    ['another category', { ...whole, category: 'marketing' as const }],
    ['another name and language', { ...whole, name: 'parcel', language: 'de' }],
    ['components in another order', content(whole.components.toReversed())],
  ])('reads like %s', (_, other) => {
    expect(readsAlike(whole, other)).toBe(true);
  });

  it.each([
    ['another body', content([HEADER, { ...BODY, text: 'Hi {{name}}.' }, FOOTER, url('https://shop.example/{{1}}')])],
    ['a header of another kind', content([{ ...HEADER, format: 'VIDEO' }, ...whole.components.slice(1)])],
    ['no footer', content([HEADER, BODY, url('https://shop.example/{{1}}')])],
    ['a button that leads elsewhere', content([HEADER, BODY, FOOTER, url('https://other.example/{{1}}')])],
    ['parameters by position', { ...whole, parameterFormat: 'positional' as const }],
    ['a one-time code', { ...whole, category: 'authentication' as const }],
  ])('does not read like one with %s', (_, other) => {
    expect(readsAlike(whole, other)).toBe(false);
    expect(readsAlike(other, whole)).toBe(false);
  });
});

describe('a one-time code', () => {
  const code = (components: readonly TemplateComponent[]) =>
    content(components, { category: 'authentication', parameterFormat: 'positional' });
  const asked = code([
    { type: 'BODY', add_security_recommendation: true },
    { type: 'FOOTER', code_expiration_minutes: 10 },
    { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] },
  ]);

  it('reads like what the provider wrote of it', () => {
    const given = code([
      { type: 'BODY', text: '*{{1}}* ist dein Code.', add_security_recommendation: true },
      { type: 'FOOTER', text: 'Dieser Code läuft in 10 Minuten ab.', code_expiration_minutes: 10 },
      { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Kopieren', url: 'https://provider.example/{{1}}' }] },
    ]);
    expect(readsAlike(asked, given)).toBe(true);
    expect(readsAlike(asked, code([{ type: 'BODY', text: '*{{1}}*' }]))).toBe(true); // which does not say what was chosen
  });

  it('does not read like one with other choices', () => {
    expect(readsAlike(asked, code([{ type: 'BODY', add_security_recommendation: false }]))).toBe(false);
    expect(readsAlike(asked, code([{ type: 'BODY' }, { type: 'FOOTER', code_expiration_minutes: 5 }]))).toBe(false);
  });
});
