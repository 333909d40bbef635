// Every command has a file named as it is typed, a summary, an example, its exit codes, and a line in the README.

import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { createProgram, defineCommands } from '../../src/cli/program.ts';

const paths = COMMANDS.map(({ path }) => path);
const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : '';
let printed = '';
let program: Command;

beforeAll(async () => {
  const output = { write: (text: string) => void (printed += text), isTerminal: false, columns: 100 };
  program = createProgram({ out: output, err: output });
  await defineCommands(program, { run: async () => undefined, all: async () => [] }, COMMANDS);
});

test('every command is defined where the table says', () => {
  const missing = paths.filter((path) => find(path) === undefined);
  expect(missing.map((path) => `${path} is in the table and not in the program: its define function must add it there`)).toEqual([]);
});

test('every command has a file of its own, named as it is typed', () => {
  const files = paths.map((path) => `src/cli/commands/${path.replaceAll(' ', '-')}.ts`);
  expect(files.filter((file) => !existsSync(file)).map((file) => `move the command to ${file}`)).toEqual([]);
});

test('every command says in one line what it does', () => {
  const wrong = paths.filter((path) => !/^[a-z].*[^.\s]$/.test(find(path)?.summary() ?? ''));
  expect(wrong.map((path) => `${path}: give it a summary that starts small and ends without a full stop`)).toEqual([]);
});

test('every group has a summary', () => {
  const groups = [...new Set(paths.filter((path) => path.includes(' ')).map((path) => path.split(' ')[0] ?? ''))];
  expect(groups.filter((group) => !/^[a-z].*[^.\s]$/.test(find(group)?.summary() ?? ''))).toEqual([]);
});

test('every help leads with an example', () => {
  const wrong = paths.filter((path) => !new RegExp(`^Examples:\\n(?:  .*\\n)*?  .*\\btollbell ${path}\\b`, 'm').test(helpOf(path)));
  expect(wrong.map((path) => `${path}: add one that runs, helpText({ examples: ['tollbell ${path} …'] })`)).toEqual([]);
});

test('every help shows the output and the exit codes', () => {
  const wrong = paths.filter((path) => !/^Output.*:\n {2}\S/m.test(helpOf(path)) || !/^Exit codes:\n {2}/m.test(helpOf(path)));
  expect(wrong.map((path) => `${path}: add them, helpText({ output: '…', exits: [0, 2] })`)).toEqual([]);
});

test('every option says what it does', () => {
  const silent = paths.flatMap((path) =>
    (find(path)?.options ?? []).filter(({ description }) => description === '').map(({ flags }) => `${path} ${flags}`),
  );
  expect(silent.map((option) => `${option}: add a description`)).toEqual([]);
});

test('every command is in the README', () => {
  const missing = paths.filter((path) => !new RegExp(`\\btollbell ${path}\\b`).test(readme));
  expect(missing.map((path) => `give \`tollbell ${path}\` a line in README.md`)).toEqual([]);
});

function find(path: string): Command | undefined {
  return path
    .split(' ')
    .reduce<Command | undefined>((parent, name) => parent?.commands.find((command) => command.name() === name), program);
}

function helpOf(path: string): string {
  printed = '';
  find(path)?.outputHelp();
  return printed;
}
