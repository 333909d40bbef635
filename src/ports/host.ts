// What the journey needs from the machine: time, chance, streams, files, digests. The command's own process stands behind it; tests put others there.

import type { Instant } from '../values/time.ts';

export type Clock = {
  readonly now: () => Instant;
  /** Resolves after the time, or at once when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Lets the process hear signals: work that never waits for anything would not notice Ctrl-C. */
  readonly yield: () => Promise<void>;
};

/** A keyed SHA-256, 32 bytes. The key belongs to the store, so that what a store keeps cannot be tried out on guessed phone numbers. */
export type KeyedDigest = (text: string) => Uint8Array;

/** A stream to the user. `columns` is the width of a terminal. */
export type Output = {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly columns: number;
};

/**
 * Files and streams by name; `-` is standard input or output. Errors are `file_unreadable` and `file_unwritable` with the path.
 */
export type Io = {
  readonly out: Output;
  readonly err: Output;
  /** True when a person can answer on standard input. */
  readonly canAsk: () => boolean;
  /** Aborts when nobody can answer any more: the input was closed (Ctrl-D on an empty line) or has ended. Take it before asking, anew for each question. */
  readonly answersEnd: () => AbortSignal;
  /** The bytes of a file or of standard input, in chunks. */
  readonly read: (path: string) => AsyncIterable<Uint8Array>;
  /**
   * A source that can be read more than once: a regular file as it is, whose later readings throw `file_changed` where they are not what the first one was;
   * standard input or a pipe copied to a file without a name, which is gone after `close` or the end of the process. Throws `store_full` where there is no
   * room for the copy.
   */
  readonly openRepeatable: (path: string) => Promise<RepeatableSource>;
  /** The bytes that a gzip holds, in constant memory; other bytes as they are. Throws `file_invalid` where it is damaged or cut off. `name` is for the error. */
  readonly unpacked: (source: AsyncIterable<Uint8Array>, name: string) => AsyncIterable<Uint8Array>;
  /** Standard input as it comes, which may never end by itself: it ends when the signal aborts. */
  readonly listen: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /**
   * Writes to standard output without holding up the process while its reader is slow. Resolves when the text is handed over; to false when nobody reads any
   * more. One text at a time. Throws `output_unwritable`.
   */
  readonly answer: (text: string) => Promise<boolean>;
  /** True when both paths lead to one file, however they are written. */
  readonly isSameFile: (left: string, right: string) => boolean;
  /** Replaces a file in one step (written beside it, then renamed), mode 0600. `-` is standard output. */
  readonly writeFile: (path: string, chunks: AsyncIterable<string> | Iterable<string>) => Promise<void>;
};

export type RepeatableSource = {
  readonly name: string;
  readonly read: () => AsyncIterable<Uint8Array>;
  readonly close: () => Promise<void>;
};
