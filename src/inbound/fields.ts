// Reading JSON of somebody else's without trusting it: each function gives the value where it has the shape, and nothing where it has not. Hand-written,
// because ten thousand statuses a second come this way.

import { type Phone, parsePhone } from '../values/phone.ts';
import { type Instant, parseSeconds, toInstant } from '../values/time.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object, or undefined for anything else; a list is none. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The list, or undefined for anything else. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

/** Text that is not empty, or null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** An id: text, or a number that was not rounded on its way; null for anything else. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
  return typeof value === 'string' && value !== '' && value.length <= ID_LENGTH_MAX ? value : null;
}

const ID_LENGTH_MAX = 512;

/** A number as the provider writes it, without `+`. */
export function phoneOf(value: unknown): Phone | null {
  return typeof value === 'string' && PLAIN_NUMBER.test(value) ? (parsePhone(`+${value}`) ?? null) : null;
}

const PLAIN_NUMBER = /^\d{7,15}$/;

/** The provider's id of a user without a number; its parts are the provider's affair. */
export function userIdOf(value: unknown): string | null {
  return typeof value === 'string' && USER_ID.test(value) ? value : null;
}

const USER_ID = /^[\u0021-\u007e]{1,200}$/;

/** An instant in seconds, and not later than `at`: the clocks of two houses differ, and nothing has happened before it was told. Null where it is none. */
export function pastOf(value: unknown, at: Instant): Instant | null {
  const told = parseSeconds(value);
  return told === undefined ? null : toInstant(Math.min(told, at));
}
