// A message of a template that bids: what is reserved, what lets it leave, what follows another bid, and what it costs in the end.

import { describe, expect, it } from 'vitest';
import type { Budget, BudgetUse } from '../../src/domain/budget.ts';
import type { ProviderPricing } from '../../src/domain/outcome.ts';
import { createQuietHours } from '../../src/domain/quiet-hours.ts';
import { createPriceBook } from '../../src/domain/price-book.ts';
import type { Admission } from '../../src/ports/store/admit.ts';
import type { StoredRate } from '../../src/ports/store/settle.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import { decideClaim } from '../../src/send/claim.ts';
import { decideRepricings } from '../../src/send/reprice.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import type { BudgetId, MessageId } from '../../src/values/id.ts';
import { type Currency, type Micros, toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import type { Day } from '../../src/values/time.ts';
import { addressee, admissionFacts, at, type Asked, flag, message, NOW, outcome, request, SENDER, template } from './facts.ts';

const AGREED = [flag('marketing', 'opt_in'), flag('utility', 'opt_in')];
/** 870,000 micros of a dollar for one. */
const BID = template({ category: 'marketing', bidAmount: 87_000 });

/** Marketing in Germany at so many micros; without a price where it is null. */
const prices = (micros: bigint | null = 130_000n) => {
  const rate = { id: 1, market: 'Germany', category: 'marketing', tierFrom: 0, tierTo: 'max' } as const;
  return createPriceBook<StoredRate>([
    { currency: SENDER.currency, effectiveFrom: '2026-10-01' as Day, rates: micros === null ? [] : [{ ...rate, rate: toMicros(micros) }] },
  ]);
};

const use = (cap: bigint): BudgetUse => {
  const common = { id: 'budget' as BudgetId, senderId: SENDER.id, currency: SENDER.currency, mode: 'hard', createdAt: NOW } as const;
  const budget: Budget = { ...common, period: 'month', category: null, costCenter: null, thresholds: [], cap: toMicros(cap) };
  return { budget, term: '2026-11', used: toMicros(0n) };
};

describe('the admission', () => {
  const admit = (rest: Parameters<typeof admissionFacts>[1] = {}, asked: Asked = {}): Admission | undefined => {
    const facts = { addressee: addressee({ flags: AGREED }), ...asked };
    return decideAdmissions(admissionFacts([facts], { templates: [BID], prices: prices(), ...rest })).admissions[0];
  };
  const maxPrice = (micros: bigint) => ({ request: request({ maxPrice: toMicros(micros) }) });

  it.each([
    ['a card that asks for less', 130_000n],
    ['a card that asks for more', 2_000_000n],
    ['a card without a price', null],
  ])('reserves what is bid at most, with %s', (_, micros) => {
    expect(admit({ prices: prices(micros) })).toMatchObject({
      kind: 'admitted',
      message: {
        price: 870_000n,
        reservation: { held: 870_000n, evidence: { rule: 'bid_cap', priceId: null } },
        bucket: { category: 'marketing' },
      },
    });
  });

  it('asks budgets and the maximum price of the message for what is bid', () => {
    expect(admit({ budgets: [use(869_999n)] })).toMatchObject({ reason: 'over_budget' });
    expect(admit({ budgets: [use(870_000n)] })).toMatchObject({ kind: 'admitted' });
    expect(admit({}, maxPrice(869_999n))).toMatchObject({ reason: 'over_max_price' });
    expect(admit({}, maxPrice(870_000n))).toMatchObject({ kind: 'admitted' });
  });

  it('goes by the card where the provider put the template into another category', () => {
    const moved = { ...BID, category: 'utility' } as const;
    expect(admit({ templates: [moved], prices: prices(null) })).toMatchObject({ reason: 'no_price' });
  });

  it('is in the currency of the sender', () => {
    const sender = { ...SENDER, currency: 'CLP' as Currency };
    expect(admit({ sender })).toMatchObject({ message: { price: 87_000_000n } });
  });
});

it('the gate lets it leave whatever the card says by now, and not for more than is reserved', () => {
  const claim = (held: bigint, cap: bigint, phone = '+4915112345678') =>
    decideClaim({
      at: NOW,
      expiresAt: at('2026-12-01'),
      sender: SENDER,
      phone: phone as Phone,
      userId: null,
      held: toMicros(held),
      prices: prices(null),
      cap: toMicros(cap),
      quietHours: createQuietHours([]),
      timeZone: null,
      isCampaignCancelled: false,
      gate: { flags: AGREED, category: 'marketing', freeForm: false, windowOpen: false, lastInboundAt: null, confirmsStop: false },
      template: 'usable',
      retried: [],
    });
  expect(claim(870_000n, 870_000n)).toEqual({ kind: 'claim' });
  expect(claim(870_000n, 870_001n)).toEqual({ kind: 'refuse', reason: 'over_budget' });
  expect(claim(870_000n, 870_000n, '+12125550100')).toEqual({ kind: 'refuse', reason: 'market_paused' });
});

describe('another bid', () => {
  const reprice = (
    cap: bigint | null,
    { maxPrice = null, budgets = [] }: { maxPrice?: Micros | null; budgets?: readonly BudgetUse[] } = {},
  ) => {
    const { phone, holdBucket } = message();
    const place = {
      at: NOW,
      sender: SENDER,
      messageId: 'message' as MessageId,
      attempt: 0,
      phone,
      userId: null,
      dueAt: NOW,
    };
    const held = { held: toMicros(870_000n), holdBucket: { ...holdBucket, category: 'marketing' as const } };
    const facts = {
      ...place,
      ...held,
      category: 'marketing' as const,
      flags: AGREED,
      maxPrice,
      closedThrough: null,
      prices: prices(),
      cap: cap === null ? null : toMicros(cap),
    };
    return decideRepricings([facts], budgets)[0];
  };

  it.each([
    ['a higher one', 900_000n, 900_000n, 'bid_cap'],
    ['a lower one', 10n, 10n, 'bid_cap'],
    ['none any more', null, 130_000n, 'list'],
  ])('moves what is reserved: %s', (_, cap, price, rule) => {
    expect(reprice(cap)).toMatchObject({ kind: 'repriced', price, entries: [{ held: -870_000n }, { held: price, evidence: { rule } }] });
  });

  it('takes no more than the message may cost, and no more than the budget has', () => {
    expect(reprice(900_000n, { maxPrice: toMicros(899_999n) })).toEqual({ kind: 'refused', reason: 'over_max_price' });
    const full = { ...use(870_000n), used: toMicros(870_000n) };
    expect(reprice(900_000n, { budgets: [full] })).toEqual({ kind: 'refused', reason: 'over_budget' });
  });
});

describe('the delivery', () => {
  const settle = (pricing: ProviderPricing | null, rest: Parameters<typeof message>[0] = {}) => {
    const holdBucket = { ...message().holdBucket, category: 'marketing' } as const;
    const sent = message({ template: BID, price: toMicros(870_000n), held: toMicros(870_000n), holdBucket, ...rest });
    return decideSettlements(sent, outcome('delivered', { pricing }), prices(), NOW).entries[0];
  };
  const told = (amount: bigint, currency = 'USD') => ({
    type: 'regular' as const,
    category: 'marketing_lite',
    cost: { amount: toMicros(amount), currency: currency as Currency },
  });

  it.each([
    ['less', 612_345n],
    ['as much', 870_000n],
  ])('costs what the provider tells: %s than is bid', (_, amount) => {
    expect(settle(told(amount))).toMatchObject({
      posted: amount,
      held: -870_000n,
      evidence: { rule: 'told_cost', priceId: null, discrepancy: null },
    });
  });

  it('costs what the provider tells where that is more than is bid, which is a discrepancy', () => {
    expect(settle(told(870_001n))).toMatchObject({ posted: 870_001n, evidence: { rule: 'told_cost', discrepancy: 'cost' } });
  });

  it('costs what was reserved where the provider tells no cost, or none in this currency: never the price of the card', () => {
    const asReserved = { posted: 870_000n, evidence: { rule: 'as_reserved', priceId: null, discrepancy: null } };
    expect(settle({ type: 'regular', category: 'marketing_lite' })).toMatchObject(asReserved);
    expect(settle(null)).toMatchObject(asReserved);
    expect(settle(told(5n, 'EUR'))).toMatchObject(asReserved);
  });

  it('is free in a free-entry-point window', () => {
    expect(settle({ type: 'free_entry_point', category: 'referral_conversion' })).toMatchObject({ posted: 0n, evidence: { rule: 'free' } });
  });

  it('names the category as the discrepancy where that alone differs, and the cost where both do', () => {
    const other = { ...told(1n), category: 'utility' };
    expect(settle(other)).toMatchObject({ evidence: { discrepancy: 'category' } });
    expect(settle({ ...other, cost: told(870_001n).cost })).toMatchObject({ evidence: { discrepancy: 'cost' } });
  });
});
