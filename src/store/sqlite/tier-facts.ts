// What the volume discount of a month depends on, on SQLite: how many messages of it were charged, wherever they are booked, and what was adjusted for it.

import { lateReference, tierReference } from '../../domain/closing.ts';
import type { Bucket } from '../../domain/ledger.ts';
import type { Sender } from '../../domain/sender.ts';
import type { TierFacts } from '../../ports/store/closing.ts';
import { toMicros } from '../../values/money.ts';
import { lastDayOf, type Month, monthDays } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

const KEYS = 'b.sender_id, b.market, b.category, b.template, b.campaign_id, b.cost_center';

// What a line adds to the charged messages, as the counters have it (domain/ledger.ts).
const EFFECT = `iif(l.kind = 'charge', b.pricing_type = 'regular', iif(l.kind = 'adjustment' AND l.rule IS NOT NULL, iif(l.rule = 'free', -1, 1), 0))`;

// The counters of the month, without what is booked there of earlier months, and with what is of this month and booked later.
const SHARES = /* sql */ `
  WITH part AS (
    SELECT ${KEYS}, SUM(n.billable_units) AS units, 0 AS adjusted
    FROM bucket b
    JOIN counter n ON n.bucket_id = b.id
    WHERE b.sender_id IN (SELECT id FROM sender WHERE account_id = @account) AND b.day >= @from AND b.day < @to AND b.currency = @currency
      AND (b.category = 'utility' OR b.category = 'authentication' OR b.category = 'authentication-international')
    GROUP BY ${KEYS}
    UNION ALL
    SELECT ${KEYS}, ${EFFECT} * iif(l.reference = @late, 1, -1), 0
    FROM ledger l
    JOIN bucket b ON b.id = l.bucket_id
    WHERE l.reference >= 'late:' AND l.reference < 'late;' AND b.account_id = @account AND b.currency = @currency
      AND (l.reference = @late) <> (b.day >= @from AND b.day < @to)
      AND (b.category = 'utility' OR b.category = 'authentication' OR b.category = 'authentication-international')
    UNION ALL
    SELECT ${KEYS}, 0, l.posted
    FROM ledger l
    JOIN bucket b ON b.id = l.bucket_id
    WHERE l.reference = @tier AND b.account_id = @account AND b.currency = @currency
  )
  SELECT sender_id, market, category, template, campaign_id, cost_center, SUM(units), SUM(adjusted)
  FROM part
  GROUP BY sender_id, market, category, template, campaign_id, cost_center
  ORDER BY sender_id, market, category, template, campaign_id, cost_center`;

type ShareRow = readonly [Bucket['senderId'], string, Bucket['category'], string, Bucket['campaignId'], string, bigint, bigint];

/** The facts of one month, of all senders of the account in the currency of this one. Call it inside a transaction. */
export function tierFacts(sqlite: Sqlite, { accountId, currency }: Sender, month: Month): TierFacts {
  const { from, to } = monthDays(month);
  const parameters = { account: accountId, currency, from, to, late: lateReference(month), tier: tierReference(month) };
  const rows = sqlite.prepareExact(SHARES).raw().all(parameters) as readonly ShareRow[];
  const day = lastDayOf(month);
  return {
    month,
    shares: rows.map(([senderId, market, category, template, campaignId, costCenter, units, adjusted]) => ({
      bucket: { day, accountId, senderId, market, category, pricingType: 'regular', currency, template, campaignId, costCenter },
      units: Number(units),
      adjusted: toMicros(adjusted),
    })),
  };
}
