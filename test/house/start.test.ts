// What every command loads before it does anything. Each of these packages costs milliseconds that `--help` and `commands` need not pay.

import { expect, test } from 'vitest';
import { readSource } from './source.ts';

const LAZY = ['better-sqlite3', 'inquirer', 'chalk', 'csv-parse', 'csv-stringify', 'string-width'];

test.each(LAZY)('%s is loaded only where it is needed', (name) => {
  const users = loadedAtStart().filter(({ imports }) =>
    imports.some(({ specifier, isType, isLazy }) => !isType && !isLazy && `${specifier}/`.startsWith(`${name}/`)),
  );
  expect(
    users.map(({ path }) => `${path} loads ${name} at every start: load it, or a file between main.ts and it, by \`await import\``),
  ).toEqual([]);
});

test('schemas are made with zod/mini', () => {
  const users = readSource('src').filter(({ imports }) => imports.some(({ specifier }) => specifier === 'zod'));
  expect(users.map(({ path }) => `${path}: import zod/mini; the methods of the other cost 4 ms of every start`)).toEqual([]);
});

test('no command is loaded before it is asked for', () => {
  const commands = loadedAtStart().filter(({ path }) => path.startsWith('cli/commands/'));
  expect(commands.map(({ path }) => `${path}: name it in src/cli/commands.ts by \`import()\` only`)).toEqual([]);
});

/** main.ts and what it imports without `import()`, directly or through others. */
function loadedAtStart(): ReturnType<typeof readSource> {
  const files = new Map(readSource('src').map((file) => [file.path, file]));
  const reached = new Set(['main.ts']);
  for (const path of reached) {
    for (const { file, isType, isLazy } of files.get(path)?.imports ?? []) {
      if (file !== null && !isType && !isLazy) reached.add(file);
    }
  }
  return [...reached].flatMap((path) => files.get(path) ?? []);
}
