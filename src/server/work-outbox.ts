// The outbox of every sender, worked for as long as the server runs: one loop for each, and one that recovers what dead processes left.

import type { Sender } from '../domain/sender.ts';
import { AppError } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import type { OutboxStore } from '../ports/store/outbox.ts';
import type { SettleStore } from '../ports/store/settle.ts';
import type { Transport } from '../ports/transport.ts';
import { dispatch } from '../send/dispatch.ts';
import { recover } from '../send/recover.ts';
import type { SenderId, WorkerId } from '../values/id.ts';
import type { Problems } from './problems.ts';

export type OutboxWork = {
  readonly store: OutboxStore & SettleStore;
  readonly senders: () => Promise<readonly Sender[]>;
  readonly transport: (sender: Sender) => Promise<Transport>;
  readonly diedWithProcess: readonly string[];
  readonly clock: Clock;
  readonly workerId: WorkerId;
  readonly interrupted: AbortSignal;
  readonly problems: Problems;
  /** Told how many messages were begun. */
  readonly onSent: (count: number) => void;
};

const IDLE_MS = 200;
const ROUND_MS = 30_000;
const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 60_000;

/**
 * Works until `interrupted`; what is in flight then is finished. A store that is busy or a provider that does not answer is waited for, longer each time, and
 * stops no other sender. Rejects for a bug only. Senders who are added later are found within half a minute.
 */
export async function workOutbox(work: OutboxWork): Promise<void> {
  const loops = new Map<SenderId, Promise<void>>();
  const failed = new AbortController();
  const stopped = AbortSignal.any([work.interrupted, failed.signal]);
  const fail = (error: unknown): never => {
    failed.abort();
    throw error;
  };
  const rounds = repeat({ ...work, interrupted: stopped }, 'the outbox', async () => {
    await recover(work.store, { diedWithProcess: work.diedWithProcess, at: work.clock.now() });
    for (const sender of await work.senders()) {
      if (!loops.has(sender.id)) loops.set(sender.id, workSender({ ...work, interrupted: stopped }, sender).catch(fail));
    }
    return ROUND_MS;
  }).catch(fail);
  const ended = await Promise.allSettled([rounds]);
  for (const end of [...ended, ...(await Promise.allSettled(loops.values()))]) if (end.status === 'rejected') throw end.reason;
}

async function workSender(work: OutboxWork, sender: Sender): Promise<void> {
  const { store, clock, workerId, interrupted } = work;
  let transport: Transport | undefined;
  await repeat(work, `sender ${sender.name}`, async () => {
    transport ??= await work.transport(sender);
    const plan = { sender, scope: { kind: 'all' }, countMax: null, waits: false, onSettled: () => undefined } as const;
    const { claimed } = await dispatch({ store, transport, clock, workerId, interrupted }, plan);
    if (claimed > 0) work.onSent(claimed);
    return claimed > 0 ? 0 : IDLE_MS;
  });
}

// `step` says how long to rest after it.
async function repeat({ clock, interrupted, problems }: OutboxWork, what: string, step: () => Promise<number>): Promise<void> {
  for (let failures = 0; !interrupted.aborted; ) {
    let restMs: number;
    try {
      restMs = await step();
      failures = 0;
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'bug') throw error;
      restMs = Math.min(BACKOFF_MS * 2 ** failures, BACKOFF_MS_MAX);
      failures += 1;
      problems(`${what} waits: ${error.message}`);
    }
    if (restMs > 0) await clock.sleep(restMs, interrupted);
    else await clock.yield();
  }
}
