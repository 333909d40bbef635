// From a delivery to outcomes, and when to try again.

import { describe, expect, it } from 'vitest';
import { ATTEMPTS_MAX, outcomesOf } from '../../src/send/retry.ts';
import { delivery, NOW, outcome } from './facts.ts';

const THROTTLED = { code: '130429', title: 'Rate limit hit' };

describe('outcomesOf', () => {
  it.each(['accepted', 'rejected', 'unknown'] as const)('settles %s at once', (kind) => {
    expect(outcomesOf(delivery(kind, { providerId: 'wamid', error: THROTTLED }))).toEqual([
      outcome(kind, { providerId: 'wamid', error: THROTTLED }),
    ]);
  });

  it('takes along the statuses that came with the answer, in order', () => {
    const later = [outcome('sent'), outcome('delivered')];
    expect(outcomesOf(delivery('accepted', { later })).map(({ kind }) => kind)).toEqual(['accepted', 'sent', 'delivered']);
  });

  it('waits four times as long before each new request', () => {
    const waits = [1, 2, 3, 4, 5].map((attempt) => {
      const [only] = outcomesOf(delivery('retry', { attempt, error: THROTTLED }));
      return ((only?.retryAt ?? NOW) - NOW) / 1_000;
    });
    expect(waits).toEqual([4, 16, 64, 256, 1_024]);
  });

  it.each(['number', 'account'] as const)('waits less for a %s, whose rate is back in a second', (backoff) => {
    const waits = [1, 2, 3, 4, 5].map((attempt) => {
      const [only] = outcomesOf(delivery('retry', { attempt, backoff, error: THROTTLED }));
      return ((only?.retryAt ?? NOW) - NOW) / 1_000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16]);
  });

  it('waits as long as the provider asked, also not at all', () => {
    expect(outcomesOf(delivery('retry', { retryAfterMs: 1_500 }))[0]?.retryAt).toBe(NOW + 1_500);
    expect(outcomesOf(delivery('retry', { retryAfterMs: 0 }))[0]?.retryAt).toBe(NOW);
  });

  it("fails after the last request, in the provider's words", () => {
    const attempt = ATTEMPTS_MAX;
    const code = 'retries_exhausted';
    const [failed, ...more] = outcomesOf(delivery('retry', { attempt, error: THROTTLED }));
    expect(failed).toEqual(outcome('failed', { attempt, error: { code, title: 'Rate limit hit' } }));
    expect(more).toEqual([]);
    expect(outcomesOf(delivery('retry', { attempt }))[0]?.error).toEqual({ code, title: '' });
  });
});
