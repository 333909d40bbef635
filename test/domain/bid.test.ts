// Bids: what one delivery may cost at most, in every currency, and which bids are the same.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asksForOtherBid, BID_MAX, type BidFacts, bidCap, hasBid, pricedAlike } from '../../src/domain/bid.ts';
import { parseTemplate } from '../../src/domain/template-parse.ts';
import { CURRENCIES, type Currency, formatAmount, smallestUnit } from '../../src/values/money.ts';

const bid = (bidAmount: number | null, category: BidFacts['category'] = 'marketing'): BidFacts => ({ category, bidAmount });

describe('the cap of a bid', () => {
  it.each([
    ['USD', 87_000, '0.870000'],
    ['INR', 87_000, '0.870000'],
    ['MXN', 1, '0.000010'],
    ['CLP', 87_000, '87.000000'],
    ['COP', 1, '0.001000'],
    ['IDR', 455_000, '455.000000'],
  ])('in %s of %i for 1,000 is %s for one', (currency, amount, cap) => {
    expect(formatAmount(bidCap(bid(amount), currency as Currency) ?? (0n as never))).toBe(cap);
  });

  it('is never rounded: a thousand of it are the bid, in every currency', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: BID_MAX }), fc.constantFrom(...CURRENCIES), (amount, code) => {
        const currency = code as Currency;
        expect((bidCap(bid(amount), currency) ?? 0n) * 1_000n).toBe(BigInt(amount) * smallestUnit(currency));
      }),
    );
  });

  it('is none of what bids nothing, is no marketing, or is no template', () => {
    const usd = 'USD' as Currency;
    expect([bidCap(bid(null), usd), bidCap(bid(9, 'utility'), usd), bidCap(null, usd)]).toEqual([null, null, null]);
    expect([hasBid(bid(9)), hasBid(bid(null)), hasBid(bid(9, 'utility'))]).toEqual([true, false, false]);
  });
});

describe('two bids', () => {
  it('are priced alike by category and amount; a bid means nothing outside marketing', () => {
    expect([pricedAlike(bid(9), bid(9)), pricedAlike(bid(9), bid(8)), pricedAlike(bid(9), bid(null))]).toEqual([true, false, false]);
    expect(pricedAlike(bid(9, 'utility'), bid(8, 'utility'))).toBe(true);
    expect(pricedAlike(bid(null), bid(null, 'utility'))).toBe(false);
  });

  it('differ where the one that asks names another; one that says nothing asks for nothing', () => {
    expect([asksForOtherBid(bid(9), bid(8)), asksForOtherBid(bid(9), bid(null))]).toEqual([true, true]);
    expect([asksForOtherBid(bid(null), bid(8)), asksForOtherBid(bid(9), bid(9))]).toEqual([false, false]);
  });
});

describe('a template that is read', () => {
  const document = (more: object) => ({
    name: 'sale',
    language: 'en',
    category: 'MARKETING',
    components: [{ type: 'BODY', text: 'Hello' }],
    ...more,
  });
  const spec = { bid_amount: 87_000, bid_strategy: 'LOWEST_COST_WITH_BID_CAP' };

  it.each([
    ['optimization_spec', { optimization_spec: spec }, 87_000],
    ['its older name', { bid_spec: spec }, 87_000],
    ['the newer of both', { optimization_spec: { bid_amount: 5 }, bid_spec: spec }, 5],
    ['none', {}, null],
    ['none, said so', { optimization_spec: null }, null],
    [
      'one that means nothing, in the category where the provider put it',
      { optimization_spec: spec, category: 'UTILITY', status: 'APPROVED' },
      87_000,
    ],
  ])('has the bid of %s', (_, more, bidAmount) => {
    expect(parseTemplate(document(more)).bidAmount).toBe(bidAmount);
  });

  it.each([
    ['of no amount', { optimization_spec: {} }, 'optimization_spec.bid_amount', /must be a whole number/],
    ['of nothing', { optimization_spec: { bid_amount: 0 } }, 'optimization_spec.bid_amount', /must be 1 to 2,147,483,647/],
    ['of part of a unit', { optimization_spec: { bid_amount: 1.5 } }, 'optimization_spec.bid_amount', /whole number/],
    ['past an int32', { optimization_spec: { bid_amount: 2 ** 31 } }, 'optimization_spec.bid_amount', /must be 1 to/],
    [
      'by a strategy that is not known',
      { optimization_spec: { ...spec, bid_strategy: 'COST_CAP' } },
      'optimization_spec.bid_strategy',
      /LOWEST_COST_WITH_BID_CAP/,
    ],
    ['for utility', { optimization_spec: spec, category: 'UTILITY' }, 'optimization_spec', /is not for utility/],
  ])('is refused with a bid %s', (_, more, path, message) => {
    expect(() => parseTemplate(document(more))).toThrow(
      expect.objectContaining({ code: 'template_invalid', details: { path }, message: expect.stringMatching(message) as string }),
    );
  });
});
