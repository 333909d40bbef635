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

/** Writes an instant as ISO 8601 in UTC; whole seconds lose their `.000`. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** Reads a day that exists in the calendar. */
export function parseDay(text: string): Day | undefined {
  if (!ISO_DAY.test(text)) return undefined;
  const midnight = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== text ? undefined : (text as Day);
}

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

/** The calendar day of an instant in a zone. UTC never touches Intl, whose first formatter costs several milliseconds. */
export function dayOf(at: Instant, zone: TimeZone): Day {
  if (zone === UTC) return new Date(at).toISOString().slice(0, 10) as Day;
  return dayFormat(zone).format(at) as Day;
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
