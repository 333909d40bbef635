// Whether quiet hours hold a message: by the zone that is known of the person, else by every zone of their country, else by the sender's.

import { whereaboutsOf } from '../catalog/time-zones.ts';
import type { Category } from '../domain/consent.ts';
import type { QuietHours } from '../domain/quiet-hours.ts';
import type { Sender } from '../domain/sender.ts';
import { type Instant, parseTimeZone, type TimeZone } from '../values/time.ts';

type Held = {
  readonly quietHours: QuietHours;
  readonly sender: Pick<Sender, 'timeZone'>;
  readonly category: Category;
  /** Null for a person who was forgotten, whom nothing reaches. */
  readonly address: string | null;
  /** What is written of them; null where nothing is. */
  readonly timeZone: string | null;
};

/** The instant until which a message that is due at `at` is held; null where it is not, and `NEVER` where every hour is quiet for somebody in their country. */
export function quietUntil({ quietHours, sender, category, address, timeZone }: Held, at: Instant): Instant | null {
  if (quietHours.isEmpty || address === null) return null;
  const { country, zones } = whereaboutsOf(address);
  const own = timeZone === null ? undefined : zoneNamed(timeZone);
  const known = own === undefined ? zones : [own];
  return quietHours.heldUntil(category, { country, zones: known.length === 0 ? [sender.timeZone] : known }, at);
}

const named = new Map<string, TimeZone | undefined>();

// Reading one takes as long as all else that is decided about a message.
function zoneNamed(text: string): TimeZone | undefined {
  if (!named.has(text)) named.set(text, parseTimeZone(text));
  return named.get(text);
}
