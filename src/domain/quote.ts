// A quote: what one message will cost at most, and why. Knows rates and markets; reserves nothing.

import { type Currency, type Micros, ZERO } from '../values/money.ts';
import { type Day, dayOf, type Instant, type TimeZone, toInstant } from '../values/time.ts';
import type { InternationalFrom } from './auth-international.ts';
import { type Category, purposeOf } from './consent.ts';
import type { PriceEvidence } from './ledger.ts';
import { type Address, type Market, type MarketMap, marketOf } from './market.ts';
import { highestRate, type PriceBook, type PriceQuery, type Rate, rateInForce } from './price-book.ts';

export type QuoteQuestion = {
  readonly address: Address;
  readonly category: Category;
  readonly currency: Currency;
  /** Today, in the sender's zone. */
  readonly from: Day;
  /** The last day on which it may still be delivered. */
  readonly to: Day;
  /** The first day may be without a price: the message is free on it, or costs another category. */
  readonly mayLackFirst?: boolean;
};

export type Quote<R extends Rate> = {
  /** Where the person is today; a reservation is counted here. */
  readonly market: Market;
  /** The highest rate that may apply until the message expires; null when no price is known, which is a refusal and never a zero. */
  readonly rate: R | null;
};

/** What the message may cost at most between now and its expiry. */
export function quote<R extends Rate>(book: PriceBook<R>, markets: MarketMap, question: QuoteQuestion): Quote<R> {
  const { address, category, currency, from, to, mayLackFirst = false } = question; // by name: this is asked for every row of a file
  const rate = highestRate(book, { address, category, currency, from, to, mayLackFirst, markets });
  return { market: marketOf(markets, address, from), rate: rate ?? null };
}

/** From when the sender of a message pays the international rate of authentication, where. */
type PaidBy = { readonly internationalFrom: InternationalFrom };

/** When a message is sent, and until when it may be delivered: a rate may begin in the middle of a day. */
type Span = { readonly at: Instant; readonly until: Instant; readonly timeZone: TimeZone };

/**
 * What a message is reserved at, and the category that it counts in today. What may be billed as either kind of authentication, today or on a later day, is
 * reserved at the dearer one.
 */
export function quoteReservation<R extends Rate>(
  book: PriceBook<R>,
  markets: MarketMap,
  question: QuoteQuestion & PaidBy & Span,
): Quote<R> & { readonly category: Category } {
  const plain = quote(book, markets, question);
  const { from, currency, category: asked, internationalFrom, at, until, timeZone } = question;
  const start = asked === 'authentication' ? earliestStart(internationalFrom, markets, question) : null;
  if (start === null || start > until) return { market: plain.market, rate: plain.rate, category: asked };
  const category = chargedCategory(book, { currency, day: from, market: plain.market, category: asked }, { at, internationalFrom });
  if (plain.rate === null && category === asked) return { ...plain, category };
  const international = quote(book, markets, {
    ...question,
    from: start > at ? dayOf(start, timeZone) : from,
    category: 'authentication-international',
    mayLackFirst: true,
  });
  return { ...plain, rate: dearer(plain.rate, international.rate), category };
}

// Of the market that the person is in at first, and of the one to which the provider may move them by then.
function earliestStart(internationalFrom: InternationalFrom, markets: MarketMap, { address, from, to }: QuoteQuestion): Instant | null {
  const starts = [from, to].map((day) => internationalFrom(marketOf(markets, address, day), day)).filter((start) => start !== null);
  return starts.length === 0 ? null : toInstant(Math.min(...starts));
}

function dearer<R extends Rate>(left: R | null, right: R | null): R | null {
  if (left === null || right === null) return left ?? right;
  return left.rate > right.rate ? left : right;
}

/**
 * The category that a message costs at an instant of a day. Authentication is international where its sender pays that and the card has such a rate for the market, which is how
 * the provider lists its countries.
 */
export function chargedCategory<R extends Rate>(
  book: PriceBook<R>,
  query: PriceQuery,
  { internationalFrom, at }: PaidBy & Pick<Span, 'at'>,
): Category {
  const start = query.category === 'authentication' ? internationalFrom(query.market, query.day) : null;
  if (start === null || start > at) return query.category;
  const international = { ...query, category: 'authentication-international' } as const;
  return rateInForce(book, international) === undefined ? query.category : international.category;
}

/** What is promised for a message before it is delivered, and why. */
export type Promised = { readonly amount: Micros; readonly evidence: PriceEvidence };

const NOTHING_TOLD = { providerType: null, providerCategory: null, own: null, discrepancy: null } as const;

/** Nothing: free by our rules, and without a price that may come. */
export const PROMISED_FREE: Promised = { amount: ZERO, evidence: { priceId: null, rule: 'free', ...NOTHING_TOLD } };

/** What is reserved for a message: what its template bids at most, whatever the card says, else the rate of a store. Null: no price is known. */
export function promisedFor({
  rate,
  cap,
}: {
  readonly rate: (Rate & { readonly id: number }) | null;
  readonly cap: Micros | null;
}): Promised | null {
  if (cap !== null) return { amount: cap, evidence: { priceId: null, rule: 'bid_cap', ...NOTHING_TOLD } };
  if (rate === null) return null;
  // Written out, because every row of a file asks: a spread behind other fields takes a microsecond.
  return {
    amount: rate.rate,
    evidence: { priceId: rate.id, rule: 'list', providerType: null, providerCategory: null, own: null, discrepancy: null },
  };
}

/** Whether a delivery may turn out to be the one or the other: the two kinds of authentication, of which the provider knows which it was. */
export function isSameKind(left: Category, right: Category): boolean {
  return purposeOf(left) === purposeOf(right);
}

/**
 * What a list price is on its card. `list_first_tier`: the card has volume tiers, and this is the first one's rate. `list_open_ended`: it does not say where its
 * first tier ends.
 */
export const LIST_BASES = ['list', 'list_first_tier', 'list_open_ended'] as const;
export type ListBasis = (typeof LIST_BASES)[number];

/** How an amount at this rate is explained: the list rate stands for any volume until tiers are settled. */
export function basisOf(rate: Rate): ListBasis {
  if (rate.tierTo === 'max') return 'list';
  return rate.tierTo === 'unknown' ? 'list_open_ended' : 'list_first_tier';
}
