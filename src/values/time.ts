// Time: instants, calendar days and months in a zone. The only file that touches `Date`; nothing here reads a clock.

declare const instantBrand: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [instantBrand]: true };

/** A calendar day, `2026-10-01`. Days sort as text. */
export type Day = string & { readonly __day: true };

/** A calendar month, `2026-10`. */
export type Month = string & { readonly __month: true };

/** An IANA zone name, checked. */
export type TimeZone = string & { readonly __timeZone: true };

/** Whole days from `from` up to, but not including, `to`. */
export type DayPeriod = { readonly from: Day; readonly to: Day };

export const SECOND_MS = 1_000;
export const DAY_MS = 86_400_000;
export const UTC = 'UTC' as TimeZone;

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const ISO_DAY = /^\d{4}-\d\d-\d\d$/;
const ISO_MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

const SECONDS = /^\d{1,12}(\.\d{1,3})?$/;
const SECONDS_MAX = 253_402_300_799; // the end of the year 9999, up to which instants have a text

const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;
const UNIT_MS = { ms: 1, s: SECOND_MS, m: 60_000, h: 3_600_000, d: DAY_MS } as const;

/** Brands a count of milliseconds. */
export function toInstant(milliseconds: number): Instant {
  return milliseconds as Instant;
}

/** Reads an ISO 8601 instant with an offset (`Z` or `+01:00`), or a bare day, taken as its midnight in UTC; undefined for anything else. */
export function parseInstant(text: string): Instant | undefined {
  const trimmed = text.trim();
  const day = parseDay(trimmed);
  if (day !== undefined) return toInstant(Date.parse(`${day}T00:00:00Z`));
  if (!ISO_INSTANT.test(trimmed) || parseDay(trimmed.slice(0, 10)) === undefined) return undefined;
  const milliseconds = Date.parse(trimmed);
  return Number.isNaN(milliseconds) ? undefined : toInstant(milliseconds);
}

/** True for text that is written like an instant with its offset, whether or not there is such a day and time. */
export function looksLikeInstant(text: string): boolean {
  return ISO_INSTANT.test(text.trim());
}

/** Reads a duration as milliseconds: a whole number with its unit, `500ms`, `30s`, `5m`, `2h`, `1d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text.trim()) ?? [];
  return count === undefined ? undefined : Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/** Reads an instant in seconds since 1970, as text or number; undefined for anything else. */
export function parseSeconds(value: unknown): Instant | undefined {
  const seconds = typeof value === 'string' && SECONDS.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 && seconds <= SECONDS_MAX ? toInstant(Math.floor(seconds * SECOND_MS)) : undefined;
}

/** Writes an instant as ISO 8601 in UTC; whole seconds lose their `.000`. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** Reads a day that exists in the calendar. Without `Date`, as `utcDay`. */
export function parseDay(text: string): Day | undefined {
  if (!ISO_DAY.test(text)) return undefined;
  const day = Number(text.slice(8));
  return day > 0 && day <= daysOf(Number(text.slice(0, 4)), Number(text.slice(5, 7))) ? (text as Day) : undefined;
}

// None in a month that there is not.
function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

const MONTH_DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads a month, `2026-10`. */
export function parseMonth(text: string): Month | undefined {
  return ISO_MONTH.test(text) ? (text as Month) : undefined;
}

/** The half-open period of a month's days. */
export function monthDays(month: Month): DayPeriod {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return { from: `${month}-01` as Day, to: `${next.padStart(7, '0')}-01` as Day };
}

/** The month that a day lies in. */
export function monthOf(day: Day): Month {
  return day.slice(0, 7) as Month;
}

/** The day after. */
export function nextDay(day: Day): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10) as Day;
}

/** The last day of a month. */
export function lastDayOf(month: Month): Day {
  return new Date(Date.parse(`${monthDays(month).to}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10) as Day;
}

/** The calendar day of an instant in a zone. */
export function dayOf(at: Instant, zone: TimeZone): Day {
  return zone === UTC ? utcDay(at) : (dayFormat(zone).format(at) as Day);
}

/** The first instant of a day in a zone, to the second. Where a clock skips midnight, the first that there is. */
export function startOfDay(day: Day, zone: TimeZone): Instant {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  let [before, at] = [(midnight - DAY_MS) / SECOND_MS, (midnight + DAY_MS) / SECOND_MS]; // no zone is a day away from UTC
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (dayOf(toInstant(middle * SECOND_MS), zone) < day) before = middle;
    else at = middle;
  }
  return toInstant(at * SECOND_MS);
}

// Without `Date`, whose first one in a process takes 4 ms, because it asks for the machine's time zone. Counts the days of 400-year eras that begin on
// 1 March, so that the leap day is the last of a year (Howard Hinnant, chrono-compatible low-level date algorithms).
function utcDay(at: Instant): Day {
  const days = Math.floor(at / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153); // months since March
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}` as Day;
}

function padded(number: number, width: number): string {
  return String(number).padStart(width, '0');
}

/** Reads an IANA zone name that this runtime knows; undefined for any other. */
export function parseTimeZone(text: string): TimeZone | undefined {
  if (text === UTC) return UTC;
  if (/^[+-]/.test(text)) return undefined; // later versions of Node take an offset too, which this one could not read back
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone as TimeZone;
  } catch {
    return undefined;
  }
}

const dayFormats = new Map<TimeZone, Intl.DateTimeFormat>();

// The Swedish locale writes a date as YYYY-MM-DD; `en-CA` did so only in some ICU versions.
function dayFormat(zone: TimeZone): Intl.DateTimeFormat {
  const known = dayFormats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  dayFormats.set(zone, made);
  return made;
}

/** Minutes of a week. */
export const WEEK_MINUTES = 7 * 24 * 60;

/** What the clocks of a zone show at an instant, as whole minutes since Monday, 00:00. */
export function weekMinuteOf(at: Instant, zone: TimeZone): number {
  const [, weekday = '', hour, minute] = WEEK_MINUTE.exec(weekFormat(zone).format(at)) ?? [];
  const day = WEEKDAYS.indexOf(weekday.toLowerCase() as Weekday);
  return (day * 24 + Number(hour)) * 60 + Number(minute);
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const WEEK_MINUTE = /^(\w{3})\D*(\d\d):(\d\d)$/;
const weekFormats = new Map<TimeZone, Intl.DateTimeFormat>();

function weekFormat(zone: TimeZone): Intl.DateTimeFormat {
  const known = weekFormats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  weekFormats.set(zone, made);
  return made;
}
