// Quoting: the list rate of each recipient's market on a day, and what it comes to; of a file, the estimate alone. Budgets and windows are not asked.

import * as z from 'zod/mini';
import type { App } from '../app.ts';
import { marketMap } from '../catalog/markets.ts';
import { builtinPriceCards } from '../catalog/price-cards.ts';
import { type BidFacts, bidCap, pricedAlike } from '../domain/bid.ts';
import { CATEGORIES, type Category } from '../domain/consent.ts';
import { createEstimateMeter, type Prospect } from '../domain/estimate.ts';
import { type Address, type Market, marketOf } from '../domain/market.ts';
import { DELIVERY_TTL_MS, queueExpiry } from '../domain/message.ts';
import { createPriceBook, type PriceBook, type PriceCard, type Rate, tiersInForce } from '../domain/price-book.ts';
import type { InternationalFrom } from '../domain/auth-international.ts';
import { basisOf, chargedCategory, LIST_BASES, quoteReservation } from '../domain/quote.ts';
import { internationalFrom } from '../domain/sender.ts';
import { tierOfNth } from '../domain/tier.ts';
import type { Store } from '../ports/store.ts';
import { type AddressFile, readAddresses } from '../send/addresses.ts';
import { type Currency, formatAmount, type Micros, plus, times, ZERO } from '../values/money.ts';
import type { Phone } from '../values/phone.ts';
import { type Day, dayOf, type Instant, type TimeZone } from '../values/time.ts';
import { chargedSoFar, toEstimate } from './estimate-view.ts';
import { findTemplates, onlyLanguage } from './find-templates.ts';
import { pricedSender } from './price-cards.ts';
import { interruptedBy } from './interrupted.ts';
import { moneyText } from './shapes.ts';

/** One recipient's price. */
export const QuoteItem = z.object({
  to: z.string(),
  market: z.string(),
  category: z.enum(CATEGORIES),
  currency: z.string(),
  rate: z.nullable(moneyText).check(z.describe('the list rate of one delivered message; null: no price is known')),
  bid_cap: z
    .nullable(moneyText)
    .check(z.describe('the most that one may cost by the bid of the template, whatever the rate; null: it bids nothing')),
  units: z.int(),
  total: z.nullable(moneyText).check(z.describe('at the list rate, or at most by the bid')),
  effective_from: z.nullable(z.string()).check(z.describe('the first day of the card that the rate is from')),
  basis: z
    .nullable(z.enum(LIST_BASES))
    .check(z.describe('list_open_ended: the card does not tell where its first tier ends; list_first_tier: it has further tiers')),
  month_units: z.int().check(z.describe('the charged messages of the month so far, of all senders: its volume tiers go on from there')),
  tier_from: z
    .nullable(z.int())
    .check(z.describe('the volume tier that the next one falls into; null: no price, or above the last tier of the card')),
  tier_rate: z.nullable(moneyText),
  reason: z.nullable(z.literal('no_price')),
});

/** What people should know of a rate; null where there is nothing to say. */
export function basisNote(item: z.output<typeof QuoteItem>): string | null {
  const { basis, bid_cap: cap, month_units: units, tier_from: from, tier_rate: rate } = item;
  if (cap !== null) return `at most ${cap} a message, by the bid of the template; the list rate is ${item.rate ?? 'not known'}`;
  if (basis === 'list_open_ended') return 'list rate; the card does not tell where its first tier ends';
  if (basis !== 'list_first_tier') return null;
  const month = `list rate, that of the first volume tier; the month has ${units} charged, and the next one is`;
  if (from === null) return `${month} above the last tier that the card has, at list price`;
  return from === 0 ? `${month} in that tier` : `${month} in the tier from ${from} on, at ${rate}`;
}

/** What all recipients with a price come to. */
export const QuoteTotal = z.object({ currency: z.string(), units: z.int(), total: moneyText });

export type Quote = {
  readonly sender: string;
  readonly template: string | null;
  readonly category: Category;
  readonly day: Day;
  /** One for each recipient of the command line. */
  readonly items: z.output<typeof QuoteItem>[];
  readonly totals: z.output<typeof QuoteTotal>[];
} & ReturnType<typeof toEstimate>;

export type QuoteRequest = {
  /** A category, or the name of a template; the category where it is both. */
  readonly what: string;
  readonly to: readonly Phone[];
  /** A file of recipients in their place. */
  readonly file: AddressFile | null;
  readonly units: number;
  /** Null for now. */
  readonly at: Instant | null;
  readonly language: string | null;
};

type DatedRate = Rate & { readonly effectiveFrom: Day };
type Terms = {
  /** How many messages of each market and category the month has charged. */
  readonly charged: ReadonlyMap<string, number>;
  readonly book: PriceBook<DatedRate>;
  readonly currency: Currency;
  readonly day: Day;
  readonly category: Category;
  /** The most that one may cost by the bid of the template. */
  readonly cap: Micros | null;
  readonly units: number;
  /** From when the sender pays the international rate of authentication. */
  readonly internationalFrom: InternationalFrom;
  /** When they are sent. */
  readonly at: Instant;
};

/**
 * One quote for each recipient, in order, and the estimate of all. Where there is no store yet, the prices are those that it will begin with. Throws
 * `unknown_template`, and what `readAddresses` throws.
 */
export async function quotePrices(app: App, request: QuoteRequest): Promise<Quote> {
  const store = await app.reader();
  const { name: sender, currency, timeZone, whatsapp } = await pricedSender(store, app.config);
  const { template, category, bid } = await categoryOf(app, request);
  const at = request.at ?? app.clock.now();
  const until = queueExpiry(at, DELIVERY_TTL_MS);
  const [day, to] = [dayOf(at, timeZone), dayOf(until, timeZone)];
  const book = createPriceBook((await cardsOf(store, currency)).map(withDates));
  const charged = store === null ? new Map<string, number>() : await chargedSoFar(store, currency, day);
  const cap = bidCap(bid, currency);
  const terms = {
    book,
    currency,
    day,
    category,
    cap,
    units: request.units,
    internationalFrom: internationalFrom({ whatsapp }, marketMap()),
    at,
    charged,
  };
  const meter = createEstimateMeter();
  const count = (address: Address): void => meter.add(toProspect(address, { ...terms, to, until, timeZone }));
  if (request.file !== null && !(await readAddresses(app, request.file, count))) throw interruptedBy('the same command');
  for (const phone of request.to) count(phone);
  const items = request.to.map((phone) => quoteOne(phone, terms));
  return {
    sender,
    template,
    category,
    day,
    items: items.map(({ item }) => item),
    totals: totalsOf(items, currency),
    ...toEstimate(meter.groups(), { book, currency, from: day, to, charged }),
  };
}

type Later = { readonly to: Day; readonly until: Instant; readonly timeZone: TimeZone };

// Who is asked for may be somebody whom the store does not know, so that nobody's windows are looked up.
function toProspect(address: Address, { book, day: from, units, ...terms }: Terms & Later): Prospect {
  const { market, category, rate } = quoteReservation(book, marketMap(), { ...terms, address, from });
  const price = terms.cap ?? rate?.rate ?? null;
  return { market, category, units, reserved: price === null ? null : times(price, units), cap: terms.cap, isFreeNow: false };
}

type Priced = { readonly item: z.output<typeof QuoteItem>; readonly total: Micros | null };

function quoteOne(phone: Phone, { book, currency, day, units, cap, charged, ...asked }: Terms): Priced {
  const market: Market = marketOf(marketMap(), phone, day);
  const category = chargedCategory(book, { currency, day, market, category: asked.category }, asked);
  const tiers = tiersInForce(book, { currency, day, market, category });
  const [rate] = tiers;
  const monthUnits = charged.get(`${market}\n${category}`) ?? 0;
  const next = tierOfNth(tiers, monthUnits + 1);
  const price = cap ?? rate?.rate ?? null;
  const total = price === null ? null : times(price, units);
  const item = {
    to: phone,
    market,
    category,
    currency,
    rate: rate === undefined ? null : formatAmount(rate.rate),
    bid_cap: cap === null ? null : formatAmount(cap),
    units,
    total: total === null ? null : formatAmount(total),
    effective_from: rate?.effectiveFrom ?? null,
    basis: rate === undefined ? null : basisOf(rate),
    month_units: monthUnits,
    tier_from: next?.tierFrom ?? null,
    tier_rate: next === undefined ? null : formatAmount(next.rate),
    reason: price === null ? ('no_price' as const) : null,
  };
  return { item, total };
}

function totalsOf(priced: readonly Priced[], currency: Currency): z.output<typeof QuoteTotal>[] {
  const known = priced.flatMap(({ item, total }) => (total === null ? [] : [{ units: item.units, total }]));
  if (known.length === 0) return [];
  const total = known.reduce((sum, one) => plus(sum, one.total), ZERO);
  return [{ currency, units: known.reduce((sum, one) => sum + one.units, 0), total: formatAmount(total) }];
}

async function categoryOf(
  app: App,
  { what, language }: QuoteRequest,
): Promise<{ readonly template: string | null; readonly category: Category; readonly bid: BidFacts | null }> {
  const category = CATEGORIES.find((known) => known === what);
  if (category !== undefined) return { template: null, category, bid: null };
  const templates = await findTemplates(app, { name: what, language });
  const [first, ...others] = templates;
  const isSame = first !== undefined && others.every((template) => pricedAlike(template, first));
  const chosen = isSame ? first : onlyLanguage(templates, what);
  return { template: what, category: chosen.category, bid: chosen };
}

async function cardsOf(store: Store | null, currency: Currency): Promise<readonly PriceCard[]> {
  const cards = store === null ? builtinPriceCards() : await store.listPriceCards({ currency });
  return cards.map(({ card }) => card).filter((card) => card.currency === currency);
}

function withDates({ currency, effectiveFrom, rates }: PriceCard): PriceCard<DatedRate> {
  return { currency, effectiveFrom, rates: rates.map((rate) => ({ ...rate, effectiveFrom })) };
}
