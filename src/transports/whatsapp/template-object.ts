// A template in a request: its name, its language, and a component for each part that takes values. What a template does not declare is not sent.

import { declaredParameters } from '../../domain/template-parameters.ts';
import { buttonsOf, type ButtonKind, type HeaderFormat, headerOf } from '../../domain/template-parts.ts';
import type { Template, TemplateContent } from '../../domain/template.ts';
import { assert } from '../../errors.ts';
import { toMediaObject } from './media-object.ts';

type Values = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;
type Component = { readonly type: string; readonly sub_type?: string; readonly index?: string; readonly parameters: readonly Fields[] };

/** What of a template takes values. */
type Plan = {
  readonly isNamed: boolean;
  readonly headerFormat: HeaderFormat | null;
  /** Names below `header.`; none where the header takes no values. */
  readonly header: readonly string[];
  readonly body: readonly string[];
  readonly buttons: readonly ButtonPlan[];
};

type ButtonPlan = { readonly kind: ButtonKind; readonly index: string; readonly parameter: string };

/** The template object of a request. `components` is left out where nothing takes a value. */
export function toTemplateObject(template: Template, values: Values): Fields {
  const { name, language } = template;
  const components = componentsOf(toPlan(template), values);
  const head = { name, language: { code: language } };
  return components.length === 0 ? head : { ...head, components };
}

function componentsOf(plan: Plan, values: Values): readonly Component[] {
  const components: Component[] = [];
  if (plan.header.length > 0) components.push({ type: 'header', parameters: headerParameters(plan, values) });
  if (plan.body.length > 0)
    components.push({ type: 'body', parameters: plan.body.map((name) => toText(plan, name, valueOf(values, name))) });
  for (const button of plan.buttons) {
    const { kind, index, parameter } = button;
    components.push({ type: 'button', sub_type: SUB_TYPES[kind] ?? kind, index, parameters: [buttonParameter(kind, parameter, values)] });
  }
  return components;
}

function headerParameters(plan: Plan, values: Values): readonly Fields[] {
  const value = (name: string): string => valueOf(values, `header.${name}`);
  switch (plan.headerFormat) {
    case 'image':
    case 'video':
    case 'document':
      return [{ type: plan.headerFormat, [plan.headerFormat]: toMediaObject(plan.headerFormat, value(plan.headerFormat)) }];
    case 'location': // its numbers are texts too, which keeps every digit
      return [{ type: 'location', location: Object.fromEntries(plan.header.map((name) => [name, value(name)])) }];
    case 'text':
    case null:
      return plan.header.map((name) => toText(plan, name, value(name)));
  }
}

function toText({ isNamed }: Plan, name: string, text: string): Fields {
  return isNamed ? { type: 'text', parameter_name: name, text } : { type: 'text', text };
}

// The provider takes the button of a one-time code as a URL button.
const SUB_TYPES: Partial<Record<ButtonKind, string>> = { otp: 'url' };

function buttonParameter(kind: ButtonKind, parameter: string, values: Values): Fields {
  if (kind === 'flow') return { type: 'action', action: { flow_token: 'unused' } }; // the provider's own default; without the component it refuses
  const value = valueOf(values, parameter);
  return kind === 'copy_code' ? { type: 'coupon_code', coupon_code: value } : { type: 'text', text: value };
}

// A quick reply takes no value: without a payload the provider returns the text of the button, which is what stop words are looked for in.
function toPlan(content: TemplateContent): Plan {
  const names = declaredParameters(content);
  const header = names.filter((name) => name.startsWith('header.')).map((name) => name.slice('header.'.length));
  const body = names.filter((name) => !name.includes('.'));
  const buttons = buttonsOf(content).flatMap(({ kind }, place): readonly ButtonPlan[] => {
    const index = String(place);
    if (kind === 'otp') return [{ kind, index, parameter: '1' }];
    const parameter = `button.${index}.1`;
    return kind === 'flow' || names.includes(parameter) ? [{ kind, index, parameter }] : [];
  });
  return { isNamed: content.parameterFormat === 'named', headerFormat: headerOf(content)?.format ?? null, header, body, buttons };
}

/** A value that a message has. Own properties only: `constructor` is a name that a template may use, and every object has one. */
export function valueOf(values: Values, name: string): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  assert(value !== undefined, 'a message was admitted without a value that its template declares');
  return value;
}
