// The provider's messaging limit: how many people a business may message in 24 hours outside the windows that they opened. It is the whole business's: all
// numbers of an account share it.

import { DAY_MS, type Instant, SECOND_MS, toInstant } from '../values/time.ts';
import { isWindowOpen } from './window.ts';

/** The provider's code for a message that it refused for the limit (its page of error codes): it reached nobody. */
export const LIMIT_REFUSAL = '131048';

/** People in 24 hours, or as many as it likes. */
export type MessagingLimit = number | 'unlimited';

/** What is known of an account's limit. `told`: null where nobody ever said. */
export type MessagingLimitState = { readonly limit: MessagingLimit | null; readonly toldAt: Instant | null };

/** Where an account stands: how many people count now, and when there is room for one more; null where there is now. */
export type Reach = MessagingLimitState & { readonly reached: number; readonly roomAt: Instant | null };

// A request arrives after its claim, up to half a minute later, and the provider's clock is not ours: the person counts there for so much longer.
const LATE_MS = 60 * SECOND_MS;

/** How long a person counts after the claim of a message to them. */
export const REACH_MS = DAY_MS + LATE_MS;

/** True where a message that is claimed now counts: it may arrive after the window has closed. */
export function countsAsReached(inboundAt: Instant | null, at: Instant): boolean {
  return !isWindowOpen(inboundAt, toInstant(at + LATE_MS));
}

/** How many more people may be reached. */
export function roomOf({ limit, reached }: Pick<Reach, 'limit' | 'reached'>): number {
  return typeof limit === 'number' ? Math.max(0, limit - reached) : Number.POSITIVE_INFINITY;
}

const WORDS: Readonly<Record<string, MessagingLimit>> = {
  '50': 50,
  '250': 250,
  '2K': 2_000,
  '10K': 10_000,
  '100K': 100_000,
  UNLIMITED: 'unlimited',
};

const LIMIT_MAX = 1_000_000_000;

/**
 * Reads a limit: as the provider writes it (`TIER_2K`, a number, -1 for as many as it likes) or as a person does (`2k`, `2000`, `unlimited`). Undefined for
 * anything else, `TIER_NOT_SET` too.
 */
export function parseMessagingLimit(value: unknown): MessagingLimit | undefined {
  if (value === -1 || value === '-1') return 'unlimited';
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const word = String(value)
    .toUpperCase()
    .replace(/^TIER_/, '');
  if (Object.hasOwn(WORDS, word)) return WORDS[word];
  const people = /^\d{1,10}$/.test(word) ? Number(word) : 0;
  return people >= 1 && people <= LIMIT_MAX ? people : undefined;
}

/** The limit in words. */
export function messagingLimitText(limit: MessagingLimit | null): string {
  if (limit === null) return 'not known';
  return limit === 'unlimited' ? 'unlimited' : `${limit.toLocaleString('en-US')} people in 24 hours`;
}
