// What an inbound message means for consent: a stop, a start, something that a person should look at, or nothing. Pure; the engine calls it inside its
// transaction with the sender's own words.

import { wordCatalogue } from '../catalog/consent-words.ts';
import { type ConsentWord, foldText, isUnspaced } from '../domain/consent-word.ts';
import type { InboundReading } from '../domain/inbound.ts';
import type { ReadInbound } from '../ports/store/inbound.ts';
import { stopFormsOf, withoutCourtesies } from './stop-forms.ts';

/** In a message of more words than this a stop word in the middle says little: "the tour will end in the old town, where we …". */
const NEAR_WORDS_MAX = 12;

/** Longer texts are read up to here: four times what the provider lets anybody write. */
const READ_LENGTH_MAX = 16_384;

/**
 * Reads a whole message. It is a stop where it comes down to a stop word (see stop-forms.ts) that is sourced or the sender's own, or is any stop word alone;
 * a start only where it is a start word alone. Any other message that holds a stop word or a phrase is a near miss: it may be "please stop", and it may be
 * "don't stop". Own words go before built-in ones, but a sourced stop word is never less than a near miss. A button stops only by a label that can mean
 * nothing else, and starts nothing.
 */
export const readInbound: ReadInbound = ({ text, isButton }, own) => {
  const said = (text ?? '').slice(0, READ_LENGTH_MAX);
  const folded = foldText(said);
  if (folded === '') return 'nothing';
  const words: OwnWords = new Map(own.map((word) => [word.word, word]));
  const stop = stopIn(said, words);
  if (isButton) return stopsByLabel(folded, words) ? 'opt_out' : stop !== 'nothing' || mayStop(folded, words) ? 'near_miss' : 'nothing';
  if (stop === 'opt_out') return stop;
  const meaning = words.get(folded)?.meaning ?? wordCatalogue().words.get(folded)?.meaning;
  // Who made a start of what everybody takes for a stop does not opt people in by it.
  if (meaning === 'opt_out' || (meaning === 'opt_in' && !isSourcedStop(folded))) return meaning;
  return stop === 'near_miss' || mayStop(folded, words) ? 'near_miss' : 'nothing';
};

/** Whether a text, without any words of a sender's own, stops by a word that a law, a provider or established practice names. */
export function isSourcedStop(text: string): boolean {
  return stopIn(text, new Map()) === 'opt_out';
}

type OwnWords = ReadonlyMap<string, ConsentWord>;

// Over everything that the message may come down to. What only we call a stop word, or the sender calls none, is for a person.
function stopIn(said: string, own: OwnWords): Exclude<InboundReading, 'opt_in'> {
  const { words } = wordCatalogue();
  let isNear = false;
  for (const form of stopFormsOf(said)) {
    const mine = own.get(form)?.meaning;
    // Also where the own words are more than a word: "please stop" comes down to one.
    if (mine === 'none' || mine === 'opt_in') return nearIf(isSourcedStop(form));
    const builtIn = words.get(form);
    const isStop = builtIn?.meaning === 'opt_out';
    if (mine === 'opt_out' || (isStop && builtIn.isSourced)) return 'opt_out';
    isNear ||= isStop;
  }
  return nearIf(isNear);
}

function nearIf(isNear: boolean): 'near_miss' | 'nothing' {
  return isNear ? 'near_miss' : 'nothing';
}

function stopsByLabel(folded: string, own: OwnWords): boolean {
  const { words, labels } = wordCatalogue();
  const bare = withoutCourtesies(folded);
  const mine = own.get(folded) ?? own.get(bare);
  if (mine !== undefined) return mine.meaning === 'opt_out';
  return words.get(bare)?.isLabel === true || labels.some((label) => `${bare} `.startsWith(label));
}

function mayStop(folded: string, own: OwnWords): boolean {
  const spaced = ` ${folded} `;
  const { hints, loneHints, words } = wordCatalogue();
  if (hints.some((hint) => spaced.includes(hint)) || loneHints.has(withoutCourtesies(folded))) return true;
  if (spaced.split(' ').length - 2 > NEAR_WORDS_MAX) return false;
  const isInside = (word: string): boolean => spaced.includes(isUnspaced(word) ? word : ` ${word} `);
  for (const { word, meaning, inside } of words.values()) {
    if (meaning === 'opt_out' && inside && !own.has(word) && isInside(word)) return true;
  }
  for (const { word, meaning } of own.values()) if (meaning === 'opt_out' && isInside(word)) return true;
  return false;
}
