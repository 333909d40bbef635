// One file, one idea; one function, one step. The formatter runs in the same check, so a block ends where its indentation says.

import { expect, test } from 'vitest';
import { readSource, type SourceFile } from './source.ts';

const FILE_LINES_MAX = 300;
const FILE_LINES_MEDIAN_MAX = 120;
const FUNCTION_LINES_MAX = 60;

test.each(['src', 'test'] as const)('no file of %s is longer than 300 lines', (root) => {
  const long = readSource(root).filter(({ lines }) => lines.length > FILE_LINES_MAX);
  expect(long.map(({ path, lines }) => `${path} has ${lines.length} lines: give one of its ideas a file of its own`)).toEqual([]);
});

test('half of the files have fewer than 120 lines', () => {
  const lengths = readSource('src')
    .map(({ lines }) => lines.length)
    .toSorted((left, right) => left - right);
  expect(lengths[Math.floor(lengths.length / 2)], 'the median of lines per file: split files that hold more than one idea').toBeLessThan(
    FILE_LINES_MEDIAN_MAX,
  );
});

test('no function is longer than 60 lines', () => {
  const long = readSource('src')
    .flatMap(functionsOf)
    .filter(({ length }) => length > FUNCTION_LINES_MAX);
  expect(long.map(({ place, length }) => `${place} has ${length} lines: give its steps names and functions of their own`)).toEqual([]);
});

const FUNCTION_START = [
  /^\s*(export\s+)?(async\s+)?function\b/, // a declaration, also where its parameters take several lines
  /=>\s*\{$/, // an arrow function with a body
  /^\s*(async\s+)?\*?[\w$]+(<.*>)?\(.*\).*\{$/, // a method
];
const CONTROL = /^\s*(\}\s*)?(if|else|for|while|switch|catch|do|try|return|throw|await)\b/;

type Found = { readonly place: string; readonly length: number };

function functionsOf({ path, code }: SourceFile): readonly Found[] {
  const lines = code.split('\n');
  return lines.flatMap((line, index) => {
    const text = line.trimEnd();
    if (!FUNCTION_START.some((pattern) => pattern.test(text)) || (CONTROL.test(text) && !text.endsWith('=> {'))) return [];
    const indentation = text.length - text.trimStart().length;
    const end = lines.findIndex(
      (other, at) => at > index && other.startsWith(`${' '.repeat(indentation)}}`) && !other.trimEnd().endsWith('{'),
    );
    return end === -1 ? [] : [{ place: `${path}:${index + 1}`, length: end - index + 1 }];
  });
}
