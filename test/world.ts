// A whole program in memory or on a file of its own: a hand-turned clock, captured streams, a store that lives for one test. Commands run as a user runs them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../src/app.ts';
import { errorReport } from '../src/cli/error-report.ts';
import { runProgram } from '../src/cli/program.ts';
import { readConfig } from '../src/config.ts';
import { AppError } from '../src/errors.ts';
import { createIo } from '../src/host.ts';
import type { Output } from '../src/ports/host.ts';

export type Ran = {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Standard output as JSON. */
  readonly json: () => Readonly<Record<string, unknown>>;
};

/** An error as programs read it, and the exit code that came with it. */
export type Failure = {
  readonly exit: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly details: object;
};

export type World = {
  /** Runs one command line; `TOLLBELL_NOW` is the world's clock. */
  readonly run: (...argv: readonly string[]) => Promise<Ran>;
  /** The same, with something on standard input. */
  readonly pipe: (input: string, ...argv: readonly string[]) => Promise<Ran>;
  /** Runs a command line that must fail, with `--json`. */
  readonly failure: (...argv: readonly string[]) => Promise<Failure>;
  readonly setClock: (now: string) => void;
  readonly setTerminal: (isTerminal: boolean) => void;
  readonly env: Record<string, string>;
  /** A directory for files, with the store `t.db` in it. */
  readonly directory: string;
  readonly db: string;
  readonly interrupt: () => void;
  readonly close: () => void;
};

/** Makes a world. Close it when the test ends. */
export function createWorld(): World {
  const directory = mkdtempSync(join(tmpdir(), 'tollbell-world-'));
  const db = join(directory, 't.db');
  const env: Record<string, string> = { HOME: directory, TOLLBELL_DB: db, TOLLBELL_NOW: '2026-11-22T12:00:00Z' };
  let isTerminal = false;
  let controller = new AbortController();

  const pipe = async (input: string, ...argv: readonly string[]): Promise<Ran> => {
    const out = capture(isTerminal);
    const err = capture(isTerminal);
    const io = createIo({ out, err, input: () => chunksOf(input), canAsk: () => false });
    const interrupted = controller.signal;
    let code: number;
    try {
      code = await runProgram({
        argv,
        io,
        createApp: (flags) => createApp({ config: readConfig(flags, env, directory), io, env, interrupted }),
      });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      err.write(errorReport(error, { argv, env, directory: () => directory }));
      code = error.exit;
    }
    controller = controller.signal.aborted ? new AbortController() : controller;
    return { code, out: out.text(), err: err.text(), json: () => JSON.parse(out.text()) as Record<string, unknown> };
  };

  return {
    run: (...argv) => pipe('', ...argv),
    pipe,
    failure: async (...argv) => {
      const { code: exit, out, err } = await pipe('', ...argv, '--json');
      if (out !== '') throw new Error(`it should have failed and printed ${out}`);
      return { exit, ...(JSON.parse(err) as { error: Omit<Failure, 'exit'> }).error };
    },
    setClock: (now) => {
      env['TOLLBELL_NOW'] = now;
    },
    setTerminal: (value) => {
      isTerminal = value;
    },
    env,
    directory,
    db,
    interrupt: () => controller.abort(),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function capture(isTerminal: boolean): Output & { readonly text: () => string } {
  const parts: string[] = [];
  return { write: (text) => void parts.push(text), isTerminal, columns: 100, text: () => parts.join('') };
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
