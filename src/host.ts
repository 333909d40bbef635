// The machine behind the host port: streams and files. Translates what goes wrong there into our codes.

import { createReadStream, createWriteStream, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fail } from './errors.ts';
import type { Io, Output, RepeatableSource } from './ports/host.ts';

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

// The copy holds phone numbers: a directory that only we can enter, gone when the command ends.
async function spool(source: AsyncIterable<Uint8Array>, name: string): Promise<RepeatableSource> {
  const directory = mkdtempSync(join(tmpdir(), 'tollbell-'));
  const path = join(directory, 'spool');
  const remove = async (): Promise<void> => rmSync(directory, { recursive: true, force: true });
  try {
    await pipe(source, path);
  } catch (cause) {
    await remove();
    throw cause instanceof Error && cause.name === 'AppError' ? cause : unreadable(name, reasonOf(cause), cause);
  }
  return { name, read: () => readFile(path), close: remove };
}

async function replaceFile(path: string, chunks: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.partial`);
  try {
    await pipe(chunks, draft);
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw fail('file_unwritable', {
      message: `${path} cannot be written: ${reasonOf(cause)}`,
      hint: 'Choose another path.',
      cause,
      details: { path },
    });
  }
}

// Node's promises of streams are loaded when a file is written, not at every start.
async function pipe(chunks: AsyncIterable<string | Uint8Array> | Iterable<string>, path: string): Promise<void> {
  const { pipeline } = await import('node:stream/promises');
  await pipeline(chunks, createWriteStream(path, { mode: 0o600 }));
}

async function writeAll(out: Output, chunks: AsyncIterable<string> | Iterable<string>): Promise<void> {
  for await (const chunk of chunks) out.write(chunk);
}

function isRegularFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true; // a missing file fails when it is read, with its own message
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function unreadable(path: string, reason: string, cause: unknown): Error {
  const name = path === '-' ? 'Standard input' : path;
  return fail('file_unreadable', {
    message: `${name} cannot be read: ${reason}`,
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
