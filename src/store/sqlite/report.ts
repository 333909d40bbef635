// Reports on SQLite: the counters or the entries, grouped. The only statement that is put together, from a fixed list of fragments.

import { addCounts, type Counters, NO_COUNTS } from '../../domain/ledger.ts';
import type { Grouping, ReportFilter, ReportRow, ReportStore } from '../../ports/store/report.ts';
import { type Currency, toMicros } from '../../values/money.ts';
import type { Sqlite } from './database.ts';
import { billable, deliveries } from './deliveries.ts';

const COLUMNS: Readonly<Record<Grouping, string>> = {
  month: 'substr(b.day, 1, 7)',
  day: 'b.day',
  market: 'b.market',
  category: 'b.category',
  sender: 's.name',
  campaign: "ifnull(c.name, '')",
  cost_center: 'b.cost_center',
  template: 'b.template',
  tag: "ifnull(t.tag, '')",
};

const FROM_COUNTERS = /* sql */ `
  SUM(n.units), SUM(n.delivered), SUM(n.failed), SUM(n.billable_units), SUM(n.free_units), SUM(n.reserved), SUM(n.charged), SUM(n.adjusted),
  SUM(n.committed)
  FROM bucket b
  JOIN counter n ON n.bucket_id = b.id
  JOIN sender s ON s.id = b.sender_id
  LEFT JOIN campaign c ON c.id = b.campaign_id`;

// Counters know no tags and no past, so a report by tag, or of an earlier moment, reads the entries: each counts in its event's bucket, and what is held in the
// bucket it was reserved in. All entries are looked at, whatever the period: an index by either would cost every send.
const FROM_ENTRIES = /* sql */ `
  SUM(e.units), SUM(e.delivered), SUM(e.failed), SUM(e.billable), SUM(e.free), SUM(e.held), SUM(e.charged), SUM(e.adjusted), 0
  FROM (
    SELECT l.message_id, l.bucket_id, l.kind = 'reservation' AS units, ${deliveries('l')} AS delivered,
      l.kind = 'release' AND l.cause IN ('rejected', 'failed') AS failed,
      ${billable('l', 'k')} AS billable, ${deliveries('l')} - ${billable('l', 'k')} AS free,
      0 AS held, iif(l.kind = 'charge', l.posted, 0) AS charged, iif(l.kind = 'adjustment', l.posted, 0) AS adjusted
    FROM ledger l
    JOIN bucket k ON k.id = l.bucket_id
    WHERE @asOf IS NULL OR l.recorded_at <= @asOf
    UNION ALL
    SELECT message_id, hold_bucket_id, 0, 0, 0, 0, 0, held, 0, 0 FROM ledger WHERE @asOf IS NULL OR recorded_at <= @asOf
  ) e
  JOIN bucket b ON b.id = e.bucket_id
  JOIN sender s ON s.id = b.sender_id
  LEFT JOIN campaign c ON c.id = b.campaign_id`;

const TAGS = /* sql */ `
  LEFT JOIN message_tag t ON t.message_id = e.message_id`;

const PART = /* sql */ `
  WHERE b.day >= @from AND b.day < @to AND (@senderId IS NULL OR b.sender_id = @senderId)`;

/** The counters of the report slice. */
export function createCounterStore(sqlite: Sqlite): Pick<ReportStore, 'counters'> {
  return {
    counters: async (filter) =>
      sqlite.read(() => {
        const rows = readRows(sqlite, filter);
        return { rows, totals: filter.groupBy.includes('tag') ? readRows(sqlite, { ...filter, groupBy: [] }) : totalsOf(rows) };
      }),
  };
}

function readRows(sqlite: Sqlite, { period, senderId, groupBy, asOf = null }: ReportFilter): readonly ReportRow[] {
  const parts = { from: period.from, to: period.to, senderId };
  const isScan = asOf !== null || groupBy.includes('tag');
  const statement = sqlite.prepareExact(reportSql(groupBy, isScan)).raw();
  const rows = statement.all(isScan ? { ...parts, asOf } : parts);
  return (rows as readonly (readonly unknown[])[]).map((row) => toReportRow(row, groupBy));
}

function totalsOf(rows: readonly ReportRow[]): readonly ReportRow[] {
  const sums = new Map<Currency, Counters>();
  for (const { currency, counters } of rows) sums.set(currency, addCounts(sums.get(currency) ?? NO_COUNTS, counters));
  return [...sums.keys()].toSorted().map((currency) => ({ group: [], currency, counters: sums.get(currency) ?? NO_COUNTS }));
}

function reportSql(groupBy: readonly Grouping[], isScan: boolean): string {
  const keys = [...groupBy.map((grouping) => COLUMNS[grouping]), 'b.currency'];
  const positions = keys.map((_, index) => index + 1).join(', ');
  const from = isScan ? FROM_ENTRIES + (groupBy.includes('tag') ? TAGS : '') : FROM_COUNTERS;
  return `SELECT ${keys.join(', ')}, ${from} ${PART} GROUP BY ${positions} ORDER BY ${positions}`;
}

function toReportRow(row: readonly unknown[], groupBy: readonly Grouping[]): ReportRow {
  const sums = row.slice(groupBy.length + 1) as readonly bigint[];
  return {
    group: row.slice(0, groupBy.length) as readonly string[],
    currency: row[groupBy.length] as Currency,
    counters: toCounters(sums),
  };
}

function toCounters([
  units = 0n,
  delivered = 0n,
  failed = 0n,
  billable = 0n,
  free = 0n,
  reserved = 0n,
  charged = 0n,
  adjusted = 0n,
  committed = 0n,
]: readonly bigint[]): Counters {
  return {
    units: Number(units),
    delivered: Number(delivered),
    failed: Number(failed),
    billableUnits: Number(billable),
    freeUnits: Number(free),
    reserved: toMicros(reserved),
    charged: toMicros(charged),
    adjusted: toMicros(adjusted),
    committed: toMicros(committed),
  };
}
