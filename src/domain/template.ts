// A template: a named, categorised text with parameters, per language, as the provider approved it. Reading one, its parameters and
// its text are in template-parse, template-parameters and template-render.

import type { SenderId, TemplateId } from '../values/id.ts';
import type { Instant } from '../values/time.ts';

/** The provider knows three; the message's price category may differ from it (authentication abroad). */
export const TEMPLATE_CATEGORIES = ['marketing', 'utility', 'authentication'] as const;
export type TemplateCategory = (typeof TEMPLATE_CATEGORIES)[number];

export const PARAMETER_FORMATS = ['named', 'positional'] as const;
export type ParameterFormat = (typeof PARAMETER_FORMATS)[number];

/** Only an approved template can be sent. */
export const TEMPLATE_STATUSES = ['approved', 'pending', 'rejected', 'paused', 'disabled'] as const;
export type TemplateStatus = (typeof TEMPLATE_STATUSES)[number];

/** What the provider thinks of how customers take it. */
export const TEMPLATE_QUALITIES = ['green', 'yellow', 'red', 'unknown'] as const;
export type TemplateQuality = (typeof TEMPLATE_QUALITIES)[number];

/** A component as the provider's format has it, with the fields that this program reads checked and all others kept. */
export type TemplateComponent = Readonly<Record<string, unknown>> & { readonly type: string };

/** What the file says; the identity of the content. */
export type TemplateContent = {
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  readonly parameterFormat: ParameterFormat;
  readonly components: readonly TemplateComponent[];
  /** How long the provider tries to deliver; -1 for as long as it can, null for the default of the category. */
  readonly ttlSeconds: number | null;
  /** The most that 1,000 deliveries may cost, in the smallest unit of the sender's currency; null for the price of the card. Of a marketing template only. */
  readonly bidAmount: number | null;
};

export type Template = TemplateContent & {
  readonly id: TemplateId;
  readonly senderId: SenderId;
  /** The sandbox approves at once. */
  readonly status: TemplateStatus;
  /** Every parameter that must be given, as `declaredParameters` names them: `name` or `1` in the body, `header.1`, `button.0.1`. */
  readonly parameters: readonly string[];
  /** Hex SHA-256 of the content in canonical form. */
  readonly contentHash: string;
  readonly addedAt: Instant;
  /** What the provider calls it, and how customers take it; null before the provider told. */
  readonly providerId: string | null;
  readonly quality: TemplateQuality | null;
};

/** The content as text that does not depend on the order of keys: contents are equal when their texts are. What `contentHash` is made of. */
export function canonicalTemplate({ ttlSeconds, bidAmount, ...content }: TemplateContent): string {
  const { name, language, category, parameterFormat, components } = content;
  // Only where they are set: what was hashed before there was one keeps its hash.
  const terms = { ttlSeconds: ttlSeconds ?? undefined, bidAmount: bidAmount ?? undefined };
  return canonicalJson({ name, language, category, parameterFormat, components, ...terms });
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{${entries
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`)
    .join(',')}}`;
}
