// How an error looks: a sentence and what to do next for people, one JSON object for programs. Phone numbers are masked here, on the last way out.

import { type GlobalFlags, readFormat } from '../config.ts';
import { AppError, type ErrorDetail } from '../errors.ts';
import { EXAMPLE_PHONE, maskPhones } from '../values/phone.ts';
import { printable, safeJson } from '../values/text.ts';

type ReportOptions = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a configuration file may lie; it may throw where the directory is gone. */
  readonly directory: () => string;
};

/**
 * The text for standard error. The options are read from the raw arguments, because they may be what is wrong. A hint may name what stands in a file,
 * a column for instance, so it is masked as the sentence is; our own example of a number stays whole.
 */
export function errorReport(error: AppError, { argv, env, directory }: ReportOptions): string {
  const mask = argv.includes('--show-pii') ? (text: string): string => text : maskPhones;
  const format = readFormat(flagsIn(argv), env, directory);
  if (format === 'json' || format === 'ndjson') return `${safeJson({ error: jsonError(error, mask) })}\n`;
  const hint = error.code === 'bug' ? 'Please report it, with the command and the version (tollbell --version).' : error.hint;
  const lines = [
    `error[${error.code}]: ${clean(mask(error.message))}`,
    ...(hint === undefined ? [] : [`  ${clean(maskHint(hint, mask))}`]),
    ...(argv.includes('--debug') ? causes(error).map((cause) => `  caused by: ${clean(mask(cause))}`) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function jsonError(error: AppError, mask: (text: string) => string): Record<string, unknown> {
  return {
    code: error.code,
    message: mask(error.message),
    hint: error.hint === undefined ? null : maskHint(error.hint, mask),
    retryable: error.retryable,
    details: maskDetail(error.details, mask),
  };
}

function maskDetail(value: ErrorDetail, mask: (text: string) => string): ErrorDetail {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member: ErrorDetail) => maskDetail(member, mask));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, maskDetail(member, mask)]));
}

const EXAMPLE = new RegExp(`(${EXAMPLE_PHONE.replace('+', '\\+')}(?!\\d))`);

function maskHint(hint: string, mask: (text: string) => string): string {
  const parts = hint.split(EXAMPLE);
  return parts.map((part) => (part === EXAMPLE_PHONE ? part : mask(part))).join('');
}

// Short options may stand together, with the value of the last one behind it: -qojson.
const FORMAT = /^(?:--format(?:=|$)|-[qvy]*o)(.*)$/;
const CONFIG = /^--config(?:=|$)(.*)$/;

function flagsIn(argv: readonly string[]): Pick<GlobalFlags, 'json' | 'format' | 'config'> {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  return { json: words.includes('--json'), format: valueOf(words, FORMAT), config: valueOf(words, CONFIG) };
}

function valueOf(words: readonly string[], option: RegExp): string | undefined {
  const values = words.flatMap((word, index) => {
    const value = option.exec(word)?.[1];
    return value === undefined ? [] : [value === '' ? (words[index + 1] ?? '') : value];
  });
  return values.at(-1);
}

function causes(error: Error): string[] {
  const cause = error.cause;
  return cause instanceof Error ? [cause.stack ?? cause.message, ...causes(cause)] : [];
}

function clean(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
