// Files that are read: their bytes in chunks, and what is said where that fails.

import { createReadStream, type Stats, statSync } from 'node:fs';
import { type AppError, fail } from './errors.ts';
import { titleOf } from './values/text.ts';

/** How much of a file is read at once. Four times as much keeps four times as many rows alive, and saves a tenth of a second in a million rows. */
export const READ_BYTES = 64 * 1024;

/** The bytes of a file. Throws `file_unreadable`. */
export async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const look = await keepHeapSmall();
  if (isDirectory(path)) throw unreadable(path, Object.assign(new Error(path), { code: 'EISDIR' }));
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
      look();
      yield chunk as Uint8Array;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const YOUNG_BYTES = 6 * 1024 * 1024;

/**
 * Bounds what is garbage; what it returns is called for every block that is read. Rows live as long as their batch, and left to itself V8 answers with
 * a young generation of 48 MB and as much garbage behind it: a file of a million rows took 165 MB in all. Of the size with which it starts, 1 MB, a tenth of
 * the time goes into moving rows that live a little longer. So it grows once, to where twice as much saves nothing: a third less takes 5 MB less and a
 * twelfth more of a dry run. Few rows outlive it (line-blocks.ts). Left to itself V8 collects those when they are 8 MB, after some 600,000 rows, and a large file took
 * an eighth more than a small one; `--heap-growing-percent` changes little of it, because that limit grows by 8 MB at least. Begun at a tenth of the way to the limit,
 * the collection leaves 7 % more, and a dry run of a million rows takes no longer.
 */
export async function keepHeapSmall(): Promise<() => void> {
  const { getHeapSpaceStatistics, setFlagsFromString } = await import('node:v8');
  const isGrown = (): boolean =>
    getHeapSpaceStatistics().some(
      ({ space_name: name, space_used_size: used, space_available_size: free }) => name === 'new_space' && used + free > YOUNG_BYTES / 2,
    );
  setFlagsFromString('--incremental-marking-hard-trigger=10');
  let isDone = false;
  const look = (): void => {
    if (isDone) return;
    isDone = isGrown();
    setFlagsFromString(`--semi-space-growth-factor=${isDone ? 1 : 6}`);
  };
  look();
  return look;
}

/** `file_unreadable`, with what the system said. */
export function unreadable(path: string, cause: unknown): AppError {
  return fail('file_unreadable', {
    message: `${titleOf(path)} cannot be read: ${reasonOf(cause)}`,
    hint: 'Check the path and its permissions.',
    cause,
    details: { path },
  });
}

/** What the system said, as the end of a sentence. */
export function reasonOf(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file.';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied.';
    case 'ENOSPC':
      return 'the disk is full.';
    case 'EISDIR':
      return 'it is a directory.';
    default:
      return code ?? 'the system refused.';
  }
}

/** Also true where there is no file: reading it fails with its own message, and writing makes it. */
export function isRegularFile(path: string): boolean {
  return statOf(path)?.isFile() ?? true;
}

export function isDirectory(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

/** What the system tells of a file. Undefined also where it does not let us look: opening the file then tells why. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
