// The words by which customers stop and start, from consent-words.csv. Its `source` says who names a word; what is `suggested` comes from nobody but us and
// waits for native speakers. `inside` says whether the word counts in the middle of a longer message; a `*` at the end of a hint stands for any ending.

import { type ConsentWord, foldText } from '../domain/consent-word.ts';
import consentWordsCsv from './consent-words.csv';
import { plainRecords } from './plain-csv.ts';

export type CatalogueWord = ConsentWord & {
  readonly meaning: 'opt_out' | 'opt_in';
  /** False for words too short or too common to say anything in the middle of a sentence. */
  readonly inside: boolean;
  /** Named by a law, a provider or established practice, not only by us. */
  readonly isSourced: boolean;
};

export type WordCatalogue = {
  /** Stop and start words by folded form. A form of several languages stands here once. */
  readonly words: ReadonlyMap<string, CatalogueWord>;
  /** What may stand beside a stop word without changing it, folded; the longest first. */
  readonly courtesies: readonly string[];
  /** What in a longer message may be a stop, folded, with a space before; and after, unless any ending will do. */
  readonly hints: readonly string[];
};

let catalogue: WordCatalogue | undefined;

/** The built-in words, read on first use and then kept. */
export function wordCatalogue(): WordCatalogue {
  catalogue ??= toCatalogue(plainRecords(consentWordsCsv).slice(1));
  return catalogue;
}

function toCatalogue(records: readonly (readonly string[])[]): WordCatalogue {
  const words = new Map<string, CatalogueWord>();
  const courtesies: string[] = [];
  const hints: string[] = [];
  for (const [text = '', language = '', meaning = '', inside = '', source = ''] of records) {
    const word = foldText(text);
    if (meaning === 'courtesy') courtesies.push(word);
    if (meaning === 'hint') hints.push(text.endsWith('*') ? ` ${word}` : ` ${word} `);
    // The first line of a form counts: the sourced ones stand first.
    if ((meaning === 'opt_out' || meaning === 'opt_in') && !words.has(word))
      words.set(word, { word, language, meaning, inside: inside === 'yes', isSourced: source !== 'suggested' });
  }
  return { words, courtesies: courtesies.toSorted((left, right) => right.length - left.length), hints };
}
