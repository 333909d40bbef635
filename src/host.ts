// The machine behind the host port: streams and files. Translates what goes wrong there into our codes.

import { createReadStream, createWriteStream, mkdtempSync, renameSync, rmSync, type Stats, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, fail } from './errors.ts';
import type { Io, Output, RepeatableSource } from './ports/host.ts';
import { titleOf } from './values/text.ts';

/** How much of a file is read at once. Four times as much keeps four times as many rows alive, and saves a tenth of a second in a million rows. */
export const READ_BYTES = 64 * 1024;

/** What the process gives: its streams. */
export type Streams = {
  readonly out: Output;
  readonly err: Output;
  readonly input: () => AsyncIterable<Uint8Array>;
  readonly canAsk: () => boolean;
};

/** Builds the port on the process's streams and the file system. */
export function createIo({ out, err, input, canAsk }: Streams): Io {
  return {
    out,
    err,
    canAsk,
    read: (path) => (path === '-' ? input() : readFile(path)),
    openRepeatable: (path) =>
      path === '-' || !isRegularFile(path) ? spool(path === '-' ? input() : readFile(path), path) : Promise.resolve(asItIs(path)),
    isSameFile,
    writeFile: (path, chunks) => (path === '-' ? writeAll(out, chunks) : replaceFile(path, chunks)),
  };
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  await keepHeapSmall();
  if (isDirectory(path)) throw unreadable(path, 'it is a directory.', undefined);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) yield chunk as Uint8Array;
  } catch (cause) {
    throw unreadable(path, reasonOf(cause), cause);
  }
}

// Rows live as long as their batch. Left to itself V8 answers with a young generation of 48 MB and as much garbage behind it: a file of a million
// rows took 165 MB in all, and takes 130 MB with the young generation as it starts, at the same speed.
async function keepHeapSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
}

function asItIs(path: string): RepeatableSource {
  return { name: path, read: () => readFile(path), close: async () => undefined };
}

// The copy holds phone numbers: it has no name from the moment that it is open, so that it is gone when the process is, however that ends.
async function spool(source: AsyncIterable<Uint8Array>, name: string): Promise<RepeatableSource> {
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

async function* readHandle(handle: FileHandle): AsyncGenerator<Uint8Array> {
  await keepHeapSmall();
  for (let position = 0; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function spoolError(name: string, cause: unknown): Promise<Error> {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return unreadable(name, reasonOf(cause), cause);
  const { tmpdir } = await import('node:os');
  return fail('store_full', {
    message: `${titleOf(name)} is read twice, so it is copied to ${tmpdir()} first, and the disk there is full.`,
    hint: 'Free some space, let TMPDIR name a directory on another disk, or give the path of a file.',
    cause,
    details: { path: tmpdir() },
  });
}

// What is no regular file (a pipe, /dev/null) has no content to lose and is not ours to replace.
async function replaceFile(path: string, chunks: AsyncIterable<string> | Iterable<string>): Promise<void> {
  try {
    if (path === '' || isDirectory(path)) throw Object.assign(new Error(path), { code: path === '' ? 'ENOENT' : 'EISDIR' });
    if (isRegularFile(path)) await writeBeside(path, chunks);
    else await pipe(chunks, path, { flags: 'w' });
  } catch (cause) {
    throw fail('file_unwritable', {
      message: `${path} cannot be written: ${reasonOf(cause)}`,
      hint: 'Choose another path.',
      cause,
      details: { path },
    });
  }
}

// In a directory of its own, which nobody else can enter or foresee: a name that can be foreseen may be a link that somebody planted.
async function writeBeside(path: string, chunks: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const directory = mkdtempSync(join(dirname(path), '.tollbell-'));
  try {
    const draft = join(directory, basename(path));
    await pipe(chunks, draft, { flags: 'wx', mode: 0o600, flush: true });
    renameSync(draft, path);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

type WriteOptions = { readonly flags: 'w' | 'wx'; readonly mode?: number; readonly flush?: boolean };

// Node's promises of streams are loaded when a file is written, not at every start.
async function pipe(chunks: AsyncIterable<string> | Iterable<string>, path: string, options: WriteOptions): Promise<void> {
  const { pipeline } = await import('node:stream/promises');
  await pipeline(chunks, createWriteStream(path, options));
}

async function writeAll(out: Output, chunks: AsyncIterable<string> | Iterable<string>): Promise<void> {
  for await (const chunk of chunks) out.write(chunk);
}

// Also where one of them is a link to the other.
function isSameFile(left: string, right: string): boolean {
  if (resolve(left) === resolve(right)) return true;
  const [one, other] = [statOf(left), statOf(right)];
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

// Also true where there is no file: reading it fails with its own message, and writing makes it.
function isRegularFile(path: string): boolean {
  return statOf(path)?.isFile() ?? true;
}

function isDirectory(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

// Undefined also where the system does not let us look: opening the file then tells why.
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function unreadable(path: string, reason: string, cause: unknown): Error {
  return fail('file_unreadable', {
    message: `${titleOf(path)} cannot be read: ${reason}`,
    hint: 'Check the path and its permissions.',
    cause,
    details: { path },
  });
}

function reasonOf(cause: unknown): string {
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
