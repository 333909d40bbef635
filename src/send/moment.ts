// A time at which something is to be sent, as people write it: in a column, or after --at.

import { isTooFar } from '../domain/schedule.ts';
import { type Instant, looksLikeInstant, parseInstant } from '../values/time.ts';

/** Why a time cannot be taken. */
type MomentFlaw = { readonly reason: 'invalid_time' | 'no_time_zone' | 'too_far'; readonly message: string };

const EXAMPLE = '2026-12-01T09:00+01:00';

/** Reads a time with its zone, at most a year ahead; or says what is wrong with it. A bare day or a time without a zone is somebody's guess, so neither is taken. */
export function parseMoment(text: string, now: Instant): Instant | MomentFlaw {
  const sendAt = text.includes('T') ? parseInstant(text) : undefined;
  if (sendAt !== undefined) return isTooFar(sendAt, now) ? TOO_FAR : sendAt;
  const withZone = `${text.trim()}Z`;
  if (looksLikeInstant(text) || (looksLikeInstant(withZone) && parseInstant(withZone) === undefined)) return NO_SUCH_TIME;
  const lacksZone = parseInstant(withZone) !== undefined;
  if (lacksZone) return { reason: 'no_time_zone', message: `the time has no zone; write it like ${EXAMPLE}, or with Z for UTC` };
  return { reason: 'invalid_time', message: `not a time with its zone, such as ${EXAMPLE}` };
}

const NO_SUCH_TIME: MomentFlaw = { reason: 'invalid_time', message: 'there is no such date or time' };
const TOO_FAR: MomentFlaw = { reason: 'too_far', message: 'more than a year ahead' };
