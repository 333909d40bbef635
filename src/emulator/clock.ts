// Virtual time: one queue of what is due, on a clock that runs with the machine's or is turned by hand. Everything that waits in the emulator waits here.

import type { Clock } from '../ports/host.ts';
import { type Instant, toInstant } from '../values/time.ts';
import { createAlarm } from './alarm.ts';
import { createDueQueue } from './due-queue.ts';

export type ClockMode = 'real' | 'manual';

export type Timeline = {
  readonly mode: ClockMode;
  readonly now: () => Instant;
  /** Runs `event` when its time has come; what is due already runs soon, never inside this call. Equal times keep their order. */
  readonly schedule: (at: Instant, event: () => void) => void;
  /** Turns the clock forward, and runs everything that becomes due on the way at its own time, or back, which runs nothing. */
  readonly setTo: (at: Instant) => Promise<void>;
  /** Forgets what was to come. */
  readonly clear: () => void;
  readonly close: () => void;
};

type TimelineParts = {
  readonly clock: Clock;
  readonly mode: ClockMode;
  /** Resolves when nothing is under way that an event began, such as a post: time does not move on before. */
  readonly settled: () => Promise<void>;
};

/** Starts a timeline at the present of its clock. */
export function createTimeline({ clock, mode, settled }: TimelineParts): Timeline {
  const queue = createDueQueue<() => void>();
  const alarm = createAlarm(clock);
  const closing = new AbortController();
  let offset = 0;
  let standing: Instant | null = mode === 'manual' ? clock.now() : null; // while it is turned, a running clock stands too
  let isPumping = false;
  let turning: Promise<void> = Promise.resolve();

  const now = (): Instant => standing ?? toInstant(clock.now() + offset);

  const pump = async (): Promise<void> => {
    if (isPumping) return;
    isPumping = true;
    while (!closing.signal.aborted) {
      await clock.yield();
      for (const event of queue.takeDue(now())) event();
      const next = queue.nextAt();
      if (next === null || (standing !== null && next > standing)) break;
      if (next > now()) offset += await alarm.sleepUntil(next, now());
    }
    isPumping = false;
  };

  const turn = async (at: Instant): Promise<void> => {
    standing = now();
    while (at >= standing) {
      await clock.yield();
      await settled();
      const next = queue.nextAt();
      if (next === null || next > at || closing.signal.aborted) break;
      standing = toInstant(Math.max(next, standing));
      for (const event of queue.takeDue(standing)) event();
    }
    standing = mode === 'manual' ? at : null;
    offset = at - clock.now();
    alarm.wake();
    void pump();
  };

  return {
    mode,
    now,
    schedule: (at, event) => {
      queue.add(at, event);
      if (isPumping) alarm.wakeFor(at);
      else void pump();
    },
    setTo: (at) => {
      turning = turning.then(() => turn(at));
      return turning;
    },
    clear: queue.clear,
    close: () => {
      closing.abort();
      queue.clear();
      alarm.wake();
    },
  };
}
