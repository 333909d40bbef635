// The rule of settling: what moves a message's state moves its money, once.

import { describe, expect, it } from 'vitest';
import { MESSAGE_STATES, type PricingType, SILENCE_GRACE_MS, DELIVERY_TTL_MS } from '../../src/domain/message.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import type { MessageFacts } from '../../src/ports/store/settle.ts';
import { type Currency, ZERO } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Month, toInstant } from '../../src/values/time.ts';
import { at, message, NOW, outcome, PRICES, SENDER } from './facts.ts';

const LATER = toInstant(NOW + 60_000);

function settle(facts: MessageFacts, event: Outcome) {
  const { entries, ...rest } = decideSettlements(facts, event, PRICES, LATER);
  return { ...rest, entry: entries[0] ?? null };
}

const NOTHING = { change: null, entry: null, fact: null };

describe('a delivery', () => {
  it('charges the price of its own day, which closes the reservation, and freezes how it was found', () => {
    const delivered = outcome('delivered', { providerId: 'wamid', pricing: { type: 'regular', category: 'utility' } });
    const { change, entry } = settle(message(), delivered);
    const { holdBucket } = message();
    expect(entry).toEqual({
      messageId: 'message',
      attempt: 1,
      kind: 'charge',
      bucket: holdBucket,
      holdBucket,
      held: -60_000n,
      posted: 55_000n,
      eventAt: NOW,
      recordedAt: LATER,
      booksMonth: '2026-11',
      cause: null,
      reference: null,
      evidence: {
        priceId: 2,
        rule: 'list',
        providerType: 'regular',
        providerCategory: 'utility',
        own: { ruleId: 5, freeUnitsBefore: null },
        discrepancy: null,
      },
    });
    expect(change).toEqual({
      state: 'delivered',
      held: ZERO,
      reason: null,
      notBefore: null,
      isUncounted: false,
      expiresAt: null,
      providerId: 'wamid',
      pricing: { type: 'regular', category: 'utility', toldBy: 'delivered' },
      acceptedAt: null,
      sentAt: null,
      readAt: null,
      freesKey: false,
      at: LATER,
    });
  });

  it('keeps when it was accepted, sent and read, as who tells it dates it', () => {
    const at = NOW;
    expect(settle(message(), outcome('accepted', { at })).change).toMatchObject({ acceptedAt: at, sentAt: null, readAt: null });
    expect(settle(message(), outcome('sent', { at })).change).toMatchObject({ acceptedAt: null, sentAt: at, readAt: null });
    expect(settle(message(), outcome('read', { at })).change).toMatchObject({ acceptedAt: null, sentAt: null, readAt: at });
  });

  it("counts in the day and in the books that its event has in the sender's zone", () => {
    const event = outcome('delivered', { at: at('2026-09-30T22:30:00Z') }); // half past midnight in Berlin, and a new card
    const { entry } = settle(message(), event);
    expect(entry).toMatchObject({
      bucket: { day: '2026-10-01' },
      posted: 55_000n,
      booksMonth: '2026-10',
      recordedAt: LATER,
      reference: null,
    });
    const summer = settle(message(), outcome('delivered', { at: at('2026-09-30T21:59:59Z') }));
    expect(summer.entry).toMatchObject({ bucket: { day: '2026-09-30' }, posted: 50_000n, booksMonth: '2026-09' });
  });

  it('is booked today where its month is closed, at the price of its own day, and says to which month it belongs', () => {
    const event = outcome('delivered', { at: at('2026-09-30T22:30:00Z') });
    const { entry } = settle(message({ closedThrough: '2026-10' as Month }), event);
    expect(entry).toMatchObject({ bucket: { day: '2026-11-22' }, posted: 55_000n, booksMonth: '2026-11', reference: 'late:2026-10' });
    expect(settle(message({ closedThrough: '2026-09' as Month }), event).entry).toMatchObject({ booksMonth: '2026-10', reference: null });
  });

  it.each<PricingType>(['free_customer_service', 'free_entry_point'])(
    'that the provider calls %s costs nothing and is a line all the same',
    (type) => {
      const { entry } = settle(message(), outcome('delivered', { pricing: { type, category: 'service' } }));
      expect(entry).toMatchObject({
        kind: 'charge',
        posted: 0n,
        held: -60_000n,
        bucket: { pricingType: type },
        evidence: { priceId: null, rule: 'free', providerType: type, providerCategory: 'service' },
      });
    },
  );

  it('is priced by the word that came with an earlier status, where it brings none of its own', () => {
    const pricing = { type: 'free_entry_point', category: 'utility' } as const;
    const word = { ...pricing, toldBy: 'sent' } as const;
    expect(settle(message(), outcome('sent', { pricing })).change).toMatchObject({ state: 'sent', pricing: word });
    const told = message({ state: 'sent', pricing: word });
    expect(settle(told, outcome('delivered')).entry).toMatchObject({
      posted: 0n,
      bucket: { pricingType: 'free_entry_point' },
      evidence: { rule: 'free', providerType: 'free_entry_point', providerCategory: 'utility' },
    });
    const regular = outcome('delivered', { pricing: { type: 'regular', category: 'utility' } });
    expect(settle(told, regular).entry).toMatchObject({ posted: 55_000n, bucket: { pricingType: 'regular' } });
  });

  it('shares one bucket with its reservation, or with others like it, so that the book finds it once', () => {
    const facts = message();
    expect(settle(facts, outcome('delivered')).entry?.bucket).toBe(facts.holdBucket);
    const nextDay = outcome('delivered', { at: at('2026-11-23T12:00:00Z') });
    expect(settle(facts, nextDay).entry?.bucket).toBe(settle(facts, nextDay).entry?.bucket);
  });

  it('on a day without a rate charges what was reserved and says so, never zero', () => {
    const { entry } = settle(message(), outcome('delivered', { at: at('2026-01-01') }));
    expect(entry).toMatchObject({ posted: 60_000n, evidence: { priceId: null, rule: 'as_reserved', providerType: null } });
    const euros = message({
      sender: { ...SENDER, currency: 'EUR' as Currency },
      holdBucket: { ...message().holdBucket, currency: 'EUR' as Currency },
    });
    expect(settle(euros, outcome('delivered')).entry?.posted).toBe(60_000n);
  });

  it('is in the market of the number on that day; of a person who was forgotten or moved since, in the one it was reserved in', () => {
    const brazilian = message({ phone: '+5511912345678' as Phone });
    expect(settle(brazilian, outcome('delivered')).entry).toMatchObject({
      bucket: { market: 'Brazil' },
      holdBucket: { market: 'Germany' },
      posted: 6_800n,
    });
    for (const unknown of [{ phone: null }, { phone: '+5511912345678' as Phone, hasMoved: true }])
      expect(settle(message(unknown), outcome('delivered')).entry).toMatchObject({ bucket: { market: 'Germany' }, posted: 55_000n });
  });

  it('is in the market of the user id of a person without a number', () => {
    const hidden = message({ phone: null, userId: 'BR.9f3kQ2' });
    expect(settle(hidden, outcome('delivered')).entry).toMatchObject({ bucket: { market: 'Brazil' }, posted: 6_800n });
  });

  it('is told by a read alone too, and charged once', () => {
    expect(settle(message(), outcome('read')).entry?.kind).toBe('charge');
    const delivered = message({ state: 'delivered', held: ZERO });
    expect(settle(delivered, outcome('read'))).toMatchObject({ change: { state: 'read', held: 0n }, entry: null });
    expect(settle(delivered, outcome('delivered'))).toEqual(NOTHING);
    expect(settle(message({ state: 'read', held: ZERO }), outcome('delivered'))).toEqual(NOTHING);
  });

  it.each(['failed', 'expired', 'cancelled'] as const)('that comes after %s is charged, though nothing is held any more', (state) => {
    const { change, entry } = settle(message({ state, held: ZERO }), outcome('delivered'));
    expect(entry).toMatchObject({ kind: 'charge', held: 0n, posted: 55_000n });
    expect(change).toMatchObject({ state: 'delivered', held: 0n, reason: null });
  });
});

describe('a release', () => {
  it.each([
    ['rejected', 'sending', 'failed', 'rejected'],
    ['failed', 'sent', 'failed', 'failed'],
    ['cancelled', 'queued', 'cancelled', 'cancelled'],
    ['expired', 'unknown', 'expired', 'expired'],
  ] as const)('follows %s of a message that is %s', (kind, state, next, cause) => {
    const { change, entry } = settle(message({ state }), outcome(kind, { error: { code: '131026', title: '' } }));
    expect(change).toMatchObject({ state: next, held: 0n, reason: '131026', expiresAt: null });
    expect(entry).toMatchObject({ kind: 'release', held: -60_000n, posted: 0n, cause, evidence: null });
  });

  it('counts on the day of its event; the hold is closed where it was made', () => {
    const { entry } = settle(message(), outcome('rejected', { at: at('2026-11-30T23:30:00Z') }));
    expect(entry).toMatchObject({ bucket: { day: '2026-12-01', market: 'Germany' }, holdBucket: { day: '2026-11-22' } });
  });

  it('happens once', () => {
    for (const state of MESSAGE_STATES) {
      const { change } = settle(message({ state }), outcome('failed'));
      const again = settle(message({ state: change?.state ?? state, held: change?.held ?? ZERO }), outcome('failed'));
      expect(again).toEqual(NOTHING);
    }
  });
});

describe('what moves no money', () => {
  it('keeps the reservation while the outcome is open', () => {
    const horizon = LATER + DELIVERY_TTL_MS + SILENCE_GRACE_MS;
    for (const kind of ['accepted', 'unknown', 'sent'] as const) {
      expect(settle(message(), outcome(kind))).toMatchObject({ change: { state: kind, held: 60_000n, expiresAt: horizon }, entry: null });
    }
  });

  it.each([
    ['authentication', { category: 'authentication', ttlSeconds: null }, 600_000],
    ['utility', { category: 'utility', ttlSeconds: null }, DELIVERY_TTL_MS],
    ['marketing', { category: 'marketing', ttlSeconds: null }, DELIVERY_TTL_MS],
    ['authentication of its own time', { category: 'authentication', ttlSeconds: 60 }, 60_000],
    ['utility of its own time', { category: 'utility', ttlSeconds: 43_200 }, 43_200_000],
    ['authentication of the longest time', { category: 'authentication', ttlSeconds: -1 }, DELIVERY_TTL_MS],
    ['free form', null, DELIVERY_TTL_MS],
  ] as const)('waits for word of %s until its time to live and the grace are over', (_, ttl, ttlMs) => {
    const template = ttl === null ? null : { ...ttl, bidAmount: null };
    const { change } = settle(message({ template }), outcome('sent'));
    expect(change?.expiresAt).toBe(LATER + ttlMs + SILENCE_GRACE_MS);
  });

  it('puts a request that was surely not sent back into the queue, until it is time, with its own expiry', () => {
    const { change, entry } = settle(message(), outcome('retry', { retryAt: LATER, error: { code: '130429', title: '' } }));
    expect(change).toMatchObject({ state: 'queued', held: 60_000n, notBefore: LATER, expiresAt: null, reason: '130429' });
    expect(entry).toBeNull();
  });

  it('learns nothing from what is repeated or comes late', () => {
    expect(settle(message({ state: 'sent' }), outcome('accepted'))).toEqual(NOTHING);
    expect(settle(message({ state: 'sending' }), outcome('cancelled'))).toEqual(NOTHING);
  });
});

describe('an older request', () => {
  const second = message({ attempt: 2 });

  it('that failed is over: it says nothing of the newest one', () => {
    for (const kind of ['failed', 'rejected', 'sent', 'accepted', 'unknown'] as const)
      expect(settle(second, outcome(kind))).toEqual(NOTHING);
  });

  it('that was delivered after all is charged as itself', () => {
    expect(settle(second, outcome('delivered')).entry).toMatchObject({ kind: 'charge', attempt: 1 });
    expect(settle(second, outcome('read')).entry).toMatchObject({ kind: 'charge', attempt: 1 });
  });

  it('is not meant by an event that names none: that is about the newest', () => {
    expect(settle(second, outcome('failed', { attempt: null })).entry).toMatchObject({ kind: 'release', attempt: 2 });
  });
});

describe('what an outcome tells about the person', () => {
  const error = (code: string) => ({ error: { code, title: '' } });
  const factOf = (facts: MessageFacts, event: Outcome) => settle(facts, event).fact;

  it.each(['failed', 'rejected'] as const)('is a stop of marketing or an address that cannot be reached, with %s', (kind) => {
    expect(factOf(message(), outcome(kind, error('131050')))).toBe('marketing_stopped');
    expect(factOf(message(), outcome(kind, error('131026')))).toBe('undeliverable');
    expect(factOf(message(), outcome(kind, error('131049')))).toBeNull();
    expect(factOf(message(), outcome(kind))).toBeNull();
  });

  it('is said also where the message is past it, or the request is an older one', () => {
    expect(settle(message({ state: 'failed', held: ZERO }), outcome('failed', error('131050')))).toEqual({
      ...NOTHING,
      fact: 'marketing_stopped',
    });
    expect(settle(message({ attempt: 2 }), outcome('failed', error('131050')))).toEqual({ ...NOTHING, fact: 'marketing_stopped' });
  });

  it.each(['delivered', 'read'] as const)('is that they can be reached again, with %s, where that was in question', (kind) => {
    expect(factOf(message({ undeliverable: true }), outcome(kind))).toBe('reachable');
    expect(factOf(message({ undeliverable: true, state: 'read', held: ZERO }), outcome(kind))).toBe('reachable');
    expect(factOf(message(), outcome(kind))).toBeNull();
  });

  it('is nothing new of somebody who is marked already, or whom the same message did reach', () => {
    expect(factOf(message({ undeliverable: true }), outcome('failed', error('131026')))).toBeNull();
    expect(factOf(message({ state: 'delivered', held: ZERO }), outcome('failed', error('131026')))).toBeNull();
  });

  it('is nothing, with what only the provider or we ourselves did', () => {
    for (const kind of ['accepted', 'sent', 'unknown', 'retry', 'expired', 'cancelled'] as const)
      expect(factOf(message({ undeliverable: true }), outcome(kind, error('131050')))).toBeNull();
  });
});
