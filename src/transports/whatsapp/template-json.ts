// The template of a request as text, made once for each template and filled for each message: a campaign asks for it ten thousand times, and writing
// the whole object anew takes three times as long.

import { declaredParameters } from '../../domain/template-parameters.ts';
import { headerOf } from '../../domain/template-parts.ts';
import type { Template } from '../../domain/template.ts';
import { toTemplateObject, valueOf } from './template-object.ts';

type Values = Readonly<Record<string, string>>;

/** Text between values: one piece more than there are names. */
type Form = { readonly pieces: readonly string[]; readonly names: readonly string[] };

const forms = new WeakMap<Template, Form | null>();

/** The JSON of the template object with these values. */
export function templateJson(template: Template, values: Values): string {
  let form = forms.get(template);
  if (form === undefined) {
    form = toForm(template);
    forms.set(template, form);
  }
  if (form === null) return JSON.stringify(toTemplateObject(template, values));
  const { pieces, names } = form;
  let text = pieces[0] ?? '';
  for (let index = 0; index < names.length; index += 1) {
    text += JSON.stringify(valueOf(values, names[index] ?? '')) + (pieces[index + 1] ?? '');
  }
  return text;
}

// Null where the shape of the object depends on a value: a file by its id or by a link.
function toForm(template: Template): Form | null {
  const format = headerOf(template)?.format;
  if (format === 'image' || format === 'video' || format === 'document') return null;
  // No text of a template holds a NUL, which JSON writes as \u0000.
  const placeholders = Object.fromEntries(declaredParameters(template).map((name) => [name, `\u0000${name}\u0000`]));
  const parts = JSON.stringify(toTemplateObject(template, placeholders)).split(/"\\u0000([^"\\]+)\\u0000"/);
  return { pieces: parts.filter((_, index) => index % 2 === 0), names: parts.filter((_, index) => index % 2 === 1) };
}
