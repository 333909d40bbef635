// Hints: one sentence to people on what to do next, beside the data. Programs read the data and may pass --quiet.

import type { App } from '../app.ts';
import { printable } from '../values/text.ts';

/** Says it on standard error, unless everything but the data was asked away. */
export function hint({ config, io }: Pick<App, 'config' | 'io'>, sentence: string): void {
  if (!config.quiet) io.err.write(`${printable(sentence)}\n`);
}
