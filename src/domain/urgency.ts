// Urgency: what goes first where not all can go at once, also where another process sends it.

import { type Instant, SECOND_MS, toInstant } from '../values/time.ts';

/** 0 a code for a login, 1 what a customer waits for, 2 marketing. Which category is which stands in the store's schema, whose index is in this order. */
export const URGENCIES = [0, 1, 2] as const;
export type Urgency = (typeof URGENCIES)[number];

/** What has all the time: nothing gives way to it. */
export const LEAST_URGENT: Urgency = 2;

/** Somebody waits for room of a number that is used up, and comes back at `from`. */
export type Ahead = { readonly urgency: Urgency; readonly from: Instant };

/** So late whoever waits may come; then their place is anybody's: they may have died. */
const GRACE_MS = 250;

/**
 * The least urgent that may begin now. Before `from` there is little room, and it is theirs too. What speaks of times that are far off was written by a clock that
 * has been set back since, or waits for a hold that stops everybody.
 */
export function leastUrgentNow(ahead: Ahead | null, at: Instant): Urgency {
  return ahead !== null && at >= ahead.from - SECOND_MS && at < ahead.from + GRACE_MS ? ahead.urgency : LEAST_URGENT;
}

/** A turn that is over: the most urgent that it had to leave waiting for room, the most urgent that it claimed, and when its number may go on. */
export type TurnEnd = {
  readonly waiting: Urgency | null;
  readonly claimed: Urgency | null;
  readonly at: Instant;
  readonly allowedAt: Instant;
};

/** Who goes ahead after a turn. Whoever got all that they waited for gives the place up; others who wait take it when they come. */
export function aheadAfter(before: Ahead | null, { waiting, claimed, at, allowedAt }: TurnEnd): Ahead | null {
  const least = leastUrgentNow(before, at);
  if (waiting !== null && waiting < LEAST_URGENT && waiting <= least) return { urgency: waiting, from: allowedAt };
  return claimed !== null && claimed <= least ? null : before;
}

/** How long what gives way waits before it looks again: those who go ahead usually have their place within one request's time. */
const LOOK_AGAIN_MS = 5;

/** When a turn may go on whose most urgent message is `urgency`; null where it has none. */
export function goesOnAt(ahead: Ahead | null, urgency: Urgency | null, { at, allowedAt }: Pick<TurnEnd, 'at' | 'allowedAt'>): Instant {
  const givesWay = urgency !== null && urgency > leastUrgentNow(ahead, toInstant(Math.max(at, allowedAt)));
  return givesWay ? toInstant(Math.max(at, allowedAt) + LOOK_AGAIN_MS) : allowedAt;
}
