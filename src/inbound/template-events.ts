// What the provider tells of templates: their status, their quality, their category.

import type { InboundEvent } from '../domain/inbound.ts';
import {
  TEMPLATE_CATEGORIES,
  TEMPLATE_QUALITIES,
  type TemplateCategory,
  type TemplateQuality,
  type TemplateStatus,
} from '../domain/template.ts';
import { templateStatusOf } from '../domain/template-parse.ts';
import { parseLanguage } from '../values/language.ts';
import type { Instant } from '../values/time.ts';
import { idOf, type JsonObject, textOf } from './fields.ts';
import { commonOf, forEachSender, type ReadingHost } from './host.ts';

/** One side of a template that changed; the others are null. */
type Change = {
  readonly status: TemplateStatus | null;
  readonly quality: TemplateQuality | null;
  readonly category: TemplateCategory | null;
};
type TemplateField = 'message_template_status_update' | 'message_template_quality_update' | 'template_category_update';

/** True for the fields that change a template. */
export function isTemplateField(field: string): field is TemplateField {
  return Object.hasOwn(CHANGES, field);
}

const UNCHANGED: Change = { status: null, quality: null, category: null };

const CHANGES: Readonly<Record<TemplateField, (value: JsonObject) => Change | null>> = {
  message_template_status_update: (value) => {
    const status = templateStatusOf(textOf(value['event']) ?? '');
    // The category that it has in truth comes along, which need not be the one that was asked for.
    return status === undefined ? null : { ...UNCHANGED, status, category: categoryOf(value['message_template_category']) };
  },
  message_template_quality_update: (value) => {
    const word = textOf(value['new_quality_score'])?.toLowerCase();
    const quality = TEMPLATE_QUALITIES.find((known) => known === word);
    return quality === undefined ? null : { ...UNCHANGED, quality };
  },
  template_category_update: (value) => {
    // The notice of a day before has `correct_category`, and says in `new_category` what still holds: it changes nothing yet.
    const category = categoryOf(value['new_category']);
    return category === null || value['correct_category'] !== undefined || categoryOf(value['previous_category']) === null
      ? null
      : { ...UNCHANGED, category };
  },
};

function categoryOf(value: unknown): TemplateCategory | null {
  const word = textOf(value)?.toLowerCase();
  return TEMPLATE_CATEGORIES.find((known) => known === word) ?? null;
}

type Told = { readonly field: TemplateField; readonly value: JsonObject; readonly accountId: string | null; readonly at: Instant };

/** One event for each sender of the account; undefined where it changes nothing that we know of. */
export function readTemplateEvent(host: ReadingHost, { field, value, accountId, at }: Told): readonly InboundEvent[] | undefined {
  const change = CHANGES[field](value);
  const providerId = idOf(value['message_template_id']);
  const name = textOf(value['message_template_name']);
  const language = parseLanguage(textOf(value['message_template_language']) ?? '');
  if (change === null || providerId === null || name === null || language === undefined) return undefined;
  const evidence = { field, value };
  return forEachSender(host, accountId, (senderId) => ({
    ...commonOf(host, { senderId, at, identity: () => JSON.stringify(['template', at, evidence]), evidence }),
    kind: 'template',
    newId: host.ids.short(),
    providerId,
    name,
    language,
    ...change,
  }));
}
