// Templates: added, replaced, listed.

import { expect, it } from 'vitest';
import type { Template } from '../../../src/domain/template.ts';
import { makeSender, makeTemplate, start } from './fixture.ts';
import type { Exam } from './exam.ts';

/** The cases. */
export function examTemplates(exam: Exam): void {
  it('gives a template back as it was put', async () => {
    const { store, senderId } = await start(exam);
    const template = makeTemplate(senderId, {
      name: 'order_shipped',
      language: 'pt_BR',
      category: 'authentication',
      status: 'pending',
      parameterFormat: 'positional',
      parameters: ['1', 'header.1', 'button.0.1'],
      ttlSeconds: 300,
      components: [
        { type: 'BODY', text: 'Olá {{1}} 🧾 "x" \\ \u0000', example: { body_text: [['Ana']] }, z: null, a: 1.5 },
        { type: 'FOOTER', text: '' },
      ],
    });
    expect(await store.putTemplate(template)).toBe('added');
    const [found] = await store.listTemplates({ senderId, name: 'order_shipped' });
    expect(found).toEqual(template);
    expect(Object.keys(found?.components[0] ?? {})).toEqual(['type', 'text', 'example', 'z', 'a']);
  });

  it('keeps the first of two that say the same', async () => {
    const { store, senderId } = await start(exam);
    const [first] = await store.listTemplates({ senderId, name: 'offer' });
    expect(await store.putTemplate(makeTemplate(senderId))).toBe('unchanged');
    expect(await store.listTemplates({ senderId, name: 'offer' })).toEqual([first]);
  });

  it.each<[string, Partial<Template>]>([
    ['content', { components: [{ type: 'BODY', text: 'Good morning' }] }],
    ['category', { category: 'utility' }],
    ['status', { status: 'paused' }],
    ['time to live', { ttlSeconds: -1 }],
  ])('puts another %s in the place of the old one', async (_what, change) => {
    const { store, senderId } = await start(exam);
    const next = makeTemplate(senderId, change);
    expect(await store.putTemplate(next)).toBe('updated');
    expect(await store.listTemplates({ senderId, name: 'offer' })).toEqual([next]);
  });

  it('lists by name and language, and keeps senders apart', async () => {
    const { store, senderId } = await start(exam);
    const shop = makeSender({ name: 'shop' });
    await store.putSender(shop);
    for (const [name, language] of [
      ['welcome', 'en'],
      ['offer', 'de'],
      ['alarm', 'fr'],
    ] as const) {
      expect(await store.putTemplate(makeTemplate(senderId, { name, language }))).toBe('added');
    }
    expect(await store.putTemplate(makeTemplate(shop.id))).toBe('added');
    const names = (templates: readonly Template[]) => templates.map(({ name, language }) => `${name} ${language}`);
    expect(names(await store.listTemplates({ senderId, name: null }))).toEqual([
      'alarm fr',
      'notice en',
      'offer de',
      'offer en',
      'welcome en',
    ]);
    expect(names(await store.listTemplates({ senderId, name: 'offer' }))).toEqual(['offer de', 'offer en']);
    expect(names(await store.listTemplates({ senderId: shop.id, name: null }))).toEqual(['offer en']);
    expect(await store.listTemplates({ senderId, name: 'nothing' })).toEqual([]);
  });
}
