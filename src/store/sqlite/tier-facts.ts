// What the volume discount of a month depends on, on SQLite: how many messages of it were charged, wherever they are booked, and what was adjusted for it.

import { LATE_RANGE, lateReference, tierReference } from '../../domain/closing.ts';
import type { Bucket } from '../../domain/ledger.ts';
import type { Sender } from '../../domain/sender.ts';
import type { TierFacts } from '../../ports/store/tiers.ts';
import { toMicros } from '../../values/money.ts';
import { type Instant, lastDayOf, type Month, monthDays } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { billable } from './deliveries.ts';
import { toldTiers } from './told-tiers.ts';

const KEYS = 'b.sender_id, b.market, b.category, b.template, b.campaign_id, b.cost_center';

const UNITS = billable('l', 'b');

const TIERED = `(b.category = 'utility' OR b.category = 'authentication' OR b.category = 'authentication-international')`;

const IN_MONTH = 'b.day >= @from AND b.day < @to';

const FROM_COUNTERS = /* sql */ `
    SELECT ${KEYS}, SUM(n.billable_units) AS units, 0 AS adjusted
    FROM bucket b
    JOIN counter n ON n.bucket_id = b.id
    WHERE b.sender_id IN (SELECT id FROM sender WHERE account_id = @account) AND ${IN_MONTH} AND b.currency = @currency
      AND ${TIERED}
    GROUP BY ${KEYS}`;

// Counters know no past. All entries are looked at, as for a report of an earlier moment.
const FROM_ENTRIES = /* sql */ `
    SELECT ${KEYS}, SUM(${UNITS}) AS units, 0 AS adjusted
    FROM ledger l
    JOIN bucket b ON b.id = l.bucket_id
    WHERE l.recorded_at <= @asOf AND b.account_id = @account AND ${IN_MONTH} AND b.currency = @currency AND ${TIERED}
    GROUP BY ${KEYS}`;

// Without what is booked in the month of earlier ones, and with what is of this month and booked later.
const shares = (charged: string) => /* sql */ `
  WITH part AS (${charged}
    UNION ALL
    SELECT ${KEYS}, ${UNITS} * iif(l.reference = @late, 1, -1), 0
    FROM ledger l
    JOIN bucket b ON b.id = l.bucket_id
    WHERE l.reference >= '${LATE_RANGE.from}' AND l.reference < '${LATE_RANGE.to}' AND b.account_id = @account AND b.currency = @currency
      AND (l.reference = @late) <> (${IN_MONTH}) AND ${TIERED} AND (@asOf IS NULL OR l.recorded_at <= @asOf)
    UNION ALL
    SELECT ${KEYS}, 0, l.posted
    FROM ledger l
    JOIN bucket b ON b.id = l.bucket_id
    WHERE l.reference = @tier AND b.account_id = @account AND b.currency = @currency AND (@asOf IS NULL OR l.recorded_at <= @asOf)
  )
  SELECT sender_id, market, category, template, campaign_id, cost_center, SUM(units), SUM(adjusted)
  FROM part
  GROUP BY sender_id, market, category, template, campaign_id, cost_center
  ORDER BY sender_id, market, category, template, campaign_id, cost_center`;

const SHARES = shares(FROM_COUNTERS);
const SHARES_THEN = shares(FROM_ENTRIES);

type ShareRow = readonly [Bucket['senderId'], string, Bucket['category'], string, Bucket['campaignId'], string, bigint, bigint];

/** The facts of one month, of all senders of the account in the currency of this one, now or as the books stood. Call it inside a transaction. */
export function tierFacts(
  sqlite: Sqlite,
  { accountId, currency }: Pick<Sender, 'accountId' | 'currency'>,
  { month, asOf }: { readonly month: Month; readonly asOf: Instant | null },
): TierFacts {
  const { from, to } = monthDays(month);
  const parameters = { account: accountId, currency, from, to, late: lateReference(month), tier: tierReference(month), asOf };
  const rows = sqlite
    .prepareExact(asOf === null ? SHARES : SHARES_THEN)
    .raw()
    .all(parameters) as readonly ShareRow[];
  const day = lastDayOf(month);
  return {
    month,
    shares: rows.map(([senderId, market, category, template, campaignId, costCenter, units, adjusted]) => ({
      bucket: { day, accountId, senderId, market, category, pricingType: 'regular', currency, template, campaignId, costCenter },
      units: Number(units),
      adjusted: toMicros(adjusted),
    })),
    told: toldTiers(sqlite, { accountId, currency }, { month, asOf }),
  };
}
