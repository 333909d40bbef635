// A template as commands show it: its fields for programs, its text for people.

import * as z from 'zod/mini';
import { BUTTON_KINDS, HEADER_FORMATS } from '../domain/template-parts.ts';
import type { RenderedTemplate } from '../domain/template-render.ts';
import { PARAMETER_FORMATS, type Template, TEMPLATE_CATEGORIES, TEMPLATE_QUALITIES, TEMPLATE_STATUSES } from '../domain/template.ts';
import { printable } from '../values/text.ts';
import { formatInstant } from '../values/time.ts';
import type { Style } from './render.ts';
import { instantTextOut } from './shapes.ts';

/** One language of a template. */
export const TemplateItem = z.object({
  name: z.string(),
  language: z.string(),
  category: z.enum(TEMPLATE_CATEGORIES),
  status: z.enum(TEMPLATE_STATUSES).check(z.describe('only an approved template can be sent')),
  quality: z.nullable(z.enum(TEMPLATE_QUALITIES)).check(z.describe('how customers take it; null before the provider told')),
  provider_id: z.nullable(z.string()),
  parameter_format: z.enum(PARAMETER_FORMATS),
  parameters: z.array(z.string()).check(z.describe('every parameter that a message must give')),
  ttl_seconds: z
    .nullable(z.int())
    .check(z.describe('how long the provider tries to deliver: -1 is 30 days, null the default (30 days; authentication 10 minutes)')),
  bid_amount: z
    .nullable(z.int())
    .check(z.describe('the maximum price of 1,000 deliveries, in the smallest unit of the currency; null: what the price card says')),
  content_hash: z.string().check(z.describe('SHA-256 of the content, pinned on every message')),
  added_at: instantTextOut,
});

/** The columns of `TemplateItem` in CSV. */
export const TEMPLATE_COLUMNS = Object.keys(TemplateItem.shape);

/** A message as its recipient sees it. */
export const RenderedItem = {
  header: z.nullable(z.object({ format: z.enum(HEADER_FORMATS), text: z.string() })),
  body: z.string(),
  footer: z.nullable(z.string()),
  buttons: z.array(z.object({ kind: z.enum(BUTTON_KINDS), text: z.string(), target: z.nullable(z.string()) })),
} as const;

/** The fields of a template. */
export function toTemplateItem(template: Template): z.output<typeof TemplateItem> {
  return {
    name: template.name,
    language: template.language,
    category: template.category,
    status: template.status,
    quality: template.quality,
    provider_id: template.providerId,
    parameter_format: template.parameterFormat,
    parameters: [...template.parameters],
    ttl_seconds: template.ttlSeconds,
    bid_amount: template.bidAmount,
    content_hash: template.contentHash,
    added_at: formatInstant(template.addedAt),
  };
}

/** The JSON of a rendered template. */
export function toRenderedItem({ header, body, footer, buttons }: RenderedTemplate): z.output<z.ZodMiniObject<typeof RenderedItem>> {
  return { header, body, footer, buttons: [...buttons] };
}

/** A message as text, indented as a letter in a listing. Its own line breaks stay; everything else that acts on a terminal is written out. */
export function letterText({ header, body, footer, buttons }: RenderedTemplate, style: Style): string {
  const media = header === null || header.format === 'text' ? '' : `[${header.format}] `;
  const lines = [
    ...(header === null ? [] : [style.strong(printable(`${media}${header.text}`)), '']),
    ...body.split('\n').map(printable),
    ...(footer === null ? [] : ['', style.dim(printable(footer))]),
    ...(buttons.length === 0 ? [] : ['']),
    ...buttons.map(({ text, target }) => printable(`[ ${text} ]${target === null ? '' : ` ${target}`}`)),
  ];
  return lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
}
