// Volume tiers and list prices come in two files. Owns how they become one card: tiers are added to prices that are there, and never invent one.

import { formatAmount } from '../values/money.ts';
import type { PriceCard, Rate } from './price-book.ts';
import { refuseCell } from './price-cell.ts';
import { orderedTiers, type ReadRate } from './tier-order.ts';

/**
 * The card with these tiers in place of what it had for their markets and categories. Throws `price_card_invalid` where tiers do not follow one another, or do not
 * begin with the card's list price; `source` is the file that they are from.
 */
export function withTiers(card: PriceCard, read: readonly ReadRate[], source: string): PriceCard {
  orderedTiers(read, source);
  for (const { row, rate } of read) {
    if (rate.tierFrom !== 0) continue;
    const list = card.rates.find((known) => known.tierFrom === 0 && groupOf(known) === groupOf(rate));
    const place = { source, row, column: 'rate', value: formatAmount(rate.rate) };
    const known = `the ${card.currency} card from ${card.effectiveFrom}`;
    if (list === undefined) throw refuseCell(place, `${known} has no ${rate.category} price for ${rate.market}`);
    if (list.rate !== rate.rate) throw refuseCell(place, `not the list price of ${known}, ${formatAmount(list.rate)}`);
  }
  const tiers = byGroup(read.map(({ rate }) => rate));
  return { ...card, rates: replaced(card.rates, (rate) => tiers.get(groupOf(rate))) };
}

/** The card with the tiers that another one knows of the same list prices, where its own does not say where the first tier ends. */
export function keepTiers(card: PriceCard, known: PriceCard): PriceCard {
  const tiers = byGroup(known.rates);
  return {
    ...card,
    rates: replaced(card.rates, (rate) => {
      const kept = tiers.get(groupOf(rate));
      return rate.tierTo === 'unknown' && kept?.[0]?.rate === rate.rate ? kept : undefined;
    }),
  };
}

/** Whether one card has other tiers than another where that one knew them. */
export function changesTiers(card: PriceCard, known: PriceCard): boolean {
  const tiers = byGroup(card.rates);
  return [...byGroup(known.rates)].some(([group, before]) => before.length > 1 && textOf(tiers.get(group) ?? []) !== textOf(before));
}

/** What a card leaves out that another one has. `prices` and `tiers` count markets and categories: prices in markets that the card has, tiers of prices that it has. */
export type CardLosses = { readonly markets: readonly string[]; readonly prices: number; readonly tiers: number };

/** What is lost where a card follows another one: none of that is carried over. */
export function lossesOf(card: PriceCard, before: PriceCard): CardLosses {
  const [groups, known] = [byGroup(card.rates), [...byGroup(before.rates)]];
  const markets = new Set(card.rates.map(({ market }) => market));
  const missing = new Set(before.rates.map(({ market }) => market).filter((market) => !markets.has(market)));
  return {
    markets: [...missing],
    prices: known.filter(([group, [first]]) => first !== undefined && markets.has(first.market) && !groups.has(group)).length,
    tiers: known.filter(([group, tiers]) => tiers.length > 1 && groups.get(group)?.length === 1).length,
  };
}

/** For how many markets and categories the card has volume tiers. */
export function countTiered({ rates }: PriceCard): number {
  return [...byGroup(rates).values()].filter((tiers) => tiers.length > 1).length;
}

function replaced(rates: readonly Rate[], tiersOf: (first: Rate) => readonly Rate[] | undefined): readonly Rate[] {
  const gone = new Set<string>();
  return rates.flatMap((rate) => {
    if (gone.has(groupOf(rate))) return [];
    const tiers = tiersOf(rate);
    if (tiers === undefined) return [rate];
    gone.add(groupOf(rate));
    return tiers;
  });
}

/** The tiers of each market and category, lowest first. */
function byGroup(rates: readonly Rate[]): ReadonlyMap<string, readonly Rate[]> {
  const groups = new Map<string, Rate[]>();
  for (const rate of rates) groups.set(groupOf(rate), [...(groups.get(groupOf(rate)) ?? []), rate]);
  for (const tiers of groups.values()) tiers.sort((left, right) => left.tierFrom - right.tierFrom);
  return groups;
}

function groupOf({ market, category }: Rate): string {
  return `${market}\n${category}`;
}

function textOf(tiers: readonly Rate[]): string {
  return tiers.map(({ tierFrom, tierTo, rate }) => `${tierFrom}:${tierTo}=${rate}`).join();
}
