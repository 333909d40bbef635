// The second half of a send: what was admitted is dispatched, and waited for as long as the plan says.

import type { Sender } from '../domain/sender.ts';
import { AppError } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import type { MessageId } from '../values/id.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import type { DispatchHost } from './dispatch.ts';
import { dispatchOwn, type OwnEnd, type OwnMessages, totalsOf } from './dispatch-own.ts';
import type { Tally } from './tally.ts';
import { DELIVERY_WAIT_MS, lookAgain, waitForDelivery } from './wait.ts';

export type FinishHost = Omit<DispatchHost, 'store'> & { readonly store: Store; readonly diedWithProcess: readonly string[] };

export type FinishPlan = {
  readonly sender: Sender;
  /** Go on until the provider has told what became of each message; otherwise until it has accepted them. */
  readonly waitsForDelivery: boolean;
  /** How long dispatching and waiting may take together; null for as long as it takes, and `DELIVERY_WAIT_MS` for a delivery. */
  readonly timeoutMs: number | null;
  /** Told now and then how far it is. */
  readonly onProgress: (tally: Tally) => void;
  /** Told once how many requests are under way when the time is up or the command is told to stop. */
  readonly onStopping: (underWay: number) => void;
};

/**
 * How it ended. `interrupted` when a stop left something undone, `timedOut` when the time was up; `waiting` when another process still held messages of
 * ours; `nextDueAt` when some are due later than it would wait; `paused` when some wait for their campaign to be resumed; `failure` is what the provider or the store refused, where that ended it. The same command
 * goes on.
 */
export type Ending = OwnEnd & { readonly timedOut: boolean; readonly failure: AppError | null };

/** All that was asked is done. */
export const ENDED: Ending = { interrupted: false, waiting: false, paused: false, nextDueAt: null, timedOut: false, failure: null };

type Admitted = { readonly own: OwnMessages; readonly repeated: readonly MessageId[]; readonly tally: Tally };

/**
 * Dispatches what was admitted, and waits for it as long as the plan says. Where it was not all done, it counts what the store knows by then: whoever takes
 * the webhooks may have settled messages of ours before we did, and where that is all of them, the time was enough. Rejects for a bug only.
 */
export async function finish(host: FinishHost, plan: FinishPlan, admitted: Admitted): Promise<Ending> {
  const ending = await carryOut(host, plan, admitted).catch(failedWith);
  const { timedOut, interrupted, failure } = ending;
  if (failure === null) await countScheduled(host, admitted);
  if (!timedOut && !interrupted && failure === null) return ending;
  const isOver = await lookAgain(host, admitted, plan).catch((error: unknown) => {
    if (failure === null) throw error;
    return false; // the store that failed may not answer now either; the tally is what is known
  });
  return timedOut && isOver ? ENDED : ending;
}

// By what the store says: some of it may have been held, and other runs may have left some.
async function countScheduled({ store }: Pick<FinishHost, 'store'>, { own, tally }: Admitted): Promise<void> {
  if (tally.counts.queued > 0) tally.scheduled = await store.scheduled(totalsOf(own));
}

/** The ending by an error: what was admitted is admitted, and is to be shown. A bug is thrown on. */
export function failedWith(error: unknown): Ending {
  return { ...ENDED, failure: toActionable(error) };
}

/** The error that the user can act on; throws what is none, a bug. */
export function toActionable(error: unknown): AppError {
  if (!(error instanceof AppError) || error.code === 'bug') throw error;
  return error;
}

async function carryOut(host: FinishHost, plan: FinishPlan, { own, repeated, tally }: Admitted): Promise<Ending> {
  const { sender, onProgress, onStopping } = plan;
  const deadline = startDeadline(host, plan.timeoutMs);
  const stopped = (): Ending => ({ ...ENDED, interrupted: host.interrupted.aborted, timedOut: !host.interrupted.aborted });
  try {
    if (tally.counts.queued > 0) {
      const end = await dispatchOwn({ ...host, interrupted: deadline.signal }, { sender, own, tally, onProgress, onStopping });
      if (end.interrupted) return stopped();
      if (!plan.waitsForDelivery || end.paused || end.nextDueAt !== null) return { ...ENDED, ...end };
    }
    return plan.waitsForDelivery ? await outlast(host, { own, repeated, tally }, { ...plan, deadline }) : ENDED;
  } finally {
    deadline.clear();
  }
}

type Patience = Omit<FinishPlan, 'sender' | 'onStopping'> & { readonly deadline: Deadline };

// A deadline that was asked for began with the dispatch; the usual one begins here, because a long file may take longer than it to be sent.
async function outlast(host: FinishHost, admitted: Admitted, { timeoutMs, deadline, onProgress }: Patience): Promise<Ending> {
  const last = timeoutMs === null ? startDeadline(host, DELIVERY_WAIT_MS) : deadline;
  try {
    const isOver = await waitForDelivery(host, { ...admitted, deadline: last, onProgress });
    const interrupted = host.interrupted.aborted && !isOver;
    return { ...ENDED, interrupted, timedOut: !isOver && !interrupted };
  } finally {
    last.clear();
  }
}
