// Step 7: claim, deliver, settle, until the scope has nothing more. What is claimed is what is in flight; a stop finishes it first.

import type { Sender } from '../domain/sender.ts';
import type { Clock } from '../ports/host.ts';
import type { ClaimedMessage, OutboxScope, OutboxStore, Turn, TurnResult } from '../ports/store/outbox.ts';
import type { Settlement, SettleStore } from '../ports/store/settle.ts';
import type { Outcome, Transport } from '../ports/transport.ts';
import type { WorkerId } from '../values/id.ts';
import { decideClaim } from './claim.ts';
import { outcomesOf } from './retry.ts';
import { decideSettlements } from './settle.ts';

export type DispatchHost = {
  readonly store: OutboxStore & SettleStore;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly workerId: WorkerId;
  /** Aborts when no new message may be begun. */
  readonly interrupted: AbortSignal;
};

export type DispatchPlan = {
  readonly sender: Sender;
  readonly scope: OutboxScope;
  /** Stop after so many messages; null for all that are due. */
  readonly countMax: number | null;
  /** Wait for messages that are due later; otherwise stop when nothing is due now. */
  readonly waits: boolean;
  /** Told after each commit what it settled. */
  readonly onSettled: (settlements: readonly Settlement[]) => void;
};

/** How it ended: nothing was left, the maximum was reached, or it was told to stop. `claimed` counts the messages that were begun. */
export type DispatchEnd = { readonly reason: 'empty' | 'count_reached' | 'interrupted' | 'not_due'; readonly claimed: number };

/**
 * Works through the scope. Every message that it claimed is at rest when it returns, and when the transport throws. When the store refuses a turn, what
 * was in flight stays claimed until this process has ended and `recover` finds it.
 */
export async function dispatch(host: DispatchHost, plan: DispatchPlan): Promise<DispatchEnd> {
  let outcomes: readonly Outcome[] = [];
  let count = 0;
  for (;;) {
    const room = host.interrupted.aborted ? 0 : Math.min(host.transport.roomMax, (plan.countMax ?? Number.POSITIVE_INFINITY) - count);
    if (room === 0 && outcomes.length === 0) return { reason: host.interrupted.aborted ? 'interrupted' : 'count_reached', claimed: count };
    const at = host.clock.now();
    const turn = { senderId: plan.sender.id, scope: plan.scope, outcomes, room, workerId: host.workerId, at };
    const { settled, claimed, nextDueAt } = await takeTurn(host, turn);
    plan.onSettled(settled);
    count += claimed.length;
    outcomes = await deliver(host, claimed);
    if (claimed.length > 0) await host.clock.yield();
    if (claimed.length > 0 || room === 0) continue;
    if (nextDueAt === null) return { reason: 'empty', claimed: count };
    if (nextDueAt <= at) continue; // the gate stopped what was due; there is more behind it
    if (!plan.waits || !(await waitUntil(host, nextDueAt))) return { reason: 'not_due', claimed: count };
  }
}

// What was delivered must reach the books even when the store refuses a turn (busy, full): it is tried once more on its own before the error goes on.
async function takeTurn(host: DispatchHost, turn: Turn): Promise<TurnResult> {
  try {
    return await host.store.turn(turn, { settle: decideSettlements, claim: decideClaim });
  } catch (error) {
    if (turn.outcomes.length > 0) {
      await host.clock.sleep(SETTLE_AGAIN_MS, new AbortController().signal);
      await host.store.settle({ outcomes: turn.outcomes, at: turn.at }, decideSettlements).catch(() => undefined);
    }
    throw error;
  }
}

const SETTLE_AGAIN_MS = 1_000;

// A transport that can send nothing at all throws: its claims go back to the queue before the error goes on.
async function deliver(host: DispatchHost, messages: readonly ClaimedMessage[]): Promise<readonly Outcome[]> {
  if (messages.length === 0) return [];
  const at = host.clock.now();
  try {
    return (await host.transport.deliver(messages, at)).flatMap(outcomesOf);
  } catch (error) {
    const outcomes = messages.map(({ id, attempt }) => notSent(id, attempt, at));
    await host.store.settle({ outcomes, at }, decideSettlements);
    throw error;
  }
}

function notSent(messageId: Outcome['messageId'], attempt: number, at: Outcome['at']): Outcome {
  return { messageId, attempt, kind: 'retry', at, providerId: null, error: { code: 'not_sent', title: '' }, pricing: null, retryAt: at };
}

// False when the clock stands still (it was set by hand): waiting for it would be waiting for ever.
async function waitUntil({ clock, interrupted }: DispatchHost, due: Outcome['at']): Promise<boolean> {
  const before = clock.now();
  await clock.sleep(due - before, interrupted);
  return clock.now() > before;
}
