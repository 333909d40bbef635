// What comes after the end: the price that is told after the charge, and a sign that the provider has what was given up.

import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { MessageFacts } from '../../src/ports/store/settle.ts';
import { decideSettlements, SENT_AFTER_ALL } from '../../src/send/settle.ts';
import { toMicros, ZERO } from '../../src/values/money.ts';
import { type Day, DAY_MS, type Instant, type Month, toInstant } from '../../src/values/time.ts';
import { message, NOW, outcome, PRICES } from './facts.ts';

describe('a price that is told after the charge', () => {
  const free = { type: 'free_customer_service', category: 'service' } as const;
  const regular = { type: 'regular', category: 'utility' } as const;
  const charge = { amount: toMicros(55_000n), bucket: message().holdBucket, at: NOW };
  const nothing = { ...charge, amount: ZERO, bucket: { ...charge.bucket, pricingType: free.type } };
  const told = (kind: Outcome['kind'], pricing: Outcome['pricing'], rest: Partial<MessageFacts> = {}) =>
    decideSettlements(message({ state: 'delivered', held: ZERO, charge, ...rest }), outcome(kind, { pricing }), PRICES, NOW);

  it('takes the charge back where the delivery was free, and keeps the word', () => {
    const { entry, change } = told('sent', free);
    expect(entry).toMatchObject({
      kind: 'adjustment',
      posted: -55_000n,
      bucket: { ...charge.bucket, pricingType: free.type }, // counted among the free ones, which the allowance counts
      evidence: { rule: 'free', providerType: 'free_customer_service' },
    });
    expect(entry?.held).toBe(ZERO);
    expect(change).toMatchObject({ state: 'delivered', pricing: { ...free, toldBy: 'sent' }, held: ZERO });
  });

  it('charges what was taken for free where it is billed after all', () => {
    const { entry, change } = told('read', regular, { charge: nothing, pricing: { ...free, toldBy: 'sent' } });
    expect(entry).toMatchObject({
      kind: 'adjustment',
      posted: 55_000n,
      bucket: nothing.bucket,
      evidence: { rule: expect.stringMatching(/^list/) as string, providerType: 'regular' },
    });
    expect(change).toMatchObject({ state: 'read', pricing: { toldBy: 'read' } });
  });

  it('lets the word that comes with a delivery outweigh the forecast, in whatever order they are heard of', () => {
    expect(told('delivered', free, { pricing: { ...regular, toldBy: 'sent' } }).entry).toMatchObject({ posted: -55_000n });
    expect(told('sent', free, { pricing: { ...regular, toldBy: 'delivered' } })).toEqual({ change: null, entry: null, fact: null });
  });

  it('corrects a charge that was booked late beside it, or today where that month is closed too, and always of the month of the delivery', () => {
    const inOctober = { at: toInstant(NOW - 40 * DAY_MS), bucket: { ...charge.bucket, day: '2026-11-02' as Day } };
    const corrected = (closedThrough: string, at: Instant) =>
      decideSettlements(
        message({ state: 'delivered', held: ZERO, charge: { ...charge, ...inOctober }, closedThrough: closedThrough as Month }),
        outcome('read', { pricing: free }),
        PRICES,
        at,
      ).entry;
    expect(corrected('2026-10', NOW)).toMatchObject({ bucket: { day: '2026-11-02' }, reference: 'late:2026-10' });
    expect(corrected('2026-11', toInstant(NOW + 20 * DAY_MS))).toMatchObject({ bucket: { day: '2026-12-12' }, reference: 'late:2026-10' });
  });

  it('keeps a word that changes nothing, so that a lesser one does not count any more', () => {
    const { entry, change } = told('delivered', regular);
    expect([entry, change?.pricing]).toEqual([null, { ...regular, toldBy: 'delivered' }]);
  });

  it('changes nothing when it was told before', () => {
    expect(told('sent', free, { pricing: { ...free, toldBy: 'sent' } })).toEqual({ change: null, entry: null, fact: null });
  });

  it('keeps the forecast of a message that has failed, whose delivery may yet come and say nothing', () => {
    const { entry, change } = told('sent', free, { state: 'failed', reason: '131000', charge: null, providerId: 'wamid' });
    expect(entry).toBeNull();
    expect(change).toMatchObject({ state: 'failed', reason: '131000', held: ZERO, expiresAt: null, pricing: { ...free, toldBy: 'sent' } });
    const known = { state: 'failed', charge: null, providerId: 'wamid', pricing: { ...free, toldBy: 'sent' } } as const;
    expect(told('sent', free, known)).toEqual({ change: null, entry: null, fact: null });
  });
});

describe('a sign that the provider has what was given up', () => {
  const late = (kind: Outcome['kind'], rest: Partial<MessageFacts> = {}) =>
    decideSettlements(message({ state: 'expired', held: ZERO, ...rest }), outcome(kind, { providerId: 'wamid' }), PRICES, NOW);

  it.each(['accepted', 'sent'] as const)('is kept when it comes late (%s), and moves neither state nor money', (kind) => {
    expect(late(kind)).toMatchObject({
      entry: null,
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
