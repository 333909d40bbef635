// The customer-service window: how long free-form messages may be sent after the customer wrote.

import { type Instant, toInstant } from '../values/time.ts';

/** 24 hours after the customer's last message (the provider's pricing page). */
export const SERVICE_WINDOW_MS = 24 * 3_600_000;

/** The instant at which the window closes that an inbound message opened. */
export function windowEnd(lastInboundAt: Instant): Instant {
  return toInstant(lastInboundAt + SERVICE_WINDOW_MS);
}

/** True while free-form messages may be sent. The closing instant itself is outside. */
export function isWindowOpen(lastInboundAt: Instant | null, at: Instant): boolean {
  return lastInboundAt !== null && at < windowEnd(lastInboundAt);
}
