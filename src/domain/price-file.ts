// What a price file is: a card of our own, which says all, or one of the two files of the provider, which do not say from when they are in force.

import { fail } from '../errors.ts';
import type { Day } from '../values/time.ts';
import type { Market } from './market.ts';
import type { PriceCard } from './price-book.ts';
import { parsePriceCards } from './price-card.ts';
import { findRatesTable, readRatesTable } from './provider-rates.ts';
import { findTiersTable, readTiersTable, type TierList } from './provider-tiers.ts';

export const PRICE_LAYOUTS = ['cards', 'rates', 'tiers'] as const;

/** `cards`: whole cards. `rates`: cards of list prices only. `tiers`: the tiers of prices that are there, from a day on. */
export type PriceFile =
  | { readonly layout: 'cards'; readonly cards: readonly PriceCard[] }
  | { readonly layout: 'rates'; readonly cards: readonly PriceCard[] }
  | { readonly layout: 'tiers'; readonly effectiveFrom: Day; readonly lists: readonly TierList[] };

export type PriceFileContext = {
  /** The file's name, for errors. */
  readonly source: string;
  readonly markets: ReadonlySet<Market>;
  /** From when the prices are in force, where the file does not say it itself. */
  readonly effectiveFrom: Day | null;
};

/** The content of a price file, by what its header names. Throws as its layout does, and `invalid_input` where a day is missing, or said twice. */
export function parsePriceFile(records: readonly (readonly string[])[], { source, markets, effectiveFrom }: PriceFileContext): PriceFile {
  const tiers = findTiersTable(records, source);
  const rates = tiers === undefined ? findRatesTable(records, source) : undefined;
  if (tiers === undefined && rates === undefined) {
    if (effectiveFrom !== null) throw dayGiven();
    return { layout: 'cards', cards: parsePriceCards(records, { source, markets }) };
  }
  if (effectiveFrom === null) throw dayMissing();
  if (tiers !== undefined) return { layout: 'tiers', effectiveFrom, lists: found(readTiersTable(tiers, markets), source) };
  return { layout: 'rates', cards: rates === undefined ? [] : found(readRatesTable(rates, { markets, effectiveFrom }), source) };
}

function found<Item>(items: readonly Item[], source: string): readonly Item[] {
  if (items.length > 0) return items;
  throw fail('price_card_invalid', { message: 'The file has a header and no prices.', details: { source } });
}

function dayMissing(): Error {
  return fail('invalid_input', {
    message: "The provider's files do not say from when their prices are in force.",
    hint: 'Say it with --effective-from, such as 2026-10-01.',
    details: { option: 'effective-from' },
  });
}

function dayGiven(): Error {
  return fail('invalid_input', {
    message: '--effective-from is for the files of the provider; this one must say it in its column effective_from.',
    hint: 'Leave the option out, or give a file with the columns of the provider.',
    details: { option: 'effective-from' },
  });
}
