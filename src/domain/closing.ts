// Closing: months of a sender whose lines never change any more. What is heard of such a month later is booked in an open one, and says so.

import type { SenderId } from '../values/id.ts';
import type { LedgerEntry } from './ledger.ts';
import { type Day, dayOf, type Instant, type Month, monthDays, monthOf, type TimeZone } from '../values/time.ts';

/** A closed month of a sender. `digest` goes over its lines and the digest before it; null while it is computed. */
export type Closing = {
  readonly senderId: SenderId;
  readonly month: Month;
  readonly closedAt: Instant;
  readonly closedBy: string;
  /** The digest of the closing before it; null for the first. */
  readonly previous: string | null;
  readonly lines: number | null;
  /** Hex SHA-256. */
  readonly digest: string | null;
};

/** Where an event of one day is booked. `late` names the closed month that it belongs to; null where its own month is open. */
export type Booking = { readonly day: Day; readonly late: Month | null };

/** The day itself while its month is open, else today; where the clock stands in a closed month too, the first day that is open. */
export function bookingOf(day: Day, { closedThrough, today }: { readonly closedThrough: Month | null; readonly today: Day }): Booking {
  const isOpen = (on: Day): boolean => closedThrough === null || monthOf(on) > closedThrough;
  if (closedThrough === null || isOpen(day)) return { day, late: null };
  return { day: isOpen(today) ? today : monthDays(closedThrough).to, late: monthOf(day) };
}

/** What decides where an event is booked: when that is, and the newest month that is closed by then. */
export type BookingFacts = { readonly at: Instant; readonly timeZone: TimeZone; readonly closedThrough: Month | null };

/** Where what happens at an instant is booked: on its day in the zone, while that month is open. A clock may have been set back since a month was closed. */
export function bookingAt(eventAt: Instant, { at, timeZone, closedThrough }: BookingFacts): Booking {
  const day = dayOf(eventAt, timeZone);
  // Most senders close nothing, and today's day would cost as much again.
  return closedThrough === null ? { day, late: null } : bookingOf(day, { closedThrough, today: dayOf(at, timeZone) });
}

/** What the line of an event in a closed month refers to. */
export function lateReference(month: Month): string {
  return LATE_RANGE.from + month;
}

/** All references of that kind lie between these. */
export const LATE_RANGE = { from: 'late:', to: 'late;' };

/** The month that an entry is of, wherever it is booked. */
export function monthOfEvent({ bucket, reference }: Pick<LedgerEntry, 'bucket' | 'reference'>): Month {
  return reference?.startsWith(LATE_RANGE.from) === true ? (reference.slice(LATE_RANGE.from.length) as Month) : monthOf(bucket.day);
}

/** What the line of a volume discount refers to. */
export function tierReference(month: Month): string {
  return `tier:${month}`;
}

/** What a line refers to that a person adjusted. */
export const MANUAL = 'manual';

/** What the line of a difference refers to that was accepted: the digest of what the books were compared with, and the line of the comparison. */
export function acceptedReference(source: string, line: string): string {
  return `reconcile:${source}:${line}`;
}

/** All references of that kind lie between these. */
export const ACCEPTED_RANGE = { from: 'reconcile:', to: 'reconcile;' };

/** The line of the comparison that such a reference names. */
export function acceptedLineOf(reference: string): string {
  return reference.split(':').slice(2).join(':');
}
