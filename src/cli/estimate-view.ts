// Estimates as commands show them: what messages may come to by market and category, and together.

import * as z from 'zod/mini';
import { CATEGORIES } from '../domain/consent.ts';
import { type Estimate, estimateOf, type EstimateGroup, totalOf } from '../domain/estimate.ts';
import { type PriceBook, tiersWithin } from '../domain/price-book.ts';
import type { ReportStore } from '../ports/store/report.ts';
import { type Currency, formatAmount } from '../values/money.ts';
import { type Day, monthDays, monthOf } from '../values/time.ts';
import { type Style, table } from './render.ts';
import { moneyText } from './shapes.ts';

const figures = () => ({ min: moneyText, expected: moneyText, max: moneyText.check(z.describe('what is reserved')) });

/** The JSON of an estimate; built when it is asked for, since most sends have none. */
export const estimateShape = () => ({
  estimate: z.array(
    z.object({
      market: z.string(),
      category: z.enum(CATEGORIES),
      currency: z.string(),
      units: z.int(),
      bid_cap: z
        .nullable(moneyText)
        .check(z.describe('the most that each may cost by the bid of its template; null: the price card decides')),
      min: z
        .nullable(moneyText)
        .check(z.describe('null: no price is known; nothing for a bid, of which nobody knows how little is charged')),
      expected: z.nullable(moneyText),
      max: z.nullable(moneyText).check(z.describe('what is reserved')),
    }),
  ),
  estimate_totals: z.array(z.object({ currency: z.string(), units: z.int().check(z.describe('those with a price')), ...figures() })),
});

type Document = z.output<z.ZodMiniObject<ReturnType<typeof estimateShape>>>;

/** The columns of an estimate in CSV. */
export const ESTIMATE_COLUMNS = ['market', 'category', 'currency', 'units', 'bid_cap', 'min', 'expected', 'max'] as const;

/** What an estimate is made by: prices from today until the messages expire, and what the month has charged. */
export type EstimateBasis = {
  readonly book: PriceBook;
  readonly currency: Currency;
  readonly from: Day;
  readonly to: Day;
  readonly charged: ReadonlyMap<string, number>;
};

/** How many messages of each market and category the month of the day has charged so far, of all senders together: the provider counts them so. */
export async function chargedSoFar(store: Pick<ReportStore, 'counters'>, currency: Currency, day: Day): Promise<EstimateBasis['charged']> {
  const period = monthDays(monthOf(day));
  const { rows } = await store.counters({ period, senderId: null, groupBy: ['market', 'category'] });
  return new Map(rows.filter((row) => row.currency === currency).map(({ group, counters }) => [group.join('\n'), counters.billableUnits]));
}

/** The estimate of these groups, the greatest first. */
export function toEstimate(groups: readonly EstimateGroup[], basis: EstimateBasis): Document {
  const { currency } = basis;
  const lines = groups.map((group) => ({ group, estimate: estimateGroup(group, basis) }));
  const sorted = lines.toSorted((left, right) => Number((right.group.reserved ?? 0n) - (left.group.reserved ?? 0n)));
  const priced = lines.filter(({ estimate }) => estimate !== null);
  const units = priced.reduce((sum, { group }) => sum + group.units, 0);
  const total = totalOf(priced.map(({ estimate }) => estimate));
  return {
    estimate: sorted.map(({ group: { market, category, cap, units: count }, estimate }) => ({
      market,
      category,
      currency,
      units: count,
      bid_cap: cap === null ? null : formatAmount(cap),
      ...(estimate === null ? { min: null, expected: null, max: null } : amountsOf(estimate)),
    })),
    estimate_totals: priced.length === 0 ? [] : [{ currency, units, ...amountsOf(total) }],
  };
}

function estimateGroup(group: EstimateGroup, { book, currency, from, to, charged }: EstimateBasis): Estimate | null {
  const { market, category } = group;
  const cards = tiersWithin(book, { market, category, currency, from, to });
  return estimateOf(group, { cards, charged: charged.get(`${market}\n${category}`) ?? 0 });
}

function amountsOf({ min, expected, max }: Estimate): { readonly min: string; readonly expected: string; readonly max: string } {
  return { min: formatAmount(min), expected: formatAmount(expected), max: formatAmount(max) };
}

/** The estimate as a table, with its sum where there is more than one line. */
export async function estimateText({ estimate, estimate_totals: totals }: Document, style: Style): Promise<string> {
  const rows = estimate.map(({ market, category, currency, units, min, expected, max }) => [
    market,
    category,
    String(units),
    min ?? 'no price',
    expected ?? '',
    max ?? '',
    currency,
  ]);
  const sums =
    estimate.length < 2
      ? []
      : totals.map(({ currency, units, min, expected, max }) => ['total', '', String(units), min, expected, max, currency]);
  const header = ['MARKET', 'CATEGORY', 'UNITS', 'MIN', 'EXPECTED', 'MAX', 'CURRENCY'];
  return table({ header, rows: [...rows, ...sums], rightAligned: [2, 3, 4, 5] }, style);
}
