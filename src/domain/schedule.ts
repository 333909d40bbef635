// When a message is to be sent: at once or at a time that was asked for; how long it may wait for its turn; and the sum of what waits for its time.

import { DAY_MS, type Instant, SECOND_MS } from '../values/time.ts';

/** Null `sendAt`: at once. Null `expiresInMs`: it may wait for its turn as long as the provider would try to deliver it. */
export type Timing = { readonly sendAt: Instant | null; readonly expiresInMs: number | null };

export const AT_ONCE: Timing = { sendAt: null, expiresInMs: null };

/** A time that is past by no more means now: a file is made, handed over and read before its first row is admitted. */
const LATE_MS_MAX = 5 * 60 * SECOND_MS;

/** Farther ahead than this nobody plans, but many mistype a year. */
const AHEAD_MS_MAX = 366 * DAY_MS;

/** True for a time that is past, by more than stands for now. What it was for is over, so it is not sent late. */
export function isTooLate(sendAt: Instant | null, at: Instant): boolean {
  return sendAt !== null && sendAt < at - LATE_MS_MAX;
}

/** True for a time that is more than a year ahead. */
export function isTooFar(sendAt: Instant, at: Instant): boolean {
  return sendAt > at + AHEAD_MS_MAX;
}

/** The instant from which a message that is admitted at `at` may be sent. */
export function dueAt(sendAt: Instant | null, at: Instant): Instant {
  return sendAt === null || sendAt < at ? at : sendAt;
}

/** What waits for its time: how much, when the first and the last of it is due, and how many of them quiet hours hold. */
export type Scheduled = { readonly units: number; readonly quietUnits: number; readonly firstAt: Instant; readonly lastAt: Instant };

/** The sum with one more; null stands for none. */
export function plusScheduled(sum: Scheduled | null, due: Instant, isQuiet: boolean): Scheduled {
  const quietUnits = isQuiet ? 1 : 0;
  if (sum === null) return { units: 1, quietUnits, firstAt: due, lastAt: due };
  return {
    units: sum.units + 1,
    quietUnits: sum.quietUnits + quietUnits,
    firstAt: due < sum.firstAt ? due : sum.firstAt,
    lastAt: due > sum.lastAt ? due : sum.lastAt,
  };
}
