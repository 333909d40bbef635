// Sources that are read more than once, to check every row and then to send: a file that must stay as it is in between, or a copy of what comes only once.

import { mkdtempSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, fail } from './errors.ts';
import type { RepeatableSource } from './ports/host.ts';
import { isDirectory, keepHeapSmall, READ_BYTES, statOf, unreadable } from './read-file.ts';
import { titleOf } from './values/text.ts';

/**
 * A regular file. Its later readings give what the first one gave: what is not the same is noticed before it is handed over, and ends the reading with
 * `file_changed`. A file that was saved again since, even with the same content, is refused before anything of it is handed over.
 */
export function steadyFile(path: string): RepeatableSource {
  let first: FirstReading | undefined;
  return {
    name: path,
    read: () => {
      const before = first;
      first ??= { looks: '', digests: [] };
      return before === undefined ? readFirst(path, first) : readAgain(path, before);
    },
    close: async () => undefined,
  };
}

/** What the file looked like when it was opened, and a digest of each block of it. */
type FirstReading = { looks: string; readonly digests: Buffer[] };

async function* readFirst(path: string, first: FirstReading): AsyncGenerator<Uint8Array> {
  first.looks = looksOf(path);
  for await (const { block, digest } of digestedBlocks(path)) {
    first.digests.push(digest);
    yield block;
  }
}

async function* readAgain(path: string, { looks, digests }: FirstReading): AsyncGenerator<Uint8Array> {
  if (looksOf(path) !== looks) throw changed(path);
  let count = 0;
  for await (const { block, digest } of digestedBlocks(path)) {
    if (digests[count]?.equals(digest) !== true) throw changed(path);
    count += 1;
    yield block;
  }
  if (count < digests.length) throw changed(path);
}

function looksOf(path: string): string {
  const stats = statOf(path);
  return stats === undefined ? '' : [stats.dev, stats.ino, stats.size, stats.mtimeMs].join(' ');
}

function changed(path: string): AppError {
  return fail('file_changed', {
    message: `${titleOf(path)} was changed while it was read: it is not any more what was checked.`,
    hint: 'Run the command again when the file is complete; what was admitted is not sent twice.',
    details: { path },
  });
}

// A digest takes 0.03 µs of a row.
async function* digestedBlocks(path: string): AsyncGenerator<{ readonly block: Uint8Array; readonly digest: Buffer }> {
  const { open } = await import('node:fs/promises');
  const { createHash } = await import('node:crypto');
  try {
    if (isDirectory(path)) throw Object.assign(new Error(path), { code: 'EISDIR' });
    const handle = await open(path);
    try {
      for await (const block of readHandle(handle)) yield { block, digest: createHash('sha256').update(block).digest() };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** A copy of what comes only once. It holds phone numbers: it has no name from the moment that it is open, so that it is gone when the process is, however that ends. */
export async function spool(source: AsyncIterable<Uint8Array>, name: string): Promise<RepeatableSource> {
  const handle = await openNameless(name);
  try {
    for await (const chunk of source) await handle.appendFile(chunk);
  } catch (cause) {
    await handle.close();
    throw cause instanceof AppError ? cause : await spoolError(name, cause);
  }
  return { name, read: () => readHandle(handle), close: () => handle.close() };
}

async function openNameless(name: string): Promise<FileHandle> {
  const { open } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os'); // 0.3 ms of every start, at the top
  try {
    const directory = mkdtempSync(join(tmpdir(), 'tollbell-'));
    try {
      return await open(join(directory, 'spool'), 'wx+', 0o600);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  } catch (cause) {
    throw await spoolError(name, cause);
  }
}

// Blocks of the same size each time, the last one aside, whatever pieces the system gives.
async function* readHandle(handle: FileHandle): AsyncGenerator<Uint8Array> {
  const look = await keepHeapSmall();
  for (let position = 0; ; ) {
    const block = await readBlock(handle, position);
    if (block.length === 0) return;
    position += block.length;
    look();
    yield block;
  }
}

async function readBlock(handle: FileHandle, position: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let filled = 0;
  while (filled < READ_BYTES) {
    const { bytesRead } = await handle.read(buffer, filled, READ_BYTES - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function spoolError(name: string, cause: unknown): Promise<Error> {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return unreadable(name, cause);
  const { tmpdir } = await import('node:os');
  return fail('store_full', {
    message: `${titleOf(name)} is read more than once, so it is copied to ${tmpdir()} first, and the disk there is full.`,
    hint: 'Free some space, let TMPDIR name a directory on another disk, or give the path of a file.',
    cause,
    details: { path: tmpdir() },
  });
}
