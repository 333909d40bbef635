// The words by which customers stop and start, from consent-words.csv. Its `source` says who names a word; what is `suggested` comes from nobody but us and
// waits for native speakers. `inside` says whether the word or hint counts in the middle of a longer message, `button` whether a button that says so can mean
// nothing else; a `*` at the end of a hint or a label stands for any ending.

import { type ConsentWord, foldText, isUnspaced } from '../domain/consent-word.ts';
import consentWordsCsv from './consent-words.csv';
import { plainRecords } from './plain-csv.ts';

export type CatalogueWord = ConsentWord & {
  readonly meaning: 'opt_out' | 'opt_in';
  /** False for words too short or too common to say anything in the middle of a sentence. */
  readonly inside: boolean;
  /** True for a stop word that nobody writes on a button for anything else: not `Cancel`, which may cancel an appointment. */
  readonly isLabel: boolean;
  /** Named by a law, a provider or established practice, not only by us. */
  readonly isSourced: boolean;
};

export type WordCatalogue = {
  /** Stop and start words by folded form. A form of several languages stands here once. */
  readonly words: ReadonlyMap<string, CatalogueWord>;
  /** What may stand beside a stop word without changing it, folded; the longest first. */
  readonly courtesies: readonly string[];
  /** What in a longer message may be a stop, folded, with a space before; and after, unless any ending will do. No spaces where the script has none. */
  readonly hints: readonly string[];
  /** What may be a stop where it is the whole message, folded. */
  readonly loneHints: ReadonlySet<string>;
  /** Beginnings of labels of buttons that mean a stop and nothing else, folded, with a space after, unless any ending will do. */
  readonly labels: readonly string[];
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
  const loneHints = new Set<string>();
  const labels: string[] = [];
  for (const [text = '', language = '', meaning = '', inside = '', button = '', source = ''] of records) {
    const word = foldText(text);
    const end = text.endsWith('*') ? '' : ' ';
    if (meaning === 'courtesy') courtesies.push(word);
    if (meaning === 'hint' && inside === 'yes') hints.push(isUnspaced(word) ? word : ` ${word}${end}`);
    if (meaning === 'hint' && inside === 'no') loneHints.add(word);
    if (meaning === 'label') labels.push(`${word}${end}`);
    // The first line of a form counts: the sourced ones stand first.
    if ((meaning === 'opt_out' || meaning === 'opt_in') && !words.has(word))
      words.set(word, { word, language, meaning, inside: inside === 'yes', isLabel: button === 'yes', isSourced: source !== 'suggested' });
  }
  return { words, courtesies: courtesies.toSorted((left, right) => right.length - left.length), hints, loneHints, labels };
}
