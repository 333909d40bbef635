// The service window: half open, to the millisecond.

import { expect, it } from 'vitest';
import { isWindowOpen, SERVICE_WINDOW_MS, windowEnd } from '../../src/domain/window.ts';
import { toInstant } from '../../src/values/time.ts';

const wroteAt = toInstant(1_790_000_000_000);

it('is open for 24 hours after the customer wrote, without its last instant', () => {
  expect(windowEnd(wroteAt)).toBe(wroteAt + 24 * 3_600_000);
  expect(isWindowOpen(wroteAt, wroteAt)).toBe(true);
  expect(isWindowOpen(wroteAt, toInstant(wroteAt + SERVICE_WINDOW_MS - 1))).toBe(true);
  expect(isWindowOpen(wroteAt, toInstant(wroteAt + SERVICE_WINDOW_MS))).toBe(false);
});

it('is closed for whoever never wrote', () => {
  expect(isWindowOpen(null, wroteAt)).toBe(false);
});
