// A time at which something is to be sent, as people write it: in a column, or after --at. And what is wrong with a time, wherever one is written.

import { isTooFar } from '../domain/schedule.ts';
import { type Instant, looksLikeInstant, parseInstant } from '../values/time.ts';

/** Why a time cannot be taken. */
type MomentFlaw = { readonly reason: 'invalid_time' | 'no_time_zone' | 'too_far'; readonly message: string };

const EXAMPLE = '2026-12-01T09:00+01:00';

/** Reads a time with its zone, at most a year ahead; or says what is wrong with it. A bare day or a time without a zone is somebody's guess, so neither is taken. */
export function parseMoment(text: string, now: Instant): Instant | MomentFlaw {
  const sendAt = text.includes('T') ? parseInstant(text) : undefined;
  if (sendAt !== undefined) return isTooFar(sendAt, now) ? TOO_FAR : sendAt;
  return timeFlaw(text) ?? { reason: 'invalid_time', message: `not a time with its zone, such as ${EXAMPLE}` };
}

/** What is wrong with a text that is written like a time and is none, in words that go behind it; null for one that is not even written so. */
export function timeFlaw(text: string): MomentFlaw | null {
  const trimmed = text.trim();
  const spellings = [trimmed, `${trimmed}Z`, `${trimmed}T00:00Z`];
  const spelling = spellings.find(looksLikeInstant);
  if (spelling === undefined) return null;
  if (parseInstant(spelling) === undefined) return NO_SUCH_TIME;
  return spelling === spellings[1]
    ? { reason: 'no_time_zone', message: `the time has no zone; write it like ${EXAMPLE}, or with Z for UTC` }
    : null;
}

const NO_SUCH_TIME: MomentFlaw = { reason: 'invalid_time', message: 'there is no such date or time' };
const TOO_FAR: MomentFlaw = { reason: 'too_far', message: 'more than a year ahead' };
