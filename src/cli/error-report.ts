// How an error looks: a sentence and what to do next for people, one JSON object for programs. Phone numbers are masked here, on the last way out.

import { AppError, type ErrorDetails, isRetryable } from '../errors.ts';
import { maskPhones } from '../values/phone.ts';
import { printable } from '../values/text.ts';

type ReportOptions = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * The text for standard error. The options are read from the raw arguments, because they may be what is wrong. Hints are our own words, and their
 * example numbers stay whole.
 */
export function errorReport(error: AppError, { argv, env }: ReportOptions): string {
  const mask = argv.includes('--show-pii') ? (text: string): string => text : maskPhones;
  if (wantsJson(argv, env)) return `${JSON.stringify({ error: jsonError(error, mask) })}\n`;
  const hint = error.code === 'bug' ? 'Please report it, with the command and the version (tollbell --version).' : error.hint;
  const lines = [
    `error[${error.code}]: ${clean(mask(error.message))}`,
    ...(hint === undefined ? [] : [`  ${clean(hint)}`]),
    ...(argv.includes('--debug') ? causes(error).map((cause) => `  caused by: ${clean(mask(cause))}`) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function jsonError(error: AppError, mask: (text: string) => string): Record<string, unknown> {
  const details = Object.entries(error.details).map(([key, value]) => [key, maskDetail(value, mask)]);
  return {
    code: error.code,
    message: mask(error.message),
    hint: error.hint ?? null,
    retryable: isRetryable(error.code),
    details: Object.fromEntries(details),
  };
}

function maskDetail(value: ErrorDetails[string], mask: (text: string) => string): ErrorDetails[string] {
  if (typeof value === 'string') return mask(value);
  return typeof value === 'object' && value !== null ? value.map(mask) : value;
}

function wantsJson(argv: readonly string[], env: ReportOptions['env']): boolean {
  const asked = argv.flatMap((argument, index) => {
    if (argument === '--json') return ['json'];
    if (argument === '-o' || argument === '--format') return [argv[index + 1] ?? ''];
    return argument.startsWith('--format=') ? [argument.slice('--format='.length)] : [];
  });
  const format = asked.at(-1) ?? env['TOLLBELL_FORMAT'];
  return format === 'json' || format === 'ndjson';
}

function causes(error: Error): string[] {
  const cause = error.cause;
  return cause instanceof Error ? [cause.stack ?? cause.message, ...causes(cause)] : [];
}

function clean(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
