// The price cards that the emulator bills by: the built-in ones, or those of its scenario, as CSV in the columns of `price import`.

import { marketMap } from '../catalog/markets.ts';
import { plainRecords } from '../catalog/plain-csv.ts';
import { builtinPriceCards } from '../catalog/price-cards.ts';
import type { PriceCard } from '../domain/price-book.ts';
import { parsePriceCards } from '../domain/price-card.ts';
import type { Currency } from '../values/money.ts';
import type { Scenario } from './scenario.ts';

/** The cards of the account's currency. */
export function priceCardsOf({ account }: Scenario): readonly PriceCard[] {
  const currency = account.currency as Currency;
  if (account.price_cards === undefined) return builtinPriceCards(currency).map(({ card }) => card);
  return readCards(account.price_cards).filter((card) => card.currency === currency);
}

/** True for text that can be read as price cards. */
export function isPriceCards(text: string): boolean {
  try {
    return readCards(text).length > 0;
  } catch {
    return false;
  }
}

function readCards(text: string): readonly PriceCard[] {
  return parsePriceCards(plainRecords(text), { source: 'price_cards', markets: marketMap().markets });
}
