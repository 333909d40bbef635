// The command tree. Only the command that was asked for is defined; help, and what describes commands, define them all. Nothing runs here.

import { Command, CommanderError } from 'commander';
import type { App } from '../app.ts';
import type { GlobalFlags } from '../config.ts';
import { assert, EXIT_CODES, fail } from '../errors.ts';
import type { Io } from '../ports/host.ts';
import { VERSION } from '../version.ts';
import type { CommandEntry, CommandHost, Define, DefinedCommand, Document, View } from './command.ts';
import { COMMANDS } from './commands.ts';
import { hint } from './hint.ts';
import { addGlobalOptions } from './options.ts';
import { render, styleFor } from './render.ts';

export type ProgramParts = {
  readonly argv: readonly string[];
  readonly io: Io;
  readonly createApp: (flags: GlobalFlags) => App;
};

/** Runs the command line and returns its exit code. Errors rise; a wrong command line is `usage`. */
export async function runProgram({ argv, io, createApp }: ProgramParts): Promise<number> {
  if (argv[0] === 'help' && argv[1] === 'exit-codes') {
    io.out.write(EXIT_TABLE);
    return 0;
  }
  const line = commandLineOf(argv);
  let exitCode = 0;
  const host: CommandHost = {
    async run<Shape extends Document>(command: Command, body: (app: App) => Promise<View<Shape>>): Promise<void> {
      const app = createApp({ ...command.optsWithGlobals<GlobalFlags>(), formats: formatsOf(command) });
      try {
        const view = await body(app);
        const { format, color } = app.config;
        const { isTerminal } = io.out;
        io.out.write(await render(view, { format, style: await styleFor(io.out, color), isTerminal }));
        if (format === 'csv') hintNextPage(app, view.document);
        if (app.config.budgetHook !== null) await (await import('./post-warnings.ts')).postWarnings(app);
        if (view.failure !== undefined) throw view.failure;
        exitCode = view.exitCode ?? 0;
      } finally {
        await app.close();
      }
    },
    all: () => defineCommands(createProgram(io), host, COMMANDS),
  };
  const program = createProgram(io);
  await defineCommands(program, host, entriesFor(line));
  try {
    await program.parseAsync(line, { from: 'user' });
  } catch (error) {
    return exitCodeOfCommander(error);
  }
  return exitCode;
}

// Text names the cursor in its last line and JSON in `next`; a table of values has no place for it.
function hintNextPage(app: App, { next }: Document): void {
  if (typeof next === 'string') hint(app, `There is more: --after ${next}, or a higher --limit.`);
}

// `help message list` is `message list --help`: commander's own help command sees one word only. Nothing at all asks for help too. Words that begin no
// command are left alone for commander to refuse, with a suggestion; with `--help` they would get the help of what stands above them.
function commandLineOf(argv: readonly string[]): string[] {
  if (argv.length === 0) return ['--help'];
  const [first, ...rest] = argv;
  if (first !== 'help' || rest.length === 0) return [...argv];
  const words = wordsOf(rest);
  const isKnown = words.length === 0 || COMMANDS.some(({ path }) => path === words[0] || `${path} `.startsWith(`${words.join(' ')} `));
  return isKnown ? [...rest, '--help'] : [...words];
}

/** The empty program: its name, its global options, and its words. */
export function createProgram(io: Pick<Io, 'out' | 'err'>): Command {
  const program = new Command('tollbell')
    .description('Metered business notifications: who may be messaged, what it costs, what was sent, what is billed.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command...]', 'show help for a command, or `help exit-codes`')
    .showSuggestionAfterError(true)
    .exitOverride()
    // Errors are main's to print; what else goes to standard error is the help of a group that was given no command.
    .configureOutput({ writeOut: (text) => io.out.write(text), writeErr: (text) => io.err.write(text), outputError: () => undefined })
    .configureHelp({ helpWidth: 100 });
  return addGlobalOptions(program).addHelpText('after', ROOT_HELP);
}

/** Defines these commands, each below its group. */
export async function defineCommands(
  program: Command,
  host: CommandHost,
  entries: readonly CommandEntry[],
): Promise<readonly DefinedCommand[]> {
  const loaded = await Promise.all(entries.map(async (entry) => ({ entry, define: await entry.load() })));
  return loaded.map((command) => defineOne(program, host, command));
}

type Loaded = { readonly entry: CommandEntry; readonly define: Define };

function defineOne(program: Command, host: CommandHost, { entry, define }: Loaded): DefinedCommand {
  const group = entry.path.split(' ')[0] ?? '';
  const parent = entry.path.includes(' ') ? groupOf(program, group) : program;
  const outputSchema = define(parent, host);
  const command = parent.commands.find((candidate) => candidate.name() === entry.path.split(' ').at(-1));
  assert(command !== undefined, `the command '${entry.path}' is defined under another name`);
  return { path: entry.path, command: addGlobalOptions(command.summary(entry.summary), entry.formats), outputSchema };
}

function formatsOf(command: Command): CommandEntry['formats'] {
  const group = command.parent?.parent ? `${command.parent.name()} ` : '';
  return COMMANDS.find(({ path }) => path === `${group}${command.name()}`)?.formats;
}

function groupOf(program: Command, name: string): Command {
  return (
    program.commands.find((command) => command.name() === name) ??
    program
      .command(name)
      .summary(GROUPS[name] ?? '')
      .description(GROUPS[name] ?? '')
  );
}

// The first words that are not options choose the command. Where they name none of ours, all are defined: for help, and for a suggestion.
function entriesFor(argv: readonly string[]): readonly CommandEntry[] {
  const words = wordsOf(argv);
  const named = COMMANDS.filter(({ path }) => path === words[0] || path === `${words[0]} ${words[1]}`);
  return named.length === 1 ? named : COMMANDS;
}

const VALUED = new Set(['--db', '--config', '--sender', '-o', '--format']);

function wordsOf(argv: readonly string[]): readonly string[] {
  return argv.filter((argument, index) => !argument.startsWith('-') && !VALUED.has(argv[index - 1] ?? '')).slice(0, 2);
}

// Commander throws for everything that ends a parse; help and version are among it and are no errors.
function exitCodeOfCommander(error: unknown): number {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0 || error.code === 'commander.help') return error.exitCode === 0 ? 0 : 2;
  const [sentence = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  throw fail('usage', {
    message: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${/[.!?]$/.test(sentence) ? '' : '.'}`,
    hint: rest.join(' ').replace(/[()]/g, '').trim() || 'Run the command with --help to see what it takes.',
  });
}

const GROUPS: Readonly<Record<string, string>> = {
  contact: 'people: add, import, list, show',
  consent: 'the history of opt-ins, opt-outs and blocks',
  template: 'approved texts with parameters',
  price: 'price cards and quotes',
  sender: 'business identities on a channel',
  message: 'single messages: list, show, cancel, retry, resolve',
  campaign: 'what is sent under one name: list, show, pause, resume, cancel',
  word: 'the words by which customers stop and start',
  review: 'inbound messages that may be a stop',
  budget: 'caps on spending, and their warnings',
  'quiet-hours': 'when nobody is to be messaged, by the clock of whoever is',
  webhook: 'what comes back from a provider',
};

const EXIT_TABLE = Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}\n`)
  .join('');

const ROOT_HELP = `
Examples:
  tollbell contact add +4915112345678 --name Ada --opt-in utility --source "web form"
  tollbell send order_shipped --to +4915112345678 --param name=Ada --param order=A-17
  tollbell send order_shipped --from orders.csv --campaign 2026-11-orders --dry-run
  tollbell bill-report --month 2026-11

Exit codes:
${EXIT_TABLE}`;
