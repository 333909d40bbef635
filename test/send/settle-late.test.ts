// What comes after the end: a forecast of the price, and a sign that the provider has what was given up.

import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { MessageFacts } from '../../src/ports/store/settle.ts';
import { decideSettlements, SENT_AFTER_ALL } from '../../src/send/settle.ts';
import { ZERO } from '../../src/values/money.ts';
import { message, NOW, outcome, PRICES } from './facts.ts';

describe('a forecast of the price', () => {
  const free = { type: 'free_customer_service', category: 'service' } as const;
  const told = (rest: Partial<MessageFacts> = {}) =>
    decideSettlements(
      message({ state: 'failed', held: ZERO, reason: '131000', providerId: 'wamid', ...rest }),
      outcome('sent', { pricing: free }),
      PRICES,
      NOW,
    );

  it('of a message that has failed is kept, whose delivery may yet come and say nothing', () => {
    const { entries, change } = told();
    expect(entries).toEqual([]);
    expect(change).toMatchObject({ state: 'failed', reason: '131000', held: ZERO, expiresAt: null, pricing: { ...free, toldBy: 'sent' } });
    expect(told({ pricing: { ...free, toldBy: 'sent' } })).toEqual({ change: null, entries: [], fact: null });
  });
});

describe('a sign that the provider has what was given up', () => {
  const late = (kind: Outcome['kind'], rest: Partial<MessageFacts> = {}) =>
    decideSettlements(message({ state: 'expired', held: ZERO, ...rest }), outcome(kind, { providerId: 'wamid' }), PRICES, NOW);

  it.each(['accepted', 'sent'] as const)('is kept when it comes late (%s), and moves neither state nor money', (kind) => {
    expect(late(kind)).toMatchObject({
      entries: [],
      change: { state: 'expired', held: ZERO, reason: SENT_AFTER_ALL, providerId: 'wamid', expiresAt: null },
    });
  });

  it('is refuted where the provider says that it failed, in whatever order the two are heard of', () => {
    const error = { code: '131026', title: 'Message undeliverable' };
    const failed = (rest: Partial<MessageFacts>) =>
      decideSettlements(message({ state: 'expired', held: ZERO, ...rest }), outcome('failed', { providerId: 'wamid', error }), PRICES, NOW)
        .change;
    expect(failed({ reason: 'not_sent' })).toMatchObject({ state: 'expired', reason: '131026', providerId: 'wamid' });
    expect(failed({ reason: SENT_AFTER_ALL, providerId: 'wamid' })).toMatchObject({ reason: '131026' });
    expect(failed({ reason: '131026', providerId: 'wamid' })).toBeNull();
    expect(late('sent', { reason: '131026', providerId: 'wamid' }).change).toBeNull();
  });

  it('says nothing new of a message that the provider had before, or that is not given up', () => {
    expect(late('sent', { state: 'failed', providerId: 'wamid' }).change).toBeNull();
    expect(late('sent', { state: 'delivered' }).change).toBeNull();
  });
});
