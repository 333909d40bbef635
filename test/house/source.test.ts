// The reader of the source itself: a rule is worth no more than what it sees.

import { expect, test } from 'vitest';
import { blank } from './segments.ts';
import { readSource } from './source.ts';

test.each([
  ['a = b / c / d; // Date.now()', 'a = b / c / d;'],
  ["f('it''s', \"a // b\", x)", 'f(, , x)'],
  ['a = /[/"]+/g.test(b); c', 'a =          .test(b); c'],
  ['`one ${two(`three ${four}`)} five` + six', 'two(four) + six'],
  ['`${ { a: { b } }.a }` + c', '{ a: { b } }.a + c'],
  ['/* x */ y /* `z */ + w', 'y + w'],
  ["return '\\\\' + a", 'return + a'],
])('sees only the code in %s', (text, code) => {
  const seen = blank(text, ['comment', 'literal']);
  expect(seen).toHaveLength(text.length);
  expect(words(seen)).toBe(words(code));
});

test('finds the imports of a file', () => {
  const prompt = readSource('src').find(({ path }) => path === 'cli/prompt.ts');
  expect(prompt?.imports).toEqual(
    expect.arrayContaining([
      { specifier: '../app.ts', file: 'app.ts', isType: true, isLazy: false },
      { specifier: '../errors.ts', file: 'errors.ts', isType: false, isLazy: false },
      { specifier: 'inquirer', file: null, isType: false, isLazy: true },
    ]),
  );
});

test('leaves the brackets of every file in balance', () => {
  const unbalanced = readSource('src').filter(({ code }) => count(code, '{') !== count(code, '}') || count(code, '(') !== count(code, ')'));
  expect(unbalanced.map(({ path }) => path)).toEqual([]);
});

function words(text: string): string {
  return text.replace(/\s+/g, '');
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
