// A store that waits for other writers without stopping the server: the engine itself waits only for moments, because it blocks the process meanwhile, and
// what it refuses as busy is tried again.

import { AppError } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import type { AdmitStore } from '../ports/store/admit.ts';
import type { InboundStore } from '../ports/store/inbound.ts';
import type { OutboxStore } from '../ports/store/outbox.ts';
import type { SettleStore } from '../ports/store/settle.ts';

/** Does the work, again while the store is busy, for `waitMs` at most; then `store_busy` goes on. What was refused as busy was not done, so it is done once. */
export type Patiently = <Result>(waitMs: number, work: () => Promise<Result>) => Promise<Result>;

const PAUSE_MS = 100;

/**
 * The patience of one store. All that is written stands in one line: each that is refused lets the process rest before the next one tries, so that however
 * many want to write, a foreign writer costs the process no more than one who tries.
 */
export function createPatience(clock: Clock): Patiently {
  const never = new AbortController().signal;
  let line: Promise<unknown> = Promise.resolve();
  const takeTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = line.then(work);
    line = turn.catch((error: unknown) => (isBusy(error) ? clock.sleep(PAUSE_MS, never) : undefined));
    return turn;
  };
  return async (waitMs, work) => {
    const begun = clock.now();
    for (;;) {
      try {
        return await takeTurn(work);
      } catch (error) {
        const waitedMs = clock.now() - begun;
        const isOver = waitedMs < 0 || waitedMs + PAUSE_MS >= waitMs; // a clock that was set back must not make it wait for ever
        if (isOver || !isBusy(error)) throw error;
      }
    }
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof AppError && error.code === 'store_busy';
}

export type Patience = { readonly patiently: Patiently; readonly waitMs: number };

/** The writes of a webhook, each patient. */
export function patientReceiving<Writes extends Pick<InboundStore, 'receive'> & Pick<AdmitStore, 'admit'>>(
  store: Writes,
  { patiently, waitMs }: Patience,
): Writes {
  return {
    ...store,
    receive: (...given) => patiently(waitMs, () => store.receive(...given)),
    admit: (...given) => patiently(waitMs, () => store.admit(...given)),
  } satisfies Writes;
}

/** The writes of the outbox, each patient: an outcome that is not written leaves its message unknown. */
export function patientSending<Writes extends OutboxStore & SettleStore>(store: Writes, { patiently, waitMs }: Patience): Writes {
  return {
    ...store,
    turn: (...given) => patiently(waitMs, () => store.turn(...given)),
    recover: (...given) => patiently(waitMs, () => store.recover(...given)),
    settle: (...given) => patiently(waitMs, () => store.settle(...given)),
  } satisfies Writes;
}
