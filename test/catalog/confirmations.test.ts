// The answer to a stop word: there is one in every language that has a stop word, and it names the way back.

import { describe, expect, it } from 'vitest';
import { confirmationText } from '../../src/catalog/confirmations.ts';
import { wordCatalogue } from '../../src/catalog/consent-words.ts';

const languages = [...new Set([...wordCatalogue().words.values()].map(({ language }) => language))].filter((language) => language !== '*');

describe('the confirmation', () => {
  it.each(languages)('of a stop in %s is in that language, and names START', (language) => {
    expect(confirmationText(language)).toContain('START');
    if (language !== 'en') expect(confirmationText(language)).not.toBe(confirmationText('en'));
  });

  it.each([
    ['pt_BR', 'pt'],
    ['de-AT', 'de'],
    ['nn', 'nb'],
    ['no', 'nb'],
    [null, 'en'],
    ['xx', 'en'],
    ['', 'en'],
    ['__proto__', 'en'],
  ])('in %s is the one in %s', (language, same) => {
    expect(confirmationText(language)).toBe(confirmationText(same));
  });
});
