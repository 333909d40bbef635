// Working through an outbox, of a sender or of a campaign, until there is nothing to do, and what to say where that ended early.

import type { App } from '../app.ts';
import type { Sender } from '../domain/sender.ts';
import type { AppError } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import type { OutboxScope } from '../ports/store/outbox.ts';
import { dispatch, type DispatchEnd } from '../send/dispatch.ts';
import type { DispatchCount } from '../send/dispatch-count.ts';
import { toActionable } from '../send/finish.ts';
import type { Tally } from '../send/tally.ts';
import { failAfter, interruptedBy, tellStopping } from './interrupted.ts';

type Work = {
  readonly sender: Sender;
  readonly scope: OutboxScope;
  readonly count: DispatchCount;
  readonly countMax: number | null;
  readonly patienceMs: number;
  /** Called after each commit. */
  readonly onProgress: () => void;
};

/** How it ended; `failed` is what the provider or the store refused. */
export type WorkEnd = DispatchEnd | { readonly reason: 'failed'; readonly failure: AppError };

/** Sends what is due and counts it. Rejects for a bug only. */
export async function workThrough(
  app: App,
  store: Store,
  { sender, scope, count, countMax, patienceMs, onProgress }: Work,
): Promise<WorkEnd> {
  const host = { store, transport: await app.transport(sender), clock: app.clock, workerId: app.workerId, interrupted: app.interrupted };
  const onSettled: DispatchCount['onSettled'] = (settlements) => {
    count.onSettled(settlements);
    onProgress();
  };
  const plan = { sender, scope, countMax, patienceMs, onSettled, onStopping: tellStopping(app) };
  const end = await dispatch(host, plan).catch((error: unknown): WorkEnd => ({ reason: 'failed', failure: toActionable(error) }));
  await count.close(store).catch((error: unknown) => {
    if (end.reason !== 'failed') throw error; // a store that failed may not answer now either
  });
  return end;
}

/** The error of an end that came too early; null for one in its time. `resume` is the command that goes on. */
export function workFailure(end: WorkEnd, { tally, resume }: { readonly tally: Tally; readonly resume: string }): AppError | null {
  if (end.reason === 'interrupted') return interruptedBy(resume);
  if (end.reason !== 'failed') return null;
  const { failure } = end;
  return failAfter(failure, tally, { hint: `Go on with: ${resume}`, retryable: failure.retryable, details: {} });
}
