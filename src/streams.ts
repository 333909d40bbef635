// The process's standard streams behind the host port. Node sets up `process.stdout` in 3 ms, a tenth of a start; a file descriptor costs nothing.

import { createReadStream, fstatSync, writeSync } from 'node:fs';
import { READ_BYTES, type Streams } from './host.ts';
import type { Output } from './ports/host.ts';

/** The part of the process that is needed here. */
type Terminals = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'getBuiltinModule'>;


/** Standard input, output and error. */
export function processStreams(terminals: Terminals): Streams {
  const isTerminal = (descriptor: number): boolean => isCharacterDevice(descriptor) && terminals.getBuiltinModule('node:tty').isatty(descriptor);
  const [input, out, err] = [isTerminal(0), isTerminal(1), isTerminal(2)];
  return {
    out: out ? toTerminal(() => terminals.stdout) : toDescriptor(1),
    err: err ? toTerminal(() => terminals.stderr) : toDescriptor(2),
    input: () => createReadStream('', { fd: 0, highWaterMark: READ_BYTES }),
    canAsk: input && err,
  };
}

// A terminal is a character device, as /dev/null is; only then is Node's own check loaded.
function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false; // closed by whoever started us
  }
}

function toTerminal(stream: () => NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream().write(text),
    isTerminal: true,
    get columns() {
      return stream().columns ?? 80;
    },
  };
}

function toDescriptor(descriptor: number): Output {
  let isGone = false;
  return {
    write: (text) => {
      if (!isGone) isGone = !writeAll(descriptor, Buffer.from(text));
    },
    isTerminal: false,
    columns: 80,
  };
}

// False when the reader went away (`| head`): what is left has nowhere to go, and that is not an error of ours. A pipe that is full (it may be
// non-blocking, if it was made so by whoever started us) is waited for.
function writeAll(descriptor: number, bytes: Uint8Array): boolean {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'EBADF') return false;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  return true;
}
