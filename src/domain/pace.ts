// Pace: how fast a number and each of its pairs may be used. A pair follows the generic cell rate algorithm, whose whole state is one instant; a number does
// too, so that its requests are spread, and besides never has more than its rate in any second; where the provider says that this is too fast, its rate gives
// way for a while. The state is small, so that processes can share it in the transaction that claims.

import { type Instant, SECOND_MS, toInstant } from '../values/time.ts';
import type { Ahead } from './urgency.ts';

/** A limit: one request each `intervalUs`, and up to `burst` at once after a rest. */
export type Limit = { readonly intervalUs: number; readonly burst: number };

/** The microsecond at which the next request would be due if requests came exactly at the limit; null before the first one. */
export type DueAt = number | null;

const MS_US = 1_000;
const SECOND_US = SECOND_MS * MS_US;

/** One in 6 seconds, up to 45 at once that borrow from the time after (the provider's throughput page, error 131056). */
export const PAIR_LIMIT: Limit = { intervalUs: 6 * SECOND_US, burst: 45 };

/** How many requests may begin now. */
export function allowance({ intervalUs, burst }: Limit, dueAt: DueAt, at: Instant): number {
  const ahead = Math.max(0, (dueAt ?? 0) - at * MS_US);
  return Math.max(0, burst - Math.ceil(ahead / intervalUs));
}

/** The state after `count` requests that began now. */
export function advance({ intervalUs }: Limit, dueAt: DueAt, { at, count }: { readonly at: Instant; readonly count: number }): number {
  return Math.max(dueAt ?? 0, at * MS_US) + count * intervalUs;
}

/** The first instant at which a request may begin. */
export function nextAllowedAt({ intervalUs, burst }: Limit, dueAt: DueAt): Instant {
  return toInstant(Math.ceil(((dueAt ?? 0) - (burst - 1) * intervalUs) / MS_US));
}

/** The state in which nothing may begin before `until`; it never shortens a wait that is longer already. */
export function heldUntil({ intervalUs, burst }: Limit, dueAt: DueAt, until: Instant): number {
  return Math.max(dueAt ?? 0, until * MS_US + (burst - 1) * intervalUs);
}

/** The moments of the last second at which requests began, in milliseconds, and how many; the oldest first. */
export type Recent = readonly (readonly [at: number, count: number])[];

/** The state of a number. */
export type NumberPace = {
  readonly dueAt: DueAt;
  readonly recent: Recent;
  /** Null where the provider never said that it was too fast. */
  readonly slowed: Slowed | null;
  readonly ahead: Ahead | null;
};

export const UNUSED_NUMBER: NumberPace = { dueAt: null, recent: [], slowed: null, ahead: null };

/** The rate, in messages a second, to which a number was slowed down, and when. */
export type Slowed = { readonly rate: number; readonly at: Instant };

// Halved, and then a 40th more each second, as TCP does it: two users of one number come to equal shares so, and a number whose rate is set too high works close
// to what it may. After one single refusal it is at its whole rate again within 20 seconds.
const RISE = 1 / 40;
/** A number is never slower than this part of its rate: then it is not the pace that is wrong. */
const SLOWEST = 1 / 16;

/** The rate now: what a number is set to, or less where the provider said lately that this was too fast. */
export function rateNow(ratePerSecond: number, slowed: Slowed | null, at: Instant): number {
  if (slowed === null || at < slowed.at) return ratePerSecond; // a clock that was set back knows of no refusal
  const risen = slowed.rate + Math.floor(ratePerSecond * RISE * ((at - slowed.at) / SECOND_MS));
  return Math.min(ratePerSecond, Math.max(risen, slowestRate(ratePerSecond)));
}

/** Half the rate, after the provider refused a request as too fast. At most once a second: all that was on its way is refused together. */
export function slowDown(ratePerSecond: number, slowed: Slowed | null, at: Instant): Slowed {
  if (slowed !== null && at >= slowed.at && at < slowed.at + SECOND_MS) return slowed;
  return { rate: Math.max(slowestRate(ratePerSecond), Math.floor(rateNow(ratePerSecond, slowed, at) / 2)), at };
}

function slowestRate(ratePerSecond: number): number {
  return Math.max(1, Math.floor(ratePerSecond * SLOWEST));
}

/**
 * The limit by which the requests of a number are spread. What 25 ms let through may be made up for after a late timer, and no more: a process that stands
 * still between a claim and its requests sends as much too late at the most.
 */
export function numberLimit(ratePerSecond: number): Limit {
  return { intervalUs: Math.ceil(SECOND_US / ratePerSecond), burst: Math.max(1, Math.floor(ratePerSecond / 40)) };
}

/** How many requests of a number may begin now. */
export function numberAllowance(ratePerSecond: number, pace: NumberPace, at: Instant): number {
  const inSecond = mostInSecond(ratePerSecond) - sum(pace.recent.filter(([before]) => isRecent(before, at)));
  const limit = numberLimit(ratePerSecond);
  return Math.max(0, Math.min(inSecond, allowance(limit, dueAfterRest(limit, pace, at), at)));
}

/** The state after `count` requests of a number that began now. */
export function advanceNumber(
  ratePerSecond: number,
  pace: NumberPace,
  begun: { readonly at: Instant; readonly count: number },
): NumberPace {
  const kept = pace.recent.filter(([before]) => isRecent(before, begun.at));
  const limit = numberLimit(ratePerSecond);
  return {
    ...pace,
    dueAt: advance(limit, dueAfterRest(limit, pace, begun.at), begun),
    recent: [...kept, [begun.at, begun.count]],
  };
}

/** The first instant at which a number may go on: with as many requests as are due in an 80th of a second, so that a commit is for more than one. */
export function numberAllowedAt(ratePerSecond: number, pace: NumberPace, at: Instant): Instant {
  const recent = pace.recent.filter(([before]) => isRecent(before, at));
  const limit = numberLimit(ratePerSecond);
  const helping = Math.min(limit.burst, Math.ceil(ratePerSecond / 80));
  const spread = nextAllowedAt({ ...limit, burst: limit.burst - helping + 1 }, dueAfterRest(limit, pace, at));
  let tooMany = sum(recent) - mostInSecond(ratePerSecond) + 1;
  let freeAt = 0;
  for (const [before, count] of recent) {
    if (tooMany <= 0) break;
    tooMany -= count;
    freeAt = before + SECOND_MS;
  }
  return toInstant(Math.max(spread, freeAt));
}

// After a rest a number begins with one request: what it did not use then is gone, and only lateness while it works is made up for.
function dueAfterRest({ intervalUs, burst }: Limit, { dueAt, recent }: NumberPace, at: Instant): DueAt {
  const isRested = !recent.some(([before]) => isRecent(before, at));
  const wasSetBack = recent.some(([before]) => before > at); // a clock: what it said before means nothing now
  return isRested ? Math.max(wasSetBack ? 0 : (dueAt ?? 0), at * MS_US + (burst - 1) * intervalUs) : dueAt;
}

// One in 27 is left: a request leaves some milliseconds after its claim, and several processes may stand still in between.
function mostInSecond(ratePerSecond: number): number {
  return Math.max(1, ratePerSecond - Math.ceil(ratePerSecond / 27));
}

function isRecent(before: number, at: Instant): boolean {
  return before > at - SECOND_MS && before <= at;
}

function sum(recent: Recent): number {
  return recent.reduce((total, [, count]) => total + count, 0);
}
