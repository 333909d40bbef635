// Templates on SQLite. A row never changes: other content, or another status, is a new row that takes the old one's place.

import type { Template } from '../../domain/template.ts';
import { assert } from '../../errors.ts';
import type { DirectoryStore } from '../../ports/store/directory.ts';
import type { SenderId, TemplateId } from '../../values/id.ts';
import { type TemplateRow, toTemplate } from '../rows.ts';
import type { Sqlite } from './database.ts';

export type TemplateStore = {
  readonly store: Pick<DirectoryStore, 'putTemplate' | 'listTemplates'>;
  /** Adds a template or replaces its content. Call it inside `write`. */
  readonly put: (template: Template) => 'added' | 'updated' | 'unchanged';
  /** A template, in force or replaced. Kept after the first look. */
  readonly byId: (id: TemplateId) => Template;
  /** The languages of a template that are in force, in the order of their codes. */
  readonly current: (senderId: SenderId, name: string) => readonly Template[];
  /** False once the template was replaced. */
  readonly isCurrent: (id: TemplateId) => boolean;
};

const TEMPLATE = /* sql */ `
  SELECT id, sender_id, name, language, category, status, parameter_format, parameters, components, content_hash, added_at
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
  WHERE id = ?`;

const INSERT = /* sql */ `
  INSERT INTO template (id, sender_id, name, language, category, status, parameter_format, parameters, components, content_hash, added_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

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

  const put = (template: Template): 'added' | 'updated' | 'unchanged' => {
    const row = sqlite.prepare(BY_LANGUAGE).get(template.senderId, template.name, template.language) as TemplateRow | undefined;
    if (row?.content_hash === template.contentHash && row.status === template.status) return 'unchanged';
    if (row !== undefined) sqlite.prepare(REPLACE).run(template.addedAt, row.id);
    sqlite.prepare(INSERT).run(...templateRow(template));
    return row === undefined ? 'added' : 'updated';
  };

  return {
    store: {
      putTemplate: async (template) => sqlite.write(() => put(template)),
      listTemplates: async ({ senderId, name }) => sqlite.query(() => list(senderId, name)),
    },
    put,
    byId,
    current: (senderId, name) => (sqlite.prepare(CURRENT_IDS).pluck().all(senderId, name) as TemplateId[]).map(byId),
    isCurrent: (id) => {
      const { senderId, name, language } = byId(id);
      return sqlite.prepare(CURRENT_ID).pluck().get(senderId, name, language) === id;
    },
  };
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
    template.contentHash,
    template.addedAt,
  ];
}
