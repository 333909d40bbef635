// Dispatching what one command admitted, until every message of it is at rest, whoever sent it.

import type { Sender } from '../domain/sender.ts';
import type { Run } from '../ports/store/admit.ts';
import type { OutboxScope } from '../ports/store/outbox.ts';
import type { ReportStore, Totals } from '../ports/store/report.ts';
import type { Settlement } from '../ports/store/settle.ts';
import type { MessageId } from '../values/id.ts';
import { dispatch, type DispatchHost } from './dispatch.ts';
import { recover } from './recover.ts';
import { COUNTED_AS, countSettled, type Tally } from './tally.ts';

/** The messages of one command: a run of a file with what earlier runs left queued, or single messages. */
export type OwnMessages =
  | { readonly kind: 'run'; readonly run: Run; readonly resumed: Set<MessageId> }
  | { readonly kind: 'messages'; readonly ids: readonly MessageId[] };

type OwnHost = DispatchHost & { readonly store: Pick<ReportStore, 'totals'>; readonly diedWithProcess: readonly string[] };

type OwnPlan = {
  readonly sender: Sender;
  readonly own: OwnMessages;
  readonly tally: Tally;
  readonly onProgress: (tally: Tally) => void;
};

const POLL_MS = 50;

/** How long to wait for another process that holds some of our messages. It is alive, or `recover` would have taken them back. */
const PATIENCE_MS = 30_000;

/** Sends and counts. Returns true when it was told to stop. Afterwards `queued` counts what another process still holds. */
export async function dispatchOwn(host: OwnHost, plan: OwnPlan): Promise<boolean> {
  const { own, tally } = plan;
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const end = await dispatch(host, {
      sender: plan.sender,
      scope: scopeOf(own),
      countMax: null,
      waits: true,
      onSettled: (settlements) => {
        for (const settlement of settlements) countIfOwn(own, tally, settlement);
        plan.onProgress(tally);
      },
    });
    if (end.reason === 'interrupted') return true;
    if (tally.counts.queued === 0) return false;
    const totals = await host.store.totals(own.kind === 'run' ? { kind: 'run', ...own.run } : own);
    if (atRest(totals) || waitedMs >= PATIENCE_MS) {
      recount(own, tally, totals);
      return false;
    }
    await host.clock.sleep(POLL_MS, host.interrupted);
    await recover(host.store, { diedWithProcess: host.diedWithProcess, at: host.clock.now() });
  }
}

function scopeOf(own: OwnMessages): OutboxScope {
  return own.kind === 'run' ? { kind: 'campaign', campaignId: own.run.campaignId } : own;
}

// A campaign's outbox may hold messages of other files too: they are sent, and counted by whoever asked for them.
function countIfOwn(own: OwnMessages, tally: Tally, settlement: Settlement): void {
  if (own.kind === 'messages' || settlement.runId === own.run.runId || own.resumed.has(settlement.messageId))
    countSettled(tally, settlement);
}

function atRest({ states }: Totals): boolean {
  return !states.has('queued') && !states.has('sending');
}

// Other processes sent some of our messages: the store knows what became of all that we admitted. What was only resumed here is counted there.
function recount(own: OwnMessages, tally: Tally, totals: Totals): void {
  if (own.kind === 'run') tally.counts.duplicate += own.resumed.size;
  for (const count of ['queued', 'accepted', 'delivered', 'failed', 'unknown'] as const) tally.counts[count] = 0;
  for (const [state, number] of totals.states) tally.counts[COUNTED_AS[state]] += number;
  tally.reserved = totals.held;
  tally.charged = totals.charged;
  tally.freeUnits = totals.freeUnits;
}
