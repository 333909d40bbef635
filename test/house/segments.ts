// Cuts TypeScript text into code, comments and literals, so that a rule about code does not stumble over words in a string.

type Kind = 'code' | 'comment' | 'literal';
type Segment = { readonly kind: Kind; readonly from: number; readonly to: number };

/** The text with everything of the given kinds replaced by spaces; places and line numbers stay. */
export function blank(text: string, kinds: readonly Kind[]): string {
  return segments(text)
    .map(({ kind, from, to }) => (kinds.includes(kind) ? text.slice(from, to).replace(/[^\n]/g, ' ') : text.slice(from, to)))
    .join('');
}

/** The whole text as segments, in order, without gaps. */
export function segments(text: string): Segment[] {
  const found: Segment[] = [];
  const holes: number[] = []; // for each template literal around this place: how many braces are open in its hole
  let at = 0;
  const take = (kind: Kind, to: number): void => {
    found.push({ kind, from: at, to });
    at = to;
  };
  while (at < text.length) {
    const next = segmentAt(text, at, holes);
    take(next.kind, next.to);
  }
  return found;
}

function segmentAt(text: string, at: number, holes: number[]): Pick<Segment, 'kind' | 'to'> {
  const character = text[at];
  if (text.startsWith('//', at)) return { kind: 'comment', to: endOf(/$/gm, text, at) };
  if (text.startsWith('/*', at)) return { kind: 'comment', to: endOf(/\*\//g, text, at) };
  if (character === "'") return { kind: 'literal', to: endOf(/(?:\\.|[^'\\])*'/gsy, text, at + 1) };
  if (character === '"') return { kind: 'literal', to: endOf(/(?:\\.|[^"\\])*"/gsy, text, at + 1) };
  if (character === '`') return template(text, at + 1, holes);
  if (character === '/' && mayStartRegex(text.slice(0, at))) {
    return { kind: 'literal', to: endOf(/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])*\/[a-z]*/gy, text, at + 1) };
  }
  if (character === '}' && holes.at(-1) === 0) {
    holes.pop();
    return template(text, at + 1, holes);
  }
  if (character === '{' || character === '}') countBrace(holes, character);
  return { kind: 'code', to: at + 1 };
}

// The literal part of a template, up to its end or to the next `${`.
function template(text: string, from: number, holes: number[]): Pick<Segment, 'kind' | 'to'> {
  const to = endOf(/(?:\\.|(?!\$\{)[^\\`])*(?:`|\$\{)/gsy, text, from);
  if (text[to - 1] === '{') holes.push(0);
  return { kind: 'literal', to };
}

function countBrace(holes: number[], brace: string): void {
  const open = holes.pop();
  if (open !== undefined) holes.push(open + (brace === '{' ? 1 : -1));
}

// A slash divides after a value and starts a regular expression after anything else.
function mayStartRegex(before: string): boolean {
  return /(^|[=(,:;![{}&|?+*%<>~^-]|\b(?:return|typeof|case|in|of))\s*$/.test(before.slice(-200));
}

// The end of the first match at or after a place. A literal without an end would be a syntax error, which is not for us to report.
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match === null ? text.length : match.index + match[0].length;
}
