// What only one place may touch: the clock, chance, the process, the drivers, the terminal.

import { expect, test } from 'vitest';
import { readSource } from './source.ts';

type Owned = {
  readonly what: string;
  readonly pattern: RegExp;
  readonly owners: readonly string[];
  readonly instead: string;
};

const GLOBALS: readonly Owned[] = [
  { what: 'process', pattern: /\bprocess\s*[.[]/, owners: ['main.ts', 'app.ts'], instead: 'take it as a parameter; main.ts hands it in' },
  {
    what: 'the clock',
    pattern: /\bDate\.now\b|\bperformance\.now\b/,
    owners: ['app.ts'],
    instead: 'take `at` as a parameter, or the Clock port',
  },
  {
    what: 'Date',
    pattern: /\bDate\b/,
    owners: ['values/time.ts', 'app.ts'],
    instead: 'use an Instant or a Day and the functions of values/time.ts',
  },
  {
    what: 'chance',
    pattern: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b|^import .*\brandomBytes\b/,
    owners: ['app.ts'],
    instead: 'take an IdSource or random bytes as a parameter',
  },
  { what: 'console', pattern: /\bconsole\s*\./, owners: [], instead: 'return a value for the command to show' },
  {
    what: 'environment variables',
    pattern: /\bprocess\.env\b/,
    owners: ['main.ts', 'app.ts'],
    instead: 'read them in config.ts from the object that main.ts hands in',
  },
  {
    what: 'timers',
    pattern: /\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b/,
    owners: ['app.ts'],
    instead: 'use Clock.sleep, which tests turn by hand',
  },
];

const PACKAGES: readonly Owned[] = [
  {
    what: 'better-sqlite3',
    pattern: /^better-sqlite3$/,
    owners: ['store/sqlite/open.ts'],
    instead: 'import its types only, and take the open database as a parameter',
  },
  { what: 'commander', pattern: /^commander$/, owners: ['cli/'], instead: 'keep the command line in cli/' },
  { what: 'chalk', pattern: /^chalk$/, owners: ['cli/render.ts'], instead: 'use the Style that the command is given' },
  {
    what: 'inquirer',
    pattern: /^(@inquirer\/|inquirer$)/,
    owners: ['cli/prompt.ts'],
    instead: 'use askText of cli/prompt.ts',
  },
  {
    what: 'undici',
    pattern: /^undici(\/|$)/,
    owners: ['transports/whatsapp/bulk.ts', 'emulator/'],
    instead: 'send through the Transport port, and ask through the Provider port',
  },
  {
    what: 'node:http',
    pattern: /^node:https?$/,
    owners: ['transports/whatsapp/exchange.ts', 'server/', 'emulator/'],
    instead: 'send through the Transport port, and ask through the Provider port',
  },
];

test.each(GLOBALS)('$what: only $owners', ({ what, pattern, owners, instead }) => {
  const users = readSource('src')
    .filter(({ path }) => !isOwner(owners, path))
    .flatMap(({ path, code }) =>
      code.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} touches ${what}: ${instead}`] : [])),
    );
  expect(users).toEqual([]);
});

test.each(PACKAGES)('$what: only $owners', ({ what, pattern, owners, instead }) => {
  const users = readSource('src')
    .filter(({ path }) => !isOwner(owners, path))
    .flatMap(({ path, imports }) =>
      imports.filter(({ specifier, isType }) => !isType && pattern.test(specifier)).map(() => `${path} imports ${what}: ${instead}`),
    );
  expect(users).toEqual([]);
});

test('the domain waits for nothing', () => {
  const waiting = readSource('src')
    .filter(({ path, code }) => path.startsWith('domain/') && /\b(async|await|Promise)\b/.test(code))
    .map(({ path }) => `${path} waits: keep the rule a plain function of facts, and let its caller fetch them`);
  expect(waiting).toEqual([]);
});

function isOwner(owners: readonly string[], path: string): boolean {
  return owners.some((owner) => path === owner || (owner.endsWith('/') && path.startsWith(owner)));
}
