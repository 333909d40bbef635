// The `fields` of a Graph request: names, each with arguments (`.granularity(DAILY)`) and fields of its own (`events{timestamp}`).

import type { Json } from './answer.ts';

export type Field = { readonly name: string; readonly arguments: Readonly<Record<string, string>>; readonly fields: readonly Field[] };

/** The fields that a request names; what cannot be read is left out. */
export function parseFields(text: string): readonly Field[] {
  return splitAtTop(text, ',').flatMap((part) => {
    const [, name = '', rest = ''] = /^\s*(\w+)([^]*)$/.exec(part) ?? [];
    if (name === '') return [];
    const braces = rest.indexOf('{');
    const own = braces === -1 ? rest : rest.slice(0, braces);
    const inner = braces === -1 ? '' : rest.slice(braces + 1, rest.lastIndexOf('}'));
    return [{ name, arguments: argumentsOf(own), fields: parseFields(inner) }];
  });
}

/** The node with these fields only, and its id; whole without any. Fields that it does not have are left out. */
export function project(node: Json, text: string | undefined, usual: readonly string[] = Object.keys(node)): Json {
  const named = parseFields(text ?? '').map(({ name }) => name);
  const names = new Set(named.length === 0 ? usual : named);
  return Object.fromEntries(Object.entries(node).filter(([name, value]) => (names.has(name) || name === 'id') && value !== undefined));
}

function argumentsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from(text.matchAll(/\.(\w+)\(([^)]*)\)/g), ([, name = '', value = '']) => [name, value]));
}

/** Cuts at a separator that stands in no bracket. */
function splitAtTop(text: string, separator: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (character === separator && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts;
}
