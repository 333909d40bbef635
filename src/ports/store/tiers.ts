// Volume tiers: what the charged messages of a month cost together. Reading; what comes of it is booked when the month is closed.

import type { Category } from '../../domain/consent.ts';
import type { Bucket } from '../../domain/ledger.ts';
import type { Market } from '../../domain/market.ts';
import type { Rate } from '../../domain/price-book.ts';
import type { MessageId, SenderId } from '../../values/id.ts';
import type { Currency, Micros } from '../../values/money.ts';
import type { DayPeriod, Instant, Month } from '../../values/time.ts';
import type { StoredPrices } from './settle.ts';

/** What the volume discount of one month is shared by: so many charged messages of one bucket, whatever their day, and what was adjusted for them so far. */
export type TierShare = { readonly bucket: Bucket; readonly units: number; readonly adjusted: Micros };

/** The charged messages of a month, of all senders of the account in one currency: the provider counts them together. */
export type TierFacts = {
  readonly month: Month;
  readonly shares: readonly TierShare[];
  readonly told: readonly ToldTier[];
};

/** A tier that the provider told was reached, in its own words: a region, a category, and "lower:upper". */
export type ToldTier = { readonly region: string; readonly category: string; readonly tier: string };

/** A share, and how much more, or less, its messages of the month cost than what is booked. */
export type PendingShare = TierShare & { readonly pending: Micros };

/** The messages of a month that are counted together, and where their count stands. */
export type TierGroup = {
  readonly month: Month;
  readonly market: Market;
  readonly category: Category;
  readonly currency: Currency;
  readonly units: number;
  /** The first tier, whose rate every message was charged; null without a price. */
  readonly first: Rate | null;
  /** The tier of the last message counted; null where the card does not go so far, and the list price holds. */
  readonly reached: Rate | null;
  /** The highest tier that the provider told of, as "lower:upper"; null where it told nothing. */
  readonly told: string | null;
  readonly shares: readonly PendingShare[];
};

/** The rule of tiers: each group, with what is still to be adjusted for each of its shares; zero where all is settled. Pure, synchronous, total. */
export type DecideTiers = (facts: TierFacts, prices: StoredPrices) => readonly TierGroup[];

export type TierFilter = {
  /** The months that lie in it as a whole. */
  readonly period: DayPeriod;
  /** Whose shares; null for all senders. The count is that of the account all the same. */
  readonly senderId: SenderId | null;
  /** The books and the price cards as they stood then; null for now. */
  readonly asOf: Instant | null;
};

export type TierStore = {
  /** The groups of a period, by month. None where no card has volume tiers, none was ever settled, and the provider told of none. */
  readonly tierGroups: (filter: TierFilter, tiers: DecideTiers) => Promise<readonly TierGroup[]>;
  /** The group that the charge of a message counts in, with the share of its bucket alone; null where it has none. */
  readonly tierOf: (messageId: MessageId, tiers: DecideTiers) => Promise<TierGroup | null>;
};
