// Free-form content: the text that the store keeps, and what the provider would refuse.

import { describe, expect, it } from 'vitest';
import { type FreeForm, freeFormFlaw, freeFormText, toFreeForm } from '../../src/domain/free-form.ts';

describe('the text of a content', () => {
  it.each<FreeForm>([
    { type: 'text', body: 'Thank you "Ada"' },
    { type: 'image', source: 'https://example.com/a.png', caption: 'Here' },
    { type: 'document', source: '123', filename: 'contract.pdf' },
    { type: 'audio', source: '123' },
  ])('says the same when it is read again: %j', (content) => {
    expect(toFreeForm(freeFormText(content))).toEqual(content);
  });

  it('is the same whatever the order of its parts was', () => {
    expect(freeFormText({ caption: 'a', source: '1', type: 'image' })).toBe(freeFormText({ type: 'image', source: '1', caption: 'a' }));
  });
});

describe('what is wrong with a content', () => {
  it.each<[FreeForm, string]>([
    [{ type: 'text', body: ' \n' }, 'text: empty'],
    [{ type: 'text', body: 'x'.repeat(4_097) }, 'text: at most 4096 characters'],
    [{ type: 'image', source: '1', caption: 'x'.repeat(1_025) }, 'caption: at most 1024 characters'],
    [{ type: 'audio', source: '1', caption: 'x' }, 'caption: audio has none'],
    [{ type: 'sticker', source: '1', caption: 'x' }, 'caption: sticker has none'],
    [{ type: 'image', source: '1', filename: 'a.png' }, 'filename: only a document has one'],
    [{ type: 'document', source: '1', filename: 'x'.repeat(241) }, 'filename: at most 240 characters'],
  ])('is told: %#', (content, flaw) => {
    const { part, message } = freeFormFlaw(content) ?? { part: '', message: '' };
    expect(`${part}: ${message}`).toBe(flaw);
  });

  it.each<FreeForm>([
    { type: 'text', body: '🎉'.repeat(4_096) },
    { type: 'video', source: '1', caption: 'é'.repeat(1_024) },
    { type: 'document', source: '1', caption: 'yours', filename: 'a.pdf' },
    { type: 'sticker', source: '1' },
  ])('is nothing where the provider takes it: %#', (content) => {
    expect(freeFormFlaw(content)).toBeNull();
  });
});
