// The outbox on SQLite: settle and claim in one commit, and take back what dead processes left.

import { assert } from '../../errors.ts';
import { OUTCOMES_MAX, type OutboxStore, type Recovery, type TurnResult } from '../../ports/store/outbox.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { MessageId, WorkerId } from '../../values/id.ts';
import type { Journals } from '../journal.ts';
import { claim, type ClaimParts } from './claim.ts';
import { heldTemplates } from './held-templates.ts';
import type { Liveness } from './liveness.ts';
import { createScopeQueries } from './outbox-scope.ts';
import { createSchedule } from './schedule.ts';
import type { Settler } from './settle.ts';
import { createInFlight, takeBack } from './take-back.ts';

type OutboxParts = ClaimParts & { readonly settler: Settler; readonly liveness: Liveness; readonly journals: Journals };

const WORKERS_IN_FLIGHT = /* sql */ `SELECT DISTINCT worker_id FROM message WHERE state = 'sending'`;

const SILENT = /* sql */ `
  SELECT id FROM message WHERE (state = 'accepted' OR state = 'sent' OR state = 'unknown') AND expires_at <= ? ORDER BY expires_at LIMIT ${BATCH_MAX}`;

/** The outbox slice of the port. */
export function createOutboxStore(parts: OutboxParts): OutboxStore {
  const { sqlite, settler, liveness, journals, pace, campaigns } = parts;
  const waiting = { scopes: createScopeQueries(sqlite, campaigns.paused), schedule: createSchedule(sqlite) };
  const inFlight = createInFlight(sqlite);
  return {
    turn: async (asked, rules) => {
      assert(asked.outcomes.length <= OUTCOMES_MAX && asked.room <= BATCH_MAX, 'a turn has a bounded size');
      journals.flush(inFlight);
      if (asked.room > 0) liveness.hold(asked.workerId); // before the claim is visible to those who look for the dead
      return sqlite.write((): TurnResult => {
        const turn = { ...asked, at: asked.now() };
        const settled = settler.apply(turn.outcomes, turn.at, rules.settle);
        pace.hold(turn.senderId, turn.holds, turn.at);
        const { claimed, stopped, settled: moved, nextDueAt } = claim(parts, waiting, turn, rules);
        const isPaused = turn.room > 0 && nextDueAt === null && campaigns.holdsBack(turn.senderId, turn.scope);
        return { settled: [...settled, ...moved, ...settler.apply(stopped, turn.at, rules.settle)], claimed, nextDueAt, isPaused };
      });
    },
    journal: journals.open,
    recover: async ({ diedWithProcess, at }, rules) => {
      const workers = sqlite.query(() => sqlite.prepare(WORKERS_IN_FLIGHT).pluck().all()) as readonly WorkerId[];
      const recoveries: Recovery[] = [];
      for (const workerId of workers) {
        liveness.ifDead(workerId, () => recoveries.push(...takeBack(parts, { workerId, diedWithProcess, at }, rules)));
      }
      return recoveries;
    },
    heldTemplates: async (senderId, at) => sqlite.read(() => heldTemplates(parts, senderId, at)),
    silent: async (at) => sqlite.query(() => sqlite.prepare(SILENT).pluck().all(at)) as readonly MessageId[],
  };
}
