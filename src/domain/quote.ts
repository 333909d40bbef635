// A quote: what one message will cost at most, and why. Knows rates and markets; reserves nothing.

import type { Phone } from '../values/phone.ts';
import type { Currency } from '../values/money.ts';
import { type Day, dayOf, type Instant, type TimeZone } from '../values/time.ts';
import type { Category } from './consent.ts';
import type { ListRule } from './ledger.ts';
import { type Market, type MarketMap, marketOf } from './market.ts';
import { highestRate, type PriceBook, type Rate } from './price-book.ts';

export type QuoteQuestion = {
  readonly phone: Phone;
  readonly category: Category;
  readonly currency: Currency;
  readonly timeZone: TimeZone;
  readonly at: Instant;
  /** The last instant at which it may still be delivered. */
  readonly until: Instant;
};

export type Quote<R extends Rate> = {
  readonly day: Day;
  /** Where the number is today; a reservation is counted here. */
  readonly market: Market;
  /** The highest rate that may apply until the message expires; null when no price is known, which is a refusal and never a zero. */
  readonly rate: R | null;
};

/** What the message may cost at most between now and its expiry. */
export function quote<R extends Rate>(book: PriceBook<R>, markets: MarketMap, question: QuoteQuestion): Quote<R> {
  const { phone, category, currency, timeZone, at, until } = question;
  const from = dayOf(at, timeZone);
  const rate = highestRate(book, { currency, category, phone, markets, from, to: dayOf(until, timeZone) });
  return { day: from, market: marketOf(markets, phone, from), rate: rate ?? null };
}

/** How an amount at this rate is explained: the list rate stands for any volume until tiers are settled. */
export function ruleOf(rate: Rate): ListRule {
  if (rate.tierTo === 'max') return 'list';
  return rate.tierTo === 'unknown' ? 'list_open_ended' : 'list_first_tier';
}
