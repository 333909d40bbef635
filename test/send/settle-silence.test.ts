// What a delivery costs where the provider is silent: our own rule says it, on what was known when it was sent. And what becomes of a word that differs.

import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import { createPriceBook } from '../../src/domain/price-book.ts';
import type { MessageFacts } from '../../src/ports/store/settle.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { type Currency, toMicros, ZERO } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Day, type Instant, type Month, type TimeZone, toInstant } from '../../src/values/time.ts';
import { at, message, NOW, outcome, PRICES, SENDER } from './facts.ts';

const SWITCH = at('2026-09-30T22:00:00Z'); // midnight in Berlin, where the month and the rules change
const SUMMER = toInstant(SWITCH - 1);
const open = (claimedAt = SUMMER): MessageFacts['windows'] => ({
  claimedAt,
  inboundAt: toInstant(claimedAt - 60_000),
  freeEntryUntil: null,
});

function entryOf(facts: Partial<MessageFacts>, event: Partial<Outcome> = {}) {
  return decideSettlements(message(facts), outcome('delivered', event), PRICES, NOW).entries.at(-1);
}

const service = (used: number, rest: Partial<MessageFacts> = {}): Partial<MessageFacts> => ({
  holdBucket: { ...message().holdBucket, category: 'service' },
  template: null,
  windows: open(NOW),
  freeUnitsIn: () => used,
  ...rest,
});

describe('a delivery of which the provider says no price', () => {
  it("follows the rule of its own day in the sender's zone, to the millisecond", () => {
    const windows = open();
    expect(entryOf({ windows }, { at: SUMMER })).toMatchObject({
      posted: 0n,
      held: -60_000n,
      bucket: { day: '2026-09-30', pricingType: 'free_customer_service' },
      evidence: { rule: 'free', priceId: null, providerType: null, own: { ruleId: 6, freeUnitsBefore: null }, discrepancy: null },
    });
    expect(entryOf({ windows }, { at: SWITCH })).toMatchObject({
      posted: 55_000n,
      bucket: { day: '2026-10-01', pricingType: 'regular' },
      evidence: { rule: 'list', providerType: null, own: { ruleId: 8 }, discrepancy: null },
    });
    const newYork = { ...SENDER, timeZone: 'America/New_York' as TimeZone };
    expect(entryOf({ windows, sender: newYork }, { at: SWITCH })).toMatchObject({ posted: 0n, bucket: { day: '2026-09-30' } });
  });

  it('goes by the window that was open when it was claimed', () => {
    const { inboundAt } = open();
    const windows = { claimedAt: toInstant((inboundAt ?? 0) + 86_400_000), inboundAt, freeEntryUntil: null };
    expect(entryOf({ windows }, { at: SUMMER })).toMatchObject({ posted: 50_000n, evidence: { own: { ruleId: 5 } } });
    expect(entryOf({ windows: { ...windows, claimedAt: null } }, { at: SUMMER })).toMatchObject({ posted: 50_000n });
    const entered = { claimedAt: NOW, inboundAt: null, freeEntryUntil: toInstant(NOW + 1) };
    expect(entryOf({ windows: entered })).toMatchObject({
      posted: 0n,
      bucket: { pricingType: 'free_entry_point' },
      evidence: { own: { ruleId: 1 } },
    });
    expect(entryOf({ windows: { ...entered, freeEntryUntil: NOW } })).toMatchObject({ posted: 55_000n });
  });

  it('of service is free while the allowance of its own month lasts', () => {
    expect(entryOf(service(999))).toMatchObject({ posted: 0n, evidence: { own: { ruleId: 9, freeUnitsBefore: 999 } } });
    expect(entryOf(service(1_000))).toMatchObject({ posted: 5_000n, evidence: { own: { ruleId: 9, freeUnitsBefore: 1_000 } } });
    const months: Month[] = [];
    const counted = service(0, { freeUnitsIn: (month) => (months.push(month), 0), closedThrough: '2026-10' as Month });
    expect(entryOf(counted, { at: SWITCH })).toMatchObject({ bucket: { day: '2026-11-22' }, reference: 'late:2026-10', posted: 0n });
    expect(months).toEqual(['2026-10']);
  });

  it('on a day before all rules is charged, and names none', () => {
    expect(entryOf({}, { at: at('2025-06-30T12:00:00Z') })).toMatchObject({ bucket: { pricingType: 'regular' }, evidence: { own: null } });
  });
});

describe('a number that moves to another market at a quarter day', () => {
  it("is charged in the market of the day of its delivery, which changes at midnight in the sender's zone, with the card", () => {
    const kazakh = { phone: '+77012345678' as Phone };
    const rates = (effectiveFrom: string, market: string, micros: bigint) => ({
      currency: SENDER.currency,
      effectiveFrom: effectiveFrom as Day,
      rates: [{ id: Number(micros), market, category: 'utility' as const, tierFrom: 0, tierTo: 'max' as const, rate: toMicros(micros) }],
    });
    const prices = createPriceBook([rates('2026-07-01', 'Other', 21_200n), rates('2026-10-01', 'Kazakhstan', 9_000n)]);
    const charged = (when: Instant) => decideSettlements(message(kazakh), outcome('delivered', { at: when }), prices, NOW).entries[0];
    expect(charged(SUMMER)).toMatchObject({ posted: 21_200n, bucket: { market: 'Other', day: '2026-09-30' } });
    expect(charged(SWITCH)).toMatchObject({ posted: 9_000n, bucket: { market: 'Kazakhstan', day: '2026-10-01' } });
  });
});

describe('a word of the provider', () => {
  const regular = { type: 'regular', category: 'utility' } as const;
  const free = { type: 'free_customer_service', category: 'utility' } as const;

  it('is booked where it differs from our rule, and the difference is kept', () => {
    expect(entryOf({ windows: open() }, { at: SUMMER, pricing: regular })).toMatchObject({
      posted: 50_000n,
      evidence: { providerType: 'regular', own: { ruleId: 6 }, discrepancy: 'type' },
    });
    expect(entryOf({}, { pricing: free })).toMatchObject({ posted: 0n, evidence: { own: { ruleId: 5 }, discrepancy: 'type' } });
    expect(entryOf(service(1_000), { pricing: { ...free, category: 'service' } })).toMatchObject({ evidence: { discrepancy: 'type' } });
    expect(entryOf(service(999), { pricing: { ...free, category: 'service' } })).toMatchObject({ evidence: { discrepancy: null } });
  });

  it('that is of another category is kept too, whatever its spelling', () => {
    expect(entryOf({}, { pricing: { ...regular, category: 'marketing' } })?.evidence?.discrepancy).toBe('category');
    expect(entryOf({}, { pricing: { ...regular, category: 'general_purpose_ai' } })?.evidence?.discrepancy).toBe('category');
    const lite = { holdBucket: { ...message().holdBucket, category: 'marketing' as const } };
    expect(entryOf(lite, { pricing: { ...regular, category: 'marketing_lite' } })?.evidence?.discrepancy).toBeNull();
    expect(entryOf({}, { pricing: { type: 'free_entry_point', category: 'referral_conversion' } })?.evidence?.discrepancy).toBeNull();
  });

  it('that names the cost is booked to the micro, in the currency of the sender alone', () => {
    const cost = { amount: toMicros(12_345n), currency: SENDER.currency };
    expect(entryOf({}, { pricing: { ...regular, cost } })).toMatchObject({
      posted: 12_345n,
      evidence: { priceId: null, rule: 'told_cost' },
    });
    expect(entryOf({}, { pricing: { ...regular, cost: { ...cost, currency: 'EUR' as Currency } } })).toMatchObject({ posted: 55_000n });
    expect(entryOf({}, { pricing: { ...free, cost } })).toMatchObject({ posted: 0n, evidence: { rule: 'free' } });
  });

  it('corrects what our rule had said, and knows how much of the allowance was used by others', () => {
    const bucket = { ...message(service(1)).holdBucket, pricingType: free.type };
    const booked = { amount: ZERO, bucket, at: NOW, attempt: 1 };
    const silent = service(7, { state: 'delivered', held: ZERO, charge: () => booked });
    expect(entryOf(silent, { pricing: { ...regular, category: 'service' } })).toMatchObject({
      kind: 'adjustment',
      posted: 5_000n,
      bucket: { ...bucket, pricingType: 'regular' },
      // Its own unit is among the seven.
      evidence: { own: { ruleId: 9, freeUnitsBefore: 6 } },
    });
    const charged = { ...booked, amount: toMicros(5_000n), bucket: { ...bucket, pricingType: 'regular' as const } };
    expect(entryOf({ ...silent, charge: () => charged }, { pricing: { ...free, category: 'service' } })).toMatchObject({
      posted: 0n,
      bucket,
      evidence: { own: { freeUnitsBefore: 7 } },
    });
  });
});
