// Recipients that stand on the command line: the same checks as for a file, and the first thing that is wrong ends the command.

import { dialled } from '../domain/wa-id.ts';
import { type FreeForm, freeFormText } from '../domain/free-form.ts';
import type { Template } from '../domain/template.ts';
import { parameterProblems } from '../domain/template-parameters.ts';
import { type AppError, fail } from '../errors.ts';
import type { Addressee } from '../ports/store/admit.ts';
import { EXAMPLE_PHONE } from '../values/phone.ts';
import { addresseeText, parseAddressee } from './addressees.ts';
import type { Recipient } from './recipients.ts';

export type DirectOptions = {
  readonly to: readonly string[];
  readonly key: string | null;
  readonly language: string | null;
  readonly costCenter: string | null;
  readonly tags: readonly string[];
};

/** The recipients of a template message. Throws `invalid_phone`, `unknown_template`, `parameter_mismatch`. */
export function directRecipients(
  options: DirectOptions,
  { templates, parameters }: { readonly templates: readonly Template[]; readonly parameters: Readonly<Record<string, string>> },
): readonly Recipient[] {
  const template = checkedTemplate(templates, options.language, parameters);
  const content = contentText(template.parameters, parameters);
  return options.to.map((to, index) => toRecipient(options, { to, index, content, checkedFor: template.id }));
}

/** The recipients of a free-form message. Throws `invalid_phone`. */
export function freeFormRecipients(options: DirectOptions, freeForm: FreeForm): readonly Recipient[] {
  const content = freeFormText(freeForm);
  return options.to.map((to, index) => toRecipient(options, { to, index, content, checkedFor: null }));
}

/** Passes when nobody is named twice. Throws `invalid_input`: on a command line a repeat is a mistake, and would be a second message. */
export function refuseRepeats(recipients: readonly Recipient[], addressee: (recipient: Recipient) => Addressee): void {
  const seen = new Set<string>();
  for (const recipient of recipients) {
    const name = addresseeText(addressee(recipient));
    if (seen.has(dialled(name)))
      throw fail('invalid_input', { message: `to: ${name} is named twice.`, hint: 'Give each recipient once.', details: { option: 'to' } });
    seen.add(dialled(name));
  }
}

/** Parameter values as JSON in the template's order: equal values are equal texts, wherever they came from. */
export function contentText(names: readonly string[], values: Readonly<Record<string, string>>): string {
  return `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(values[name] ?? '')}`).join(',')}}`;
}

type Row = { readonly to: string; readonly index: number; readonly content: string; readonly checkedFor: Recipient['checkedFor'] };

function toRecipient(options: DirectOptions, { to, index, content, checkedFor }: Row): Recipient {
  const { key, language, costCenter, tags } = options;
  const row = index + 1;
  return { row, to: addressee(to), key, language, content, checkedFor, costCenter, tags, sendAt: null, record: null };
}

function addressee(text: string): Addressee {
  const to = parseAddressee(text);
  if (to !== undefined) return to;
  throw fail('invalid_phone', {
    message: `to: '${text}' is neither an international phone number nor the id of a contact or user.`,
    hint: `Write it with + and the country code: ${EXAMPLE_PHONE}.`,
    details: { option: 'to' },
  });
}

// The one language that was asked for; else any language that these parameters fit, since the contact's own may decide.
function checkedTemplate(templates: readonly Template[], language: string | null, parameters: Readonly<Record<string, string>>): Template {
  const candidates = language === null ? templates : templates.filter((template) => template.language === language);
  const [first] = candidates;
  if (first === undefined) throw unknownLanguage(templates, language);
  const fitting = candidates.find((template) => parameterProblems(template, parameters).length === 0);
  if (fitting !== undefined) return fitting;
  const problems = parameterProblems(first, parameters).map(
    ({ parameter, problem }) => `${titleOf(parameter)} is ${problem.replaceAll('_', ' ')}`,
  );
  throw fail('parameter_mismatch', {
    message: `The parameters do not fit ${first.name}: ${problems.join(', ')}.`,
    hint: first.parameters.length === 0 ? 'It takes none.' : `It takes ${first.parameters.map(optionFor).join(' ')}`,
    details: { template: first.name, problems },
  });
}

const HEADER_MEDIA = /^header\.(image|video|document)$/;

// The media of a header has an option of its own, which takes a file too.
function optionFor(parameter: string): string {
  const [, kind] = HEADER_MEDIA.exec(parameter) ?? [];
  return kind === undefined ? `--param ${parameter}=…` : `--header-media ${kind}=…`;
}

function titleOf(parameter: string): string {
  const [, kind] = HEADER_MEDIA.exec(parameter) ?? [];
  return kind === undefined ? parameter : `the header's ${kind} (--header-media)`;
}

function unknownLanguage(templates: readonly Template[], language: string | null): AppError {
  return fail('unknown_template', {
    message: `${templates[0]?.name ?? 'The template'} is not there in ${language ?? 'any language'}.`,
    hint: `It is there in ${templates.map((template) => template.language).join(', ')}.`,
    details: { language },
  });
}
