// What an entry does to the counters, entry by entry. Whole histories are in test/property.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addCounts,
  type Bucket,
  type Counters,
  ENTRY_KINDS,
  eventCounts,
  holdCounts,
  type LedgerEntry,
  NO_COUNTS,
  type PriceRule,
  RELEASE_CAUSES,
} from '../../src/domain/ledger.ts';
import { PRICING_TYPES, type PricingType } from '../../src/domain/message.ts';
import type { AccountId, MessageId, SenderId } from '../../src/values/id.ts';
import { type Currency, negative, toMicros, ZERO } from '../../src/values/money.ts';
import { type Day, type Month, toInstant } from '../../src/values/time.ts';

const BUCKET: Bucket = {
  day: '2026-10-01' as Day,
  accountId: 'default' as AccountId,
  senderId: 'sender' as SenderId,
  market: 'Germany',
  category: 'utility',
  pricingType: 'regular',
  currency: 'USD' as Currency,
  template: 'order_shipped',
  campaignId: '',
  costCenter: '',
};

function entry(kind: LedgerEntry['kind'], rest: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    messageId: 'message' as MessageId,
    attempt: 1,
    kind,
    bucket: BUCKET,
    holdBucket: BUCKET,
    held: ZERO,
    posted: ZERO,
    eventAt: toInstant(0),
    recordedAt: toInstant(0),
    booksMonth: '2026-10' as Month,
    cause: kind === 'release' ? 'failed' : null,
    evidence: null,
    reference: null,
    ...rest,
  };
}

const amounts = fc.bigInt(-(2n ** 70n), 2n ** 70n).map(toMicros);
const counters: fc.Arbitrary<Counters> = fc.record({
  units: fc.nat(),
  delivered: fc.nat(),
  failed: fc.nat(),
  billableUnits: fc.nat(),
  freeUnits: fc.nat(),
  reserved: amounts,
  charged: amounts,
  adjusted: amounts,
  committed: amounts,
});

describe('eventCounts', () => {
  it('counts a reservation as one unit', () => {
    expect(eventCounts(entry('reservation', { held: toMicros(55_000n) }))).toEqual({ ...NO_COUNTS, units: 1 });
  });

  it('counts a charge as delivered, and as billable or free', () => {
    const charge = entry('charge', { held: toMicros(-55_000n), posted: toMicros(50_000n) });
    expect(eventCounts(charge)).toEqual({ ...NO_COUNTS, delivered: 1, billableUnits: 1, charged: 50_000n });
    for (const pricingType of PRICING_TYPES.slice(1)) {
      const free = entry('charge', { bucket: { ...BUCKET, pricingType } });
      expect(eventCounts(free)).toEqual({ ...NO_COUNTS, delivered: 1, freeUnits: 1 });
    }
  });

  it('counts as failed what was rejected or failed, not what was cancelled or fell silent', () => {
    const failed = RELEASE_CAUSES.map((cause) => eventCounts(entry('release', { cause })).failed);
    expect(failed).toEqual([1, 1, 0, 0]);
  });

  it('keeps adjustments apart from charges, and counts no event for a repricing', () => {
    expect(eventCounts(entry('adjustment', { posted: toMicros(-3n) }))).toEqual({ ...NO_COUNTS, adjusted: -3n });
    expect(eventCounts(entry('repricing', { held: toMicros(5n) }))).toEqual(NO_COUNTS);
  });

  it('takes a delivery out of one bucket and puts it into another, where more was learned of it after the charge', () => {
    const moved = (rule: PriceRule, pricingType: PricingType, posted: bigint) => {
      const evidence = { priceId: null, rule, providerType: null, providerCategory: null, own: null, discrepancy: null };
      return eventCounts(entry('adjustment', { bucket: { ...BUCKET, pricingType }, posted: toMicros(posted), evidence }));
    };
    const taken = { ...NO_COUNTS, delivered: -1, adjusted: -3n };
    expect(moved('taken_back', 'regular', -3n)).toEqual({ ...taken, billableUnits: -1 });
    expect(moved('taken_back', 'free_entry_point', -3n)).toEqual({ ...taken, freeUnits: -1 });
    for (const rule of ['list', 'told_cost', 'as_reserved'] as const)
      expect(moved(rule, 'regular', 3n)).toEqual({ ...NO_COUNTS, delivered: 1, billableUnits: 1, adjusted: 3n });
    expect(moved('free', 'free_entry_point', 0n)).toEqual({ ...NO_COUNTS, delivered: 1, freeUnits: 1 });
  });
});

describe('holdCounts', () => {
  it('moves what is reserved by what the entry holds, and what is committed by what it holds and posts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ENTRY_KINDS), amounts, amounts, (kind, held, posted) => {
        expect(holdCounts(entry(kind, { held, posted }))).toEqual({ ...NO_COUNTS, reserved: held, committed: held + posted });
      }),
    );
  });

  it('commits in the end what was charged, however much was reserved', () => {
    const history = [
      entry('reservation', { held: toMicros(55_000n) }),
      entry('charge', { held: toMicros(-55_000n), posted: toMicros(50_000n) }),
    ];
    expect(history.map(holdCounts).reduce(addCounts)).toEqual({ ...NO_COUNTS, reserved: 0n, committed: 50_000n });
  });
});

describe('addCounts', () => {
  it('adds every counter; order and grouping do not matter', () => {
    fc.assert(
      fc.property(counters, counters, counters, (a, b, c) => {
        expect(addCounts(a, NO_COUNTS)).toEqual(a);
        expect(addCounts(a, b)).toEqual(addCounts(b, a));
        expect(addCounts(addCounts(a, b), c)).toEqual(addCounts(a, addCounts(b, c)));
      }),
    );
  });
});

it('the negative of an amount closes it', () => {
  fc.assert(fc.property(amounts, (amount) => amount + negative(amount) === 0n));
});
