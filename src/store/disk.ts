// The disk below a store: what the system refuses, in our words, and making a new name last.

import { closeSync, fsyncSync, openSync } from 'node:fs';
import { AppError, fail } from '../errors.ts';

/** What could not be done, up to its full stop (`The key file x.key cannot be made`), and where. */
export type Refused = { readonly what: string; readonly path: string };

/** A refusal of the system as `store_full` or `store_unreadable`; every other error as it is. */
export function diskError(error: unknown, { what, path }: Refused): unknown {
  if (error instanceof AppError) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return fail('store_full', { cause: error, hint: 'Free some space and run the command again.', details: { path } });
  return fail('store_unreadable', {
    message: `${what}: ${code}.`,
    hint: 'Check the path and its permissions.',
    cause: error,
    details: { path },
  });
}

/** Makes the names in a directory last. Without it a power cut could leave a new file's content but not its name. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
