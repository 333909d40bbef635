// Price cards on SQLite, and the book that admission and settling look prices up in.

import { createFetchedPriceBook, type FetchedPriceCard, type Rate } from '../../domain/price-book.ts';
import type { Market } from '../../domain/market.ts';
import { type AppError, fail } from '../../errors.ts';
import type { DirectoryStore, StoredPriceCard } from '../../ports/store/directory.ts';
import type { StoredPrices, StoredRate } from '../../ports/store/settle.ts';
import type { PriceBookId } from '../../values/id.ts';
import type { Currency } from '../../values/money.ts';
import type { Day, Instant } from '../../values/time.ts';
import { fromTierEnd, instantOf, type PriceRow, type StoredInteger, toRate } from '../rows.ts';
import type { Sqlite } from './database.ts';

export type PriceStore = {
  readonly store: Pick<DirectoryStore, 'putPriceCard' | 'listPriceCards'>;
  /** Adds a card unless one of its currency and day is in force. Call it inside `write`. */
  readonly insertCard: (card: StoredPriceCard) => void;
  /**
   * The cards in force of every currency that a sender bills in, as the transaction at hand sees them. Read once and kept until a card or a
   * sender is added, by whichever process. Those that were in force at an instant are read each time. Call it inside `write` or `read`, and not in a
   * transaction that adds cards.
   */
  readonly book: (asOf?: Instant | null) => StoredPrices;
};

const CURRENT_CARD = /* sql */ `
  SELECT id, digest FROM price_book
  WHERE currency = ? AND effective_from = ? AND replaced_at IS NULL`;

const REPLACE_CARD = /* sql */ `
  UPDATE price_book SET replaced_at = ?
  WHERE id = ?`;

const INSERT_CARD = /* sql */ `
  INSERT INTO price_book (id, currency, effective_from, source, digest, added_at)
  VALUES (?, ?, ?, ?, ?, ?)`;

const INSERT_PRICE = /* sql */ `
  INSERT INTO price (book_id, market, category, tier_from, tier_to, tier_end, rate)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

const LIST_CARDS = /* sql */ `
  SELECT id, currency, effective_from, source, digest, added_at
  FROM price_book
  WHERE replaced_at IS NULL AND (@currency IS NULL OR currency = @currency)
  ORDER BY effective_from, currency`;

const CARDS_IN_USE = /* sql */ `
  SELECT id, currency, effective_from
  FROM price_book
  WHERE iif(@asOf IS NULL, replaced_at IS NULL, added_at <= @asOf AND (replaced_at IS NULL OR replaced_at > @asOf))
    AND currency IN (SELECT currency FROM sender)`;

const PRICE = /* sql */ `
  SELECT id, market, category, tier_from, tier_to, tier_end, rate
  FROM price`;

const PRICES_OF_CARD = `${PRICE} WHERE book_id = ? ORDER BY id`;
const PRICES_OF_MARKET = `${PRICE} WHERE book_id = ? AND market = ?`;

// Neither cards nor senders are ever deleted, so both counts only grow: the sum is the same exactly when nothing was added.
const BOOK_VERSION = /* sql */ `
  SELECT (SELECT COUNT(*) FROM price_book) + (SELECT COUNT(*) FROM sender)`;

type PutOptions = Parameters<DirectoryStore['putPriceCard']>[1];

type CardRow = {
  readonly id: PriceBookId;
  readonly currency: Currency;
  readonly effective_from: Day;
  readonly source: string;
  readonly digest: string;
  readonly added_at: StoredInteger;
};

/** The price cards of one connection. */
export function createPriceStore(sqlite: Sqlite): PriceStore {
  let kept: { readonly version: unknown; readonly prices: StoredPrices } | undefined;

  const pricesOf = (id: PriceBookId): PriceRow[] => sqlite.prepareExact(PRICES_OF_CARD).raw().all(id) as PriceRow[];

  const currentOf = ({ card }: StoredPriceCard): Pick<CardRow, 'id' | 'digest'> | undefined =>
    sqlite.prepare(CURRENT_CARD).get(card.currency, card.effectiveFrom) as Pick<CardRow, 'id' | 'digest'> | undefined;

  const write = ({ id, card, source, digest, addedAt }: StoredPriceCard): void => {
    sqlite.prepare(INSERT_CARD).run(id, card.currency, card.effectiveFrom, source, digest, addedAt);
    const insert = sqlite.prepare(INSERT_PRICE);
    for (const { market, category, tierFrom, tierTo, rate } of card.rates) {
      const end = fromTierEnd(tierTo);
      insert.run(id, market, category, tierFrom, end.tierTo, end.tierEnd, rate);
    }
  };

  const put = (card: StoredPriceCard, { replace, madeFrom }: PutOptions): 'added' | 'replaced' | 'unchanged' => {
    const current = currentOf(card);
    if (current?.digest === card.digest) return 'unchanged';
    if (madeFrom !== undefined && current?.digest !== madeFrom) throw cardConflict(card);
    if (current !== undefined) {
      if (!replace) throw cardConflict(card);
      sqlite.prepare(REPLACE_CARD).run(card.addedAt, current.id);
    }
    write(card);
    return current === undefined ? 'added' : 'replaced';
  };

  return {
    store: {
      putPriceCard: async (card, options) => sqlite.write(() => put(card, options)),
      listPriceCards: async ({ currency }) =>
        sqlite.read(() =>
          (sqlite.prepare(LIST_CARDS).all({ currency }) as CardRow[]).map((row) => toStoredCard(row, pricesOf(row.id).map(toRate))),
        ),
    },
    insertCard: (card) => {
      if (currentOf(card) === undefined) write(card);
    },
    book: (asOf = null) => {
      if (asOf !== null) return loadBook(sqlite, asOf);
      const version = sqlite.prepare(BOOK_VERSION).pluck().get();
      if (kept === undefined || kept.version !== version) kept = { version, prices: loadBook(sqlite, null) };
      return kept.prices;
    },
  };
}

// All rows of two cards take 2 ms in a fresh process, which every single send would pay; those of one market take 0.1 ms. That the rows come
// later does no harm: a price never changes, and which cards are in force is read here.
function loadBook(sqlite: Sqlite, asOf: Instant | null): StoredPrices {
  const cards = sqlite.prepare(CARDS_IN_USE).all({ asOf }) as CardRow[];
  return createFetchedPriceBook(
    cards.map(
      ({ id, currency, effective_from }): FetchedPriceCard<StoredRate> => ({
        currency,
        effectiveFrom: effective_from,
        ratesIn: (market) => ratesIn(sqlite, id, market),
      }),
    ),
  );
}

function ratesIn(sqlite: Sqlite, cardId: PriceBookId, market: Market): StoredRate[] {
  const rows = sqlite.prepareExact(PRICES_OF_MARKET).raw().all(cardId, market) as PriceRow[];
  return rows.map((row) => ({ ...toRate(row), id: Number(row[0]) }));
}

function toStoredCard(row: CardRow, rates: readonly Rate[]): StoredPriceCard {
  return {
    id: row.id,
    card: { currency: row.currency, effectiveFrom: row.effective_from, rates },
    source: row.source,
    digest: row.digest,
    addedAt: instantOf(row.added_at),
  };
}

function cardConflict({ card: { currency, effectiveFrom } }: StoredPriceCard): AppError {
  return fail('price_card_conflict', {
    message: `The store has another ${currency} card that begins on ${effectiveFrom}.`,
    hint: 'Compare them with tollbell price show; --replace puts the new one in its place.',
    details: { currency, effective_from: effectiveFrom },
  });
}
