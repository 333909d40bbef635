// The windows of a customer: how long free-form messages may be sent after they wrote, and which window was open when a message was sent.

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

/** What can be open as far as a price goes; a free entry point counts before the other. */
export const OPEN_WINDOWS = ['none', 'service', 'free_entry_point'] as const;
export type OpenWindow = (typeof OPEN_WINDOWS)[number];

/** What was known of the windows when a request was claimed. `claimedAt` null: none was, or nobody wrote it down. */
export type KeptWindows = {
  readonly claimedAt: Instant | null;
  readonly inboundAt: Instant | null;
  readonly freeEntryUntil: Instant | null;
};

/** Which window is open at an instant. */
export function openWindow({ inboundAt, freeEntryUntil }: Omit<KeptWindows, 'claimedAt'>, at: Instant): OpenWindow {
  if (freeEntryUntil !== null && at < freeEntryUntil) return 'free_entry_point';
  return isWindowOpen(inboundAt, at) ? 'service' : 'none';
}

/** Which window was open when the request was claimed. */
export function windowAtClaim(windows: KeptWindows): OpenWindow {
  return windows.claimedAt === null ? 'none' : openWindow(windows, windows.claimedAt);
}
