// Times in HTTP headers: `Date` and `Retry-After`.

import { type Instant, parseInstant, SECOND_MS } from '../../values/time.ts';

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const IMF_FIXDATE = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) GMT$/;

/** Longer than this nobody is asked to wait; what a header says beyond it is a mistake. */
const WAIT_MS_MAX = 24 * 3_600 * SECOND_MS;

/** The instant of a header like `Sun, 22 Nov 2026 12:00:00 GMT`; undefined for anything else. */
export function parseHttpDate(text: string): Instant | undefined {
  const [, day, month = '', year, time] = IMF_FIXDATE.exec(text.trim()) ?? [];
  const index = MONTHS.indexOf(month);
  if (day === undefined || index % 3 !== 0) return undefined;
  return parseInstant(`${year}-${String(index / 3 + 1).padStart(2, '0')}-${day}T${time}Z`);
}

/** How long a `Retry-After` asks to wait, from seconds or a date; null where it says nothing that can be used. At most a day. */
export function parseRetryAfter(text: string | null, at: Instant): number | null {
  if (text === null) return null;
  const waitMs = /^\s*\d{1,12}\s*$/.test(text) ? Number(text) * SECOND_MS : (parseHttpDate(text) ?? Number.NaN) - at;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), WAIT_MS_MAX);
}
