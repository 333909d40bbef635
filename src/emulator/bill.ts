// What the provider bills: the monthly allowance of the number, and one line for every delivery with its price, as analytics reads them.

import { marketMap } from '../catalog/markets.ts';
import { type InternationalStart, startsByMarket } from '../domain/auth-international.ts';
import type { Category } from '../domain/consent.ts';
import { type Address, marketOf } from '../domain/market.ts';
import { createPriceBook, type PriceBook, type Rate, tiersInForce } from '../domain/price-book.ts';
import { chargedCategory } from '../domain/quote.ts';
import { tierOfNth } from '../domain/tier.ts';
import { type Currency, type Micros, ZERO } from '../values/money.ts';
import { type Day, dayOf, type Instant, type Month, monthOf } from '../values/time.ts';
import { countryOf } from '../catalog/countries.ts';
import { priceCardsOf } from './price-cards.ts';
import { LITE, type Pricing, type PricingFacts, pricingOf, usesAllowance } from './pricing.ts';
import { type Scenario, zoneOf } from './scenario.ts';

/** One delivery, as it is billed. `tier` null: free. */
export type BillLine = {
  readonly at: Instant;
  readonly country: string;
  readonly type: string;
  readonly category: string;
  readonly tier: string | null;
  readonly cost: number;
};

/** What is being delivered. */
export type Billable = Pick<PricingFacts, 'category' | 'windowOpen' | 'freeEntryOpen' | 'isReaction'> & {
  readonly isLite: boolean;
  /** What it costs where its template bids for it; null for the price of the card. */
  readonly cost: Micros | null;
  /** A number, or a user id. */
  readonly address: Address;
  /** From when the account pays the international rate of authentication. */
  readonly international: InternationalStart | null;
};

/** What a webhook says of a price; the cost only of what is bid for, and charged. */
export type ToldPricing = Omit<Pricing, 'category'> & {
  readonly category: Pricing['category'] | typeof LITE;
  readonly cost?: { readonly amount: number; readonly currency: string };
};

export type Bill = {
  /** What a delivery now would be told as; changes nothing. */
  readonly quote: (message: Billable, at: Instant) => ToldPricing;
  /** Bills a delivery, and uses up the allowance where it counts. */
  readonly charge: (message: Billable, at: Instant) => ToldPricing;
  readonly lines: () => readonly BillLine[];
  readonly used: (at: Instant) => number;
};

/** A bill without lines. */
export function createBill(scenario: Scenario): Bill {
  const zone = zoneOf(scenario);
  const used = new Map<Month, number>();
  const volumes = new Map<string, number>();
  const lines: BillLine[] = [];
  let book: PriceBook | undefined;

  const monthAt = (at: Instant): Month => monthOf(dayOf(at, zone));
  const usedIn = (month: Month): number => used.get(month) ?? scenario.service_units_used;
  const currency = scenario.account.currency as Currency;
  const bookOf = (): PriceBook => (book ??= createPriceBook(priceCardsOf(scenario)));
  const factsOf = (message: Billable, at: Instant) => ({
    ...message,
    category:
      message.category === 'authentication' ? kindOf(message, { book: bookOf(), currency, day: dayOf(at, zone), at }) : message.category,
    at,
    timeZone: zone,
    freeUnitsUsed: usedIn(monthAt(at)),
  });

  const told = (pricing: Pricing, { isLite, cost }: Billable): ToldPricing => ({
    ...pricing,
    category: isLite && pricing.category === 'marketing' ? LITE : pricing.category,
    ...(cost === null || !pricing.billable ? {} : { cost: { amount: toNumber(cost), currency: scenario.account.currency } }),
  });

  const tierOf = (category: Category, address: Address, at: Instant): Rate | undefined => {
    const day = dayOf(at, zone);
    const market = marketOf(marketMap(), address, day);
    const key = `${monthOf(day)} ${market} ${category}`;
    const volume = (volumes.get(key) ?? 0) + 1;
    volumes.set(key, volume);
    const tiers = tiersInForce(bookOf(), { currency, day, market, category });
    return tierOfNth(tiers, volume) ?? tiers[0]; // above what the card has: list price
  };

  return {
    quote: (message, at) => told(pricingOf(factsOf(message, at)), message),
    charge: (message, at) => {
      const facts = factsOf(message, at);
      const pricing = pricingOf(facts);
      if (usesAllowance(pricing, facts)) used.set(monthAt(at), facts.freeUnitsUsed + 1);
      const tier = pricing.billable && message.cost === null ? tierOf(facts.category, message.address, at) : undefined;
      const { type, category } = told(pricing, message);
      lines.push({
        at,
        country: countryOf(message.address),
        type: type.toUpperCase(),
        category: category.toUpperCase().replaceAll('-', '_'),
        tier: pricing.billable ? tierText(tier) : null,
        cost: toNumber((pricing.billable ? (message.cost ?? tier?.rate) : undefined) ?? ZERO),
      });
      return told(pricing, message);
    },
    lines: () => lines,
    used: (at) => usedIn(monthAt(at)),
  };
}

type When = { readonly book: PriceBook; readonly currency: Currency; readonly day: Day; readonly at: Instant };

// Which of the two kinds of authentication it is.
function kindOf({ category, address, international }: Billable, { book, currency, day, at }: When): Category {
  const market = marketOf(marketMap(), address, day);
  return chargedCategory(book, { currency, day, market, category }, { at, internationalFrom: startsByMarket(international, marketMap()) });
}

// As JSON has it; six decimals of any such amount are exact in it.
function toNumber(amount: Micros): number {
  return Number(amount) / 1e6;
}

function tierText(tier: Rate | undefined): string {
  if (tier === undefined) return '0:MAX';
  return `${tier.tierFrom}:${typeof tier.tierTo === 'number' ? tier.tierTo : 'MAX'}`;
}
