// The source as the house rules see it: every file with its text, its code without comments and literals, and its imports.

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { blank } from './segments.ts';

export type Import = {
  /** As written: `zod`, `node:fs`, `../errors.ts`. */
  readonly specifier: string;
  /** The path below src/ for a file of ours; null for a package. */
  readonly file: string | null;
  readonly isType: boolean;
  readonly isLazy: boolean;
};

export type SourceFile = {
  /** Below its root, with slashes: `domain/quote.ts`. */
  readonly path: string;
  readonly text: string;
  /** Comments and literals are blank. */
  readonly code: string;
  readonly lines: readonly string[];
  readonly imports: readonly Import[];
};

/** Every TypeScript file below a folder, without declaration files. */
export function readSource(root: 'src' | 'test'): readonly SourceFile[] {
  return pathsBelow(root, '.ts')
    .filter((path) => !path.endsWith('.d.ts'))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return {
        path,
        text,
        code: blank(text, ['comment', 'literal']),
        lines: text.split('\n').slice(0, -1),
        imports: importsOf(path, text),
      };
    });
}

/** The paths below a folder whose names end so, sorted, with slashes. */
export function pathsBelow(root: string, ending: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith(ending))
    .toSorted();
}

const STATIC = /^(?:import|export)\s+(type\s)?(?:[\w*{},\s$]+?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const LAZY = /(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]/g;

function importsOf(path: string, text: string): readonly Import[] {
  const code = blank(text, ['comment']);
  const known = (specifier: string): string | null => (specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null);
  return [
    ...Array.from(code.matchAll(STATIC), ([statement, type, specifier = '']) => ({
      specifier,
      file: known(specifier),
      isType: type !== undefined || /^import\s*\{(\s*type\s[^,}]*,?)+\s*\}/.test(statement),
      isLazy: false,
    })),
    ...Array.from(code.matchAll(LAZY), ([, type, specifier = '']) => ({
      specifier,
      file: known(specifier),
      isType: type !== undefined,
      isLazy: true,
    })),
  ];
}
