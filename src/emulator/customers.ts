// The people whom the business writes to: their numbers and user ids, their windows, and what they have switched off.

import { windowEnd } from '../domain/window.ts';
import { parsePhone } from '../values/phone.ts';
import { type Day, DAY_MS, dayOf, type Instant, type TimeZone, toInstant } from '../values/time.ts';
import { chance } from './chance.ts';
import { countryOf } from '../catalog/countries.ts';
import { dialled, toWaId } from '../domain/wa-id.ts';

export type Customer = {
  /** `+` and digits; null for a person who is known by user id only. */
  phone: string | null;
  userId: string;
  readonly name: string;
  lastInboundAt: Instant | null;
  /** When the person came by an advertisement that the business has not answered yet. */
  adClickAt: Instant | null;
  freeEntry: { readonly id: string; readonly until: Instant } | null;
  marketingStopped: boolean;
  /** The person has blocked the business, or has left this number. */
  isUnreachable: boolean;
  /** The business has put the person on its block list. */
  isBlocked: boolean;
  /** Requests to this person, and how many of the last ones in a row were refused by the magic ending. */
  requests: number;
  refusedInARow: number;
};

/** How a person is addressed: a number with `+`, a user id, or both, which says that they are one person's. */
export type CustomerRef = { readonly phone: string; readonly userId?: string } | { readonly userId: string };

export type Customers = {
  /** The person; made at the first mention. */
  readonly get: (ref: CustomerRef, name?: string | null) => Customer;
  readonly find: (ref: CustomerRef) => Customer | undefined;
  /** The person has this user id instead of the old one, which reaches nobody. False where another number has it. */
  readonly changeUserId: (customer: Customer, userId: string) => boolean;
  readonly all: () => Iterable<Customer>;
};

/** Nobody yet. */
export function createCustomers(): Customers {
  const byPhone = new Map<string, Customer>();
  const byUserId = new Map<string, Customer>();

  const find = (ref: CustomerRef): Customer | undefined => ('phone' in ref ? byPhone.get(dialled(ref.phone)) : byUserId.get(ref.userId));
  const make = (ref: CustomerRef, name: string): Customer => {
    const customer: Customer = {
      phone: 'phone' in ref ? dialled(ref.phone) : null,
      userId: 'phone' in ref ? userIdOf(dialled(ref.phone)) : ref.userId,
      name,
      lastInboundAt: null,
      adClickAt: null,
      freeEntry: null,
      marketingStopped: false,
      isUnreachable: 'phone' in ref && parsePhone(ref.phone) === undefined, // nobody can have a number that is not assigned
      isBlocked: false,
      requests: 0,
      refusedInARow: 0,
    };
    if (customer.phone !== null) byPhone.set(customer.phone, customer);
    byUserId.set(customer.userId, customer);
    return customer;
  };

  // An id that belongs to another number stays there: the number is the stronger of the two.
  const join = (customer: Customer, userId: string): boolean => {
    const other = byUserId.get(userId);
    if (other !== undefined && other !== customer && other.phone !== null) return false;
    customer.userId = userId;
    byUserId.set(userId, customer);
    if (other !== undefined && other !== customer) absorb(customer, other);
    return true;
  };

  return {
    get: (ref, name = null) => {
      const known = find(ref);
      if ('phone' in ref && ref.userId !== undefined) {
        const customer = known ?? make({ phone: ref.phone }, name ?? nameOf(ref));
        join(customer, ref.userId);
        return customer;
      }
      return known ?? make(ref, name ?? nameOf(ref));
    },
    find,
    changeUserId: (customer, userId) => {
      const old = customer.userId;
      if (old === userId) return true;
      if (!join(customer, userId)) return false;
      make({ userId: old }, customer.name).isUnreachable = true;
      return true;
    },
    all: () => new Set(byUserId.values()),
  };
}

// Who was known twice is one person now. What was sent to the other one names this person from here on.
function absorb(customer: Customer, other: Customer): void {
  Object.assign(customer, {
    lastInboundAt: later(customer.lastInboundAt, other.lastInboundAt),
    adClickAt: later(customer.adClickAt, other.adClickAt),
    freeEntry: customer.freeEntry ?? other.freeEntry,
    marketingStopped: customer.marketingStopped || other.marketingStopped,
    isUnreachable: customer.isUnreachable || other.isUnreachable,
    isBlocked: customer.isBlocked || other.isBlocked,
    requests: customer.requests + other.requests,
  });
  other.phone = customer.phone;
}

function later(one: Instant | null, other: Instant | null): Instant | null {
  return one === null || (other !== null && other > one) ? other : one;
}

/** What scenarios, admin and logs call the person. */
export function keyOf({ phone, userId }: Customer): string {
  return phone ?? userId;
}

/** The number as webhooks write it, without `+`. */
export function waIdOf({ phone }: Customer): string | null {
  return phone === null ? null : toWaId(phone);
}

/** When the customer-service window closes; null when it is not open. */
export function openWindow({ lastInboundAt }: Customer, at: Instant): Instant | null {
  if (lastInboundAt === null || lastInboundAt > at) return null;
  const until = windowEnd(lastInboundAt);
  return at < until ? until : null;
}

/** The free-entry-point window that is open; null when there is none. */
export function openFreeEntry({ freeEntry }: Customer, at: Instant): Customer['freeEntry'] {
  return freeEntry !== null && at < freeEntry.until ? freeEntry : null;
}

const ANSWER_WITHIN_MS = DAY_MS;
const LONGER_FROM = '2026-09-28' as Day;

/** An answer within 24 hours of the click opens the free window: for 7 days since 2026-09-28, and 72 hours before (the provider's pricing page). */
export function answerAdvertisement(customer: Customer, at: Instant, zone: TimeZone): void {
  const { adClickAt, phone, userId } = customer;
  if (adClickAt === null) return;
  customer.adClickAt = null;
  if (at - adClickAt >= ANSWER_WITHIN_MS) return;
  const days = dayOf(at, zone) >= LONGER_FROM ? 7 : 3;
  customer.freeEntry = { id: hex(`${phone ?? userId}${at}`, 32), until: toInstant(at + days * DAY_MS) };
}

function userIdOf(phone: string): string {
  const digits = [1, 2].map((part) => String(Math.floor(chance(part, 'user', phone) * 1e8)).padStart(8, '0'));
  return `${countryOf(phone)}.${digits.join('')}`;
}

function nameOf(ref: CustomerRef): string {
  return `Customer ${('phone' in ref ? ref.phone : ref.userId).slice(-4)}`;
}

function hex(text: string, length: number): string {
  return Array.from({ length: length / 8 }, (_, part) =>
    Math.floor(chance(part, text) * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
}
