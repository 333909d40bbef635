// When a send is to happen: what --at and --expires-in say, and what is said of it afterwards.

import * as z from 'zod/mini';
import type { App } from '../app.ts';
import { isTooLate, type Scheduled, type Timing } from '../domain/schedule.ts';
import { fail } from '../errors.ts';
import { parseMoment } from '../send/moment.ts';
import type { Tally } from '../send/tally.ts';
import { formatInstant } from '../values/time.ts';
import type { SendOptions } from './commands/send.ts';
import { instantTextOut } from './shapes.ts';

/** What the options say. Throws `invalid_input` for a time that cannot be meant. A file may be run again after its time, for what was admitted in time. */
export function timingOf({ clock }: Pick<App, 'clock'>, { at, expiresIn, from }: Pick<SendOptions, 'at' | 'expiresIn' | 'from'>): Timing {
  if (at === null) return { sendAt: null, expiresInMs: expiresIn };
  const now = clock.now();
  const sendAt = parseMoment(at, now);
  if (typeof sendAt === 'object')
    throw fail('invalid_input', {
      message: `at: '${at}': ${sendAt.message}.`,
      hint: 'tollbell send --help has an example.',
      details: { option: 'at' },
    });
  if (from === null && isTooLate(sendAt, now))
    throw fail('invalid_input', {
      message: `at: ${at} is past; it is ${formatInstant(now)} now.`,
      hint: 'Leave out --at to send at once.',
      details: { option: 'at' },
    });
  return { sendAt, expiresInMs: expiresIn };
}

/** True where nobody asked for it to be sent now. */
export function isForLater({ at, queue }: Pick<SendOptions, 'at' | 'queue'>): boolean {
  return at !== null || queue;
}

/** The JSON of what waits for its time. */
export const scheduledItem = () =>
  z
    .nullable(z.object({ units: z.int(), quiet_hours: z.int(), first_at: instantTextOut, last_at: instantTextOut }))
    .check(z.describe('what of the queued ones waits for its time, and how many of them quiet hours hold; null: none'));

/** The fields of what waits for its time. */
export function toScheduledItem(scheduled: Scheduled | null): z.output<ReturnType<typeof scheduledItem>> {
  if (scheduled === null) return null;
  const { units, quietUnits, firstAt, lastAt } = scheduled;
  return { units, quiet_hours: quietUnits, first_at: formatInstant(firstAt), last_at: formatInstant(lastAt) };
}

/** What is to be said of it: when, why, and who sends it then. */
export function scheduledLines(
  scheduled: Scheduled | null,
  how: { readonly dryRun: boolean; readonly dispatch: string },
): readonly string[] {
  if (scheduled === null) return [];
  const { units, quietUnits, firstAt, lastAt } = scheduled;
  const [first, last] = [formatInstant(firstAt), formatInstant(lastAt)];
  const when = first === last ? `for ${first}` : `from ${first} to ${last}`;
  const held = quietUnits === 0 ? '' : quietUnits === units ? ', held by quiet hours' : `; quiet hours hold ${quietUnits} of them`;
  const [verb, sends] = how.dryRun ? ['would be', 'would send'] : [units === 1 ? 'is' : 'are', 'sends'];
  return [
    `${units} ${verb} scheduled ${when}${held}. ${how.dispatch} ${sends} ${units === 1 ? 'it' : 'them'} then, or a running tollbell serve --dispatch.`,
  ];
}

/** A line where rows have another time now than the messages that are scheduled for them: those stay where they are. */
export function keptTimesLines({ keptTimes }: Pick<Tally, 'keptTimes'>): readonly string[] {
  if (keptTimes === 0) return [];
  return keptTimes === 1
    ? ['1 was scheduled before and keeps the time that it had.']
    : [`${keptTimes} were scheduled before and keep the time that they had.`];
}
