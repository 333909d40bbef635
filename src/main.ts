// The process: arguments and streams in, an exit code out. The only catch-all, and the only place that prints an error.

import { createApp } from './app.ts';
import { runProgram } from './cli/program.ts';
import { type GlobalFlags, readConfig } from './config.ts';
import { AppError, fail } from './errors.ts';
import { errorReport } from './cli/error-report.ts';
import { createIo } from './host.ts';
import type { Io } from './ports/host.ts';
import { processStreams } from './streams.ts';

/** Runs one command line and returns its exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  const io = createIo(processStreams(process));
  const interrupted = abortOnInterrupt(() => report(STOPPED_AT_ONCE, argv, io));
  const createAppFor = (flags: GlobalFlags) =>
    createApp({ config: readConfig(flags, process.env, process.cwd()), io, env: process.env, interrupted });
  try {
    return await runProgram({ argv, io, createApp: createAppFor });
  } catch (error) {
    return report(error, argv, io);
  }
}

function report(error: unknown, argv: readonly string[], io: Io): number {
  const known = error instanceof AppError ? error : new AppError('bug', { message: bugMessage(error), cause: error });
  io.err.write(errorReport(known, { argv, env: process.env, directory: () => process.cwd() }));
  return known.exit;
}

function bugMessage(error: unknown): string {
  return `This should not have happened: ${error instanceof Error ? error.message : String(error)}`;
}

const STOPPED_AT_ONCE = fail('interrupted', {
  message: 'Stopped at once, without waiting for what was under way.',
  hint: 'The next command that sends finds requests that had no answer yet, as unknown, and sends none of them again: tollbell dispatch names them.',
  retryable: false,
});

// The first Ctrl-C asks for a clean stop; the second says so and ends the process at once, and the next run recovers what was in flight.
function abortOnInterrupt(sayStopped: () => number): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(sayStopped());
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
