// Which folder may import what. Dependencies point one way: values ← domain ← catalog, ports ← the journey ← adapters ← app ← main.

import { expect, test } from 'vitest';
import { type Import, readSource, type SourceFile } from './source.ts';

type Rule = {
  /** The file or folder that the rule is for; the first one that fits counts. */
  readonly owner: string;
  /** Files and folders of ours that it may import. */
  readonly may: readonly string[];
  /** … and of which it may import types, because the value comes in as a parameter. */
  readonly mayType?: readonly string[];
  readonly packages?: readonly string[];
};

const VALUES = ['values/', 'errors.ts'];
const JOURNEY = ['send/', 'inbound/', 'billing/', 'stories/'];

const RULES: readonly Rule[] = [
  { owner: 'values/', may: ['values/'] },
  { owner: 'errors.ts', may: [] },
  { owner: 'version.ts', may: [] },
  { owner: 'domain/', may: [...VALUES, 'domain/'], packages: ['zod'] },
  { owner: 'ports/', may: [...VALUES, 'ports/'], mayType: ['domain/'] },
  { owner: 'catalog/', may: [...VALUES, 'domain/', 'catalog/'] },
  ...JOURNEY.map((owner) => ({
    owner,
    may: [...VALUES, 'domain/', 'catalog/', 'ports/', owner, ...(owner === 'inbound/' ? ['send/'] : [])],
    packages: ['zod', 'csv-parse', 'csv-stringify', 'fflate', 'saxes'],
  })),
  {
    owner: 'store/sqlite/',
    may: [...VALUES, 'domain/', 'ports/', 'store/rows.ts', 'store/disk.ts', 'store/journal.ts', 'store/sqlite/'],
    packages: ['better-sqlite3', 'zod', 'node:fs', 'node:path', 'node:crypto'],
  },
  {
    owner: 'store/',
    may: [...VALUES, 'domain/', 'ports/', 'store/'],
    mayType: ['config.ts'],
    packages: ['zod', 'node:fs', 'node:path', 'node:crypto'],
  },
  {
    owner: 'transports/',
    may: [...VALUES, 'domain/', 'catalog/', 'ports/', 'transports/', 'emulator/fate.ts', 'emulator/pricing.ts'],
    packages: ['zod', 'undici', 'node:http', 'node:https', 'node:crypto'],
  },
  {
    owner: 'emulator/',
    may: [...VALUES, 'domain/', 'catalog/', 'emulator/'],
    mayType: ['ports/', 'transports/whatsapp/'],
    packages: ['zod', 'hono', '@hono/node-server', 'undici', 'node:http', 'node:crypto'],
  },
  {
    owner: 'server/',
    may: [...VALUES, 'domain/', 'catalog/', 'ports/', ...JOURNEY, 'server/'],
    packages: ['zod', 'hono', '@hono/node-server', 'prom-client', 'node:http', 'node:crypto'],
  },
  {
    owner: 'cli/',
    may: [...VALUES, 'domain/', 'catalog/', 'ports/', ...JOURNEY, 'server/', 'emulator/', 'cli/', 'config.ts', 'version.ts'],
    mayType: ['app.ts'],
    packages: ['commander', 'chalk', 'inquirer', 'zod', 'csv-stringify', 'string-width'],
  },
  { owner: 'config.ts', may: VALUES, packages: ['zod', 'node:fs', 'node:path'] },
  { owner: 'channels.ts', may: ['errors.ts', 'values/', 'domain/', 'transports/', 'secrets.ts'], mayType: ['config.ts', 'ports/'] },
  { owner: 'secrets.ts', may: ['errors.ts'], mayType: ['domain/'], packages: ['node:fs'] },
  { owner: 'hook.ts', may: [], mayType: ['ports/'], packages: ['node:crypto'] },
  { owner: 'read-file.ts', may: VALUES, packages: ['node:'] },
  { owner: 'repeatable.ts', may: [...VALUES, 'read-file.ts'], mayType: ['ports/'], packages: ['node:'] },
  { owner: 'gunzip.ts', may: VALUES, packages: ['node:'] },
  {
    owner: 'host.ts',
    may: [...VALUES, 'read-file.ts', 'repeatable.ts', 'gunzip.ts'],
    mayType: ['ports/'],
    packages: ['node:'],
  },
  { owner: 'streams.ts', may: ['errors.ts', 'host.ts', 'read-file.ts'], mayType: ['ports/'], packages: ['node:'] },
  { owner: 'found.ts', may: [...VALUES, 'domain/', 'catalog/', 'store/key.ts'], mayType: ['config.ts', 'ports/'] },
  {
    owner: 'app.ts',
    may: [...VALUES, 'domain/', 'ports/', 'store/', 'channels.ts', 'config.ts', 'found.ts', 'hook.ts', 'host.ts'],
    packages: ['node:'],
  },
  {
    owner: 'main.ts',
    may: ['errors.ts', 'ports/', 'cli/', 'app.ts', 'config.ts', 'host.ts', 'streams.ts', 'version.ts'],
    packages: ['node:'],
  },
];

test('every file of src has an owner in the table', () => {
  const orphans = readSource('src').filter((file) => ruleFor(file) === undefined);
  expect(
    orphans.map(({ path }) => `${path}: move it into a folder of src/README.md, or give its folder a line in RULES and in src/README.md`),
  ).toEqual([]);
});

test('every file imports only what its folder may', () => {
  const wrong = readSource('src').flatMap((file) => {
    const rule = ruleFor(file);
    return rule === undefined
      ? []
      : file.imports.filter((imported) => !isAllowed(rule, imported)).map((imported) => advice(file, rule, imported));
  });
  expect(wrong).toEqual([]);
});

test('imports name the file with its ending, and Node its own modules with node:', () => {
  const wrong = readSource('src').flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier, file }) =>
        file === null ? /^(fs|path|os|crypto|util|stream|events|url)(\/|$)/.test(specifier) : !/\.\w+$/.test(file),
      )
      .map(({ specifier }) => `${path}: write '${specifier}' with its ending or with node:`),
  );
  expect(wrong).toEqual([]);
});

function ruleFor({ path }: SourceFile): Rule | undefined {
  return RULES.find(({ owner }) => path === owner || (owner.endsWith('/') && path.startsWith(owner)));
}

function isAllowed({ may, mayType = [], packages = [] }: Rule, { file, specifier, isType }: Import): boolean {
  if (file === null) return packages.some((name) => specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`));
  const allowed = isType ? [...may, ...mayType] : may;
  return allowed.some((place) => file === place || (place.endsWith('/') && file.startsWith(place)) || file === place.replace(/\/$/, '.ts'));
}

function advice({ path }: SourceFile, { owner, may, mayType = [], packages = [] }: Rule, { specifier, file }: Import): string {
  const types = mayType.length === 0 ? '' : `, types of ${mayType.join(' ')}`;
  const instead = file === null ? 'use it behind a port' : 'pass the value in as a parameter, or move the code to the folder that may';
  return `${path} imports ${specifier}; ${owner} may import ${[...may, ...packages].join(' ') || 'nothing'}${types}: ${instead}`;
}
