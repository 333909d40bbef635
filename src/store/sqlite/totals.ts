// What became of the messages of a run, or of certain messages, and what of them waits for its time: from the messages and their entries themselves.

import type { MessageState } from '../../domain/message.ts';
import type { Scheduled } from '../../domain/schedule.ts';
import type { ReportStore, ScheduledFilter, Totals, TotalsFilter } from '../../ports/store/report.ts';
import { type Micros, plus, toMicros, ZERO } from '../../values/money.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { billable, deliveries, isRebooking } from './deliveries.ts';

const STATES = /* sql */ `SELECT m.state, COUNT(*), SUM(m.held) FROM message m`;

const SUMS = /* sql */ `ifnull(SUM(l.posted), 0), ifnull(SUM(${deliveries('l')} - ${billable('l', 'b')}), 0)`;

const CHARGES = /* sql */ `
  SELECT ${SUMS}
  FROM message m
  JOIN ledger l ON l.message_id = m.id AND l.kind = 'charge'
  JOIN bucket b ON b.id = l.bucket_id`;

// What the provider said after the charge.
const REBOOKED = /* sql */ `
  SELECT ${SUMS}
  FROM message m
  JOIN ledger l ON l.message_id = m.id AND ${isRebooking('l')}
  JOIN bucket b ON b.id = l.bucket_id`;

const IN_RUN = 'WHERE m.run_id = ? AND m.campaign_id = ?';

const STATES_IN_RUN = `${STATES} ${IN_RUN} GROUP BY m.state`;
const CHARGES_IN_RUN = `${CHARGES} ${IN_RUN}`;
const STATE_OF_MESSAGE = `${STATES} WHERE m.id = ? GROUP BY m.state`;
const CHARGES_OF_MESSAGE = `${CHARGES} WHERE m.id = ?`;
const REBOOKED_IN_RUN = `${REBOOKED} ${IN_RUN}`;
const REBOOKED_OF_MESSAGE = `${REBOOKED} WHERE m.id = ?`;

const SCHEDULED = /* sql */ `
  SELECT COUNT(*), COUNT(*) FILTER (WHERE reason = 'quiet_hours'), MIN(not_before), MAX(not_before)
  FROM message
  WHERE state = 'scheduled'`;

const SCHEDULED_IN_CAMPAIGN = `${SCHEDULED} AND campaign_id = ?`;
const SCHEDULED_IN_RUN = `${SCHEDULED_IN_CAMPAIGN} AND run_id = ?`;
const SCHEDULED_BY_ID = `${SCHEDULED} AND id IN (SELECT value FROM json_each(?))`;

type StateRow = readonly [MessageState, bigint, bigint];
type ChargeRow = readonly [bigint, bigint];

/** The totals of the report slice. */
export function createTotalsStore(sqlite: Sqlite): Pick<ReportStore, 'totals' | 'scheduled'> {
  return {
    scheduled: async (of) => sqlite.read(() => scheduledOf(sqlite, of)),
    totals: async (of) =>
      sqlite.read(() => {
        const isRun = of.kind === 'run';
        const parameters = parametersOf(of);
        const states = parameters.flatMap(
          (values) =>
            sqlite
              .prepareExact(isRun ? STATES_IN_RUN : STATE_OF_MESSAGE)
              .raw()
              .all(...values) as StateRow[],
        );
        const sums = isRun ? [CHARGES_IN_RUN, REBOOKED_IN_RUN] : [CHARGES_OF_MESSAGE, REBOOKED_OF_MESSAGE];
        const charges = parameters.flatMap((values) =>
          sums.map(
            (sql) =>
              sqlite
                .prepareExact(sql)
                .raw()
                .get(...values) as ChargeRow,
          ),
        );
        return toTotals(states, charges);
      }),
  };
}

type ScheduledRow = readonly [number, number, Instant | null, Instant | null];

function scheduledOf(sqlite: Sqlite, of: ScheduledFilter): Scheduled | null {
  const [sql, values] = scheduledIn(of);
  const [units, quietUnits, firstAt, lastAt] = sqlite
    .prepare(sql)
    .raw()
    .get(...values) as ScheduledRow;
  return firstAt === null || lastAt === null ? null : { units, quietUnits, firstAt, lastAt };
}

function scheduledIn(of: ScheduledFilter): readonly [sql: string, values: readonly unknown[]] {
  switch (of.kind) {
    case 'run':
      return [SCHEDULED_IN_RUN, [of.campaignId, of.runId]];
    case 'campaign':
      return [SCHEDULED_IN_CAMPAIGN, [of.campaignId]];
    case 'messages':
      return [SCHEDULED_BY_ID, [JSON.stringify(of.ids)]];
  }
}

function parametersOf(of: TotalsFilter): readonly (readonly unknown[])[] {
  return of.kind === 'run' ? [[of.runId, of.campaignId]] : Array.from(new Set(of.ids), (id) => [id]);
}

function toTotals(rows: readonly StateRow[], charges: readonly ChargeRow[]): Totals {
  const states = new Map<MessageState, number>();
  let held: Micros = ZERO;
  for (const [state, count, sum] of rows) {
    states.set(state, (states.get(state) ?? 0) + Number(count));
    held = plus(held, toMicros(sum));
  }
  const charged = charges.reduce<Micros>((sum, [amount]) => plus(sum, toMicros(amount)), ZERO);
  return { states, held, charged, freeUnits: charges.reduce((sum, [, free]) => sum + Number(free), 0) };
}
