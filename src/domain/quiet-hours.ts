// Quiet hours: when nobody is to be messaged, by the clock of whoever is. Owns their wording and the first instant after them; who lives in which zone is asked
// elsewhere.

import type { SenderId } from '../values/id.ts';
import { DAY_MS, type Instant, type TimeZone, toInstant, WEEK_MINUTES, WEEKDAYS, type Weekday, weekMinuteOf } from '../values/time.ts';
import type { Category } from './consent.ts';

/** What they can hold. A code for a login is wanted now, and whoever is answered wrote first: neither waits. */
export const QUIET_CATEGORIES = ['marketing', 'utility'] as const;
export type QuietCategory = (typeof QUIET_CATEGORIES)[number];

/** Minutes of the week since Monday 00:00; `to` is not in it. */
export type QuietSpan = { readonly from: number; readonly to: number };

/** The quiet hours of a sender for a category: in one country, or (null) in all that have none of their own. */
export type QuietRule = {
  readonly senderId: SenderId;
  readonly category: QuietCategory;
  readonly country: string | null;
  /** As `parseHours` reads them. */
  readonly hours: string;
  /** The hours are those in which one may send, and all others are quiet. */
  readonly areAllowed: boolean;
  readonly setAt: Instant;
};

/** Whom a message goes to: the country of their number, and each zone that they may be in. */
export type Whereabouts = { readonly country: string | null; readonly zones: readonly TimeZone[] };

export type QuietHours = {
  /** True where there is no rule at all, so that nobody need be asked where they are. */
  readonly isEmpty: boolean;
  /** The first instant from `at` on that is quiet in none of the zones; null where that is `at`, and `NEVER` where there is none within a week. */
  readonly heldUntil: (category: Category, where: Whereabouts, at: Instant) => Instant | null;
};

export const NEVER: Instant = toInstant(Number.MAX_SAFE_INTEGER);

const MINUTE_MS = 60_000;

/** The rules of one sender. What was found out for a place and an instant is kept, so that a batch finds it out once. */
export function createQuietHours(rules: readonly QuietRule[]): QuietHours {
  const spans = new Map(rules.map((rule) => [`${rule.category} ${rule.country ?? ''}`, quietSpansOf(rule)]));
  const found = new Map<string, Instant | null>();
  return {
    isEmpty: rules.length === 0,
    heldUntil: (category, { country, zones }, at) => {
      const quiet = spans.get(`${category} ${country ?? ''}`) ?? spans.get(`${category} `) ?? NO_SPANS;
      if (quiet.length === 0) return null;
      const key = `${at} ${category} ${country ?? ''} ${zones.join(' ')}`;
      const known = found.get(key);
      if (known !== undefined) return known;
      const until = firstAllowed(quiet, zones, at);
      found.set(key, until === at ? null : until);
      return until === at ? null : until;
    },
  };
}

const NO_SPANS: readonly QuietSpan[] = [];

/** The quiet spans of a rule, in order and apart. */
export function quietSpansOf({ hours, areAllowed }: Pick<QuietRule, 'hours' | 'areAllowed'>): readonly QuietSpan[] {
  const spans = parseHours(hours) ?? NO_SPANS;
  return areAllowed ? complementOf(spans) : spans;
}

/**
 * Reads hours: parts with commas between them, each a span (`21:00-08:00`), days (`sun`, `sat-sun`) or both (`mon-fri 20:00-10:00`); or `none`. A span that ends
 * before it begins ends on the next day. Undefined for anything else.
 */
export function parseHours(text: string): readonly QuietSpan[] | undefined {
  const words = text.trim().toLowerCase();
  if (words === 'none') return NO_SPANS;
  const parts = words.split(',').map(parsePart);
  return parts.some((part) => part === undefined) ? undefined : merged(parts.flatMap((part) => part ?? NO_SPANS));
}

const PART = /^(?:([a-z]{3})(?:-([a-z]{3}))?)?\s*(?:(\d{1,2}:\d\d)-(\d{1,2}:\d\d))?$/;
const DAY_MINUTES = 24 * 60;

function parsePart(text: string): readonly QuietSpan[] | undefined {
  const trimmed = text.trim();
  const match = PART.exec(trimmed);
  if (match === null || trimmed === '') return undefined;
  const [, first, last, from, to] = match;
  const days = first === undefined ? WEEKDAYS.map((_, index) => index) : daysBetween(first, last ?? first);
  const [begin, end] = from === undefined || to === undefined ? [0, DAY_MINUTES] : [parseClock(from), parseClock(to)];
  if (days === undefined || begin === undefined || end === undefined || begin === end || begin === DAY_MINUTES) return undefined;
  const length = end > begin ? end - begin : end - begin + DAY_MINUTES;
  return days.map((day) => ({ from: day * DAY_MINUTES + begin, to: day * DAY_MINUTES + begin + length }));
}

function daysBetween(first: string, last: string): readonly number[] | undefined {
  const [from, to] = [WEEKDAYS.indexOf(first as Weekday), WEEKDAYS.indexOf(last as Weekday)];
  if (from === -1 || to === -1) return undefined;
  const count = ((to - from + 7) % 7) + 1;
  return Array.from({ length: count }, (_, index) => (from + index) % 7);
}

function parseClock(text: string): number | undefined {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  const clock = hours * 60 + minutes;
  return minutes > 59 || clock > DAY_MINUTES ? undefined : clock;
}

// In order, apart, and within the week: what goes past Sunday begins the week.
function merged(spans: readonly QuietSpan[]): readonly QuietSpan[] {
  const within = spans.flatMap(({ from, to }) =>
    to > WEEK_MINUTES
      ? [
          { from, to: WEEK_MINUTES },
          { from: 0, to: to - WEEK_MINUTES },
        ]
      : [{ from, to }],
  );
  const apart: QuietSpan[] = [];
  for (const span of within.toSorted((left, right) => left.from - right.from)) {
    const before = apart.at(-1);
    if (before === undefined || span.from > before.to) apart.push(span);
    else apart[apart.length - 1] = { from: before.from, to: Math.max(before.to, span.to) };
  }
  return apart;
}

function complementOf(spans: readonly QuietSpan[]): readonly QuietSpan[] {
  const ends = [0, ...spans.map(({ to }) => to)];
  const begins = [...spans.map(({ from }) => from), WEEK_MINUTES];
  return ends.flatMap((from, index) => {
    const to = begins[index] ?? WEEK_MINUTES;
    return to > from ? [{ from, to }] : [];
  });
}

/** The first instant from `at` on that is quiet in none of these zones; `NEVER` where there is none within a week. */
export function firstAllowed(spans: readonly QuietSpan[], zones: readonly TimeZone[], at: Instant): Instant {
  let [now, settled] = [at, 0];
  // Each zone puts it off until it suits them all, one after the other.
  for (let turn = 0; settled < zones.length; turn = (turn + 1) % zones.length) {
    const zone = zones[turn];
    const next = zone === undefined ? now : quietEnd(spans, zone, now);
    if (next > at + 8 * DAY_MS) return NEVER;
    settled = next === now ? settled + 1 : 1;
    now = next;
  }
  return now;
}

// Where clocks are changed before the span is over, what comes after that is looked at anew.
function quietEnd(spans: readonly QuietSpan[], zone: TimeZone, at: Instant): Instant {
  for (let now = at; ; ) {
    const minute = weekMinuteOf(now, zone);
    const span = spans.find(({ from, to }) => from <= minute && minute < to);
    if (span === undefined || now > at + 8 * DAY_MS) return now;
    const start = now - (now % MINUTE_MS);
    const end = toInstant(start + (span.to - minute) * MINUTE_MS);
    now = weekMinuteOf(end, zone) === span.to % WEEK_MINUTES ? end : changeBetween(toInstant(start), end, zone);
  }
}

// The first minute of the new time, by halving.
function changeBetween(from: Instant, to: Instant, zone: TimeZone): Instant {
  const offsetAt = (at: Instant): number => (((weekMinuteOf(at, zone) - at / MINUTE_MS) % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
  const before = offsetAt(from);
  let [low, high] = [from / MINUTE_MS, to / MINUTE_MS];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(toInstant(middle * MINUTE_MS)) === before) low = middle;
    else high = middle;
  }
  return toInstant(high * MINUTE_MS);
}
