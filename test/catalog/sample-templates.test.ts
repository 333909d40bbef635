// The sample templates keep the provider's rules, so that they could be submitted as they are.

import { describe, expect, it } from 'vitest';
import { sampleTemplates } from '../../src/catalog/sample-templates.ts';

type Sample = {
  readonly name: string;
  readonly language: string;
  readonly category: string;
  readonly components: readonly { readonly type: string; readonly text?: string; readonly example?: object }[];
};

const SAMPLES = sampleTemplates() as readonly Sample[];

describe('sampleTemplates', () => {
  it('has the six that the demo and the README use', () => {
    expect(SAMPLES.map(({ name, language, category }) => `${name} ${language} ${category}`)).toEqual([
      'hello_world en_US UTILITY',
      'order_shipped en_US UTILITY',
      'order_shipped de UTILITY',
      'order_shipped es UTILITY',
      'summer_sale en_US MARKETING',
      'login_code en_US AUTHENTICATION',
    ]);
  });

  it.each(SAMPLES.map((sample) => [`${sample.name} ${sample.language}`, sample] as const))(
    '%s keeps the rules of the provider for its text',
    (_, { category, components }) => {
      const body = components.find(({ type }) => type === 'BODY');
      // The provider writes the text of authentication templates itself and refuses any other.
      expect(body?.text === undefined).toBe(category === 'AUTHENTICATION');
      for (const { type, text = '', example } of components) {
        expect(text.length).toBeLessThanOrEqual(type === 'BODY' ? 1_024 : 60);
        expect(text).not.toMatch(/^\s*\{\{|\}\}\W*$|\}\}\s*\{\{/);
        expect(example !== undefined).toBe(text.includes('{{'));
      }
    },
  );

  it('order_shipped has the same parameters in each language', () => {
    const bodies = SAMPLES.filter(({ name }) => name === 'order_shipped').map(({ components }) => components[0]?.text ?? '');
    for (const body of bodies) expect(body.match(/\{\{\w+\}\}/g)).toEqual(['{{name}}', '{{order}}']);
  });
});
