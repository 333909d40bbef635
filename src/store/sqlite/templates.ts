// Templates on SQLite. A row never changes: other content, or another status, is a new row that takes the old one's place. What the provider changes is
// template-changes.ts's.

import { pricedAlike } from '../../domain/bid.ts';
import { canonicalTemplate, type Template } from '../../domain/template.ts';
import { assert } from '../../errors.ts';
import type { TemplateStanding } from '../../ports/store/outbox.ts';
import type { TemplateStore as TemplatePort } from '../../ports/store/templates.ts';
import type { SenderId, TemplateId } from '../../values/id.ts';
import { type TemplateRow, toTemplate } from '../rows.ts';
import type { Sqlite } from './database.ts';

export type TemplateStore = {
  readonly store: Pick<TemplatePort, 'putTemplate' | 'listTemplates'>;
  /** Adds a template or replaces its content. Call it inside `write`. */
  readonly put: (template: Template) => 'added' | 'updated' | 'unchanged';
  /** A template, in force or replaced. Kept after the first look. */
  readonly byId: (id: TemplateId) => Template;
  /** The languages of a template that are in force, in the order of their codes. */
  readonly current: (senderId: SenderId, name: string) => readonly Template[];
  /** Whether what is in force has the content and the category of this version, and is approved: also after a pause that ended, or with another time to live or bid. */
  readonly standing: (id: TemplateId) => TemplateStanding;
  /** The version in force where it has this one's content in another category, or with another bid. */
  readonly movedTo: (id: TemplateId) => Template | undefined;
  /** The version that is in force, with what the provider told since. */
  readonly inForce: (place: TemplatePlace) => Template | undefined;
  /** Puts a version in the place of the one in force. Call it inside `write`. */
  readonly replace: (next: Template) => void;
};

/** Where a template stands in its sender's list. */
export type TemplatePlace = Pick<Template, 'senderId' | 'name' | 'language'>;

const TEMPLATE = /* sql */ `
  SELECT id, sender_id, name, language, category, status, parameter_format, parameters, components, ttl_seconds, bid_amount, content_hash, added_at,
    provider_id, quality
  FROM template`;

const BY_ID = `${TEMPLATE} WHERE id = ?`;

const BY_LANGUAGE = `${TEMPLATE}
  WHERE sender_id = ? AND name = ? AND language = ? AND replaced_at IS NULL`;

const BY_NAME = `${TEMPLATE}
  WHERE sender_id = ? AND name = ? AND replaced_at IS NULL
  ORDER BY language`;

const BY_SENDER = `${TEMPLATE}
  WHERE sender_id = ? AND replaced_at IS NULL
  ORDER BY name, language`;

// The index alone answers these two: every batch and every claim asks, and the content is read once.
const CURRENT_IDS = /* sql */ `
  SELECT id FROM template
  WHERE sender_id = ? AND name = ? AND replaced_at IS NULL
  ORDER BY language`;

const CURRENT_ID = /* sql */ `
  SELECT id FROM template
  WHERE sender_id = ? AND name = ? AND language = ? AND replaced_at IS NULL`;

const REPLACE = /* sql */ `
  UPDATE template SET replaced_at = ?
  WHERE sender_id = ? AND name = ? AND language = ? AND replaced_at IS NULL`;

const INSERT = /* sql */ `
  INSERT INTO template (id, sender_id, name, language, category, status, parameter_format, parameters, components, ttl_seconds, bid_amount,
    content_hash, added_at, provider_id, quality)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The templates of one connection. */
export function createTemplateStore(sqlite: Sqlite): TemplateStore {
  const known = new Map<TemplateId, Template>();

  const byId = (id: TemplateId): Template => {
    const kept = known.get(id);
    if (kept !== undefined) return kept;
    const row = sqlite.prepare(BY_ID).get(id) as TemplateRow | undefined;
    assert(row !== undefined, `template ${id} exists`);
    const template = toTemplate(row);
    known.set(id, template);
    return template;
  };

  const list = (senderId: SenderId, name: string | null): Template[] => {
    const rows = name === null ? sqlite.prepare(BY_SENDER).all(senderId) : sqlite.prepare(BY_NAME).all(senderId, name);
    return (rows as TemplateRow[]).map(toTemplate);
  };

  const inForce = ({ senderId, name, language }: TemplatePlace): Template | undefined => {
    const row = sqlite.prepare(BY_LANGUAGE).get(senderId, name, language) as TemplateRow | undefined;
    return row === undefined ? undefined : toTemplate(row);
  };

  const newestOf = (id: TemplateId): Template => {
    const { senderId, name, language } = byId(id);
    return byId(sqlite.prepare(CURRENT_ID).pluck().get(senderId, name, language) as TemplateId);
  };

  const replace = (next: Template): void => {
    sqlite.prepare(REPLACE).run(next.addedAt, next.senderId, next.name, next.language);
    sqlite.prepare(INSERT).run(...templateRow(next));
  };

  const put = (template: Template): 'added' | 'updated' | 'unchanged' => {
    const current = inForce(template);
    if (current?.contentHash === template.contentHash && current.status === template.status) return 'unchanged';
    replace(template);
    return current === undefined ? 'added' : 'updated';
  };

  return {
    store: {
      putTemplate: async (template) => sqlite.write(() => put(template)),
      listTemplates: async ({ senderId, name }) => sqlite.query(() => list(senderId, name)),
    },
    put,
    byId,
    current: (senderId, name) => (sqlite.prepare(CURRENT_IDS).pluck().all(senderId, name) as TemplateId[]).map(byId),
    standing: (id) => standingOf(byId(id), newestOf(id)),
    movedTo: (id) => (isMoved(byId(id), newestOf(id)) ? newestOf(id) : undefined),
    inForce,
    replace,
  };
}

function standingOf(version: Template, newest: Template): TemplateStanding {
  const isSame =
    version.contentHash === newest.contentHash || (version.category === newest.category && contentOf(version) === contentOf(newest));
  if (!isSame) return 'gone';
  if (newest.status === 'paused') return 'paused';
  return newest.status === 'approved' ? 'usable' : 'gone';
}

function isMoved(version: Template, newest: Template): boolean {
  return !pricedAlike(newest, version) && contentOf(newest) === contentOf(version);
}

/** The content without what neither a recipient nor a request sees of it: the category, which the provider may change on its own, the time to live and the bid. */
export function contentOf(template: Template): string {
  return canonicalTemplate({ ...template, category: 'utility', ttlSeconds: null, bidAmount: null });
}

function templateRow(template: Template): unknown[] {
  return [
    template.id,
    template.senderId,
    template.name,
    template.language,
    template.category,
    template.status,
    template.parameterFormat,
    JSON.stringify(template.parameters),
    JSON.stringify(template.components),
    template.ttlSeconds,
    template.bidAmount,
    template.contentHash,
    template.addedAt,
    template.providerId,
    template.quality,
  ];
}
