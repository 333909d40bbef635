// Finding a template that a command names, for reading.

import type { App } from '../app.ts';
import type { Template } from '../domain/template.ts';
import type { Sender } from '../domain/sender.ts';
import { type AppError, fail } from '../errors.ts';
import { currentSender } from './current-sender.ts';

/** The sender's template of that name, in the language asked for or in all it has. Throws `unknown_template` with what there is. */
export async function findTemplates(
  app: Pick<App, 'reader' | 'config'>,
  { name, language }: { readonly name: string; readonly language: string | null },
): Promise<readonly Template[]> {
  const store = await app.reader();
  const sender = store === null ? null : await currentSender(store, app.config);
  const all = store === null || sender === null ? [] : await store.listTemplates({ senderId: sender.id, name: null });
  return pickTemplates(all, { name, language, sender });
}

/** Those of a sender's templates that have the name, in the language asked for or in all there are. Throws `unknown_template` with what there is. */
export function pickTemplates(
  all: readonly Template[],
  { name, language, sender }: { readonly name: string; readonly language: string | null; readonly sender: Pick<Sender, 'whatsapp'> | null },
): readonly Template[] {
  const named = all.filter((template) => template.name === name);
  const wanted = named.filter((template) => language === null || template.language === language);
  if (wanted.length > 0) return wanted;
  throw named.length > 0 ? unknownLanguage(name, named) : unknownTemplate(name, all, sender);
}

/** The only one, for what needs one language. Throws `language_required` where there are several. */
export function onlyLanguage(templates: readonly Template[], name: string): Template {
  const [template] = templates;
  if (template !== undefined && templates.length === 1) return template;
  throw fail('language_required', {
    message: `${name} is there in ${templates.map(({ language }) => language).join(', ')}.`,
    hint: 'Choose one with --language.',
    details: { template: name, languages: templates.map(({ language }) => language) },
  });
}

function unknownLanguage(name: string, templates: readonly Template[]): AppError {
  return fail('unknown_template', {
    message: `${name} is not there in that language.`,
    hint: `Languages: ${templates.map(({ language }) => language).join(', ')}.`,
    details: { template: name },
  });
}

function unknownTemplate(name: string, templates: readonly Template[], sender: Pick<Sender, 'whatsapp'> | null): AppError {
  const names = [...new Set(templates.map((template) => template.name))];
  const isReviewed = sender !== null && sender.whatsapp !== null;
  return fail('unknown_template', {
    message: `The sender has no template '${name}'.`,
    hint: [
      ...(names.length === 0 ? [] : [`Templates: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}.`]),
      ...(names.length === 0 || isReviewed ? [`Add one with tollbell template add <file>${isReviewed ? HAND_IN : ''}.`] : []),
    ].join(' '),
    details: { template: name },
  });
}

const HAND_IN = ' and hand it in with tollbell template push; tollbell template sync brings what the provider has';
