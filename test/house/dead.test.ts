// Nothing that is not used: files, commented-out code, wishes without an issue.

import { expect, test } from 'vitest';
import { segments } from './segments.ts';
import { readSource, type SourceFile } from './source.ts';

const ENTRY_POINTS = new Set(['main.ts']);

test('every file is imported by another, or is an entry point', () => {
  const files = readSource('src');
  const imported = new Set(files.flatMap(({ imports }) => imports.map(({ file }) => file)));
  const unused = files.filter(({ path }) => !imported.has(path) && !ENTRY_POINTS.has(path));
  expect(unused.map(({ path }) => `${path}: nothing imports it; remove it, or use it`)).toEqual([]);
});

test.each(['src', 'test'] as const)('every wish in %s has the number of its issue', (root) => {
  const wrong = readSource(root).flatMap((file) =>
    comments(file)
      .filter(({ text }) => /\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/.test(text))
      .map(({ line }) => `${file.path}:${line}: write TODO(#12), or do it now`),
  );
  expect(wrong).toEqual([]);
});

test.each(['src', 'test'] as const)('no commented-out code in %s', (root) => {
  const wrong = readSource(root).flatMap((file) =>
    comments(file)
      .filter(({ text }) => looksLikeCode(text))
      .map(({ line }) => `${file.path}:${line}: remove it; the history keeps it`),
  );
  expect(wrong).toEqual([]);
});

type Comment = { readonly line: number; readonly text: string };

// Only `//` comments: documentation comments hold code on purpose.
function comments({ text }: SourceFile): readonly Comment[] {
  return segments(text)
    .filter(({ kind, from }) => kind === 'comment' && text.startsWith('//', from))
    .map(({ from, to }) => ({ line: text.slice(0, from).split('\n').length, text: text.slice(from + 2, to).trim() }));
}

function looksLikeCode(text: string): boolean {
  return (
    /[;{}]$/.test(text) ||
    /^(import|export|const|let|var|return|throw|if|for|while|await|function)\b.*[=({]/.test(text) ||
    /^[\w.]+\([^)]*\)[;,]?$/.test(text)
  );
}
