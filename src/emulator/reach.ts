// The messaging limit as the provider counts it: how many different people the business messaged in the last 24 hours outside the windows that they opened.

import { type MessagingLimit, parseMessagingLimit } from '../domain/messaging-limit.ts';
import { DAY_MS, type Instant } from '../values/time.ts';

export type Reach = {
  /** Counts the person; false where that would be one too many, and then they do not count. */
  readonly take: (person: string, limit: MessagingLimit, at: Instant) => boolean;
  /** How many count now. */
  readonly count: (at: Instant) => number;
};

/** Nobody was messaged yet. */
export function createReach(): Reach {
  const newest = new Map<string, Instant>(); // in the order of the times, since who is messaged again goes to the end
  const forget = (at: Instant): void => {
    for (const [person, before] of newest) {
      if (before > at - DAY_MS) return;
      newest.delete(person);
    }
  };
  return {
    take: (person, limit, at) => {
      forget(at);
      if (!newest.has(person) && limit !== 'unlimited' && newest.size >= limit) return false;
      newest.delete(person);
      newest.set(person, at);
      return true;
    },
    count: (at) => {
      forget(at);
      return newest.size;
    },
  };
}

/** The limit that a scenario's word stands for. */
export function limitOf(word: string): MessagingLimit {
  return parseMessagingLimit(word) ?? 'unlimited';
}
