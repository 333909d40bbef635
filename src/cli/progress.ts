// Progress of long work on standard error: one line that is rewritten on a terminal, a plain line every ten seconds elsewhere. Its only writer.

import type { App } from '../app.ts';
import { type Currency, formatAmount, type Micros } from '../values/money.ts';
import { type Instant, SECOND_MS } from '../values/time.ts';

export type Progress = {
  /** Cheap enough to be called for every batch: it writes only when it is time to. `spent` is the money so far, promised and charged. */
  readonly update: (done: number, spent?: Micros) => void;
  /** Clears the line of a terminal, so that what comes next starts on an empty one. */
  readonly close: () => void;
};

export type ProgressOptions = {
  /** The work in one word: `send`. */
  readonly label: string;
  /** Null while nobody knows. */
  readonly total: number | null;
  /** Names the money; without it none is shown. */
  readonly currency?: Currency;
  /** What it may come to at most; null or absent where nobody said. */
  readonly cap?: Micros | null;
};

const REWRITE_EVERY_MS = 100;
const LINE_EVERY_MS = 10 * SECOND_MS;
const CLEAR_LINE = '\r\u001b[2K';

const SILENT: Progress = { update: () => undefined, close: () => undefined };

/** Begins to show progress; shows none with `--quiet`. */
export function openProgress({ io, clock, config }: Pick<App, 'io' | 'clock' | 'config'>, options: ProgressOptions): Progress {
  if (config.quiet) return SILENT;
  const { err } = io;
  const startedAt = clock.now();
  const everyMs = err.isTerminal ? REWRITE_EVERY_MS : LINE_EVERY_MS;
  let shownAt = startedAt;
  let isLineOpen = false;
  return {
    update: (done, spent) => {
      const now = clock.now();
      if (now - shownAt < everyMs) return;
      shownAt = now;
      const line = progressLine(options, { done, spent, startedAt, now });
      err.write(err.isTerminal ? `${CLEAR_LINE}${line.slice(0, err.columns - 1)}` : `${line}\n`);
      isLineOpen = err.isTerminal;
    },
    close: () => {
      if (isLineOpen) err.write(CLEAR_LINE);
      isLineOpen = false;
    },
  };
}

type Moment = { readonly done: number; readonly spent: Micros | undefined; readonly startedAt: Instant; readonly now: Instant };

/** The line: `send 12,000/50,000, 4,000/s, 10 s left, 8.640000 of 40.000000 USD`. */
function progressLine({ label, total, currency, cap = null }: ProgressOptions, { done, spent, startedAt, now }: Moment): string {
  const perSecond = (done * SECOND_MS) / Math.max(now - startedAt, 1);
  const parts = [`${label} ${grouped(done)}${total === null ? '' : `/${grouped(total)}`}`, `${grouped(Math.round(perSecond))}/s`];
  if (total !== null && done > 0) parts.push(`${duration((total - done) / perSecond)} left`);
  const of = cap === null ? '' : ` of ${formatAmount(cap)}`;
  if (spent !== undefined && currency !== undefined) parts.push(`${formatAmount(spent)}${of} ${currency}`);
  return parts.join(', ');
}

// Not by Intl, whose first formatter costs milliseconds, and the same in every locale.
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3_600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
