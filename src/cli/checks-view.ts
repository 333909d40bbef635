// Findings of check-ups as commands show them: one line each, what to do below it, and the exit code that they lead to.

import * as z from 'zod/mini';
import { AppError, exitCodeOf } from '../errors.ts';
import type { Finding } from '../ports/provider.ts';
import { printable } from '../values/text.ts';
import type { Style } from './render.ts';

/** What is looked at: by the provider's own office, here at the sender's settings, and at the store and the machine. */
const CHECKS = [
  'channel',
  'token',
  'number',
  'limit',
  'international',
  'templates',
  'webhook',
  'payment',
  'clock',
  'app_secret',
  'verify_token',
  'prices',
  'node',
  'store',
  'mode',
  'disk',
  'key',
  'workers',
  'unknown',
  'queued',
] as const;
const RESULTS = ['good', 'warning', 'bad', 'skipped'] as const;

/** One finding, and the exit code that it means for the command: 0 unless it is bad in a way that stops the sending. */
export type Check = Omit<Finding, 'check'> & { readonly check: (typeof CHECKS)[number]; readonly exit: number };

/** The JSON of a finding. */
export const CheckItem = z.object({
  check: z.enum(CHECKS),
  result: z.enum(RESULTS).check(z.describe('skipped: not looked at')),
  message: z.string(),
  hint: z.nullable(z.string()).check(z.describe('what to do about it')),
});

/** The columns of `CheckItem` in CSV. */
export const CHECK_COLUMNS = Object.keys(CheckItem.shape);

/** Something that is as it should be. */
export function good(check: Check['check'], message: string): Check {
  return { check, result: 'good', message, hint: null, exit: 0 };
}

/** Something that works, and is worth a look. */
export function warning(check: Check['check'], message: string, hint: string): Check {
  return { check, result: 'warning', message, hint, exit: 0 };
}

/** Something that was not looked at. */
export function skipped(check: Check['check'], message: string): Check {
  return { check, result: 'skipped', message, hint: null, exit: 0 };
}

/** Something that stops the work, with the code that a command would end with. */
export function bad(
  check: Check['check'],
  message: string,
  { hint, exit }: { readonly hint: string | null; readonly exit: number },
): Check {
  return { check, result: 'bad', message, hint, exit };
}

/** What an error says of a check. Errors that are no findings (bugs of ours) rise. */
export function badBy(check: Check['check'], error: unknown): Check {
  if (!(error instanceof AppError) || error.code === 'bug') throw error;
  return bad(check, error.message, { hint: error.hint ?? null, exit: exitCodeOf(error.code) });
}

/** The fields of a finding; others may have written its words. */
export function toCheckItem({ check, result, message, hint }: Check): z.output<typeof CheckItem> {
  return { check, result, message: printable(message), hint: hint === null ? null : printable(hint) };
}

/** The worst of the findings' codes: settings and credentials before the network, and a broken store before both. */
export function worstExit(checks: readonly Check[]): number {
  const codes = new Set(checks.map(({ exit }) => exit));
  return [8, 9, 10].find((code) => codes.has(code)) ?? Math.max(0, ...codes);
}

/** The findings for people, one a line, with what to do below. */
export function checksText(checks: readonly Check[], style: Style): string {
  const width = Math.max(...CHECKS.map((check) => check.length));
  return checks
    .map(({ check, result, message, hint }) => {
      const line = `${markOf(result, style)}  ${check.replace('_', ' ').padEnd(width)}  ${printable(message)}`;
      return hint === null || result === 'good' ? line : `${line}\n${' '.repeat(MARK_WIDTH + width + 4)}${style.dim(printable(hint))}`;
    })
    .join('\n');
}

const MARK_WIDTH = Math.max(...RESULTS.map((result) => result.length));

function markOf(result: Check['result'], style: Style): string {
  const text = result.padEnd(MARK_WIDTH);
  switch (result) {
    case 'good':
      return style.good(text);
    case 'warning':
      return style.warn(text);
    case 'bad':
      return style.bad(text);
    case 'skipped':
      return style.dim(text);
  }
}
