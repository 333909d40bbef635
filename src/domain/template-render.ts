// The text of a message: a template with its parameters put in. For people to read; requests to a provider carry the parameters instead.

import {
  bodyOf,
  type ButtonKind,
  type ButtonPart,
  buttonsOf,
  footerOf,
  type HeaderFormat,
  type HeaderPart,
  headerOf,
} from './template-parts.ts';
import { fillVariables } from './template-variables.ts';
import type { TemplateContent } from './template.ts';

/** A button as the recipient sees it. `target` is where it leads or what it copies; null where that is not text. */
type RenderedButton = { readonly kind: ButtonKind; readonly text: string; readonly target: string | null };

export type RenderedTemplate = {
  /** For media, `text` is the link or the id of the file; for a place, its name, address and coordinates. */
  readonly header: { readonly format: HeaderFormat; readonly text: string } | null;
  readonly body: string;
  readonly footer: string | null;
  readonly buttons: readonly RenderedButton[];
};

type Parameters = Readonly<Record<string, string>>;

/** The message that a recipient would read. A parameter without a value shows as the variable that it fills; values that the template does not declare change nothing. */
export function renderTemplate(content: TemplateContent, parameters: Parameters): RenderedTemplate {
  const header = headerOf(content);
  return {
    header: header === null ? null : { format: header.format, text: headerText(header, parameters) },
    body: fillVariables(bodyOf(content), (name) => valueOf(parameters, name)),
    footer: footerOf(content),
    buttons: buttonsOf(content).map((button, index) => renderButton(button, index, parameters)),
  };
}

function headerText({ format, text }: HeaderPart, parameters: Parameters): string {
  const value = (name: string): string => valueOf(parameters, `header.${name}`) ?? `{{header.${name}}}`;
  switch (format) {
    case 'text':
      return fillVariables(text, (name) => valueOf(parameters, `header.${name}`));
    case 'image':
    case 'video':
    case 'document':
      return value(format);
    case 'location':
      return `${value('name')}, ${value('address')} (${value('latitude')}, ${value('longitude')})`;
  }
}

function renderButton({ kind, text, target }: ButtonPart, index: number, parameters: Parameters): RenderedButton {
  const value = valueOf(parameters, `button.${index}.1`);
  if (kind === 'otp') return { kind, text, target: valueOf(parameters, '1') ?? '{{1}}' };
  if (kind === 'copy_code') return { kind, text, target: value ?? `{{button.${index}.1}}` };
  return { kind, text, target: target === null ? null : fillVariables(target, () => value) };
}

// Own properties only: `constructor` is a name that a template may use, and every object has one.
function valueOf(parameters: Parameters, name: string): string | undefined {
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined;
}
