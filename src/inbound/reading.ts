// What an inbound message means for consent: a stop, a start, something that a person should look at, or nothing. Pure; the engine calls it inside its
// transaction with the sender's own words.

import { wordCatalogue } from '../catalog/consent-words.ts';
import { type ConsentWord, foldText, type WordMeaning } from '../domain/consent-word.ts';
import type { ReadInbound } from '../ports/store/inbound.ts';

/** In a message of more words than this a stop word in the middle says little: "the tour will end in the old town, where we …". */
const NEAR_WORDS_MAX = 12;

/** Longer texts are read up to here: four times what the provider lets anybody write. */
const READ_LENGTH_MAX = 16_384;

// Scripts that put no space between words.
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/**
 * Reads a whole message. It is a stop or a start only where it says nothing else: the word alone, or a sourced or own stop word with courtesies around it. A
 * longer message that holds such a word or a phrase is a near miss: it may be "please stop", and it may be "don't stop". Own words go before built-in ones.
 */
export const readInbound: ReadInbound = (text, own) => {
  const folded = foldText((text ?? '').slice(0, READ_LENGTH_MAX));
  if (folded === '') return 'nothing';
  const words = new Map(own.map((word) => [word.word, word]));
  const meaning = meaningOf(folded, words);
  if (meaning === 'opt_out' || meaning === 'opt_in') return meaning;
  if (stopsPolitely(folded, words)) return 'opt_out';
  return mayStop(folded, words) ? 'near_miss' : 'nothing';
};

type OwnWords = ReadonlyMap<string, ConsentWord>;

function meaningOf(folded: string, own: OwnWords): WordMeaning | undefined {
  return own.get(folded)?.meaning ?? wordCatalogue().words.get(folded)?.meaning;
}

// `stop please` and `bitte stopp`. A start needs to be said alone: nobody is opted in by what only looks like it.
function stopsPolitely(folded: string, own: OwnWords): boolean {
  const bare = withoutCourtesies(folded);
  if (bare === folded || meaningOf(bare, own) !== 'opt_out') return false;
  return own.has(bare) || wordCatalogue().words.get(bare)?.isSourced === true;
}

function withoutCourtesies(folded: string): string {
  const { courtesies } = wordCatalogue();
  for (let rest = folded; ; ) {
    const courtesy = courtesies.find((word) => rest.startsWith(`${word} `) || rest.endsWith(` ${word}`));
    if (courtesy === undefined) return rest;
    rest = rest.startsWith(`${courtesy} `) ? rest.slice(courtesy.length + 1) : rest.slice(0, -courtesy.length - 1);
  }
}

function mayStop(folded: string, own: OwnWords): boolean {
  const spaced = ` ${folded} `;
  const { hints, words } = wordCatalogue();
  if (hints.some((hint) => spaced.includes(hint))) return true;
  if (spaced.split(' ').length - 2 > NEAR_WORDS_MAX) return false;
  const isInside = (word: string): boolean => spaced.includes(UNSPACED.test(word) ? word : ` ${word} `);
  for (const { word, meaning, inside } of words.values()) {
    if (meaning === 'opt_out' && inside && !own.has(word) && isInside(word)) return true;
  }
  for (const { word, meaning } of own.values()) if (meaning === 'opt_out' && isInside(word)) return true;
  return false;
}
