// Variables in a template's text: `{{1}}` or `{{order}}`. Owns finding and filling them; which of them are allowed is template-rules'.

const VARIABLE = /\{\{([^{}]*)\}\}/g;

/** The names between the braces, each once, in the order of their first use. */
export function variablesIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(VARIABLE), ([, name = '']) => name))];
}

/** The text with every variable replaced; one without a value stays as it is written. Values are put in as they are, never read again. */
export function fillVariables(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(VARIABLE, (written, name: string) => valueOf(name) ?? written);
}

/** The text with its variables taken out: what is left of the braces is a mistake. */
export function withoutVariables(text: string): string {
  return text.replace(VARIABLE, '');
}
