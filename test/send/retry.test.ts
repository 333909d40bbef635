// From a delivery to outcomes, and when to try again.

import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/ports/transport.ts';
import { ATTEMPTS_MAX, holdsOf, outcomesOf } from '../../src/send/retry.ts';
import type { ContactId } from '../../src/values/id.ts';
import { delivery, NOW, outcome, template } from './facts.ts';

const NEW = { uncounted: 0 };
const THROTTLED = { code: '130429', title: 'Rate limit hit' };

describe('outcomesOf', () => {
  it.each(['accepted', 'rejected', 'unknown'] as const)('settles %s at once', (kind) => {
    expect(outcomesOf(NEW, delivery(kind, { providerId: 'wamid', error: THROTTLED }))).toEqual([
      outcome(kind, { providerId: 'wamid', error: THROTTLED }),
    ]);
  });

  it('takes along the statuses that came with the answer, in order', () => {
    const later = [outcome('sent'), outcome('delivered')];
    expect(outcomesOf(NEW, delivery('accepted', { later })).map(({ kind }) => kind)).toEqual(['accepted', 'sent', 'delivered']);
  });

  it('waits four times as long before each new request', () => {
    const waits = [1, 2, 3, 4, 5].map((attempt) => {
      const [only] = outcomesOf(NEW, delivery('retry', { attempt, error: THROTTLED }));
      return ((only?.retryAt ?? NOW) - NOW) / 1_000;
    });
    expect(waits).toEqual([4, 16, 64, 256, 1_024]);
  });

  it.each(['number', 'account'] as const)('waits less for a %s, whose rate is back in a second', (backoff) => {
    const waits = [1, 2, 3, 4, 5].map((attempt) => {
      const [only] = outcomesOf(NEW, delivery('retry', { attempt, backoff, error: THROTTLED }));
      return ((only?.retryAt ?? NOW) - NOW) / 1_000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16]);
  });

  it('waits as long as the provider asked, also not at all', () => {
    expect(outcomesOf(NEW, delivery('retry', { retryAfterMs: 1_500 }))[0]?.retryAt).toBe(NOW + 1_500);
    expect(outcomesOf(NEW, delivery('retry', { retryAfterMs: 0 }))[0]?.retryAt).toBe(NOW);
  });

  it("fails after the last request, in the provider's words", () => {
    const attempt = ATTEMPTS_MAX;
    const code = 'retries_exhausted';
    const [failed, ...more] = outcomesOf(NEW, delivery('retry', { attempt, error: THROTTLED }));
    expect(failed).toEqual(outcome('failed', { attempt, error: { code, title: 'Rate limit hit' } }));
    expect(more).toEqual([]);
    expect(outcomesOf(NEW, delivery('retry', { attempt }))[0]?.error).toEqual({ code, title: '' });
  });

  it('does not count what found no connection as a try', () => {
    const error = { code: 'not_connected', title: 'No route' };
    expect(outcomesOf(NEW, delivery('retry', { attempt: 40, error }))).toEqual([outcome('retry', { attempt: 40, error, retryAt: NOW })]);
    const [again] = outcomesOf({ uncounted: 39 }, delivery('retry', { attempt: 40, error: THROTTLED }));
    expect((again?.retryAt ?? NOW) - NOW).toBe(4_000);
  });

  it('does not fail what waits for a paused template: its own expiry ends that', () => {
    const error = { code: '132015', title: 'Template is paused' };
    expect(outcomesOf(NEW, delivery('retry', { attempt: 40, backoff: 'template', error }))).toMatchObject([{ kind: 'retry' }]);
  });

  it.each([
    ['131048', 3_600],
    ['131057', 60],
    ['132001', 3_600],
    ['132015', 3_600],
    ['133015', 300],
    ['2494100', 300],
  ])('waits as long as the page of code %s says', (code, seconds) => {
    const [later] = outcomesOf(NEW, delivery('retry', { error: { code, title: '' } }));
    expect((later?.retryAt ?? NOW) - NOW).toBe(seconds * 1_000);
  });
});

describe('holdsOf', () => {
  const message = { contactId: 'ada' as ContactId, template: template(), uncounted: 0 };
  const held = (backoff: Delivery['backoff'], rest: Partial<Delivery> = {}) =>
    holdsOf(message, delivery('retry', { backoff, error: THROTTLED, ...rest })).map(({ scope, templateId, until }) => [
      scope,
      templateId,
      until - NOW,
    ]);

  it('holds what the provider named: the pair and the template as long as the message, the others until their rate is back', () => {
    const { id } = template();
    expect(held('message')).toEqual([]);
    expect(held('pair', { attempt: 2 })).toEqual([['pair', id, 16_000]]);
    expect(held('template', { error: { code: '132015', title: 'Template is paused' } })).toEqual([['template', id, 3_600_000]]);
    expect(held('number', { attempt: 3 })).toEqual([['number', id, 1_000]]);
    expect(held('account', { retryAfterMs: 7_000 })).toEqual([['account', id, 7_000]]);
    expect(holdsOf(message, delivery('accepted'))).toEqual([]);
  });

  it('slows a number down that was too fast, and for nothing else', () => {
    const slows = (rest: Partial<Delivery>) =>
      holdsOf(message, delivery('retry', { backoff: 'number', error: THROTTLED, ...rest })).map((hold) => hold.slows);
    expect(slows({})).toEqual([true]);
    expect(slows({ error: { code: '131048', title: 'Spam rate limit hit' } })).toEqual([false]);
    expect(slows({ error: null })).toEqual([false]);
  });
});
