// May this template be sent with these parameters? The checks that the provider makes before it answers.

import { bodyOf, buttonsOf, headerOf, type HeaderPart } from '../domain/template-parts.ts';
import { fillVariables, variablesIn } from '../domain/template-variables.ts';
import { characterCount } from '../values/text.ts';
import { type Answer, asList, asObject, asText, type Json, refusal } from './answer.ts';
import { mediaProblem } from './field-rules.ts';
import { isOther, type StoredTemplate } from './templates.ts';

const CODE_MAX = 15;
/** 1,024, or 32,768 where the body is the only component (the provider's message reference). */
const BODY_MAX = 1_024;
const BODY_ALONE_MAX = 32_768;

/** What is wrong with the template's own state; null when it may be sent. */
export function stateProblem(template: StoredTemplate | undefined, name: string, language: string): Answer | null {
  const isReady = template?.status === 'APPROVED' || template?.status === 'FLAGGED' || template?.status === 'REINSTATED';
  if (isReady) return null;
  if (template?.status === 'PAUSED') return refusal(132_015, `Template '${name}' is paused because of its quality.`);
  if (template?.status === 'DISABLED') return refusal(132_016, `Template '${name}' is disabled because of its quality.`);
  return refusal(132_001, `template name (${name}) does not exist in ${language}`);
}

/** What is wrong with the parameters of a request; null when nothing is. */
export function parameterProblem(template: StoredTemplate, request: Json): Answer | null {
  const other = template.components.find(isOther);
  if (other !== undefined)
    return refusal(100, `The emulator cannot check what ${String(other['type'])} needs, and sends no such template.`);
  const components = (asList(request['components']) ?? []).map((component) => asObject(component) ?? {});
  const parametersOf = (type: string): readonly Json[] => parametersIn(components.find((component) => lower(component['type']) === type));
  const buttons = components.filter((component) => lower(component['type']) === 'button');
  return (
    headerProblem(headerOf(template.content), parametersOf('header'), template) ??
    bodyProblem(template, parametersOf('body')) ??
    (template.category === 'AUTHENTICATION' ? codeProblem(buttons, parametersOf('body')) : buttonProblem(template, buttons))
  );
}

function headerProblem(header: HeaderPart | null, parameters: readonly Json[], template: StoredTemplate): Answer | null {
  const [first] = parameters;
  const expected = header?.format === 'text' && variablesIn(header.text).length === 0 ? null : (header?.format ?? null);
  if (expected === null)
    return first === undefined
      ? null
      : mismatch(`header: number of localizable_params (${parameters.length}) does not match the expected number of params (0)`);
  if (first === undefined) {
    return expected === 'text'
      ? mismatch('header: number of localizable_params (0) does not match the expected number of params (1)')
      : format('header', expected, 'UNKNOWN');
  }
  if (lower(first['type']) !== expected) return format('header', expected, String(first['type']));
  if (expected === 'text') return textsProblem(template, { place: 'header', names: variablesIn(header?.text ?? ''), parameters });
  const content = asObject(first[expected]);
  if (content === null) return refusal(131_008, `header: parameter '${expected}' is missing.`);
  if (expected !== 'location') return mediaProblem(content, expected);
  const isPlace = ['latitude', 'longitude'].every((name) => content[name] !== undefined && Number.isFinite(Number(content[name])));
  return isPlace ? null : refusal(131_009, 'header: the location has no coordinates.');
}

function bodyProblem(template: StoredTemplate, parameters: readonly Json[]): Answer | null {
  const text = bodyOf(template.content);
  const names = variablesIn(text);
  const problem = textsProblem(template, { place: 'body', names, parameters });
  if (problem !== null || names.length === 0) return problem;
  const values = new Map(
    names.map((name, index) => [name, valueOf(parameters.find((given) => given['parameter_name'] === name) ?? parameters[index] ?? {})]),
  );
  const longest = template.components.length === 1 ? BODY_ALONE_MAX : BODY_MAX;
  return characterCount(fillVariables(text, (name) => values.get(name))) > longest
    ? refusal(132_005, `body: the text with its parameters is longer than ${longest} characters`)
    : null;
}

type Texts = { readonly place: string; readonly names: readonly string[]; readonly parameters: readonly Json[] };

function textsProblem({ content }: StoredTemplate, { place, names, parameters }: Texts): Answer | null {
  if (names.length !== parameters.length) {
    return mismatch(
      `${place}: number of localizable_params (${parameters.length}) does not match the expected number of params (${names.length})`,
    );
  }
  const given = parameters.map((parameter) => parameter['parameter_name']);
  if (content.parameterFormat === 'named') {
    const lacking = names.find((name) => !given.includes(name));
    if (lacking !== undefined) return refusal(132_012, `${place}: Parameter name is missing or empty: ${lacking}`);
  } else if (given.some((name) => name !== undefined)) {
    return refusal(132_012, `${place}: parameter_name is for templates with named parameters`);
  }
  for (const [index, parameter] of parameters.entries()) {
    const problem = textProblem(`${place}: component at index ${index}`, parameter);
    if (problem !== null) return problem;
  }
  return null;
}

function textProblem(place: string, parameter: Json): Answer | null {
  const type = lower(parameter['type']);
  if (type !== 'text' && type !== 'currency' && type !== 'date_time')
    return refusal(132_012, `${place}: expected TEXT, received ${String(parameter['type'])}`);
  const value = valueOf(parameter);
  if (value === '') return refusal(131_008, `${place}: the text is missing or empty`);
  return /[\n\r\t]| {5}/.test(value)
    ? refusal(132_018, `${place}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces`)
    : null;
}

function buttonProblem({ content }: StoredTemplate, given: readonly Json[]): Answer | null {
  const buttons = buttonsOf(content);
  for (const component of given) {
    const index = Number(component['index']);
    const kind = buttons[index]?.kind;
    if (kind === undefined) return refusal(132_012, `buttons: there is no button at index ${String(component['index'])}`);
    const subType = lower(component['sub_type']);
    if (subType !== kind && !(subType === 'mpm' || subType === 'catalog'))
      return format(`buttons: button at index ${index}`, kind, subType);
  }
  for (const [index, { kind, target }] of buttons.entries()) {
    const isVariable = (kind === 'url' && target !== null && variablesIn(target).length > 0) || kind === 'copy_code';
    const [parameter] = parametersIn(given.find((component) => Number(component['index']) === index));
    const value = kind === 'copy_code' ? asText(parameter?.['coupon_code']) : asText(parameter?.['text']);
    if (isVariable && value === null) return refusal(131_008, `buttons: Button at index ${index} of type ${kind} requires a parameter`);
    if (kind === 'copy_code' && (value ?? '').length > CODE_MAX)
      return refusal(132_018, `buttons: a coupon code has at most ${CODE_MAX} characters`);
  }
  return null;
}

// The code stands twice: in the body and behind the button.
function codeProblem(buttons: readonly Json[], body: readonly Json[]): Answer | null {
  const code = valueOf(body[0] ?? {});
  const [parameter] = parametersIn(buttons.find((component) => Number(component['index']) === 0));
  if (parameter === undefined) return refusal(131_008, 'buttons: Button at index 0 of type Url requires a parameter');
  if (asText(parameter['text']) !== code) return refusal(132_018, 'buttons: the code of the button is not the one of the body');
  return code.length > CODE_MAX || /[/\s]/.test(code)
    ? refusal(132_018, `body: a code has at most ${CODE_MAX} characters and no link`)
    : null;
}

function parametersIn(component: Json | undefined): readonly Json[] {
  return (asList(component?.['parameters']) ?? []).map((parameter) => asObject(parameter) ?? {});
}

// The older types carry a text for those who cannot format them.
function valueOf(parameter: Json): string {
  const type = lower(parameter['type']);
  const value = type === 'currency' || type === 'date_time' ? asObject(parameter[type])?.['fallback_value'] : parameter['text'];
  return typeof value === 'string' ? value : '';
}

function mismatch(details: string): Answer {
  return refusal(132_000, details);
}

function format(place: string, expected: string, received: string): Answer {
  return refusal(132_012, `${place}: Format mismatch, expected ${expected.toUpperCase()}, received ${received.toUpperCase()}`);
}

function lower(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}
