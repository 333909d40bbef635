// Our deliveries and the provider's figures, brought to the same lines: period, market, country, category and type. Pure; judges nothing.

import { countryOf, UNKNOWN_COUNTRY } from '../catalog/countries.ts';
import { marketMap } from '../catalog/markets.ts';
import type { BilledCategory, BilledLine } from '../domain/billed.ts';
import { CATEGORIES, type Category } from '../domain/consent.ts';
import { type Market, marketOf } from '../domain/market.ts';
import type { PricingType } from '../domain/message.ts';
import { type PriceBook, rateInForce } from '../domain/price-book.ts';
import type { BookedLine, DeliveryKind, MonthBooks } from '../ports/store/reconcile.ts';
import { type Currency, type Micros, minus, plus, times, ZERO } from '../values/money.ts';
import { type Day, type Month, monthDays, monthOf } from '../values/time.ts';

/** What the books are compared with. `tells`: which of its dimensions the source has; what it does not tell is not compared. */
export type BilledMonth = {
  readonly month: Month;
  readonly currency: Currency;
  readonly lines: readonly BilledLine[];
  readonly tells: { readonly types: boolean; readonly tiers: boolean };
  readonly prices: PriceBook;
};

/** A month's volume discount in one market and category is a line of its own: it depends on the count of the month, and on no single message. */
export const VOLUME_DISCOUNT = 'volume_discount';

export type Place = {
  readonly period: Day | Month;
  readonly market: Market;
  /** Null where one of the two sides does not know it for some message of this market. */
  readonly country: string | null;
  readonly category: BilledCategory;
  readonly type: PricingType | typeof VOLUME_DISCOUNT;
};

export type Ours = Omit<BookedLine, keyof DeliveryKind> & { readonly pending: Micros };
export type Theirs = { readonly units: number; readonly amount: Micros | null };

export type Line = {
  readonly name: string;
  readonly place: Place;
  readonly ours: Ours;
  readonly theirs: Theirs;
  /** What was booked of this line after earlier comparisons; it is no part of `ours`. */
  readonly accepted: Micros;
};

const NOTHING: Ours = {
  units: 0,
  charged: ZERO,
  byHand: ZERO,
  unheard: 0,
  unpriced: 0,
  openEnded: 0,
  otherCategory: 0,
  pending: ZERO,
};

/** How fine the lines are: by day where every figure has its day, by country where every one of the market has. */
export type Grain = { readonly isByDay: boolean; readonly unsplit: ReadonlySet<Market> };

/** The grain that both sides have. */
export function grainOf({ lines, accepted }: MonthBooks, billed: BilledMonth): Grain {
  const unsplit = new Set<Market>();
  for (const { origin, market } of lines) if (countryOfOrigin(origin) === null) unsplit.add(market);
  for (const line of billed.lines) if (line.country === null) unsplit.add(marketOfBilled(line));
  for (const { line } of accepted) {
    const { type, country, market } = placeNamed(line);
    if (type !== VOLUME_DISCOUNT && country === null) unsplit.add(market);
  }
  return { isByDay: billed.lines.every(({ period }) => period.length > 'YYYY-MM'.length), unsplit };
}

/** Both sides by line, in their order. */
export function bringTogether(books: MonthBooks, billed: BilledMonth): readonly Line[] {
  const grain = grainOf(books, billed);
  const lines = new Map<string, Line>();
  const none: Theirs = { units: 0, amount: tellsAmounts(billed) ? ZERO : null };
  const change: Change = (place, by) => {
    const name = nameOf(place);
    const line = lines.get(name) ?? { name, place, ours: NOTHING, theirs: none, accepted: ZERO };
    lines.set(name, { ...line, ...by(line) });
  };
  for (const booked of books.lines) {
    const place = placeOf(booked, grain);
    if (billed.tells.types || place.type === 'regular') change(place, ({ ours }) => ({ ours: added(ours, booked) }));
  }
  for (const { market, category, booked, pending } of books.discounts)
    change(discountPlace(billed.month, market, category), ({ ours }) => ({
      ours: { ...ours, charged: plus(ours.charged, booked), pending },
    }));
  for (const line of billed.lines) {
    const place = placeOfBilled(line, grain);
    const discount = discountIn(line, place, billed);
    change(place, ({ theirs }) => ({ theirs: addTheirs(theirs, { units: line.units, amount: less(line.amount, discount) }) }));
    if (discount !== ZERO) give(change, billed.month, place, discount);
  }
  for (const { line, amount } of books.accepted)
    change(coarser(placeNamed(line), grain), ({ accepted }) => ({ accepted: plus(accepted, amount) }));
  if (!billed.tells.tiers) for (const line of lines.values()) giveUntold(change, billed.month, line, lines);
  return [...lines.values()].filter(saysAnything).toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function tellsAmounts({ lines }: BilledMonth): boolean {
  return lines.length === 0 || lines.some(({ amount }) => amount !== null);
}

type Change = (place: Place, by: (line: Line) => Partial<Line>) => void;

function give(change: Change, month: Month, { market, category }: Place, discount: Micros): void {
  change(discountPlace(month, market, category), ({ theirs }) => ({ theirs: addTheirs(theirs, { units: 0, amount: discount }) }));
}

// A source that tells no tiers asks for less than the list price where a discount is due: as many messages for less money are taken to be it.
function giveUntold(change: Change, month: Month, line: Line, lines: ReadonlyMap<string, Line>): void {
  const { place, ours, theirs } = line;
  const discount = lines.get(nameOf(discountPlace(month, place.market, place.category)))?.ours;
  if (discount === undefined || plus(discount.charged, discount.pending) === ZERO || place.type !== 'regular') return;
  const list = plus(ours.charged, ours.byHand);
  if (theirs.amount === null || theirs.units !== ours.units || theirs.amount >= list) return;
  give(change, month, place, minus(theirs.amount, list));
  change(place, () => ({ theirs: { ...theirs, amount: list } }));
}

function discountPlace(month: Month, market: Market, category: BilledCategory): Place {
  return { period: month, market, country: null, category, type: VOLUME_DISCOUNT };
}

function saysAnything({ ours, theirs, accepted }: Line): boolean {
  const amounts = [ours.charged, ours.byHand, ours.pending, accepted, theirs.amount ?? ZERO];
  return ours.units + theirs.units > 0 || amounts.some((amount) => amount !== ZERO);
}

/** The line that deliveries of this kind count in. */
export function placeOf({ day, market, origin, category, pricingType }: DeliveryKind, { isByDay, unsplit }: Grain): Place {
  return {
    period: isByDay ? day : monthOf(day),
    market,
    country: unsplit.has(market) ? null : countryOfOrigin(origin),
    category: comparedAs(category, pricingType),
    type: pricingType,
  };
}

/** Whether deliveries of this kind count in the line of that name. */
export function isOfLine(name: string, kind: DeliveryKind): boolean {
  const { period, market, country } = placeNamed(name);
  const unsplit = new Set(country === null ? [market] : []);
  return nameOf(placeOf(kind, { isByDay: period.length > 'YYYY-MM'.length, unsplit })) === name;
}

function placeOfBilled(line: BilledLine, { isByDay, unsplit }: Grain): Place {
  const market = marketOfBilled(line);
  const { period, category, type } = line;
  return {
    period: isByDay ? period : monthOf(period as Day),
    market,
    country: unsplit.has(market) ? null : line.country === null ? null : homeOf(line.country),
    category: comparedAs(category, type),
    type,
  };
}

// In a free-entry-point window the provider knows one category only, and in some places none of ours.
function comparedAs(category: BilledCategory, type: PricingType): BilledCategory {
  return type === 'free_entry_point' ? 'referral-conversion' : category;
}

function marketOfBilled({ market, country, period }: BilledLine): Market {
  return market ?? marketOf(marketMap(), homeOf(country ?? UNKNOWN_COUNTRY), dayOfPeriod(period));
}

function dayOfPeriod(period: Day | Month): Day {
  return period.length > 'YYYY-MM'.length ? (period as Day) : monthDays(period as Month).from;
}

// Whose numbers have the calling code of another country: the provider prices by the code.
const HOMES: Readonly<Record<string, string>> = {
  GG: 'GB',
  JE: 'GB',
  IM: 'GB',
  VA: 'IT',
  AX: 'FI',
  SJ: 'NO',
  CX: 'AU',
  CC: 'AU',
  EH: 'MA',
};

function homeOf(country: string): string {
  return HOMES[country] ?? country;
}

function countryOfOrigin(origin: string | null): string | null {
  if (origin === null) return null;
  const country = origin.startsWith('+') ? countryOf(origin) : homeOf(origin);
  return country === UNKNOWN_COUNTRY ? null : country;
}

function added(ours: Ours, more: BookedLine): Ours {
  return {
    units: ours.units + more.units,
    charged: plus(ours.charged, more.charged),
    byHand: plus(ours.byHand, more.byHand),
    unheard: ours.unheard + more.unheard,
    unpriced: ours.unpriced + more.unpriced,
    openEnded: ours.openEnded + more.openEnded,
    otherCategory: ours.otherCategory + more.otherCategory,
    pending: ours.pending,
  };
}

function addTheirs(theirs: Theirs, more: Theirs): Theirs {
  return {
    units: theirs.units + more.units,
    amount: theirs.amount === null || more.amount === null ? null : plus(theirs.amount, more.amount),
  };
}

function less(amount: Micros | null, discount: Micros): Micros | null {
  return amount === null ? null : minus(amount, discount);
}

// What a line beyond the first tier costs less than at list price.
function discountIn(
  { tierFrom, units, amount, period }: BilledLine,
  { market, category }: Place,
  { prices, currency }: BilledMonth,
): Micros {
  const known = CATEGORIES.find((each): each is Category => each === category);
  if (tierFrom === null || tierFrom <= 1 || amount === null || known === undefined) return ZERO;
  const list = rateInForce(prices, { currency, market, category: known, day: dayOfPeriod(period) });
  return list === undefined ? ZERO : minus(amount, times(list.rate, units));
}

/** The name of a line, which says all of its place: `2026-10-05/Germany/DE/utility/regular`. */
function nameOf({ period, market, country, category, type }: Place): string {
  return [period, market, country ?? ALL, category, type].join('/');
}

const ALL = '*';

function placeNamed(name: string): Place {
  const [period = '', market = '', country = ALL, category = '', type = ''] = name.split('/');
  return {
    period: period as Day | Month,
    market,
    country: country === ALL ? null : country,
    category: category as BilledCategory,
    type: type as Place['type'],
  };
}

// An earlier comparison may have been finer than this one.
function coarser(place: Place, { isByDay, unsplit }: Grain): Place {
  if (place.type === VOLUME_DISCOUNT) return place;
  const { period, market, country } = place;
  return { ...place, period: isByDay ? period : monthOf(period as Day), country: unsplit.has(market) ? null : country };
}
