// Every error code is used, tested and documented.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CODES, EXIT_CODES } from '../../src/errors.ts';
import { readSource } from './source.ts';

const codes = Object.keys(CODES);
const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : '';

test('every code is thrown somewhere', () => {
  const source = readSource('src');
  const isThrown = (code: string): boolean =>
    source.some(({ path, text }) => text.includes(path === 'errors.ts' ? `fail('${code}'` : `'${code}'`));
  const unused = codes.filter((code) => !isThrown(code));
  expect(unused.map((code) => `nothing throws ${code}: use it, or take its line out of errors.ts before it is released`)).toEqual([]);
});

// Transcripts are compared to the letter, so an error that stands in one is tested.
function transcripts(): readonly string[] {
  const names = readdirSync('test/golden').filter((name) => name.endsWith('.txt'));
  return names.map((name) => readFileSync(`test/golden/${name}`, 'utf8'));
}

test('every code is tested somewhere', () => {
  const tests = readSource('test').filter(({ path }) => !path.startsWith('house/'));
  const texts = [...tests.map(({ text }) => text), ...transcripts()];
  const untested = codes.filter((code) => !texts.some((text) => isNamed(code, text)));
  expect(untested.map((code) => `no test expects ${code}: bring it about, and check the code, the exit code and the hint`)).toEqual([]);
});

test('every code is in the README', () => {
  const missing = codes.filter((code) => !readme.includes(`\`${code}\``));
  expect(missing.map((code) => `give \`${code}\` a line in the table of error codes in README.md`)).toEqual([]);
});

test('every exit code is in the README, with its meaning', () => {
  const missing = Object.entries(EXIT_CODES).filter(([code, meaning]) => !readme.includes(`| ${code} | ${meaning} |`));
  expect(missing.map(([code, meaning]) => `README.md needs the line: | ${code} | ${meaning} |`)).toEqual([]);
});

function isNamed(code: string, text: string): boolean {
  return new RegExp(`\\b${code}\\b`).test(text);
}
