// A time by which work must end, as a signal: it aborts when the time is up, or when the command is told to stop.

import type { Clock } from '../ports/host.ts';

export type Deadline = {
  /** Aborts with the command's own signal too. */
  readonly signal: AbortSignal;
  /** Lets the time go; nothing aborts after it. */
  readonly clear: () => void;
};

/** Begins to count; a time of null never ends. Clear it, or the process waits for it. */
export function startDeadline(
  { clock, interrupted }: { readonly clock: Pick<Clock, 'sleep'>; readonly interrupted: AbortSignal },
  milliseconds: number | null,
): Deadline {
  if (milliseconds === null) return { signal: interrupted, clear: () => undefined };
  const timeUp = new AbortController();
  const cleared = new AbortController();
  void clock.sleep(milliseconds, cleared.signal).then(() => {
    if (!cleared.signal.aborted) timeUp.abort();
  });
  return {
    signal: AbortSignal.any([interrupted, timeUp.signal]),
    clear: () => cleared.abort(),
  };
}
