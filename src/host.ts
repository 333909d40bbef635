// The machine behind the host port: streams and files. Translates what goes wrong there into our codes.

import { createWriteStream, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fail } from './errors.ts';
import { unpacked } from './gunzip.ts';
import type { Io, Output } from './ports/host.ts';
import { isDirectory, isRegularFile, readFile, reasonOf, statOf } from './read-file.ts';
import { spool, steadyFile } from './repeatable.ts';

/** What the process gives: its streams. */
export type Streams = {
  readonly out: Output;
  readonly err: Output;
  /** Where a signal is given, it ends the input at any moment. */
  readonly input: (signal?: AbortSignal) => AsyncIterable<Uint8Array>;
  readonly canAsk: () => boolean;
  /** What `Io.answersEnd` is where there is a terminal; without it, they never end. */
  readonly answersEnd?: Io['answersEnd'];
  /** What `Io.answer` is where there is a process; without it, `out` takes the text. */
  readonly answer?: Io['answer'];
};

/** Builds the port on the process's streams and the file system. */
export function createIo({ out, err, input, canAsk, answersEnd, answer }: Streams): Io {
  return {
    out,
    err,
    canAsk,
    answersEnd: answersEnd ?? (() => new AbortController().signal),
    read: (path) => (path === '-' ? input() : readFile(path)),
    openRepeatable: (path) =>
      path === '-' || !isRegularFile(path) ? spool(path === '-' ? input() : readFile(path), path) : Promise.resolve(steadyFile(path)),
    unpacked,
    listen: input,
    answer: answer ?? (async (text) => (out.write(text), true)),
    isSameFile,
    writeFile: (path, chunks) => (path === '-' ? writeAll(out, chunks) : replaceFile(path, chunks)),
  };
}

// Names of what is open already, whatever lies behind them.
const DESCRIPTOR = /^\/(dev\/(stdout|stderr|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/;

// What is no regular file (a pipe, /dev/null) has no content to lose and is not ours to replace. Nor is a file behind the name of a descriptor: it is added to,
// because what else goes there is in it too.
async function replaceFile(path: string, chunks: AsyncIterable<string> | Iterable<string>): Promise<void> {
  try {
    if (path === '' || isDirectory(path)) throw Object.assign(new Error(path), { code: path === '' ? 'ENOENT' : 'EISDIR' });
    if (DESCRIPTOR.test(resolve(path))) await pipe(chunks, path, { flags: 'a' });
    else if (isRegularFile(path)) await writeBeside(path, chunks);
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

type WriteOptions = { readonly flags: 'a' | 'w' | 'wx'; readonly mode?: number; readonly flush?: boolean };

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
