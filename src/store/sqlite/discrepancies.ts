// Where the provider's word on a price differs from our own view, on SQLite: the few lines that say so have an index of their own.

import type { Discrepancies, ReportFilter, ReportStore } from '../../ports/store/report.ts';
import type { MessageId } from '../../values/id.ts';
import type { Sqlite } from './database.ts';
import { isRebooking } from './deliveries.ts';

const SHOWN_MAX = 10;

// Where a delivery stands now counts: the provider's newest word may agree where an older one did not.
const STANDING = /* sql */ `
  FROM ledger l
  JOIN bucket b ON b.id = l.bucket_id
  WHERE l.discrepancy IS NOT NULL AND b.day >= @from AND b.day < @to AND (@senderId IS NULL OR b.sender_id = @senderId)
    AND (@asOf IS NULL OR l.recorded_at <= @asOf)
    AND NOT EXISTS (
      SELECT 1 FROM ledger n
      WHERE n.message_id = l.message_id AND ${isRebooking('n')}
        AND n.sequence > l.sequence AND (@asOf IS NULL OR n.recorded_at <= @asOf))`;

const COUNT = `SELECT COUNT(*) ${STANDING}`;
const FIRST = `SELECT l.message_id ${STANDING} ORDER BY l.sequence LIMIT ${SHOWN_MAX}`;

/** The discrepancies of the report slice. */
export function createDiscrepancyStore(sqlite: Sqlite): Pick<ReportStore, 'discrepancies'> {
  return { discrepancies: async (filter) => sqlite.read(() => read(sqlite, filter)) };
}

function read(sqlite: Sqlite, { period, senderId, asOf = null }: Omit<ReportFilter, 'groupBy'>): Discrepancies {
  const parameters = { from: period.from, to: period.to, senderId, asOf };
  const count = sqlite.prepare(COUNT).pluck().get(parameters) as number;
  return { count, messageIds: count === 0 ? [] : (sqlite.prepare(FIRST).pluck().all(parameters) as readonly MessageId[]) };
}
