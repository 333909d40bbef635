// Names that say nothing, and exports that hide where a thing lives.

import { expect, test } from 'vitest';
import { readSource } from './source.ts';

const BUCKETS = /^(utils?|helpers?|common|lib|shared|managers?|services?|misc|core|index)$/;

test.each(['src', 'test'] as const)('no bucket names in %s', (root) => {
  const wrong = readSource(root).flatMap(({ path }) =>
    path
      .split('/')
      .filter((part) => BUCKETS.test(part.replace(/(\.test|\.bench)?\.ts$/, '')))
      .map((part) => `${path}: '${part}' says nothing; name it after the noun or the step it owns`),
  );
  expect(wrong).toEqual([]);
});

test.each(['src', 'test'] as const)('files of %s are named in kebab-case', (root) => {
  const wrong = readSource(root).filter(({ path }) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/.test(path));
  expect(wrong.map(({ path }) => `${path}: rename it to kebab-case`)).toEqual([]);
});

test('no default exports', () => {
  const wrong = readSource('src').filter(({ code }) => /^export\s+default\b|^export\s*\{[^}]*\bas\s+default\b/m.test(code));
  expect(wrong.map(({ path }) => `${path} has a default export: export it by its name`)).toEqual([]);
});

test('no re-exports', () => {
  const wrong = readSource('src').filter(({ code }) => /^export\s+(type\s+)?(\*|\{[^}]*\}\s*from\b)/m.test(code));
  expect(wrong.map(({ path }) => `${path} re-exports: let its users import from the file that owns the thing`)).toEqual([]);
});

test('every file opens with a comment that says what it owns', () => {
  const wrong = readSource('src').filter(({ text }) => !/^(\/\/ |\/\*\*)/.test(text));
  expect(wrong.map(({ path }) => `${path}: begin with one to three lines: what it owns, and what it does not`)).toEqual([]);
});
