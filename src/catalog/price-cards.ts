// The built-in price cards, from rates.csv: list prices of one delivered message. A tier_to that is empty means that the end of the first
// tier is not known, so that the rate is an upper bound; a missing row means no price, never zero. Where the figures come from:
// - USD and COP, all markets: tables made from the provider's own files, which were kept with their SHA-256:
//   USD 2026-07-01 9aa0fcb64bd1455aa010b5738a3eca90d290f09ae1a71a153d0d148348408ffa
//   USD 2026-10-01 94913fa225da00935cd50a69a317373302d90afd47b57eeabb5e7cd64e78d867
//   COP 2026-07-01 a28188877b14ec23420e0d22fc5898beace2ab09272ef3696c1d63f6a0f09bc5
//   COP 2026-10-01 cd9fe8d22a7a9d0ca7cfeffb333df4863faf18a46625c36503be530df58b3c7c
// - the other currencies: a few markets each, from notes of others that quote the provider's card.
// The provider's current files are linked from https://developers.facebook.com/documentation/business-messaging/whatsapp/pricing

import type { PriceCard } from '../domain/price-book.ts';
import { parsePriceCards } from '../domain/price-card.ts';
import type { Currency } from '../values/money.ts';
import { marketMap } from './markets.ts';
import { plainRecords } from './plain-csv.ts';
import ratesCsv from './rates.csv';

const FROM_FILE = "made from the provider's rates file, all markets";
const QUOTED = "quoted from the provider's card by others, some markets";

/** A card, and in words where its figures come from and how sure they are. */
export type SourcedPriceCard = { readonly card: PriceCard; readonly source: string };

const known = new Map<Currency | 'all', readonly SourcedPriceCard[]>();

/**
 * The built-in cards, one for each currency and day, or those of one currency: a cold process reads all in 6 ms and US dollars in 3.7,
 * and a fresh store wants no more. Read on first use and then kept.
 */
export function builtinPriceCards(currency: Currency | 'all' = 'all'): readonly SourcedPriceCard[] {
  const cards = known.get(currency) ?? readCards(currency);
  known.set(currency, cards);
  return cards;
}

function readCards(currency: Currency | 'all'): readonly SourcedPriceCard[] {
  const [header = [], ...body] = plainRecords(ratesCsv);
  const rows = currency === 'all' ? body : body.filter((record) => record[2] === currency);
  if (rows.length === 0) return [];
  return parsePriceCards([header, ...rows], { source: 'rates.csv', markets: marketMap().markets }).map((card) => ({
    card,
    source: `built in: ${card.currency === 'USD' || card.currency === 'COP' ? FROM_FILE : QUOTED}`,
  }));
}
