// What a new card leaves out that the card before it has, for the answer of an import: nothing is carried over from one card to the next.

import * as z from 'zod/mini';
import { lossesOf } from '../domain/card-tiers.ts';
import type { PriceCard } from '../domain/price-book.ts';

/** The fields of a card in the answer of an import. */
export const CardLosses = z.object({
  before: z.nullable(z.string()).check(z.describe('the first day of the newest card before this one; null: there is none')),
  missing_markets: z.array(z.string()).check(z.describe('markets of the card before that have no price from this card on')),
  missing_prices: z.int().check(z.describe('prices of the card before, in markets that this one has, that are missing')),
  lost_tiers: z.int().check(z.describe('prices that have volume tiers in the card before, and none in this one')),
});
export type CardLosses = z.output<typeof CardLosses>;

type Named = { readonly currency: string; readonly effective_from: string };

/** What the card of that name leaves out of the newest one of its currency before it. Of two cards of a day the later one counts. */
export function cardLosses({ currency, effective_from: day }: Named, cards: readonly PriceCard[]): CardLosses {
  const own = cards.filter((card) => card.currency === currency && card.effectiveFrom <= day);
  const sorted = own.toSorted((left, right) =>
    left.effectiveFrom < right.effectiveFrom ? -1 : Number(left.effectiveFrom > right.effectiveFrom),
  );
  const card = sorted.at(-1);
  const before = sorted.findLast(({ effectiveFrom }) => effectiveFrom < day);
  if (card === undefined || before === undefined) return { before: null, missing_markets: [], missing_prices: 0, lost_tiers: 0 };
  const { markets, prices, tiers } = lossesOf(card, before);
  return { before: before.effectiveFrom, missing_markets: [...markets], missing_prices: prices, lost_tiers: tiers };
}

/** A sentence for each kind of loss. */
export function lossesText(losses: CardLosses & Named): readonly string[] {
  const { currency, effective_from: from, before, missing_markets: markets, missing_prices: prices, lost_tiers: tiers } = losses;
  const where = `the card before, from ${before},`;
  return [
    ...(markets.length === 0
      ? []
      : [`${counted(markets.length, 'market')} of ${where} ${are(markets.length)} missing: no price from then on.`]),
    ...(prices === 0
      ? []
      : [`${counted(prices, 'price')} of ${where} ${are(prices)} missing in markets that it has: no price from then on.`]),
    ...(tiers === 0
      ? []
      : [`${counted(tiers, 'price')} with volume tiers in ${where} ${tiers === 1 ? 'has' : 'have'} none: ${TIERS_HINT}`]),
  ].map((sentence) => `${currency} from ${from}: ${sentence}`);
}

const TIERS_HINT = 'list price for any volume, until the volume-tier file of that day is imported.';

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}
