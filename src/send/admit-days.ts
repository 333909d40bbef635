// What is so on the day on which a message is due: asked once for a batch, not for each message.

import { pricingRules } from '../catalog/pricing-rules.ts';
import type { Booking } from '../domain/closing.ts';
import type { Category } from '../domain/consent.ts';
import { isAlwaysFree, isFreeIn } from '../domain/pricing-rule.ts';
import type { OpenWindow } from '../domain/window.ts';
import type { Day, Instant } from '../values/time.ts';

export type Days = {
  /** In the sender's zone: the day of the instant, and the last one on which what is due then may be delivered. */
  readonly first: Day;
  readonly last: Day;
  /** Where it is reserved: on the first day, while that month is open. */
  readonly booking: Booking;
  /** Until when it may be delivered. */
  readonly until: Instant;
  /** Whether a category is free on the first day in every window, as free-form messages were before the first card that has a price for them. */
  readonly isFree: (category: Category) => boolean;
  /** The same in one window. */
  readonly isFreeIn: (category: Category, window: OpenWindow) => boolean;
};

/** The answers of a day, and of the days until the last one. */
export function daysOf({ first, last, booking, until }: Pick<Days, 'first' | 'last' | 'booking' | 'until'>): Days {
  const free = new Map<OpenWindow | null, Map<Category, boolean>>();
  const once = (category: Category, window: OpenWindow | null, ask: () => boolean): boolean => {
    const answers = free.get(window) ?? new Map<Category, boolean>();
    free.set(window, answers);
    const known = answers.get(category) ?? ask();
    answers.set(category, known);
    return known;
  };
  return {
    first,
    last,
    booking,
    until,
    isFree: (category) => once(category, null, () => isAlwaysFree(pricingRules(), { category, day: first })),
    isFreeIn: (category, window) => once(category, window, () => isFreeIn(pricingRules(), { category, day: first, window })),
  };
}
