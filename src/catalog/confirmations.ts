// The one answer to a stop word, by language, from confirmations.csv: it says that the stop holds and how to undo it, and advertises nothing. All but the
// English one wait for native speakers.

import confirmationsCsv from './confirmations.csv';
import { plainRecords } from './plain-csv.ts';

const DEFAULT_LANGUAGE = 'en';

let texts: ReadonlyMap<string, string> | undefined;

/** The confirmation in a language (`pt_BR` is answered in `pt`, `no` in `nb`); in English where there is none, or no language is known. */
export function confirmationText(language: string | null): string {
  texts ??= new Map(
    plainRecords(confirmationsCsv)
      .slice(1)
      .map(([code = '', text = '']) => [code, text]),
  );
  const [base = ''] = (language ?? '').toLowerCase().split(/[_-]/);
  return texts.get(base === 'no' || base === 'nn' ? 'nb' : base) ?? texts.get(DEFAULT_LANGUAGE) ?? '';
}
