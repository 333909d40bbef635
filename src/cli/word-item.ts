// Stop and start words as commands show them, and how a word is read from the command line.

import * as z from 'zod/mini';
import { type ConsentWord, foldText, WORD_MEANINGS } from '../domain/consent-word.ts';
import { parseLanguage } from '../values/language.ts';
import { parsedText } from './options.ts';

/** Beyond this it is no word by which anybody stops. */
const WORD_LENGTH_MAX = 64;

export const ALL_LANGUAGES = '*';

export const WordItem = z.object({
  word: z.string().check(z.describe('in folded form: without case, accents and punctuation')),
  language: z.string().check(z.describe('* for all')),
  meaning: z.enum(WORD_MEANINGS),
  origin: z.enum(['own', 'built_in']),
});

export type WordItem = z.output<typeof WordItem>;

/** A word or a short phrase, in its folded form. */
export const wordText = parsedText(
  (text) => {
    const word = foldText(text);
    return word === '' || word.length > WORD_LENGTH_MAX ? undefined : word;
  },
  (text) => ({
    message: foldText(text) === '' ? 'nothing is left without punctuation' : `at most ${WORD_LENGTH_MAX} characters`,
    hint: 'A word or a short phrase: STOP, no more. Case, accents and punctuation do not matter.',
  }),
);

/** A language that a word is from; `*` for all. */
export const wordLanguageText = parsedText(
  (text) => (text === ALL_LANGUAGES ? text : parseLanguage(text)),
  (text) => ({ message: `not a language code: ${text}`, hint: 'Write it like de or pt_BR; * for all languages.' }),
);

/** The fields of one of a sender's own words. */
export function toOwnItem({ word, language, meaning }: ConsentWord): WordItem {
  return { word, language, meaning, origin: 'own' };
}
