// What is in flight: requests that began and have not been settled. Gathers what finishes, so that one commit can settle many.

import type { Outcome } from '../domain/outcome.ts';
import type { Clock } from '../ports/host.ts';
import type { ClaimedMessage, Hold } from '../ports/store/outbox.ts';
import { type Delivery, NOT_CONNECTED, type Transport } from '../ports/transport.ts';
import type { Instant } from '../values/time.ts';
import { holdsOf, notSent, outcomesOf } from './retry.ts';

/** What finished, ready to be settled. */
export type Landed = { readonly outcomes: readonly Outcome[]; readonly holds: readonly Hold[] };

export type Flight = {
  /** Begins to send. */
  readonly begin: (messages: readonly ClaimedMessage[]) => void;
  /** How many requests are under way or not taken yet. */
  readonly size: () => number;
  /** How many requests are under way. */
  readonly inFlight: () => number;
  /** Waits until something finished, or until the instant where there is one, or until the signal aborts. */
  readonly wait: (until: Instant | null, interrupted: AbortSignal) => Promise<void>;
  /** What finished since it was last asked. */
  readonly land: () => Landed;
  /** Why the transport can send nothing at all; its messages land as not sent. */
  readonly failure: () => Error | null;
  /** Since when no request has found a connection; null while they do. */
  readonly outage: () => Outage | null;
};

export type Outage = { readonly since: Instant; readonly title: string };

/**
 * How often the event loop is let through for more answers after one came, while more do come: each round adds what the network has ready, and a commit for
 * ten costs little more than one for one.
 */
const ROUNDS_MAX = 10;

/** A flight with nothing in it. */
export function createFlight(transport: Transport, clock: Clock): Flight {
  let underWay = 0;
  let finished: { readonly message: ClaimedMessage; readonly delivery: Delivery | null }[] = [];
  let failure: Error | null = null;
  let outage: Outage | null = null;
  let wake: () => void = () => undefined;

  const finish = (message: ClaimedMessage, delivery: Delivery | null): void => {
    underWay -= 1;
    finished.push({ message, delivery });
    if (delivery !== null) outage = delivery.error?.code === NOT_CONNECTED ? (outage ?? outageOf(delivery)) : null;
    wake();
  };

  return {
    begin: (messages) => {
      if (messages.length === 0) return;
      underWay += messages.length;
      for (const [index, delivery] of transport.deliver(messages, clock.now()).entries()) {
        const message = messages[index] as ClaimedMessage;
        delivery.then(
          (known) => finish(message, known),
          (error: unknown) => {
            failure ??= error instanceof Error ? error : new Error(String(error));
            finish(message, null);
          },
        );
      }
    },
    inFlight: () => underWay,
    size: () => underWay + finished.length,
    wait: async (until, interrupted) => {
      if (finished.length === 0) {
        const landed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await (until === null ? landed : firstOf(landed, (signal) => clock.sleep(until - clock.now(), signal), interrupted));
      }
      for (let round = 0, before = -1; round < ROUNDS_MAX && finished.length > before; round += 1) {
        before = finished.length;
        await clock.yield();
      }
    },
    land: () => {
      const at = clock.now();
      const landed = finished;
      finished = [];
      return {
        outcomes: landed.flatMap(({ message, delivery }) => (delivery === null ? [notSent(message, at)] : outcomesOf(message, delivery))),
        holds: landed.flatMap(({ message, delivery }) => (delivery === null ? [] : holdsOf(message, delivery))),
      };
    },
    failure: () => failure,
    outage: () => outage,
  };
}

function outageOf({ at, error }: Delivery): Outage {
  return { since: at, title: error?.title ?? '' };
}

// The sleep ends with the race, or its timer would hold the process. One listener that is taken off again: signals made of a long-lived one stay with it.
async function firstOf(landed: Promise<void>, sleep: (signal: AbortSignal) => Promise<void>, interrupted: AbortSignal): Promise<void> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  interrupted.addEventListener('abort', stop, { once: true });
  if (interrupted.aborted) stop();
  await Promise.race([landed, sleep(over.signal)]);
  interrupted.removeEventListener('abort', stop);
  stop();
}
