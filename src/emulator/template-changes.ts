// Creating, editing, deleting and reviewing templates: what the provider takes, refuses, and tells by webhook.

import { AppError } from '../errors.ts';
import { DAY_MS, type Instant, toInstant } from '../values/time.ts';
import { type Answer, asList, asText, type Json, ok, refusal } from './answer.ts';
import { bidNode } from './nodes.ts';
import { type StoredTemplate, type TemplateCategoryWord, toStored } from './templates.ts';
import { templateStatusChange, type WebhookTemplate } from './webhook-body.ts';
import { tell, type World } from './world.ts';

const TEMPLATES_MAX = 6_000;
const CREATIONS_PER_HOUR = 100;
const HOUR_MS = 3_600_000;
const NAME_LOCK_MS = 30 * DAY_MS;
/** An approved template may be edited once in 24 hours and ten times in 30 days. */
const EDITS = [
  { withinMs: DAY_MS, most: 1 },
  { withinMs: 30 * DAY_MS, most: 10 },
];

/** Makes a template of the request and reviews it as the scenario says. */
export function createTemplate(world: World, body: Json): Answer {
  const at = world.timeline.now();
  const stored = readTemplate(body, at);
  if ('body' in stored) return stored;
  const { name, language } = stored;
  const lockedUntil = world.templates.lockedUntil(name);
  if (lockedUntil !== null && lockedUntil > at) return invalid('A template of that name was deleted less than 30 days ago.', 2_388_023);
  if (world.templates.find(name, language) !== undefined)
    return invalid('There is already content in this language for this template.', 2_388_024);
  const all = world.templates.all();
  if (all.length >= TEMPLATES_MAX) return refusal(2_388_019, `The account has ${TEMPLATES_MAX} templates.`);
  if (all.filter(({ createdAt }) => createdAt > at - HOUR_MS).length > CREATIONS_PER_HOUR) {
    return refusal(80_007, `At most ${CREATIONS_PER_HOUR} templates may be created in an hour.`);
  }
  const template = world.templates.add(stored);
  review(world, template);
  return ok({ id: template.id, status: template.status, category: template.category });
}

/** Changes category, components, time to live or bid; the components as a whole. */
export function editTemplate(world: World, template: StoredTemplate, body: Json): Answer {
  const at = world.timeline.now();
  if (
    template.status === 'APPROVED' &&
    EDITS.some(({ withinMs, most }) => template.edits.filter((edit) => edit > at - withinMs).length >= most)
  ) {
    return invalid('An approved template can be edited once in 24 hours, and ten times in 30 days.', 2_388_003);
  }
  const { name, language, category, content } = template;
  // What it has holds where the edit says nothing of it, and is judged only where the category is edited: it may have been moved since.
  const { ttlSeconds, bidAmount } = content;
  const stored = readTemplate(
    {
      name,
      language,
      category,
      parameter_format: content.parameterFormat.toUpperCase(),
      components: template.components,
      message_send_ttl_seconds: 'category' in body ? ttlSeconds : null,
      optimization_spec: 'category' in body ? bidNode(content) : null,
      ...body,
    },
    at,
  );
  if ('body' in stored) return stored;
  template.edits.push(at);
  const { components, category: nextCategory } = stored;
  const kept = {
    ttlSeconds: 'message_send_ttl_seconds' in body ? stored.content.ttlSeconds : ttlSeconds,
    bidAmount: 'optimization_spec' in body ? stored.content.bidAmount : bidAmount,
  };
  Object.assign(template, { components, content: { ...stored.content, ...kept }, category: nextCategory });
  review(world, template);
  return ok({ success: true, id: template.id, category: template.category });
}

/** Deletes by name (all languages), by `hsm_id`, or by up to 100 `hsm_ids`. */
export function deleteTemplates(world: World, query: Readonly<Record<string, string>>): Answer {
  const { name, hsm_id: id, hsm_ids: ids } = query;
  const doomed = world.templates.all().filter((template) => {
    if (id !== undefined) return template.id === id && (name === undefined || template.name === name);
    return ids === undefined ? template.name === name : idsIn(ids).includes(template.id);
  });
  if (name === undefined && id === undefined && ids === undefined)
    return refusal(100, null, { message: 'The parameter name is required.' });
  if (doomed.length === 0) return invalid('There is no such template.', 2_593_002);
  for (const template of doomed) {
    world.templates.remove(template, toInstant(world.timeline.now() + NAME_LOCK_MS));
    announceStatus(world, { ...template, status: 'PENDING_DELETION' }, null);
  }
  return ok({ success: true });
}

/** Sends a template that pacing has paused again. */
export function unpauseTemplate(world: World, template: StoredTemplate): Answer {
  if (template.status !== 'PAUSED') return refusal(100, 'The template is not paused.');
  template.status = 'APPROVED';
  announceStatus(world, template, 'UNPAUSE');
  return ok({ success: true });
}

/** Tells the template's status by webhook. */
export function announceStatus(world: World, template: StoredTemplate, title: string | null): void {
  tell(world, templateStatusChange(toWebhookTemplate(template), template.status, { reason: template.rejectedReason, title }));
}

/** The template as webhooks name it. */
export function toWebhookTemplate({ id, name, language, category }: StoredTemplate): WebhookTemplate {
  return { id, name, language, category };
}

/** The category counts from now on, also for the rules of sending. */
export function setCategory(template: StoredTemplate, category: TemplateCategoryWord): void {
  template.previousCategory = template.category;
  template.category = category;
  template.content = { ...template.content, category: category.toLowerCase() as 'marketing' | 'utility' | 'authentication' };
}

function review(world: World, template: StoredTemplate): void {
  const { review: verdict, categories } = world.scenario.templates;
  const category = Object.hasOwn(categories, template.name) ? categories[template.name] : undefined;
  if (category !== undefined && category !== template.category) setCategory(template, category);
  if (verdict === 'pending') template.status = 'PENDING';
  else template.status = verdict === 'reject' ? 'REJECTED' : 'APPROVED';
  template.rejectedReason = verdict === 'reject' ? 'INVALID_FORMAT' : 'NONE';
  if (verdict !== 'pending') announceStatus(world, template, null);
}

function readTemplate(body: Json, at: Instant): Omit<StoredTemplate, 'id'> | Answer {
  // The older name of it, which the provider took until 2026-07-31 (its changelog of 2026-06-18). What it answers now is not written down.
  if ('bid_spec' in body) return invalid('bid_spec is no longer supported: use optimization_spec.', 2_388_072);
  try {
    return toStored(body, at);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return invalid(error.message, 2_388_072);
  }
}

function invalid(details: string, subcode: number): Answer {
  return refusal(100, details, { subcode });
}

function idsIn(text: string): readonly string[] {
  try {
    return (asList(JSON.parse(text)) ?? []).map((id) => asText(id) ?? String(id));
  } catch {
    return text.split(',');
  }
}
