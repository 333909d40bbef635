// The volume discounts that are not booked yet: of open months, and of closed ones that changed since. Closing books them; a report only tells them.

import type { Category } from '../domain/consent.ts';
import type { Rate } from '../domain/price-book.ts';
import type { TierFilter, TierStore } from '../ports/store/tiers.ts';
import { type Currency, formatAmount, type Micros, ZERO } from '../values/money.ts';
import { type DayPeriod, type Month, monthDays, monthOf } from '../values/time.ts';
import { decideTiers, isAhead, sumOf } from './tiers.ts';

/** The discount of one group of messages that closing would book now, in the shares of the senders asked for. */
export type PendingDiscount = {
  readonly month: Month;
  readonly market: string;
  readonly category: Category;
  readonly currency: Currency;
  /** The charged messages of the month, of all senders of the account: these are counted together. */
  readonly units: number;
  /** The rate that they were charged at; null where no card has it any more. */
  readonly list: Micros | null;
  readonly reached: Rate | null;
  /** The tier that the provider told of, as it writes it. */
  readonly told: string | null;
  readonly booked: Micros;
  readonly pending: Micros;
};

/** What closing would book for the months that lie in the period as a whole, and where the provider counts more than this store; nothing where all is settled. */
export async function pendingDiscounts(store: Pick<TierStore, 'tierGroups'>, filter: TierFilter): Promise<readonly PendingDiscount[]> {
  const groups = await store.tierGroups(filter, decideTiers);
  return groups
    .map(({ month, market, category, currency, units, first, reached, told, shares }) => ({
      month,
      market,
      category,
      currency,
      units,
      list: first?.rate ?? null,
      reached,
      told,
      booked: sumOf(shares, 'adjusted'),
      pending: sumOf(shares, 'pending'),
    }))
    .filter((discount) => discount.pending !== ZERO || isAhead(discount));
}

/** `months`: the whole months that a period touches. */
export type PendingParts = {
  readonly months: DayPeriod;
  readonly whole: readonly PendingDiscount[];
  readonly parts: readonly PendingDiscount[];
};

/** Those of a period's own months, and those of the months of which it has only a part. Without a store there are none. */
export async function pendingInAndAround(
  store: Pick<TierStore, 'tierGroups'> | null,
  { period, ...filter }: TierFilter,
): Promise<PendingParts> {
  const months = wholeMonths(period);
  const all = store === null ? [] : await pendingDiscounts(store, { ...filter, period: months });
  const isWhole = ({ month }: PendingDiscount): boolean => monthDays(month).from >= period.from && monthDays(month).to <= period.to;
  return { months, whole: all.filter(isWhole), parts: all.filter((discount) => !isWhole(discount)) };
}

function wholeMonths({ from, to }: DayPeriod): DayPeriod {
  const last = monthDays(monthOf(to));
  return { from: monthDays(monthOf(from)).from, to: last.from === to ? to : last.to };
}

/** A discount, as every format prints it. */
export function toPendingItem({ list, reached, told, booked, pending, ...group }: PendingDiscount) {
  return {
    ...group,
    list_rate: list === null ? null : formatAmount(list),
    ...toTierItem(reached),
    told_tier: told,
    booked: formatAmount(booked),
    pending: formatAmount(pending),
  };
}

/** Where a count stands; all null where the card does not go so far. */
export function toTierItem(reached: Rate | null) {
  return {
    tier_from: reached?.tierFrom ?? null,
    tier_to: reached === null || reached.tierTo === 'unknown' ? null : reached.tierTo,
    tier_rate: reached === null ? null : formatAmount(reached.rate),
  };
}
