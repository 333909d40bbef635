// How much of a month's allowance is used, on SQLite: free service deliveries, from the counters, wherever they are booked.

import { LATE_RANGE, lateReference } from '../../domain/closing.ts';
import type { SenderId } from '../../values/id.ts';
import { type Month, monthDays } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { deliveries } from './deliveries.ts';

// The buckets of the month, without what is booked there of earlier months, and with what is of this month and booked later.
const FREE_UNITS = /* sql */ `
  SELECT ifnull(SUM(units), 0) FROM (
    SELECT n.free_units AS units
    FROM bucket b
    JOIN counter n ON n.bucket_id = b.id
    WHERE b.sender_id = @sender AND b.day >= @from AND b.day < @to AND b.category = 'service' AND b.pricing_type = 'free_customer_service'
    UNION ALL
    SELECT ${deliveries('l')} * iif(l.reference = @late, 1, -1)
    FROM ledger l
    JOIN bucket b ON b.id = l.bucket_id
    WHERE l.reference >= '${LATE_RANGE.from}' AND l.reference < '${LATE_RANGE.to}'
      AND b.sender_id = @sender AND b.category = 'service' AND b.pricing_type = 'free_customer_service'
      AND (l.reference = @late) <> (b.day >= @from AND b.day < @to)
  )`;

/** What the sender used of the allowance of a month. Call it inside a transaction. */
export function freeUnitsIn(sqlite: Sqlite, sender: SenderId, month: Month): number {
  return sqlite
    .prepare(FREE_UNITS)
    .pluck()
    .get({ sender, ...monthDays(month), late: lateReference(month) }) as number;
}

export type AllowanceMeter = {
  readonly freeUnitsIn: (sender: SenderId, month: Month) => number;
  /** Counts what is not written yet. */
  readonly add: (sender: SenderId, month: Month, units: number) => void;
};

/** The meter of one batch: what was written before it is counted once for each sender and month, and only where somebody asks. */
export function createAllowanceMeter(sqlite: Sqlite): AllowanceMeter {
  const written = new Map<string, number>();
  const added = new Map<string, number>();
  return {
    freeUnitsIn: (sender, month) => {
      const key = `${sender} ${month}`;
      const before = written.get(key) ?? freeUnitsIn(sqlite, sender, month);
      written.set(key, before);
      return before + (added.get(key) ?? 0);
    },
    add: (sender, month, units) => {
      const key = `${sender} ${month}`;
      added.set(key, (added.get(key) ?? 0) + units);
    },
  };
}
