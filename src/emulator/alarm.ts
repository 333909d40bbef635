// Sleeping until something is due, and being woken when something earlier comes in between.

import type { Clock } from '../ports/host.ts';
import { DAY_MS, type Instant } from '../values/time.ts';

export type Alarm = {
  /** Resolves at that time, or when woken. Gives the milliseconds that were slept through and that the clock, standing still, does not show. */
  readonly sleepUntil: (at: Instant, now: Instant) => Promise<number>;
  /** Wakes who sleeps for longer than until then. */
  readonly wakeFor: (at: Instant) => void;
  readonly wake: () => void;
};

/** So late an event may be where somebody sleeps for a later one: waking for each of thousands a second costs more than what they do. */
const LATE_MS_MAX = 4;

/** An alarm that nobody waits for yet. */
export function createAlarm(clock: Pick<Clock, 'now' | 'sleep'>): Alarm {
  let wakeUp = new AbortController();
  let armedFor = -Infinity; // nobody sleeps: there is nobody to wake
  return {
    sleepUntil: async (at, now) => {
      const before = clock.now();
      const milliseconds = Math.min(Math.max(1, at - now), DAY_MS);
      wakeUp = new AbortController();
      armedFor = at;
      await clock.sleep(milliseconds, wakeUp.signal);
      armedFor = -Infinity;
      return !wakeUp.signal.aborted && clock.now() === before ? milliseconds : 0;
    },
    wakeFor: (at) => {
      if (at < armedFor - LATE_MS_MAX) wakeUp.abort();
    },
    wake: () => wakeUp.abort(),
  };
}
