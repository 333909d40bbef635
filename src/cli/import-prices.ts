// A price file becomes cards of the store: as it is, or together with what the card of that currency and day says already.

import { changesTiers, keepTiers, withTiers } from '../domain/card-tiers.ts';
import type { PriceCard } from '../domain/price-book.ts';
import type { PriceFile } from '../domain/price-file.ts';
import { fail } from '../errors.ts';
import type { DirectoryStore, StoredPriceCard } from '../ports/store/directory.ts';
import type { NewCard } from './price-cards.ts';

export type FileWords = {
  /** The file's name, for errors. */
  readonly source: string;
  /** Where the figures come from, as the card will say. */
  readonly words: string;
};

/**
 * The cards that a file comes to. A tier file adds to the card of its currency and day, whose list prices it must begin with. A rates file knows no tiers, and keeps
 * those of prices that stay the same. Throws `price_card_invalid` where there is no such card, or the tiers do not fit it.
 */
export async function cardsOfFile(
  store: Pick<DirectoryStore, 'listPriceCards'>,
  file: PriceFile,
  { source, words }: FileWords,
): Promise<readonly NewCard[]> {
  if (file.layout === 'cards') return file.cards.map((card) => ({ card, source: words }));
  const stored = await store.listPriceCards({ currency: null });
  const known = ({ currency, effectiveFrom }: Pick<PriceCard, 'currency' | 'effectiveFrom'>): StoredPriceCard | undefined =>
    stored.find(({ card }) => card.currency === currency && card.effectiveFrom === effectiveFrom);
  if (file.layout === 'rates') {
    return file.cards.map((card) => {
      const before = known(card);
      return { card: before === undefined ? card : keepTiers(card, before.card), source: words };
    });
  }
  return file.lists.map(({ currency, tiers }) => {
    const day = { currency, effectiveFrom: file.effectiveFrom };
    const before = known(day);
    if (before === undefined) throw noCard(day, source);
    const card = withTiers(before.card, tiers, source);
    // What was not known is added without asking; what was known is corrected only when that is said.
    return { card, source: `${before.source}; tiers: ${words}`, madeFrom: changesTiers(card, before.card) ? undefined : before.digest };
  });
}

function noCard({ currency, effectiveFrom }: Pick<PriceCard, 'currency' | 'effectiveFrom'>, source: string): Error {
  return fail('price_card_invalid', {
    message: `The store has no ${currency} card that begins on ${effectiveFrom}, which tiers could be added to.`,
    hint: 'Import the rates file of that day first; tollbell price list shows the cards.',
    details: { source, currency, effective_from: effectiveFrom },
  });
}
