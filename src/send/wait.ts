// Waiting until the provider has told what became of messages that were handed over. Statuses come to the store by other processes; this only looks.

import type { MessageState } from '../domain/message.ts';
import type { Clock } from '../ports/host.ts';
import type { ReportStore, Totals } from '../ports/store/report.ts';
import type { MessageId } from '../values/id.ts';
import { SECOND_MS } from '../values/time.ts';
import type { Deadline } from './deadline.ts';
import { atRest, type OwnMessages, recount, totalsOf } from './dispatch-own.ts';
import { recountRepeated, type Tally } from './tally.ts';

/** How long a delivery is waited for when nobody said: most take seconds; a phone that is off takes days. */
export const DELIVERY_WAIT_MS = 60 * SECOND_MS;

type WaitHost = { readonly store: Pick<ReportStore, 'totals'>; readonly clock: Clock };

type Looked = {
  readonly own: OwnMessages;
  /** First messages of duplicates: they are waited for too, so that the same command can go on waiting. */
  readonly repeated: readonly MessageId[];
  readonly tally: Tally;
};

type WaitPlan = Looked & {
  readonly deadline: Deadline;
  readonly onProgress: (tally: Tally) => void;
};

const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = SECOND_MS;
const PAUSE_GROWTH = 2;

/** An unknown outcome is waited for too: a status may still settle it. What waits for its time is not: it is for whoever dispatches then. */
const ENDS: ReadonlySet<MessageState> = new Set(['scheduled', 'delivered', 'read', 'failed', 'expired', 'cancelled']);

/** Looks at the store until every message has ended; the tally then says how. False when the time was up, or the command was told to stop, before that. */
export async function waitForDelivery(host: WaitHost, plan: WaitPlan): Promise<boolean> {
  const { tally, deadline } = plan;
  for (let pauseMs = PAUSE_MS_MIN; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, PAUSE_MS_MAX)) {
    if (await lookAgain(host, plan, { waitsForDelivery: true })) return true;
    plan.onProgress(tally);
    if (deadline.signal.aborted) return false;
    await host.clock.sleep(pauseMs, deadline.signal);
  }
}

/** Counts by what the store says now. True when every message has ended, or was handed over where that is all that is waited for. */
export async function lookAgain(
  { store }: Pick<WaitHost, 'store'>,
  { own, repeated, tally }: Looked,
  { waitsForDelivery }: { readonly waitsForDelivery: boolean },
): Promise<boolean> {
  const totals = await store.totals(totalsOf(own));
  recount(tally, totals);
  if (!waitsForDelivery) return atRest(totals);
  if (repeated.length === 0) return haveEnded(totals);
  const first = await store.totals({ kind: 'messages', ids: repeated });
  recountRepeated(tally, first.states);
  return haveEnded(totals) && haveEnded(first);
}

function haveEnded({ states }: Totals): boolean {
  return [...states.keys()].every((state) => ENDS.has(state));
}
