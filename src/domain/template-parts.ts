// The parts of a template as the program reads them: header, body, footer, buttons. Owns the names of the provider's fields; what may
// stand in them was checked when the template was parsed.

import type { TemplateComponent, TemplateContent } from './template.ts';

export const HEADER_FORMATS = ['text', 'image', 'video', 'document', 'location'] as const;
export type HeaderFormat = (typeof HEADER_FORMATS)[number];

/** What stands above the body. `text` is empty for media and places, which come with each message. */
export type HeaderPart = { readonly format: HeaderFormat; readonly text: string };

export const BUTTON_KINDS = [
  'quick_reply',
  'url',
  'phone_number',
  'copy_code',
  'otp',
  'flow',
  'catalog',
  'voice_call',
  'request_contact_info',
] as const;
export type ButtonKind = (typeof BUTTON_KINDS)[number];

/** A button with its label. `target` is the address, with its variable, or the number that it calls; null for all others. */
export type ButtonPart = { readonly kind: ButtonKind; readonly text: string; readonly target: string | null };

/** The header, or null. */
export function headerOf(content: TemplateContent): HeaderPart | null {
  const header = componentOf(content, 'HEADER');
  const format = HEADER_FORMATS.find((known) => known.toUpperCase() === header?.['format']);
  return format === undefined ? null : { format, text: textAt(header, 'text') };
}

/** The text of the body. The provider writes the one of an authentication template, in its language; until it has, English stands in. */
export function bodyOf(content: TemplateContent): string {
  const body = componentOf(content, 'BODY');
  const text = textAt(body, 'text');
  if (text !== '' || content.category !== 'authentication') return text;
  const advice = body?.['add_security_recommendation'] === true ? ' For your security, do not share this code.' : '';
  return `*{{1}}* is your verification code.${advice}`;
}

/** The text of the footer, or null. The provider writes the one of an authentication template too. */
export function footerOf(content: TemplateContent): string | null {
  const footer = componentOf(content, 'FOOTER');
  const text = textAt(footer, 'text');
  if (text !== '') return text;
  const minutes = footer?.['code_expiration_minutes'];
  return typeof minutes === 'number' ? `This code expires in ${minutes} minutes.` : null;
}

/** The buttons in their order; a button's place in it is its index at the provider. */
export function buttonsOf(content: TemplateContent): readonly ButtonPart[] {
  const buttons = componentOf(content, 'BUTTONS')?.['buttons'];
  if (!Array.isArray(buttons)) return [];
  return buttons.map((button: Readonly<Record<string, unknown>>) => toButton(button, content));
}

// The provider gives the code button of an authentication template back as a URL button.
function toButton(button: Readonly<Record<string, unknown>>, { category }: TemplateContent): ButtonPart {
  const kind = BUTTON_KINDS.find((known) => known.toUpperCase() === button['type']) ?? 'quick_reply';
  const text = textAt(button, 'text');
  if (category === 'authentication' || kind === 'otp') return { kind: 'otp', text: text === '' ? 'Copy code' : text, target: null };
  const target = textAt(button, kind === 'url' ? 'url' : 'phone_number');
  return { kind, text: text === '' ? (LABELS[kind] ?? '') : text, target: target === '' ? null : target };
}

// The provider writes the labels of these itself.
const LABELS: Partial<Record<ButtonKind, string>> = {
  copy_code: 'Copy offer code',
  catalog: 'View catalog',
  request_contact_info: 'Share contact info',
};

function componentOf({ components }: TemplateContent, type: string): TemplateComponent | undefined {
  return components.find((component) => component.type === type);
}

function textAt(fields: Readonly<Record<string, unknown>> | undefined, key: string): string {
  const value = fields?.[key];
  return typeof value === 'string' ? value : '';
}
