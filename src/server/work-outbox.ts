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
import type { Problems, Standings } from './problems.ts';

export type OutboxWork = {
  readonly store: OutboxStore & SettleStore;
  readonly senders: () => Promise<readonly Sender[]>;
  readonly transport: (sender: Sender) => Promise<Transport>;
  readonly diedWithProcess: readonly string[];
  readonly clock: Clock;
  readonly workerId: WorkerId;
  readonly interrupted: AbortSignal;
  readonly problems: Problems;
  readonly standings: Standings;
  /** Told how many messages were begun. */
  readonly onSent: (count: number) => void;
};

const NOTHING = (): void => undefined;

const IDLE_MS = 200;
const ROUND_MS = 30_000;
const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 60_000;

/**
 * Works until `interrupted`; what is in flight then is finished. A store that is busy or a provider that does not answer is waited for, longer each time, and
 * stops no other sender. Rejects for a bug only. Senders who are added later, and settings that are changed, are found within half a minute, also while a
 * long queue is being sent: what is on its way is finished under the old ones.
 */
export async function workOutbox(work: OutboxWork): Promise<void> {
  const watched = new Map<SenderId, WatchedSender>();
  const loops: Promise<void>[] = [];
  const failed = new AbortController();
  const stopped = AbortSignal.any([work.interrupted, failed.signal]);
  const fail = (error: unknown): never => {
    failed.abort();
    throw error;
  };
  const rounds = repeat({ ...work, interrupted: stopped }, 'the outbox', async () => {
    const unknown = await recover(work.store, { diedWithProcess: work.diedWithProcess, at: work.clock.now() });
    if (unknown.length > 0)
      work.problems(`a process that died had these under way, and their outcome is unknown now: ${unknown.join(', ')}`);
    for (const sender of await work.senders()) {
      const known = watched.get(sender.id);
      known?.take(sender);
      if (known !== undefined) continue;
      const standing = watchSender(sender, stopped);
      watched.set(sender.id, standing);
      loops.push(workSender({ ...work, interrupted: stopped }, standing).catch(fail));
    }
    return ROUND_MS;
  }).catch(fail);
  const ended = await Promise.allSettled([rounds]);
  for (const end of [...ended, ...(await Promise.allSettled(loops))]) if (end.status === 'rejected') throw end.reason;
}

/** A sender as it is set now, and the signal that says that it is not any more, or that all is to stop. */
type WatchedSender = {
  readonly now: () => { readonly sender: Sender; readonly over: AbortSignal };
  readonly take: (latest: Sender) => void;
};

function watchSender(first: Sender, stopped: AbortSignal): WatchedSender {
  const standingOf = (sender: Sender) => {
    const changed = new AbortController();
    return { sender, changed, over: AbortSignal.any([stopped, changed.signal]) };
  };
  let standing = standingOf(first);
  return {
    now: () => standing,
    take: (latest) => {
      const { sender, changed } = standing;
      if (settingsOf(latest) === settingsOf(sender)) return;
      standing = standingOf(latest);
      changed.abort();
    },
  };
}

function settingsOf({ transport, whatsapp }: Sender): string {
  return JSON.stringify([transport, whatsapp]);
}

async function workSender(work: OutboxWork, standing: WatchedSender): Promise<void> {
  const { store, clock, workerId } = work;
  const way = createWay(work.transport);
  await repeat(work, `sender ${standing.now().sender.name}`, async () => {
    const { sender, over } = standing.now();
    const pace = { countMax: null, patienceMs: IDLE_MS, newcomersMs: IDLE_MS };
    const plan = { sender, scope: { kind: 'all' }, ...pace, onSettled: NOTHING, onStopping: NOTHING } as const;
    try {
      const { claimed } = await dispatch({ store, transport: await way.of(sender), clock, workerId, interrupted: over }, plan);
      if (claimed > 0) work.onSent(claimed);
      return claimed > 0 ? 0 : IDLE_MS;
    } catch (error) {
      await way.drop();
      throw error;
    }
  });
}

type Way = { readonly of: (sender: Sender) => Promise<Transport>; readonly drop: () => Promise<void> };

// One transport, until it failed or its sender is set otherwise: it holds the token that it was made with, which may have been replaced since.
function createWay(make: OutboxWork['transport']): Way {
  let made: { readonly transport: Transport; readonly settings: string } | undefined;
  const drop = async (): Promise<void> => {
    const old = made;
    made = undefined;
    await old?.transport.close();
  };
  return {
    drop,
    of: async (sender) => {
      const settings = settingsOf(sender);
      if (made !== undefined && made.settings !== settings) await drop();
      made ??= { transport: await make(sender), settings };
      return made.transport;
    },
  };
}

// `step` says how long to rest after it.
async function repeat({ clock, interrupted, problems, standings }: OutboxWork, what: string, step: () => Promise<number>): Promise<void> {
  for (let failures = 0; !interrupted.aborted; ) {
    let restMs: number;
    try {
      restMs = await step();
      failures = 0;
      standings(what, null);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'bug') throw error;
      restMs = Math.min(BACKOFF_MS * 2 ** failures, BACKOFF_MS_MAX);
      failures += 1;
      const sentence = `${what} waits: ${error.message}`;
      if (error.retryable) problems(sentence);
      else standings(what, sentence); // a missing secret, a token that is refused: until somebody sets it right
    }
    if (restMs > 0) await clock.sleep(restMs, interrupted);
    else await clock.yield();
  }
}
