// What the provider demands of a template beyond its shape: texts, variables, buttons. Rules of the provider's template pages of
// October to December 2025; what only its reviewers can judge is left to them.

import { type AppError, fail } from '../errors.ts';
import { TTL_LONGEST } from './template-ttl.ts';
import type { ParameterFormat, TemplateCategory } from './template.ts';
import { variablesIn, withoutVariables } from './template-variables.ts';

type DraftButton = { readonly type: string; readonly url?: string };

/** A component of the right shape, before its rules are checked. */
export type DraftComponent = {
  readonly type: string;
  readonly format?: string;
  readonly text?: string | undefined;
  readonly buttons?: readonly DraftButton[];
};

export type DraftTemplate = {
  readonly category: TemplateCategory;
  readonly parameterFormat: ParameterFormat;
  readonly components: readonly DraftComponent[];
  readonly ttlSeconds: number | null;
  readonly bidAmount: number | null;
  /** The provider has seen it: where its variables stand, how long it lives and what is bid for it is then no longer ours to judge. */
  readonly isReviewed: boolean;
};

type Refusal = { readonly path: readonly (string | number)[]; readonly reason: string; readonly hint: string };
type Text = { readonly path: readonly (string | number)[]; readonly text: string };

const SEND_AS_IS = 'Leave the text out: the provider writes the text of authentication templates.';
const OTP_HINT = 'An authentication template has one button, of type OTP.';
const VARIABLE_HINT = 'Variables are {{1}}, {{2}}, … or, with "parameter_format": "NAMED", {{order}}.';
const TTL_SECONDS: Readonly<Record<TemplateCategory, readonly [number, number]>> = {
  authentication: [30, 900],
  utility: [30, 43_200],
  marketing: [43_200, 2_592_000],
};
/** As often as a kind may occur; ten buttons in all. */
const BUTTON_COUNTS: Readonly<Record<string, number>> = { QUICK_REPLY: 10, URL: 2 };

/** Passes when the parts go together. Throws `template_invalid` at the first that does not. */
export function checkTemplate(draft: DraftTemplate): void {
  checkTypes(draft);
  checkTtl(draft);
  checkBid(draft);
  for (const [index, component] of draft.components.entries()) {
    const path = ['components', index];
    if (draft.category === 'authentication') checkAuthentication(component, path);
    else checkText(component, path, draft);
    if (component.buttons !== undefined) checkButtons(component.buttons, [...path, 'buttons'], draft);
  }
}

/** The error for a place in the document. */
export function refuseTemplate({ path, reason, hint }: Refusal): AppError {
  const place = path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
  return fail('template_invalid', { message: `${place === '' ? 'The document' : place} ${reason}.`, hint, details: { path: place } });
}

function checkTypes({ components, category, isReviewed }: DraftTemplate): void {
  const types = components.map(({ type }) => type);
  for (const [index, type] of types.entries()) {
    if (types.indexOf(type) !== index) {
      throw refuseTemplate({ path: ['components', index], reason: `is a second ${type}`, hint: 'A template has each component once.' });
    }
  }
  if (!types.includes('BODY')) {
    throw refuseTemplate({ path: ['components'], reason: 'has no BODY', hint: 'Every template has a body.' });
  }
  if (category === 'authentication' && !isReviewed && !types.includes('BUTTONS')) {
    throw refuseTemplate({ path: ['components'], reason: 'has no BUTTONS', hint: OTP_HINT });
  }
}

// One that it moved to another category keeps a time to live that it would not take from us.
function checkTtl({ category, ttlSeconds, isReviewed }: DraftTemplate): void {
  const [least, most] = TTL_SECONDS[category];
  if (ttlSeconds === null || isReviewed || (ttlSeconds >= least && ttlSeconds <= most)) return;
  if (ttlSeconds === TTL_LONGEST && category !== 'marketing') return;
  throw refuseTemplate({
    path: ['message_send_ttl_seconds'],
    reason: `must be between ${least} and ${most} for ${category}`,
    hint: 'Leave it out for the default of 30 days (10 minutes for authentication).',
  });
}

// One that it moved to another category keeps a bid that means nothing there.
function checkBid({ category, bidAmount, isReviewed }: DraftTemplate): void {
  if (bidAmount === null || isReviewed || category === 'marketing') return;
  throw refuseTemplate({
    path: ['optimization_spec'],
    reason: `is not for ${category}`,
    hint: 'Only marketing templates have a maximum price; leave it out.',
  });
}

// Its text is the provider's; what the provider gives back has one variable, the code.
function checkAuthentication({ type, text, buttons }: DraftComponent, path: Text['path']): void {
  if (type === 'HEADER') throw refuseTemplate({ path, reason: 'has no place in an authentication template', hint: 'Remove the header.' });
  if (text !== undefined && variablesIn(text).join() !== (type === 'BODY' ? '1' : '')) {
    throw refuseTemplate({ path: [...path, 'text'], reason: 'is not the text of an authentication template', hint: SEND_AS_IS });
  }
  if (buttons !== undefined && !['OTP', 'URL'].includes(buttons.map((button) => button.type).join())) {
    throw refuseTemplate({ path: [...path, 'buttons'], reason: 'must be one OTP button', hint: OTP_HINT });
  }
}

function checkText({ type, format, text }: DraftComponent, path: Text['path'], draft: DraftTemplate): void {
  const at = { path: [...path, 'text'], text: text ?? '' };
  const needsText = type === 'BODY' || type === 'FOOTER' || format === 'TEXT';
  if (needsText && text === undefined) throw refuseTemplate({ path: at.path, reason: 'is missing', hint: 'Give the text.' });
  const variables = checkVariables(at, draft);
  if (type === 'HEADER' && variables.length > 1) {
    throw refuseTemplate({ path: at.path, reason: 'has more than one variable', hint: 'A header takes one; move the others to the body.' });
  }
  if (type === 'FOOTER' && variables.length > 0) {
    throw refuseTemplate({ path: at.path, reason: 'has a variable', hint: 'A footer is the same for everybody; move it to the body.' });
  }
  // A header may end with its variable; the provider accepts `Hello {{1}}` there.
  if (type === 'BODY' && !draft.isReviewed) checkPlacement(at);
}

function checkVariables({ path, text }: Text, { parameterFormat }: Pick<DraftTemplate, 'parameterFormat'>): readonly string[] {
  if (/\{\{|\}\}/.test(withoutVariables(text))) {
    throw refuseTemplate({ path, reason: 'has braces that do not enclose a variable', hint: VARIABLE_HINT });
  }
  const names = variablesIn(text);
  const isRight = parameterFormat === 'named' ? /^[a-z][a-z0-9_]*$/ : /^[1-9]\d{0,2}$/;
  const wrong = names.find((name) => !isRight.test(name));
  if (wrong !== undefined) {
    throw refuseTemplate({ path, reason: `has {{${wrong}}}, which is no ${parameterFormat} variable`, hint: VARIABLE_HINT });
  }
  const gap = names.length - new Set(names.map(Number).filter((number) => number <= names.length)).size;
  if (parameterFormat === 'positional' && gap > 0) {
    throw refuseTemplate({ path, reason: 'leaves out a number of its variables', hint: 'Count them from {{1}} without a gap.' });
  }
  return names;
}

function checkPlacement({ path, text }: Text): void {
  const trimmed = text.trim();
  if (trimmed.startsWith('{{') || trimmed.endsWith('}}')) {
    throw refuseTemplate({
      path,
      reason: 'begins or ends with a variable',
      hint: 'The provider refuses that (2388299): put a word before or after it.',
    });
  }
  if (text.includes('}}{{')) {
    throw refuseTemplate({ path, reason: 'has two variables with nothing between them', hint: 'Put text between them, or make them one.' });
  }
}

function checkButtons(buttons: readonly DraftButton[], path: Text['path'], draft: DraftTemplate): void {
  const types = buttons.map(({ type }) => type);
  for (const [index, { type, url }] of buttons.entries()) {
    const countMax = BUTTON_COUNTS[type] ?? 1;
    if (types.slice(0, index + 1).filter((other) => other === type).length > countMax) {
      throw refuseTemplate({ path: [...path, index], reason: `is one ${type} button too many`, hint: `A template takes ${countMax}.` });
    }
    if (draft.category === 'authentication') continue;
    if (type === 'OTP') {
      throw refuseTemplate({ path: [...path, index], reason: 'is an OTP button', hint: 'Only authentication templates have one.' });
    }
    if (url !== undefined) checkUrl({ path: [...path, index, 'url'], text: url });
  }
  const groups = types.filter((type, index) => (type === 'QUICK_REPLY') !== (types[index - 1] === 'QUICK_REPLY') || index === 0);
  if (groups.length > 2) {
    throw refuseTemplate({
      path,
      reason: 'mixes quick replies with other buttons',
      hint: 'Put all quick replies before or after the others.',
    });
  }
}

function checkUrl({ path, text }: Text): void {
  const fixed = withoutVariables(text);
  if (/\{\{|\}\}|\s/.test(fixed) || !/^https?:\/\/./.test(fixed)) {
    throw refuseTemplate({ path, reason: 'is not an address', hint: 'Write it like https://example.com/track/{{1}}.' });
  }
  if (fixed !== text && (variablesIn(text).length > 1 || !text.endsWith('}}') || text.replace(/\{\{[^{}]*\}\}$/, '') !== fixed)) {
    throw refuseTemplate({ path, reason: 'may have one variable, at its end', hint: 'Write it like https://example.com/track/{{1}}.' });
  }
}
