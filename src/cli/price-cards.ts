// Price cards as commands show them, and the way of new cards into the store.

import * as z from 'zod/mini';
import type { App } from '../app.ts';
import type { PriceCard, Rate } from '../domain/price-book.ts';
import { canonicalCard } from '../domain/price-card.ts';
import { CATEGORIES } from '../domain/consent.ts';
import { SANDBOX_SENDER, type Sender } from '../domain/sender.ts';
import { fail } from '../errors.ts';
import type { DirectoryStore, StoredPriceCard } from '../ports/store/directory.ts';
import { type Currency, formatAmount } from '../values/money.ts';
import { type Day, UTC } from '../values/time.ts';
import { currentSender } from './current-sender.ts';
import { moneyText } from './shapes.ts';

/** What became of a card; `kept`: another card of that currency and day is there and stays. */
const CARD_RESULTS = ['added', 'replaced', 'unchanged', 'kept'] as const;
type CardResult = (typeof CARD_RESULTS)[number];

/** A card without its rates. */
export const PriceCardItem = z.object({
  currency: z.string(),
  effective_from: z.string().check(z.describe('the first day on which it is in force, in the zone of each sender')),
  rates: z.int().check(z.describe('how many rates it has')),
  source: z.string().check(z.describe('where its figures come from')),
  digest: z.string().check(z.describe('SHA-256 of the card')),
});

/** A rate, in the columns of a price card. */
export const RateItem = z.object({
  market: z.string(),
  category: z.enum(CATEGORIES),
  currency: z.string(),
  effective_from: z.string(),
  tier_from: z.int(),
  tier_to: z
    .nullable(z.union([z.int(), z.literal('max')]))
    .check(z.describe('the last message of the tier in a month; null: the card does not tell')),
  rate: moneyText,
});

/** A card, and what became of it. */
export const PutCardItem = z.extend(PriceCardItem, { result: z.enum(CARD_RESULTS) });

/** The fields of a card. */
export function toPriceCardItem({ card, source, digest }: StoredPriceCard): z.output<typeof PriceCardItem> {
  return { currency: card.currency, effective_from: card.effectiveFrom, rates: card.rates.length, source, digest };
}

/** The fields of a rate. */
export function toRateItem(
  { market, category, tierFrom, tierTo, rate }: Rate,
  { currency, effectiveFrom }: Pick<PriceCard, 'currency' | 'effectiveFrom'>,
): z.output<typeof RateItem> {
  return {
    market,
    category,
    currency,
    effective_from: effectiveFrom,
    tier_from: tierFrom,
    tier_to: tierTo === 'unknown' ? null : tierTo,
    rate: formatAmount(rate),
  };
}

/** The messages of a month that a rate is for, in words. */
export function tierText({ tierFrom, tierTo }: Rate): string {
  if (tierTo === 'max') return tierFrom === 0 ? 'all' : `${tierFrom} and more`;
  return tierTo === 'unknown' ? `${tierFrom} to an end not told` : `${tierFrom} to ${tierTo}`;
}

export type NewCards = {
  readonly cards: readonly { readonly card: PriceCard; readonly source: string }[];
  /** Whether a card takes the place of another one of its currency and day. */
  readonly replace: boolean;
  /** What another card of that currency and day does to a new one that may not replace it. */
  readonly onConflict: 'fail' | 'keep';
};

/**
 * Puts cards into the store, each in a transaction of its own; the same card again changes nothing. Throws `price_card_conflict` before anything is
 * written when a card would have to replace another one and may not.
 */
export async function putCards(
  { ids, clock, digest }: Pick<App, 'ids' | 'clock' | 'digest'>,
  store: Pick<DirectoryStore, 'listPriceCards' | 'putPriceCard'>,
  { cards, replace, onConflict }: NewCards,
): Promise<z.output<typeof PutCardItem>[]> {
  const digests = new Map((await store.listPriceCards({ currency: null })).map((stored) => [keyOf(stored.card), stored.digest]));
  const plans = cards.map(({ card, source }) => {
    const stored: StoredPriceCard = { id: ids.short(), card, source, digest: digest(canonicalCard(card)), addedAt: clock.now() };
    const present = digests.get(keyOf(card));
    return { stored, isConflict: !replace && present !== undefined && present !== stored.digest };
  });
  const conflict = plans.find(({ isConflict }) => isConflict);
  if (conflict !== undefined && onConflict === 'fail') throw refuse(conflict.stored.card);
  const items: z.output<typeof PutCardItem>[] = [];
  for (const { stored, isConflict } of plans) {
    const result: CardResult = isConflict ? 'kept' : await store.putPriceCard(stored, { replace });
    items.push({ ...toPriceCardItem(stored), result });
  }
  return items;
}

/** The newest of these cards of one currency, oldest first, that is not after the day. */
export function cardInForce(cards: readonly StoredPriceCard[], day: Day): StoredPriceCard | undefined {
  return cards.findLast(({ card }) => card.effectiveFrom <= day);
}

/** Whose currency and zone prices are shown in: the sender's, or those of the sender that a fresh store begins with where there is no store. */
export async function pricedSender(
  store: Pick<DirectoryStore, 'listSenders'> | null,
  config: App['config'],
): Promise<Pick<Sender, 'name' | 'currency' | 'timeZone' | 'whatsapp'>> {
  return store === null
    ? { name: SANDBOX_SENDER, currency: 'USD' as Currency, timeZone: UTC, whatsapp: null }
    : currentSender(store, config);
}

function keyOf({ currency, effectiveFrom }: PriceCard): string {
  return `${currency} ${effectiveFrom}`;
}

function refuse({ currency, effectiveFrom }: PriceCard): Error {
  return fail('price_card_conflict', {
    message: `Another ${currency} card that begins on ${effectiveFrom} is in the store.`,
    hint: 'Use --replace if this one corrects it. What was charged by the old card stays as it is.',
    details: { currency, effective_from: effectiveFrom },
  });
}
