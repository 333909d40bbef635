// Step 7: claim, deliver, settle, until the scope has nothing more. What is claimed is what is in flight; a stop finishes it first.

import type { Sender } from '../domain/sender.ts';
import { fail } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import type { OutboxScope, OutboxStore, Turn, TurnResult } from '../ports/store/outbox.ts';
import type { Settlement, SettleStore } from '../ports/store/settle.ts';
import type { Transport } from '../ports/transport.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { WorkerId } from '../values/id.ts';
import { type Instant, toInstant } from '../values/time.ts';
import { decideClaim } from './claim.ts';
import { createFlight, type Flight, type Landed } from './flight.ts';
import { isUncounted } from './retry.ts';
import { decideRepricings } from './reprice.ts';
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
  /** How long at most one wait for what is due next may be, in milliseconds: the pace of a number, or a later try. */
  readonly patienceMs: number;
  /** How long what is queued meanwhile may wait for its turn, in milliseconds, while there is room; without it, until something lands. */
  readonly newcomersMs?: number;
  /** Told after each commit what it settled. */
  readonly onSettled: (settlements: readonly Settlement[]) => void;
  /** Told once, where a stop takes longer than a moment, how many requests are under way: their answers are waited for, as long as a request may take. */
  readonly onStopping: (underWay: number) => void;
};

/**
 * How it ended: nothing was left, what is left waits for a paused campaign to be resumed, the maximum was reached, it was told to stop, or the next message is
 * due too late to wait for. `claimed` counts the messages that were begun.
 */
export type DispatchEnd = { readonly claimed: number } & (
  | { readonly reason: 'empty' | 'paused' | 'count_reached' | 'interrupted' }
  | { readonly reason: 'not_due'; readonly nextDueAt: Instant }
);

/**
 * Works through the scope: settles what finished and claims what comes next in one commit, as long as there is something. Every message that it claimed is
 * at rest when it returns, also when the transport cannot send at all, whose error it then throws. When the store refuses a turn, what is in flight is
 * waited for and settled once more before the error goes on; what cannot be settled then stays claimed until this process has ended and `recover` finds it.
 */
export async function dispatch(host: DispatchHost, plan: DispatchPlan): Promise<DispatchEnd> {
  const flight = createFlight(host.transport, host.clock);
  let over: AbortController | undefined; // of the wait after a stop: a command that nobody stops does without
  const stopping = async ({ signal }: AbortController): Promise<void> => {
    await host.clock.sleep(STOPPING_TOLD_AFTER_MS, signal);
    if (!signal.aborted && flight.inFlight() > 0) plan.onStopping(flight.inFlight());
  };
  const stop = (): void => {
    over = new AbortController();
    void stopping(over);
  };
  host.interrupted.addEventListener('abort', stop, { once: true });
  return work(host, plan, flight).finally(() => {
    host.interrupted.removeEventListener('abort', stop);
    over?.abort();
  });
}

/** Most answers take less; nothing is to be told of a stop that takes no time. */
const STOPPING_TOLD_AFTER_MS = 500;

async function work(host: DispatchHost, plan: DispatchPlan, flight: Flight): Promise<DispatchEnd> {
  let claimedCount = 0;
  for (;;) {
    // Before the claim, since what is claimed leaves at once; a single message warms nothing. What cannot be loaded is told by the deliveries.
    if (flight.inFlight() > 0 || claimedCount > 1) await host.transport.warmUp().catch(() => undefined);
    const landed = flight.land();
    const room = roomFor(host, plan, { flight, claimedCount });
    if (room === 0 && flight.size() === 0 && landed.outcomes.length === 0) return endOf(host, flight, claimedCount);
    const { settled, claimed, nextDueAt, isPaused } = await takeTurn(host, plan, flight, { ...turnOf(host, plan, room), ...landed });
    const at = host.clock.now();
    plan.onSettled(settled);
    claimedCount += claimed.length - landed.outcomes.filter(({ error }) => isUncounted(error)).length;
    flight.begin(claimed);
    if (flight.size() > 0) {
      const isFull = room === claimed.length;
      if (isFull || nextDueAt === null || nextDueAt > at)
        await flight.wait(isFull ? null : nextLook(plan, nextDueAt, at), host.interrupted);
    } else if (room > 0) {
      if (nextDueAt === null) return { reason: isPaused ? 'paused' : 'empty', claimed: claimedCount };
      if (nextDueAt - at > plan.patienceMs) {
        throwUnreachable(flight);
        return { reason: 'not_due', claimed: claimedCount, nextDueAt };
      }
      await host.clock.sleep(Math.min(Math.max(0, nextDueAt - at), LOOK_AGAIN_MS), host.interrupted);
    }
  }
}

/** So often a turn is taken while all waits for later: somebody may have paused or cancelled meanwhile. */
const LOOK_AGAIN_MS = 5_000;

function nextLook({ newcomersMs }: DispatchPlan, nextDueAt: Instant | null, at: Instant): Instant | null {
  if (newcomersMs === undefined) return nextDueAt;
  return toInstant(Math.min(nextDueAt ?? Number.POSITIVE_INFINITY, at + newcomersMs));
}

type Standing = { readonly flight: Flight; readonly claimedCount: number };

/** How long connections are tried before the provider counts as away. */
const OUTAGE_MS = 5_000;

function roomFor({ transport, clock, interrupted }: DispatchHost, { countMax }: DispatchPlan, { flight, claimedCount }: Standing): number {
  const outage = flight.outage();
  if (interrupted.aborted || flight.failure() !== null || (outage !== null && clock.now() - outage.since >= OUTAGE_MS)) return 0;
  return Math.max(0, Math.min(transport.roomMax - flight.size(), (countMax ?? Number.POSITIVE_INFINITY) - claimedCount));
}

function endOf({ interrupted }: DispatchHost, flight: Flight, claimed: number): DispatchEnd {
  const failure = flight.failure();
  if (failure !== null) throw failure;
  if (!interrupted.aborted) throwUnreachable(flight);
  return { reason: interrupted.aborted ? 'interrupted' : 'count_reached', claimed };
}

function throwUnreachable(flight: Flight): void {
  const outage = flight.outage();
  if (outage === null) return;
  throw fail('provider_unreachable', { message: `${outage.title}.`, hint: 'Wait until the network is back; what is queued stays so.' });
}

function turnOf({ transport, clock, workerId }: DispatchHost, { sender, scope }: DispatchPlan, room: number): Omit<Turn, keyof Landed> {
  return { senderId: sender.id, scope, isPaced: transport.isPaced, room, workerId, now: clock.now };
}

async function takeTurn(host: DispatchHost, plan: DispatchPlan, flight: Flight, turn: Turn): Promise<TurnResult> {
  try {
    return await host.store.turn(turn, { settle: decideSettlements, claim: decideClaim, reprice: decideRepricings });
  } catch (error) {
    plan.onSettled(await settleOnceMore(host, flight, turn));
    throw error;
  }
}

// What was delivered must reach the books even when the store refuses a turn (busy, full). What is on its way is waited for: unsettled it would be unknown.
async function settleOnceMore({ store, clock }: DispatchHost, flight: Flight, turn: Turn): Promise<readonly Settlement[]> {
  const outcomes = [...turn.outcomes];
  while (flight.size() > 0) {
    await flight.wait(null, new AbortController().signal);
    outcomes.push(...flight.land().outcomes);
  }
  if (outcomes.length === 0) return [];
  await clock.sleep(SETTLE_AGAIN_MS, new AbortController().signal);
  const at = clock.now();
  const settled: Settlement[] = [];
  for (const batch of slices(outcomes, BATCH_MAX)) {
    settled.push(...(await store.settle({ outcomes: batch, at }, decideSettlements).catch(() => [])));
  }
  return settled;
}

const SETTLE_AGAIN_MS = 1_000;
