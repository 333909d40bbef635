// The ways in which a whole message can be one stop word and nothing else that matters: with courtesies, repeated, spelled out, with a name or a signature
// behind it. Says what may be the word; whether it is one is reading.ts's.

import { wordCatalogue } from '../catalog/consent-words.ts';
import { foldText } from '../domain/consent-word.ts';

/** After a stop word and punctuation this many words are a name or a greeting: "STOP - Ada Lovelace". */
const TAIL_WORDS_MAX = 2;

/** Repetitions and spelled words are looked for in texts up to here. */
const REPEATED_LENGTH_MAX = 400;

const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/u;
const UNSEEN = /\p{Cf}/gu;
// Punctuation that parts: what has a space beside it, and what never joins two words. An apostrophe joins, and so does a hyphen without spaces.
const BREAK = /\s(?!['’‘`´])[\p{P}\p{S}]|(?!['’‘`´])[\p{P}\p{S}](?=\s|$)|[.,;:!?…/|،؛؟।。、！？，]/u;
const REPEATED = /^(.+?)(?: \1)+$/u;
const SPELLED = /^\p{L}\p{M}*(?: \p{L}\p{M}*){2,}$/u;

/** The folded texts that the message may come down to: of the whole of it, and of its first line. The message itself, folded, is the first. */
export function stopFormsOf(text: string): ReadonlySet<string> {
  const seen = text.replace(UNSEEN, '');
  const firstLine = seen.split(LINE_END).find((line) => foldText(line) !== '') ?? '';
  return new Set([foldText(text), ...formsOf(seen), ...formsOf(firstLine)]);
}

function formsOf(text: string): readonly string[] {
  return [text, headOf(text)].flatMap((part) => {
    const bare = withoutCourtesies(foldText(part));
    if (bare.length > REPEATED_LENGTH_MAX) return [bare];
    const once = REPEATED.exec(bare)?.[1] ?? bare;
    return [bare, once, ...(SPELLED.test(bare) ? [bare.replaceAll(' ', '')] : [])];
  });
}

// What stands before the first punctuation, where little comes after it.
function headOf(text: string): string {
  const [head = '', ...tail] = text
    .split(BREAK)
    .map(foldText)
    .filter((part) => part !== '');
  return tail.join(' ').split(' ').length > TAIL_WORDS_MAX ? '' : head;
}

/** A folded text without what is said out of politeness before and after it; the last courtesy stays where there is nothing else. */
export function withoutCourtesies(folded: string): string {
  const { courtesies } = wordCatalogue();
  for (let rest = folded; ; ) {
    const courtesy = courtesies.find((word) => rest.startsWith(`${word} `) || rest.endsWith(` ${word}`));
    if (courtesy === undefined) return rest;
    rest = rest.startsWith(`${courtesy} `) ? rest.slice(courtesy.length + 1) : rest.slice(0, -courtesy.length - 1);
  }
}
