// Words by which customers stop and start: their folded form, in which they are compared. The lists are data, in catalog/; what a whole message means is
// inbound/reading.ts's.

/** What a word says. `none` takes a built-in word out of a sender's list; messages that say a sourced stop word alone wait for a person then. */
export const WORD_MEANINGS = ['opt_out', 'opt_in', 'none'] as const;
export type WordMeaning = (typeof WORD_MEANINGS)[number];

/** A word in folded form, with the language that it is from (`de`, `pt_BR`; `*` for all). */
export type ConsentWord = { readonly word: string; readonly language: string; readonly meaning: WordMeaning };

// Accents of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic. The vowel signs of Hindi and its sisters are letters in all but name, and stay.
const ACCENTS = /(?=[\p{sc=Inherited}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}])[\p{Mn}\p{Me}]/gu;
// Joiners, soft hyphens and direction marks, which nobody sees; the Arabic stretcher; and apostrophes.
const UNSEEN = /[\p{Cf}\u0640'’‘ʼʹ`´′＇]/gu;
const NO_WORD = /[^\p{L}\p{M}\p{N}]+/gu;

// Letters that no decomposition turns into their plain form.
const PLAIN: Readonly<Record<string, string>> = { ς: 'σ', ł: 'l', ø: 'o', đ: 'd', æ: 'ae', œ: 'oe', ı: 'i' };

/**
 * The text without case, accents, punctuation, emoji and spare space: `¡Dé-me  de BAJA! 🛑` is `de me de baja`. Folding a folded text changes nothing. An
 * apostrophe joins (`don't` is `dont`), all other punctuation parts words.
 */
export function foldText(text: string): string {
  const decomposed = text.replace(UNSEEN, '').normalize('NFKD');
  // Through capitals: ß and ŉ are one letter small and two in capitals; and small before that, since ẞ is a capital of its own.
  const small = decomposed.toLowerCase().toUpperCase().toLowerCase().normalize('NFKD').replace(ACCENTS, '').replace(UNSEEN, '');
  return small
    .replace(/[ςłøđæœı]/g, (letter) => PLAIN[letter] ?? letter)
    .replace(NO_WORD, ' ')
    .trim();
}

const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** Whether a word is in a script that puts no space between words, so that it stands in the middle of others. */
export function isUnspaced(word: string): boolean {
  return UNSPACED.test(word);
}
