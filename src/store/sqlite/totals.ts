// What became of the messages of a run, or of certain messages, from the messages and their entries themselves.

import type { MessageState } from '../../domain/message.ts';
import type { ReportStore, Totals, TotalsFilter } from '../../ports/store/report.ts';
import { type Micros, plus, toMicros, ZERO } from '../../values/money.ts';
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

type StateRow = readonly [MessageState, bigint, bigint];
type ChargeRow = readonly [bigint, bigint];

/** The totals of the report slice. */
export function createTotalsStore(sqlite: Sqlite): Pick<ReportStore, 'totals'> {
  return {
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
