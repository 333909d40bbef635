// How long the provider tries to deliver a message: what its template says, else the default of its category (the provider's time-to-live page). What it
// gives up then it gives up without a word.

import { DELIVERY_TTL_MS } from './message.ts';
import type { TemplateContent } from './template.ts';
import { SECOND_MS } from '../values/time.ts';

/** What decides; free-form messages have none of it. */
export type TtlFacts = Pick<TemplateContent, 'category' | 'ttlSeconds'>;

/** The default of a one-time code, which is worth nothing later. */
export const AUTHENTICATION_TTL_MS = 600_000;

/** What stands for the longest time that there is. */
export const TTL_LONGEST = -1;

/** How long the provider tries to deliver; null is for a free-form message. */
export function deliveryTtlMs(template: TtlFacts | null): number {
  if (template === null) return DELIVERY_TTL_MS;
  const { category, ttlSeconds } = template;
  if (ttlSeconds === null) return category === 'authentication' ? AUTHENTICATION_TTL_MS : DELIVERY_TTL_MS;
  return ttlSeconds === TTL_LONGEST ? DELIVERY_TTL_MS : Math.min(ttlSeconds * SECOND_MS, DELIVERY_TTL_MS);
}

/** True when the provider tries both as long, in whatever words they say it. */
export function livesAlike(left: TtlFacts, right: TtlFacts): boolean {
  return deliveryTtlMs(left) === deliveryTtlMs(right);
}

/** True when the one asks for another time to live than the other has. One that says nothing asks for nothing. */
export function asksForOtherTtl(asking: TtlFacts, held: TtlFacts): boolean {
  return asking.ttlSeconds !== null && !livesAlike(asking, held);
}
