// The catalogue of stop and start words: every line is what it should be, and says where it comes from.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wordCatalogue } from '../../src/catalog/consent-words.ts';
import { foldText } from '../../src/domain/consent-word.ts';

const text = readFileSync('src/catalog/consent-words.csv', 'utf8');
const rows = text
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','));

describe('the file', () => {
  it('has six plain cells in each line', () => {
    expect(text.split('\n')[0]).toBe('word,language,meaning,inside,button,source');
    expect(text).not.toMatch(/["\r]/);
    expect(rows.filter((row) => row.length !== 6)).toEqual([]);
  });

  it('has only meanings that are read', () => {
    expect([...new Set(rows.map(([, , meaning]) => meaning))].toSorted()).toEqual(['courtesy', 'hint', 'label', 'opt_in', 'opt_out']);
  });

  it('names a language for each word, and where it comes from', () => {
    expect(rows.filter(([, language = '', , , , source = '']) => !/^(\*|[a-z]{2})$/.test(language) || source === '')).toEqual([]);
  });

  it('says of each stop word whether a button may say it, and of nothing else', () => {
    expect(rows.filter(([, , meaning, , button = '']) => (meaning === 'opt_out') !== /^(yes|no)$/.test(button))).toEqual([]);
    const labels = [...wordCatalogue().words.values()].filter(({ isLabel }) => isLabel).map(({ word }) => word);
    expect(labels).toEqual(
      expect.arrayContaining(['stop', 'unsubscribe', 'opt out', 'stop promotions', 'stopp', 'abmelden', 'arret', 'baja']),
    );
    for (const word of ['cancel', 'end', 'quit', 'remove', 'revoke', 'cancelar', 'td']) expect(labels).not.toContain(word);
  });

  it('has stop words of as many languages as the README says', () => {
    const languages = new Set(rows.flatMap(([, language = '', meaning]) => (meaning === 'opt_out' && language !== '*' ? [language] : [])));
    expect(readFileSync('README.md', 'utf8')).toContain(`STOP and its kin in ${languages.size} languages`);
  });

  it('opts in by nothing that is not sourced', () => {
    expect(rows.filter(([, , meaning, , , source]) => meaning === 'opt_in' && source === 'suggested')).toEqual([]);
  });
});

describe('the words', () => {
  it('stand in their folded form', () => {
    for (const [folded, { word }] of wordCatalogue().words) {
      expect(word).toBe(folded);
      expect(foldText(folded)).toBe(folded);
      expect(folded).not.toBe('');
    }
  });

  it('are sourced where one of their lines is', () => {
    expect(wordCatalogue().words.get('arret')).toMatchObject({ meaning: 'opt_out', isSourced: true });
    expect(wordCatalogue().words.get('abmelden')).toMatchObject({ meaning: 'opt_out', isSourced: false });
  });

  it('hold the conclusive words of the law', () => {
    for (const word of ['stop', 'quit', 'end', 'revoke', 'opt out', 'cancel', 'unsubscribe']) {
      expect(wordCatalogue().words.get(word)).toMatchObject({ meaning: 'opt_out', isSourced: true });
    }
  });
});
