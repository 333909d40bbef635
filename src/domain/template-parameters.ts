// The parameters of a template: their names, and what is wrong with the values that were given. Template text and provider requests are made elsewhere.

import { characterCount } from '../values/text.ts';
import { bodyOf, buttonsOf, headerOf, type HeaderPart } from './template-parts.ts';
import { variablesIn, withoutVariables } from './template-variables.ts';
import type { ParameterFormat, Template, TemplateContent } from './template.ts';

/** What can be wrong with a value; `not_allowed`: the provider refuses such text (line breaks, a code with a link in it). */
const PARAMETER_PROBLEMS = ['missing', 'unexpected', 'empty', 'too_long', 'not_allowed'] as const;
export type ParameterProblemKind = (typeof PARAMETER_PROBLEMS)[number];

export type ParameterProblem = { readonly parameter: string; readonly problem: ParameterProblemKind };

/** What the value of one parameter may be. The lengths count characters as people do. */
export type ParameterRule = { readonly parameter: string; readonly lengthMax: number; readonly allows: (value: string) => boolean };

const HEADER_TEXT_MAX = 60;
// The provider's message reference: 1,024, or 32,768 where the body is the only component.
const BODY_TEXT_MAX = 1_024;
const BODY_ALONE_MAX = 32_768;
const URL_MAX = 2_000;
/** One-time codes and coupon codes alike. */
const CODE_MAX = 15;
const PLACE_TEXT_MAX = 1_000;

// The provider refuses a text parameter with a line break, a tab or more than four spaces in a row (132018), and a code with a link.
const isText = (value: string): boolean => !/[\n\r\t]| {5}/.test(value);
const isCode = (value: string): boolean => /^[\x20-\x2e\x30-\x7e]*$/.test(value);
const isUrlPart = (value: string): boolean => /^\S*$/.test(value);
const isMedia = (value: string): boolean => /^(https?:\/\/\S+|\d+)$/.test(value);
const isDegrees = (value: string): boolean => /^-?\d{1,3}(\.\d{1,20})?$/.test(value);

/**
 * The names of every parameter that a message must give, in reading order: `header.1` or `header.name` in a header's text, `header.image`,
 * `header.video` or `header.document` (a link or the id of an uploaded file), `header.latitude`, `header.longitude`, `header.name` and
 * `header.address` of a place; `1` or `name` in the body; `button.0.1` for the end of a button's address or a coupon code. An
 * authentication template takes its code once, as `1`: the provider wants it twice, and gets it twice.
 */
export function declaredParameters(content: TemplateContent): readonly string[] {
  return parameterRules(content).map(({ parameter }) => parameter);
}

/** What is wrong with the values, in the order of the template, then of the values. */
export function parameterProblems(content: TemplateContent, given: Readonly<Record<string, string>>): readonly ParameterProblem[] {
  const rules = parameterRules(content);
  const problems = rules.flatMap((rule): readonly ParameterProblem[] => {
    const { parameter } = rule;
    const problem = valueProblem(rule, Object.hasOwn(given, parameter) ? given[parameter] : undefined);
    return problem === null ? [] : [{ parameter, problem }];
  });
  const unexpected = Object.keys(given).filter((name) => !rules.some(({ parameter }) => parameter === name));
  return [...problems, ...unexpected.map((parameter) => ({ parameter, problem: 'unexpected' as const }))];
}

/** True where values that fit the one template fit the other, whatever they are: languages of one template mostly are so. */
export function takesTheSame(left: TemplateContent, right: TemplateContent): boolean {
  const [rules, others] = [parameterRules(left), parameterRules(right)];
  return (
    rules.length === others.length &&
    rules.every(({ parameter, lengthMax, allows }, index) => {
      const other = others[index];
      return other?.parameter === parameter && other.lengthMax === lengthMax && other.allows === allows;
    })
  );
}

/** What is wrong with one value; null where nothing is. Asked for every row of a file. */
export function valueProblem({ lengthMax, allows }: ParameterRule, value: string | undefined): ParameterProblemKind | null {
  if (value === undefined) return 'missing';
  if (value.trim() === '') return 'empty';
  if (value.length > lengthMax && characterCount(value) > lengthMax) return 'too_long';
  return allows(value) ? null : 'not_allowed';
}

const known = new WeakMap<TemplateContent, readonly ParameterRule[]>();

/** The rules of a template, in its order. Kept with it: finding the variables again for every row would cost more than checking it. */
export function parameterRules(content: TemplateContent): readonly ParameterRule[] {
  const rules = known.get(content) ?? toRules(content);
  known.set(content, rules);
  return rules;
}

function toRules(content: TemplateContent): readonly ParameterRule[] {
  if (content.category === 'authentication') return [{ parameter: '1', lengthMax: CODE_MAX, allows: isCode }];
  const bodyMax = content.components.length === 1 ? BODY_ALONE_MAX : BODY_TEXT_MAX;
  return [
    ...headerRules(headerOf(content), content.parameterFormat),
    ...inOrder(variablesIn(bodyOf(content)), content.parameterFormat).map((name) => ({
      parameter: name,
      lengthMax: bodyMax,
      allows: isText,
    })),
    ...buttonRules(content),
  ];
}

function headerRules(header: HeaderPart | null, format: ParameterFormat): readonly ParameterRule[] {
  if (header === null) return [];
  switch (header.format) {
    case 'text':
      return inOrder(variablesIn(header.text), format).map((name) => ({
        parameter: `header.${name}`,
        lengthMax: HEADER_TEXT_MAX,
        allows: isText,
      }));
    case 'image':
    case 'video':
    case 'document':
      return [{ parameter: `header.${header.format}`, lengthMax: URL_MAX, allows: isMedia }];
    case 'location':
      return [
        { parameter: 'header.latitude', lengthMax: PLACE_TEXT_MAX, allows: isDegrees },
        { parameter: 'header.longitude', lengthMax: PLACE_TEXT_MAX, allows: isDegrees },
        { parameter: 'header.name', lengthMax: PLACE_TEXT_MAX, allows: isText },
        { parameter: 'header.address', lengthMax: PLACE_TEXT_MAX, allows: isText },
      ];
  }
}

// A button takes its value by place, also in a template with named parameters: hence `1` whatever the variable is called.
function buttonRules(content: TemplateContent): readonly ParameterRule[] {
  return buttonsOf(content).flatMap(({ kind, target }, index) => {
    const parameter = `button.${index}.1`;
    if (kind === 'copy_code') return [{ parameter, lengthMax: CODE_MAX, allows: isCode }];
    if (kind !== 'url' || target === null || variablesIn(target).length === 0) return [];
    return [{ parameter, lengthMax: URL_MAX - withoutVariables(target).length, allows: isUrlPart }];
  });
}

function inOrder(names: readonly string[], format: ParameterFormat): readonly string[] {
  return format === 'named' ? names : [...names].sort((left, right) => Number(left) - Number(right));
}

/** What the store adds to a template's content. */
export type TemplateIdentity = Pick<Template, 'id' | 'senderId' | 'contentHash' | 'addedAt'> &
  Partial<Pick<Template, 'providerId' | 'quality'>>;

/** A template as it joins a sender's list. */
export function toTemplate(content: TemplateContent & Pick<Template, 'status'>, identity: TemplateIdentity): Template {
  return { providerId: null, quality: null, ...content, ...identity, parameters: declaredParameters(content) };
}
