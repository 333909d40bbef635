// A template as it joins a sender's list: what its file says, with all that is made of it.

import type { App } from '../app.ts';
import type { Sender } from '../domain/sender.ts';
import { canonicalTemplate, type Template } from '../domain/template.ts';
import type { ParsedTemplate } from '../domain/template-parse.ts';
import { toTemplate } from '../domain/template-parameters.ts';

/** The template to put into the store. */
export function newTemplate(
  { ids, digest, clock }: Pick<App, 'ids' | 'digest' | 'clock'>,
  { id }: Sender,
  content: ParsedTemplate,
): Template {
  return toTemplate(content, { id: ids.short(), senderId: id, contentHash: digest(canonicalTemplate(content)), addedAt: clock.now() });
}
