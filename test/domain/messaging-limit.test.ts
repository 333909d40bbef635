// The messaging limit: what the provider and people write for it, and which messages count.

import { describe, expect, it } from 'vitest';
import { countsAsReached, messagingLimitText, parseMessagingLimit, REACH_MS, roomOf } from '../../src/domain/messaging-limit.ts';
import { SERVICE_WINDOW_MS } from '../../src/domain/window.ts';
import { DAY_MS, toInstant } from '../../src/values/time.ts';

const NOW = toInstant(1_790_000_000_000);

describe('parseMessagingLimit', () => {
  it.each([
    ['TIER_50', 50],
    ['TIER_250', 250],
    ['TIER_2K', 2_000],
    ['TIER_10K', 10_000],
    ['TIER_100K', 100_000],
    ['TIER_UNLIMITED', 'unlimited'],
    [2_000, 2_000],
    [-1, 'unlimited'],
    ['-1', 'unlimited'],
    ['10k', 10_000],
    ['500', 500],
    ['unlimited', 'unlimited'],
  ])('reads %o', (value, limit) => {
    expect(parseMessagingLimit(value)).toBe(limit);
  });

  it.each(['TIER_NOT_SET', '', '0', -2, 2.5, '1e3', 'K', null, undefined, {}, '12345678901', 'constructor'])(
    'does not read %o',
    (value) => {
      expect(parseMessagingLimit(value)).toBeUndefined();
    },
  );
});

it('counts who has no open window, and whose window may close before the message arrives', () => {
  expect(countsAsReached(null, NOW)).toBe(true);
  expect(countsAsReached(NOW, NOW)).toBe(false);
  expect(countsAsReached(toInstant(NOW - SERVICE_WINDOW_MS), NOW)).toBe(true);
  expect(countsAsReached(toInstant(NOW - SERVICE_WINDOW_MS + 30_000), NOW)).toBe(true);
  expect(REACH_MS).toBeGreaterThan(DAY_MS);
});

it('has room for those who are left, and for everybody where there is no limit', () => {
  expect(roomOf({ limit: 250, reached: 249 })).toBe(1);
  expect(roomOf({ limit: 250, reached: 2_000 })).toBe(0);
  expect([roomOf({ limit: 'unlimited', reached: 1 }), roomOf({ limit: null, reached: 1 })]).toEqual([Infinity, Infinity]);
});

it('says a limit in words', () => {
  expect([2_000, 'unlimited' as const, null].map(messagingLimitText)).toEqual(['2,000 people in 24 hours', 'unlimited', 'not known']);
});
