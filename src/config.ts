// Configuration: flags over environment over files over defaults, checked and frozen. Holds no secrets.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail } from './errors.ts';
import { parseServerUrl } from './values/address.ts';
import { type Instant, parseInstant } from './values/time.ts';

/** The formats that every command writes. */
export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;

/** Those of double-entry programs, for commands that have something to book. */
export const BOOK_FORMATS = ['hledger', 'beancount'] as const;
export type BookFormat = (typeof BOOK_FORMATS)[number];

export type Format = (typeof FORMATS)[number] | BookFormat;

/**
 * What the options that every command takes said; undefined where they said nothing. `--debug` and `--show-pii` are about errors, which may come before
 * a configuration is read: error-report.ts looks for them itself.
 */
export type GlobalFlags = {
  readonly db?: string | undefined;
  readonly config?: string | undefined;
  readonly sender?: string | undefined;
  readonly format?: string | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
  readonly input?: boolean | undefined;
  readonly yes?: boolean | undefined;
  /** What the command itself can write; where it does not say, the formats that every command writes. */
  readonly formats?: readonly Format[] | undefined;
};

export type Config = {
  /** A path, or `:memory:` for a store that lives as long as the process. */
  readonly db: string;
  /** Null for the account's default sender. */
  readonly sender: string | null;
  readonly format: Format;
  readonly quiet: boolean;
  readonly color: 'auto' | 'always' | 'never';
  /** False when nothing may be asked. */
  readonly prompts: boolean;
  readonly yes: boolean;
  /** How long to wait for another writer. */
  readonly busyTimeoutMs: number;
  /** Who is told of the thresholds that budgets reach; null for nobody. */
  readonly budgetHook: HookSettings | null;
  /** Stands still at this instant: for tests of month ends, with the sandbox only. */
  readonly now: Instant | null;
};

/** The address of a hook, and the environment variable that holds the secret which signs what is posted there. */
export type HookSettings = { readonly url: string; readonly secretEnv: string };

export type Environment = Readonly<Record<string, string | undefined>>;

/** The keys of a configuration file. */
const FILE_KEYS = ['db', 'sender', 'format', 'busy_timeout_ms', 'budget_hook', 'budget_hook_secret_env'] as const;
type FileValues = Partial<Record<(typeof FILE_KEYS)[number], string>>;

const BUSY_TIMEOUT_MS = 15_000;

/** Reads the configuration. Throws `config_invalid` with the file and key. */
export function readConfig(flags: GlobalFlags, env: Environment, directory: string): Config {
  const file = readFiles(flags, env, directory);
  return Object.freeze({
    db: dbOf(flags.db ?? filled(env['TOLLBELL_DB']) ?? file.db ?? join(dataHome(env), 'tollbell', 'tollbell.db'), directory),
    sender: flags.sender ?? filled(env['TOLLBELL_SENDER']) ?? file.sender ?? null,
    format: formatOf(flags, env, () => file.format),
    quiet: flags.quiet ?? false,
    color: colorOf(flags, env),
    prompts: (flags.input ?? true) && !isSet(env['CI']),
    yes: flags.yes ?? false,
    busyTimeoutMs: wholeNumber('busy_timeout_ms', filled(env['TOLLBELL_BUSY_TIMEOUT_MS']) ?? file.busy_timeout_ms) ?? BUSY_TIMEOUT_MS,
    budgetHook: hookOf(filled(env['TOLLBELL_BUDGET_HOOK']) ?? filled(file.budget_hook), filled(file.budget_hook_secret_env)),
    now: nowOf(env),
  });
}

type FormatFlags = Pick<GlobalFlags, 'json' | 'format' | 'formats' | 'config'>;

/** The format for an error, which may have come before a configuration was read; `table` where the configuration is what is wrong. */
export function readFormat(flags: FormatFlags, env: Environment, directory: () => string): Format {
  try {
    return formatOf(flags, env, () => readFiles(flags, env, directory()).format);
  } catch {
    return 'table';
  }
}

function readFiles(flags: Pick<GlobalFlags, 'config'>, env: Environment, directory: string): FileValues {
  const userFile = join(filled(env['XDG_CONFIG_HOME']) ?? join(env['HOME'] ?? '/', '.config'), 'tollbell', 'config.json');
  const named = flags.config ?? filled(env['TOLLBELL_CONFIG']);
  const near = named === undefined ? join(directory, 'tollbell.config.json') : resolve(directory, named);
  return { ...readFile(userFile, false), ...readFile(near, named !== undefined) };
}

// A relative path means the same wherever the command is run: it is relative to the file that says it.
function readFile(path: string, required: boolean): FileValues {
  if (!required && !existsSync(path)) return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw fail('config_invalid', { message: `The configuration file ${path} cannot be read.`, cause, details: { path } });
  }
  const values = checkFile(path, parseJson(path, text));
  return values.db === undefined || !isPath(values.db) ? values : { ...values, db: resolve(dirname(path), values.db) };
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail('config_invalid', { message: `${path} is not JSON.`, hint: 'Correct the file or remove it.', cause, details: { path } });
  }
}

function checkFile(path: string, value: unknown): FileValues {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fail('config_invalid', { message: `${path} is not a JSON object.`, details: { path } });
  }
  const values: FileValues = {};
  for (const [key, entry] of Object.entries(value)) {
    if (key === '$schema') continue;
    const known = FILE_KEYS.find((name) => name === key);
    if (known === undefined || (typeof entry !== 'string' && typeof entry !== 'number')) {
      throw fail('config_invalid', {
        message: known === undefined ? `${path} has an unknown key: ${key}.` : `${path}: ${key} must be text or a number.`,
        hint: `The keys are ${FILE_KEYS.join(', ')}.`,
        details: { path, key },
      });
    }
    values[known] = String(entry);
  }
  return values;
}

function dbOf(db: string, directory: string): string {
  if (db === ':memory:') return db;
  if (isPath(db)) return resolve(directory, db);
  throw fail('config_invalid', {
    message: `This version keeps its store in a file, not at ${db.split(':')[0]}://….`,
    hint: 'Give --db a path.',
    details: { key: 'db' },
  });
}

function isPath(db: string): boolean {
  return db !== ':memory:' && !/^[A-Za-z]+:\/\//.test(db); // a pattern that ignores case takes ten times as long to compile, at every start
}

function formatOf(flags: FormatFlags, env: Environment, inFile: () => string | undefined): Format {
  if (flags.json === true) return 'json';
  const asked = flags.format ?? filled(env['TOLLBELL_FORMAT']) ?? inFile() ?? 'table';
  const formats = flags.formats ?? FORMATS;
  const format = formats.find((name) => name === asked);
  if (format !== undefined) return format;
  throw fail(flags.format === undefined ? 'config_invalid' : 'usage', {
    message: `There is no output format '${asked}'.`,
    hint: `Use one of ${formats.join(', ')}.`,
  });
}

function colorOf(flags: GlobalFlags, env: Environment): Config['color'] {
  if (flags.color === false || isSet(env['NO_COLOR'])) return 'never';
  if (isSet(env['FORCE_COLOR'])) return 'always';
  return env['TERM'] === 'dumb' || isSet(env['CI']) ? 'never' : 'auto';
}

function wholeNumber(key: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw fail('config_invalid', { message: `${key} must be a whole number.`, details: { key } });
}

function hookOf(text: string | undefined, secretEnv = 'TOLLBELL_BUDGET_HOOK_SECRET'): HookSettings | null {
  if (text === undefined) return null;
  const url = parseServerUrl(text);
  if (url !== undefined) return { url: url.href, secretEnv };
  // The address itself may hold a secret.
  throw fail('config_invalid', {
    message: 'budget_hook is not an address that can be posted to.',
    hint: 'Give it an https address without a password, or http on this machine.',
    details: { key: 'budget_hook' },
  });
}

function nowOf(env: Environment): Instant | null {
  const text = filled(env['TOLLBELL_NOW']);
  if (text === undefined) return null;
  const now = parseInstant(text);
  if (now !== undefined) return now;
  throw fail('config_invalid', { message: `TOLLBELL_NOW is not an instant: ${text}.`, hint: 'Write it like 2026-10-01T00:00:00Z.' });
}

function dataHome(env: Environment): string {
  return filled(env['XDG_DATA_HOME']) ?? join(env['HOME'] ?? '/', '.local', 'share');
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function isSet(text: string | undefined): boolean {
  return filled(text) !== undefined && text !== '0' && text !== 'false';
}
