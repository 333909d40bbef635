// The machine behind the host port: streams and files. Translates what goes wrong there into our codes.

import { createReadStream, createWriteStream, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fail } from './errors.ts';
import type { Io, Output, RepeatableSource } from './ports/host.ts';

/** What the process gives: its streams. */
export type Streams = { readonly out: Output; readonly err: Output; readonly input: () => AsyncIterable<Uint8Array>; readonly canAsk: boolean };

/** Builds the port on the process's streams and the file system. */
export function createIo({ out, err, input, canAsk }: Streams): Io {
  return {
    out,
    err,
    canAsk,
    read: (path) => (path === '-' ? input() : readFile(path)),
    openRepeatable: (path) => (path === '-' || !isRegularFile(path) ? spool(path === '-' ? input() : readFile(path), path) : Promise.resolve(asItIs(path))),
    writeFile: (path, chunks) => (path === '-' ? writeAll(out, chunks) : replaceFile(path, chunks)),
  };
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  if (isDirectory(path)) throw unreadable(path, 'It is a directory.', undefined);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) yield chunk as Uint8Array;
  } catch (cause) {
    throw unreadable(path, reasonOf(cause), cause);
  }
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
    throw fail('file_unwritable', { message: `${path} cannot be written: ${reasonOf(cause)}`, hint: 'Choose another path.', cause, details: { path } });
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
  return fail('file_unreadable', { message: `${name} cannot be read: ${reason}`, hint: 'Check the path and its permissions.', cause, details: { path } });
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
