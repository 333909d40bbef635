// A clock that runs, from noon of the exam on.

import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../src/ports/host.ts';
import { toInstant } from '../../src/values/time.ts';
import { NOON } from '../conformance/store/fixture.ts';

/** `speed`: how many milliseconds of its time pass in one of ours. */
export function realClock(speed = 1): Clock {
  const startedAt = performance.now();
  return {
    now: () => toInstant(NOON + Math.floor((performance.now() - startedAt) * speed)),
    sleep: async (milliseconds, signal) => {
      await wait(milliseconds / speed, undefined, { signal }).catch(() => undefined);
    },
    yield: () => new Promise((resolve) => void setImmediate(resolve)),
  };
}
