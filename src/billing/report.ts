// The bill: what was sent in a period and what it costs, by group, now or as the books stood. Adds nothing up that the store has not.

import { type Counters, NO_COUNTS } from '../domain/ledger.ts';
import type { Sender } from '../domain/sender.ts';
import type { Grouping, ReportFilter, ReportRow, ReportStore } from '../ports/store/report.ts';
import { type Currency, formatAmount, plus } from '../values/money.ts';
import { type Day, type DayPeriod, type Instant, dayOf, monthDays, monthOf, type Month } from '../values/time.ts';

/** The figures of one row, as every format prints them. `charged + adjusted = total`; `reserved` is promised and not yet charged. */
export type Figures = {
  readonly currency: string;
  readonly units: number;
  readonly delivered: number;
  readonly failed: number;
  readonly billable_units: number;
  readonly free_units: number;
  readonly reserved: string;
  readonly charged: string;
  readonly adjusted: string;
  readonly total: string;
};

/** The columns of the figures, in the order of every format. */
export const FIGURES = [
  'currency',
  'units',
  'delivered',
  'failed',
  'billable_units',
  'free_units',
  'reserved',
  'charged',
  'adjusted',
  'total',
] as const satisfies readonly (keyof Figures)[];

/** The group, its figures as text, and the counters that these were written from. */
export type BillRow = {
  readonly group: Readonly<Partial<Record<Grouping, string>>>;
  readonly figures: Figures;
  readonly counters: Counters;
};

export type BillReport = {
  readonly rows: readonly BillRow[];
  /** One per currency; rows by tag overlap, totals never do. */
  readonly totals: readonly Figures[];
};

/** The days of a month, or of a period; this month in the sender's zone where neither is given. Without an end it ends with this month, or with that of its beginning. */
export function reportPeriod(
  asked: { readonly month: Month | null; readonly from: Day | null; readonly to: Day | null },
  { timeZone, at }: { readonly timeZone: Sender['timeZone']; readonly at: Instant },
): DayPeriod {
  const today = dayOf(at, timeZone);
  if (asked.month !== null) return monthDays(asked.month);
  if (asked.from === null && asked.to === null) return monthDays(monthOf(today));
  const from = asked.from ?? ('0000-01-01' as Day);
  return { from, to: asked.to ?? monthDays(monthOf(from > today ? from : today)).to };
}

/** The bill of a period. As of an instant that is past it is the same for ever: entries are only added, and each is dated when it was recorded. */
export async function billReport(store: Pick<ReportStore, 'counters'>, filter: ReportFilter): Promise<BillReport> {
  const { rows, totals } = await store.counters(filter);
  return {
    rows: rows.filter(hasFigures).map((row) => ({
      group: groupOf(row, filter.groupBy),
      figures: toFigures(row.counters, row.currency),
      counters: row.counters,
    })),
    totals: totals.filter(hasFigures).map((row) => toFigures(row.counters, row.currency)),
  };
}

// A bucket in which nothing happened in the end (a reservation elsewhere was closed) would be a row of zeros.
function hasFigures({ counters }: ReportRow): boolean {
  return Object.keys(NO_COUNTS).some((key) => key !== 'committed' && Number(counters[key as keyof Counters]) !== 0);
}

function groupOf(row: ReportRow, groupBy: readonly Grouping[]): Partial<Record<Grouping, string>> {
  return Object.fromEntries(groupBy.map((grouping, index) => [grouping, row.group[index] ?? '']));
}

function toFigures(counters: Counters, currency: Currency): Figures {
  return {
    currency,
    units: counters.units,
    delivered: counters.delivered,
    failed: counters.failed,
    billable_units: counters.billableUnits,
    free_units: counters.freeUnits,
    reserved: formatAmount(counters.reserved),
    charged: formatAmount(counters.charged),
    adjusted: formatAmount(counters.adjusted),
    total: formatAmount(plus(counters.charged, counters.adjusted)),
  };
}
