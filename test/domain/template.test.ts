// The identity of a template's content.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../src/domain/template-parse.ts';
import { canonicalTemplate, type TemplateComponent } from '../../src/domain/template.ts';
import { documentOf } from './templates.ts';

describe('canonicalTemplate', () => {
  const template = parseTemplate(documentOf({ components: [{ type: 'BODY', text: 'Hello {{1}}!', example: { body_text: [['Ada']] } }] }));

  it('does not depend on the order of keys', () => {
    const [body] = template.components;
    const turned = { components: [Object.fromEntries(Object.entries(body ?? {}).toReversed()) as TemplateComponent], language: 'en' };
    expect(
      canonicalTemplate({
        ...turned,
        name: 'greeting',
        category: 'utility',
        parameterFormat: 'positional',
        ttlSeconds: null,
        bidAmount: null,
      }),
    ).toBe(canonicalTemplate(template));
  });

  it('leaves out what is not content: the status of a review, its id', () => {
    expect(canonicalTemplate(parseTemplate(documentOf({ status: 'PENDING', id: '7' })))).toBe(
      canonicalTemplate(parseTemplate(documentOf())),
    );
  });

  it.each([
    ['name', { name: 'other' }],
    ['language', { language: 'de' }],
    ['category', { category: 'marketing' as const }],
    ['format', { parameterFormat: 'named' as const }],
    ['order of components', { components: [...template.components, { type: 'FOOTER', text: 'x' }].toReversed() }],
    ['text', { components: [{ type: 'BODY', text: 'Hello {{1}}?' }] }],
    ['time to live', { ttlSeconds: 300 }],
  ])('depends on the %s', (_, change) => {
    expect(canonicalTemplate({ ...template, ...change })).not.toBe(canonicalTemplate(template));
  });

  it('does not mention a time to live that is not set, so that what was hashed without one keeps its hash', () => {
    expect(Object.keys(JSON.parse(canonicalTemplate(template)) as object)).toEqual([
      'category',
      'components',
      'language',
      'name',
      'parameterFormat',
    ]);
  });

  it('is the same text for any JSON, read again', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        const content = { ...template, components: [{ ...fields, type: 'BODY' }] };
        const again = { ...content, components: JSON.parse(JSON.stringify(content.components)) as TemplateComponent[] };
        expect(canonicalTemplate(again)).toBe(canonicalTemplate(content));
      }),
    );
  });
});
