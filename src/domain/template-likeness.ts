// Whether two contents are one template: for the recipient, and for what a request must give. The provider adds fields of its own to what it gives back,
// writes the texts of one-time codes itself, and decides the category, so none of these makes a difference.

import { bodyOf, buttonsOf, footerOf, headerOf } from './template-parts.ts';
import type { TemplateContent } from './template.ts';

/** True when a recipient reads the same, and a request gives the same parameters. Name, language and category are not looked at. */
export function readsAlike(left: TemplateContent, right: TemplateContent): boolean {
  const isCode = left.category === 'authentication';
  if (isCode !== (right.category === 'authentication') || left.parameterFormat !== right.parameterFormat) return false;
  return isCode ? codesAlike(left, right) : textOf(left) === textOf(right);
}

function textOf(content: TemplateContent): string {
  return JSON.stringify([headerOf(content), bodyOf(content), footerOf(content), buttonsOf(content)]);
}

// What a company may choose of a one-time code's template; a side that does not say it is no difference.
function codesAlike(left: TemplateContent, right: TemplateContent): boolean {
  const choices = ['add_security_recommendation', 'code_expiration_minutes'];
  return choices.every((name) => {
    const [mine, theirs] = [choiceOf(left, name), choiceOf(right, name)];
    return mine === undefined || theirs === undefined || mine === theirs;
  });
}

function choiceOf({ components }: TemplateContent, name: string): unknown {
  return components.find((component) => component[name] !== undefined)?.[name];
}
