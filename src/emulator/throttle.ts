// The provider's throttles: so many requests a second from a number, and one in six seconds to one person after a burst.

import { advance, allowance, type DueAt, type Limit, PAIR_LIMIT } from '../domain/pace.ts';
import { type Instant, SECOND_MS, toInstant } from '../values/time.ts';

/** Requests take time to arrive, the first of a burst perhaps longer than the last: whoever holds the limit exactly is not refused for that. */
const PAIR_GRACE_MS = SECOND_MS;

export type Throttle = {
  /** Takes one request of the number; false when the second is full. */
  readonly takeOfNumber: (at: Instant) => boolean;
  /** Takes one message to the person; false when it comes too soon. */
  readonly takeOfPair: (person: string, at: Instant) => boolean;
};

/** Throttles at rest. A number may use up its second at once. */
export function createThrottle(requestsPerSecond: number): Throttle {
  const perNumber: Limit = { intervalUs: Math.ceil(1e6 / requestsPerSecond), burst: requestsPerSecond };
  const pairs = new Map<string, number>();
  let number: DueAt = null;
  return {
    takeOfNumber: (at) => {
      if (allowance(perNumber, number, at) < 1) return false;
      number = advance(perNumber, number, { at, count: 1 });
      return true;
    },
    takeOfPair: (person, at) => {
      const dueAt = pairs.get(person) ?? null;
      if (allowance(PAIR_LIMIT, dueAt, toInstant(at + PAIR_GRACE_MS)) < 1) return false;
      pairs.set(person, advance(PAIR_LIMIT, dueAt, { at, count: 1 }));
      return true;
    },
  };
}
