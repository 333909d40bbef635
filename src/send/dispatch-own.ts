// Dispatching what one command admitted, until every message of it is at rest, whoever sent it.

import type { Sender } from '../domain/sender.ts';
import type { Run } from '../ports/store/admit.ts';
import type { OutboxScope } from '../ports/store/outbox.ts';
import type { ReportStore, Totals, TotalsFilter } from '../ports/store/report.ts';
import type { Settlement } from '../ports/store/settle.ts';
import type { MessageId } from '../values/id.ts';
import { type Instant, SECOND_MS } from '../values/time.ts';
import { dispatch, type DispatchEnd, type DispatchHost } from './dispatch.ts';
import { recover } from './recover.ts';
import { countRecovered, countSettled, countStates, type Tally } from './tally.ts';

/** The messages of one command: those of a run, with what it took up of earlier ones, or single messages. */
export type OwnMessages = { readonly kind: 'run'; readonly run: Run } | { readonly kind: 'messages'; readonly ids: readonly MessageId[] };

type OwnHost = DispatchHost & { readonly store: Pick<ReportStore, 'totals'>; readonly diedWithProcess: readonly string[] };

type OwnPlan = {
  readonly sender: Sender;
  readonly own: OwnMessages;
  readonly tally: Tally;
  readonly onProgress: (tally: Tally) => void;
  readonly onStopping: (underWay: number) => void;
};

const POLL_MS = 50;

/** How long to wait for another process that holds some of our messages. It is alive, or `recover` would have taken them back. */
export const PATIENCE_MS = 30_000;

/** The longest wait for a later try of a message: that of the provider's pair limit (4^5 s) fits, a paused template and a reported number do not. */
export const LATER_TRY_MS = 20 * 60 * SECOND_MS;

/**
 * How it ended: told to stop; out of patience with another process that holds messages of ours; or what is left, which `queued` counts, is due at
 * `nextDueAt`, too late to wait for, or waits for its campaign to be resumed (`paused`).
 */
export type OwnEnd = {
  readonly interrupted: boolean;
  readonly waiting: boolean;
  readonly paused: boolean;
  readonly nextDueAt: Instant | null;
};

const DONE: OwnEnd = { interrupted: false, waiting: false, paused: false, nextDueAt: null };

/** Sends and counts until every message of the command is at rest. */
export async function dispatchOwn(host: OwnHost, plan: OwnPlan): Promise<OwnEnd> {
  const { own, tally } = plan;
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const end = await dispatch(host, {
      sender: plan.sender,
      scope: scopeOf(own),
      countMax: null,
      patienceMs: LATER_TRY_MS,
      onSettled: (settlements) => {
        for (const settlement of settlements) countIfOwn(own, tally, settlement);
        plan.onProgress(tally);
      },
      onStopping: plan.onStopping,
    });
    if (end.reason === 'interrupted') return { ...DONE, interrupted: true };
    if (tally.counts.queued === 0) return DONE;
    const totals = await host.store.totals(totalsOf(own));
    if (atRest(totals) || isPutOff(end, totals) || waitedMs >= PATIENCE_MS) {
      recount(tally, totals);
      return atRest(totals) ? DONE : leftBy(end);
    }
    await host.clock.sleep(POLL_MS, host.interrupted);
    countRecovered(tally, await recover(host.store, { diedWithProcess: host.diedWithProcess, at: host.clock.now() }));
  }
}

// While another process still has some of our messages under way their outcome is waited for, or they would be told of as queued. Only then is what is due later left.
function isPutOff({ reason }: DispatchEnd, { states }: Totals): boolean {
  return reason === 'paused' || (reason === 'not_due' && !states.has('sending'));
}

function leftBy(end: DispatchEnd): OwnEnd {
  if (end.reason === 'not_due') return { ...DONE, nextDueAt: end.nextDueAt };
  return end.reason === 'paused' ? { ...DONE, paused: true } : { ...DONE, waiting: true };
}

/** What the store is asked about them. */
export function totalsOf(own: OwnMessages): TotalsFilter {
  return own.kind === 'run' ? { kind: 'run', ...own.run } : own;
}

function scopeOf(own: OwnMessages): OutboxScope {
  return own.kind === 'run' ? { kind: 'campaign', campaignId: own.run.campaignId } : own;
}

// A campaign's outbox may hold messages of other files too: they are sent, and counted by whoever asked for them.
function countIfOwn(own: OwnMessages, tally: Tally, settlement: Settlement): void {
  if (own.kind === 'messages' || settlement.runId === own.run.runId) countSettled(tally, settlement);
}

/** True when none of them waits to be sent or is being sent. */
export function atRest({ states }: Totals): boolean {
  return !states.has('queued') && !states.has('sending');
}

/**
 * Counts by what the store says, because others send and settle our messages too. What another run took up since is counted there, and is a duplicate
 * here.
 */
export function recount(tally: Tally, totals: Totals): void {
  tally.counts.duplicate -= countStates(tally, totals.states);
  tally.reserved = totals.held;
  tally.charged = totals.charged;
  tally.freeUnits = totals.freeUnits;
}
