// The price book: dated rate cards, and which rate is in force. Knows list prices and tiers; what is free, and when, is not its business.

import { assert } from '../errors.ts';
import type { Currency, Micros } from '../values/money.ts';
import type { Day } from '../values/time.ts';
import type { Category } from './consent.ts';
import { type Address, type Market, type MarketMap, marketOf } from './market.ts';

/** Where a volume tier ends: after this many messages; `max`, never; or `unknown`, because the card does not say. */
export type TierEnd = number | 'max' | 'unknown';

/** The price of one message in one tier. A first tier that does not end at `max` is a list rate: it holds below the next tier only. */
export type Rate = {
  readonly market: Market;
  readonly category: Category;
  /** Messages per month, counted as the provider does; both ends are included. The first tier begins at 0. */
  readonly tierFrom: number;
  readonly tierTo: TierEnd;
  readonly rate: Micros;
};

/** All prices of one currency from one day on. A store's rates may carry more than a `Rate`, such as the id of their row. */
export type PriceCard<R extends Rate = Rate> = {
  readonly currency: Currency;
  readonly effectiveFrom: Day;
  readonly rates: readonly R[];
};

/** A card whose rates are kept elsewhere and fetched for one market at a time; each market is asked for once. */
export type FetchedPriceCard<R extends Rate = Rate> = {
  readonly currency: Currency;
  readonly effectiveFrom: Day;
  readonly ratesIn: (market: Market) => readonly R[];
};

/** Cards made ready for look-ups. */
export type PriceBook<R extends Rate = Rate> = ReadonlyMap<Currency, CurrencyCards<R>>;

/** Newest first, and the days on which they begin. */
type CurrencyCards<R extends Rate> = { readonly days: readonly Day[]; readonly cards: readonly IndexedCard<R>[] };
type IndexedCard<R extends Rate> = { readonly effectiveFrom: Day; readonly tiers: TierIndex<R> };
type TierIndex<R extends Rate> = { readonly get: (market: Market) => ReadonlyMap<Category, readonly R[]> | undefined };

export type PriceQuery = { readonly currency: Currency; readonly day: Day; readonly market: Market; readonly category: Category };

export type PeriodQuery = {
  readonly currency: Currency;
  readonly category: Category;
  readonly address: Address;
  readonly markets: MarketMap;
  readonly from: Day;
  /** The last day on which the message may still be delivered. */
  readonly to: Day;
  /** The first day may be without a price: the message is free on it, or costs another category. */
  readonly mayLackFirst?: boolean;
};

/** Both ends included. */
export type DayRange = { readonly from: Day; readonly to: Day };

const NO_TIERS: readonly never[] = [];

/** The book of these cards. Two cards of one currency and day are a bug: the store refuses the second. */
export function createPriceBook<R extends Rate>(cards: readonly PriceCard<R>[]): PriceBook<R> {
  return bookOf(cards.map(({ currency, effectiveFrom, rates }) => ({ currency, effectiveFrom, tiers: indexTiers(rates) })));
}

/** The same book of cards that are fetched market by market: one message asks for one market, or two, of several dozen. */
export function createFetchedPriceBook<R extends Rate>(cards: readonly FetchedPriceCard<R>[]): PriceBook<R> {
  return bookOf(cards.map(({ currency, effectiveFrom, ratesIn }) => ({ currency, effectiveFrom, tiers: fetchTiers(ratesIn) })));
}

function bookOf<R extends Rate>(cards: readonly (IndexedCard<R> & { readonly currency: Currency })[]): PriceBook<R> {
  const book = new Map<Currency, CurrencyCards<R>>();
  for (const card of [...cards].sort((left, right) => newestFirst(left.effectiveFrom, right.effectiveFrom))) {
    const { days, cards: older } = book.get(card.currency) ?? { days: [], cards: [] };
    assert(!days.includes(card.effectiveFrom), `two ${card.currency} price cards begin on ${card.effectiveFrom}`);
    book.set(card.currency, { days: [...days, card.effectiveFrom], cards: [...older, card] });
  }
  return book;
}

/**
 * All tiers, lowest first, of the newest card that is not after the day. Empty when there is no price: an older card never fills the gap
 * of a newer one. Above the last tier's end the price is not known.
 */
export function tiersInForce<R extends Rate>(book: PriceBook<R>, query: PriceQuery): readonly R[] {
  for (const card of book.get(query.currency)?.cards ?? NO_TIERS) {
    if (card.effectiveFrom <= query.day) return card.tiers.get(query.market)?.get(query.category) ?? NO_TIERS;
  }
  return NO_TIERS;
}

/**
 * The tiers of each card that is in force on a day of the period, those of its first day first. A later card without any is passed over, as its price may be
 * known by then; nothing where the first day has no price.
 */
export function tiersWithin<R extends Rate>(
  book: PriceBook<R>,
  { from, to, ...group }: Omit<PriceQuery, 'day'> & DayRange,
): readonly (readonly R[])[] {
  const first = tiersInForce(book, { ...group, day: from });
  if (first.length === 0) return [];
  const days = (book.get(group.currency)?.days ?? []).filter((day) => day > from && day <= to).toReversed();
  return [first, ...days.map((day) => tiersInForce(book, { ...group, day })).filter((tiers) => tiers.length > 0)];
}

/** The list rate in force: the first tier's. Undefined means that no price is known, which is never a price of zero. */
export function rateInForce<R extends Rate>(book: PriceBook<R>, query: PriceQuery): R | undefined {
  return tiersInForce(book, query)[0];
}

/**
 * The highest list rate that is in force for a number on any day of the period, both ends included; what a reservation is made at. New
 * cards and moves of the number to another market are both followed. Undefined when the first day has no price, and needs one; a later day without one
 * is passed over, because refusing today for a gap that may be filled by then would stop whole markets for a month.
 */
export function highestRate<R extends Rate>(book: PriceBook<R>, query: PeriodQuery): R | undefined {
  const known = book.get(query.currency);
  let highest = rateOn(book, query, query.from);
  if (known === undefined || (highest === undefined && query.mayLackFirst !== true)) return undefined;
  for (const days of [known.days, query.markets.changeDays]) {
    for (const day of days) {
      if (day <= query.from || day > query.to) continue;
      const rate = rateOn(book, query, day);
      if (rate !== undefined && (highest === undefined || rate.rate > highest.rate)) highest = rate;
    }
  }
  return highest;
}

function rateOn<R extends Rate>(book: PriceBook<R>, query: PeriodQuery, day: Day): R | undefined {
  const market = marketOf(query.markets, query.address, day);
  return rateInForce(book, { currency: query.currency, category: query.category, market, day });
}

function newestFirst(left: Day, right: Day): number {
  if (left === right) return 0;
  return left < right ? 1 : -1;
}

function fetchTiers<R extends Rate>(ratesIn: (market: Market) => readonly R[]): TierIndex<R> {
  const fetched = new Map<Market, ReadonlyMap<Category, readonly R[]> | undefined>();
  return {
    get: (market) => {
      if (!fetched.has(market)) fetched.set(market, indexTiers(ratesIn(market)).get(market));
      return fetched.get(market);
    },
  };
}

function indexTiers<R extends Rate>(rates: readonly R[]): TierIndex<R> {
  const index = new Map<Market, Map<Category, R[]>>();
  for (const rate of rates) {
    const categories = index.get(rate.market) ?? new Map<Category, R[]>();
    const tiers = categories.get(rate.category) ?? [];
    tiers.push(rate);
    if (tiers.length > 1) tiers.sort((left, right) => left.tierFrom - right.tierFrom);
    index.set(rate.market, categories.set(rate.category, tiers));
  }
  return index;
}
