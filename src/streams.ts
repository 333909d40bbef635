// The process's standard streams behind the host port. Node sets up `process.stdout` in 3 ms, a tenth of a start; a file descriptor costs nothing.

import { createReadStream, fstatSync, write, writeSync } from 'node:fs';
import { type AppError, fail } from './errors.ts';
import type { Streams } from './host.ts';
import type { Output } from './ports/host.ts';
import { READ_BYTES } from './read-file.ts';

/** The part of the process that is needed here. */
type Terminals = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'getBuiltinModule'>;

/** Standard input, output and error. Whether one is a terminal is asked when somebody wants to know: the answer takes 3 ms for /dev/null. */
export function processStreams(terminals: Terminals): Streams {
  const isTerminal = (descriptor: number): boolean =>
    isCharacterDevice(descriptor) && terminals.getBuiltinModule('node:tty').isatty(descriptor);
  return {
    out: toOutput(1, isTerminal, () => terminals.stdout),
    err: toOutput(2, isTerminal, () => terminals.stderr),
    input: (signal) =>
      signal === undefined ? createReadStream('', { fd: 0, highWaterMark: READ_BYTES }) : untilAborted(terminals.stdin, signal),
    answer: async (text) => (isTerminal(1) ? terminals.stdout.write(text) || true : writeSlowly(1, Buffer.from(text))),
    canAsk: () => isTerminal(0) && isTerminal(2),
    answersEnd: () => endOfKeys(terminals.stdin),
  };
}

// Node's own stream lets go of a pipe at once; a file descriptor that is being read holds the process until something comes.
async function* untilAborted(stream: NodeJS.Process['stdin'], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stop = (): void => void stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (!signal.aborted) for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}

// Whoever reads lines from a terminal pauses it when they end. An end that came before the terminal gave single keys is read as NUL, ahead of all keys.
function endOfKeys(stream: NodeJS.Process['stdin']): AbortSignal {
  const controller = new AbortController();
  const first = (_: unknown, { sequence }: { readonly sequence?: string }): void => {
    if (sequence === '\0') controller.abort();
  };
  stream.once('keypress', first);
  stream.once('pause', () => {
    stream.off('keypress', first);
    controller.abort();
  });
  return controller.signal;
}

// A terminal is a character device, as /dev/null is; only then is Node's own check loaded.
function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false; // closed by whoever started us
  }
}

function toOutput(descriptor: number, isTerminal: (descriptor: number) => boolean, stream: () => NodeJS.WriteStream): Output {
  let isGone = false;
  return {
    write: (text) => {
      if (isTerminal(descriptor)) stream().write(text);
      else if (!isGone) isGone = !writeAll(descriptor, Buffer.from(text));
    },
    get isTerminal() {
      return isTerminal(descriptor);
    },
    get columns() {
      return isTerminal(descriptor) ? (stream().columns ?? 80) : 80;
    },
  };
}

// False when the reader went away (`| head`): what is left has nowhere to go, and that is not an error of ours. Nor is whatever happens to standard
// error: it carries no data, and where the progress of a campaign cannot be shown the campaign goes on. A pipe that is full (it may be non-blocking,
// if it was made so by whoever started us) is waited for.
function writeAll(descriptor: number, bytes: Uint8Array): boolean {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'EBADF') return false;
      if (code !== 'EAGAIN' && descriptor === 2) return false;
      if (code !== 'EAGAIN') throw unwritable(error);
      pause();
    }
  }
  return true;
}

// The same, while the process goes on with its work.
async function writeSlowly(descriptor: number, bytes: Uint8Array): Promise<boolean> {
  for (let written = 0; written < bytes.length; ) {
    const result = await new Promise<number | NodeJS.ErrnoException>((resolve) => {
      write(descriptor, bytes, written, (error, count) => resolve(error ?? count));
    });
    if (typeof result === 'number') written += result;
    else if (result.code === 'EPIPE' || result.code === 'EBADF') return false;
    else if (result.code !== 'EAGAIN') throw unwritable(result);
    else pause();
  }
  return true;
}

// A millisecond, for a pipe that is full and does not make its writers wait.
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

// The commands print when they have done their work, so a full disk comes too late to prevent anything.
function unwritable(cause: unknown): AppError {
  return fail('output_unwritable', {
    message: `Standard output cannot be written: ${(cause as NodeJS.ErrnoException).code}.`,
    hint: 'What the command did stays done: look before you run it again.',
    cause,
  });
}
