// Text that others wrote (names, messages, provider errors), made safe before it reaches a terminal or a spreadsheet, and made comparable.

// Built from numbers: a literal control character in a source file is what this file protects others from.
const UNSAFE = new RegExp(
  '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb]',
  'g',
);

// `＝ ＋ － ＠` are the full-width forms that spreadsheets read like the plain ones.
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;
const PLAIN_VALUE = /^(\+\d{6,15}|-?\d+(\.\d+)?)$/;

/** Text with control, escape and direction characters written out visibly (`\u001b`), so that it cannot act on a terminal. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => (character === '\t' || character === '\n' ? ' ' : escaped(character)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** JSON of the same value in which these characters are escaped, so that a terminal may see it too; indented where `indent` says so. */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, (character) => (character === '\n' ? character : escaped(character)));
}

/** A spreadsheet cell that cannot start a formula. Phone numbers and plain numbers stay as they are, or re-import would break. */
export function inertCell(text: string): string {
  return FORMULA_START.test(text) && !PLAIN_VALUE.test(text) ? `'${text}` : text;
}

/** What a cell that `inertCell` wrote stood for: without the apostrophe in front of what would start a formula. */
export function fromInertCell(cell: string): string {
  return cell.startsWith("'") && FORMULA_START.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/** A name as it is compared: `Authentication-\nInternational`, `AUTHENTICATION_INTERNATIONAL` and `authentication international` are one. */
export function hyphenated(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '-');
}

/** A file as messages name it; `-` is standard input. */
export function titleOf(path: string): string {
  return path === '-' ? 'Standard input' : path;
}

/** The text, cut to `lengthMax` characters with an ellipsis. */
export function shorten(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}

/** How many characters a text has, as the provider counts: an emoji outside the first plane is one, not two. */
export function characterCount(text: string): number {
  return Array.from(text).length;
}
