// What the columns of a recipients file mean, decided once for a header, so that a row costs a few look-ups by place.

import type { Template } from '../domain/template.ts';
import { parameterProblems, type ParameterRule, parameterRules } from '../domain/template-parameters.ts';
import { type AppError, fail } from '../errors.ts';
import { parsePhone } from '../values/phone.ts';
import type { Instant } from '../values/time.ts';
import type { RecipientOptions } from './recipients.ts';
import type { Header } from './records.ts';

/** The columns that mean something for every template. Where a template declares one as a parameter, `contact.key` means ours. `name` is for people who read the file: it is passed over. */
const FIELDS = ['to', 'key', 'name', 'language', 'cost_center', 'tag', 'at'] as const;
/** A meaning that a column can have besides being a parameter. */
export type Field = (typeof FIELDS)[number];

/** Where a parameter's value comes from: a place in the row, or the same text for all rows. */
export type ParameterSlot = {
  readonly rule: ParameterRule;
  /** What stands before the value in the content. */
  readonly json: string;
  readonly place: number | null;
  readonly constant: string | undefined;
};

/** One language of the template, with its parameters in the template's order. */
export type LanguagePlan = { readonly template: Template; readonly slots: readonly ParameterSlot[] };

/** The plan for the rows under one header. A field that has no column has no place. */
export type Layout = {
  readonly header: Header;
  readonly places: Readonly<Record<Field, number | null>>;
  /** The language asked for on the command line. */
  readonly language: string | null;
  readonly keepsRecords: boolean;
  readonly at: Instant;
  /** The languages to check a row against, unless it names one. */
  readonly plans: readonly LanguagePlan[];
};

/** Passes when the parameters for all rows fit the template. Throws `parameter_mismatch`. */
export function checkConstants({ templates, parameters }: RecipientOptions): void {
  const problems = templates.map((template) => parameterProblems(template, parameters).filter(({ problem }) => problem !== 'missing'));
  const [first] = problems.every((found) => found.length > 0) ? (problems[0] ?? []) : [];
  if (first === undefined) return;
  throw fail('parameter_mismatch', {
    message: `param ${first.parameter}: ${first.problem.replaceAll('_', ' ')}.`,
    hint: takes(templates),
    details: { option: 'param', parameter: first.parameter, problem: first.problem },
  });
}

/** The plan for a header. Throws `file_invalid`, `parameter_mismatch` and `invalid_input`, see `readRecipients`. */
export function toLayout(header: Header, options: RecipientOptions): Layout {
  const declared = new Set(options.templates.flatMap(({ parameters }) => parameters));
  const places: Record<Field, number | null> = { to: null, key: null, name: null, language: null, cost_center: null, tag: null, at: null };
  const unknown: string[] = [];
  for (const [place, column] of header.columns.entries()) {
    if (declared.has(column)) continue;
    const field = fieldOf(column);
    if (field === undefined) unknown.push(column === '' ? `(column ${place + 1}, without a name)` : column);
    else if (places[field] === null) places[field] = place;
    else
      throw fail('file_invalid', {
        message: `${options.title} has ${field} twice: as '${field}' and as 'contact.${field}'.`,
        hint: 'Keep one of them.',
      });
  }
  if (header.isWhole && places.to === null) throw noRecipients(header, options, declared.has('to') ? 'contact.to' : 'to');
  if (unknown.length > 0 && !options.ignoreColumns) throw unknownColumns(unknown, options);
  const plans = options.templates.map((template) => toPlan(template, header, options));
  if (header.isWhole) checkComplete(plans, header, options);
  const { language, keepsRecords, at } = options;
  return { header, places, language, keepsRecords, at, plans };
}

function fieldOf(column: string): Field | undefined {
  return FIELDS.find((field) => column === field || column === `contact.${field}`);
}

function toPlan(template: Template, header: Header, { parameters, title }: RecipientOptions): LanguagePlan {
  const slots = parameterRules(template).map((rule, index): ParameterSlot => {
    const name = rule.parameter;
    const place = header.columns.indexOf(name);
    const constant = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (place !== -1 && constant !== undefined) {
      throw fail('invalid_input', {
        message: `param ${name}: ${title} has a column of that name too.`,
        hint: 'Leave out --param, or remove the column.',
        details: { option: 'param', parameter: name },
      });
    }
    return { rule, json: `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`, place: place === -1 ? null : place, constant };
  });
  return { template, slots };
}

// A file whose header lacks a parameter would be nothing but invalid rows.
function checkComplete(plans: readonly LanguagePlan[], { columns }: Header, { templates, title }: RecipientOptions): void {
  const missing = plans.map(({ slots }) =>
    slots.filter(({ place, constant }) => place === null && constant === undefined).map(({ rule }) => rule.parameter),
  );
  const [first] = missing;
  if (first === undefined || !missing.every((names) => names.length > 0)) return;
  throw fail('parameter_mismatch', {
    message: `${title} has no column for ${first.join(', ')}.`,
    hint: `${takes(templates)} Its columns are ${columns.join(', ')}. Rename one with --map column=parameter, or give one value for all rows with --param.`,
    details: { path: title, missing: first },
  });
}

function noRecipients({ columns, original }: Header, { title }: RecipientOptions, wanted: string): AppError {
  const hasNoHeader = original.some((name) => parsePhone(name) !== undefined);
  return fail('file_invalid', {
    message: hasNoHeader
      ? `${title} begins with a row, not with the names of its columns.`
      : `${title} has no column '${wanted}' with the recipients.`,
    hint: hasNoHeader
      ? `Put a first line before it, such as ${wanted},name.`
      : `Its columns are ${columns.join(', ')}. Rename one: --map phone=${wanted}.`,
    details: { path: title },
  });
}

function unknownColumns(unknown: readonly string[], { templates, title }: RecipientOptions): AppError {
  return fail('file_invalid', {
    message: `${title} has columns that mean nothing here: ${unknown.join(', ')}.`,
    hint: `${takes(templates)} Further columns: ${FIELDS.join(', ')}. Rename one with --map column=name, or pass over them with --ignore-columns.`,
    details: { path: title, columns: unknown },
  });
}

function takes(templates: readonly Template[]): string {
  const names = [...new Set(templates.flatMap(({ parameters }) => parameters))];
  return names.length === 0 ? 'The template takes no parameters.' : `The template takes ${names.join(', ')}.`;
}
