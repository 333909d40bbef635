// Free-form content: what a company may answer inside an open window without a template. Owns the shape that the store keeps as JSON.

import { characterCount } from '../values/text.ts';

/** Media that the provider takes in a free-form message. */
export const MEDIA_KINDS = ['image', 'video', 'audio', 'document', 'sticker'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** `source` is a link, or the id of an uploaded file (digits). A caption is not for audio and stickers, a file name for documents only. */
export type FreeForm =
  | { readonly type: 'text'; readonly body: string }
  | { readonly type: MediaKind; readonly source: string; readonly caption?: string; readonly filename?: string };

// The provider's page of message types.
const BODY_MAX = 4_096;
const CAPTION_MAX = 1_024;
const FILE_NAME_MAX = 240;

/** What is wrong with a content, and in which part of it; null when the provider should take it. The source is not looked at. */
export function freeFormFlaw(content: FreeForm): { readonly part: 'text' | 'caption' | 'filename'; readonly message: string } | null {
  if (content.type === 'text') {
    if (content.body.trim() === '') return { part: 'text', message: 'empty' };
    return isLongerThan(content.body, BODY_MAX) ? { part: 'text', message: `at most ${BODY_MAX} characters` } : null;
  }
  const { type, caption, filename } = content;
  if (caption !== undefined && (type === 'audio' || type === 'sticker')) return { part: 'caption', message: `${type} has none` };
  if (caption !== undefined && isLongerThan(caption, CAPTION_MAX)) return { part: 'caption', message: `at most ${CAPTION_MAX} characters` };
  if (filename !== undefined && type !== 'document') return { part: 'filename', message: 'only a document has one' };
  if (filename !== undefined && isLongerThan(filename, FILE_NAME_MAX))
    return { part: 'filename', message: `at most ${FILE_NAME_MAX} characters` };
  return null;
}

function isLongerThan(text: string, lengthMax: number): boolean {
  return text.length > lengthMax && characterCount(text) > lengthMax;
}

/** The content as the store keeps it: equal contents are equal texts. */
export function freeFormText(content: FreeForm): string {
  if (content.type === 'text') return JSON.stringify({ type: content.type, body: content.body });
  const { type, source, caption, filename } = content;
  return JSON.stringify({ type, source, caption, filename });
}

/** What `freeFormText` wrote. */
export function toFreeForm(text: string): FreeForm {
  return JSON.parse(text) as FreeForm;
}
