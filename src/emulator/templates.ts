// The templates of the account, as the provider keeps them. State and look-ups; creating, editing and deleting are template-changes.ts's.

import { helloWorld } from '../catalog/sample-templates.ts';
import { parseTemplate } from '../domain/template-parse.ts';
import type { TemplateContent } from '../domain/template.ts';
import type { Instant } from '../values/time.ts';
import { asList, asObject, type Json } from './answer.ts';

export type TemplateCategoryWord = 'MARKETING' | 'UTILITY' | 'AUTHENTICATION';

export type StoredTemplate = {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly createdAt: Instant;
  /** As the provider gives them back. */
  components: readonly Json[];
  /** The same, read by the program's own rules. */
  content: TemplateContent;
  category: TemplateCategoryWord;
  previousCategory: TemplateCategoryWord | null;
  correctCategory: TemplateCategoryWord | null;
  status: string;
  quality: string;
  rejectedReason: string;
  pauses: number;
  readonly edits: Instant[];
};

export type TemplateBook = {
  readonly find: (name: string, language: string) => StoredTemplate | undefined;
  readonly get: (id: string) => StoredTemplate | undefined;
  readonly all: () => readonly StoredTemplate[];
  readonly add: (template: Omit<StoredTemplate, 'id'>) => StoredTemplate;
  /** The name in that language cannot be used again before `until`. */
  readonly remove: (template: StoredTemplate, until: Instant) => void;
  readonly lockedUntil: (name: string) => Instant | null;
};

/** A book with hello_world in it, approved, as every new account has. */
export function createTemplateBook(nextId: () => string, at: Instant): TemplateBook {
  const templates = new Map<string, StoredTemplate>();
  const byName = new Map<string, StoredTemplate>();
  const locks = new Map<string, Instant>();
  const book: TemplateBook = {
    find: (name, language) => byName.get(`${name} ${language}`),
    get: (id) => templates.get(id),
    all: () => [...templates.values()],
    add: (template) => {
      const stored = { ...template, id: nextId() };
      templates.set(stored.id, stored);
      byName.set(`${stored.name} ${stored.language}`, stored);
      return stored;
    },
    remove: (template, until) => {
      templates.delete(template.id);
      byName.delete(`${template.name} ${template.language}`);
      locks.set(template.name, until);
    },
    lockedUntil: (name) => locks.get(name) ?? null,
  };
  book.add({ ...toStored(helloWorld() as Json, at), status: 'APPROVED' });
  return book;
}

/** Component types that the program reads; the provider has more, such as CAROUSEL and LIMITED_TIME_OFFER. */
const READ_TYPES = ['HEADER', 'BODY', 'FOOTER', 'BUTTONS'];

/** True for a component of a type that the program does not read. */
export function isOther(component: unknown): boolean {
  const type = asObject(component)?.['type'];
  return typeof type === 'string' && !READ_TYPES.includes(type.toUpperCase());
}

/** The template of a request, still to be reviewed. Throws `template_invalid` where the request is none. */
export function toStored(document: Json, at: Instant): Omit<StoredTemplate, 'id'> {
  const given = asList(document['components']);
  const content = parseTemplate(given === null ? document : { ...document, components: given.filter((component) => !isOther(component)) });
  const read = content.components.map((component) => component as Json).values();
  // Each at its place: what the program cannot read stays as it was given.
  const components = (given ?? []).map((component) => (isOther(component) ? (component as Json) : (read.next().value ?? {})));
  return {
    name: content.name,
    language: content.language,
    createdAt: at,
    components,
    content,
    category: content.category.toUpperCase() as TemplateCategoryWord,
    previousCategory: null,
    correctCategory: null,
    status: 'PENDING',
    quality: 'UNKNOWN',
    rejectedReason: 'NONE',
    pauses: 0,
    edits: [],
  };
}
