// The virtual world's one queue: everything that happens, happens as an event of it, one after the other, on a clock that jumps from each to the next.

import { createHash } from 'node:crypto';
import { createDueQueue } from '../../src/emulator/due-queue.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';

export type Engine = {
  readonly now: () => Instant;
  /** Runs the event after so many milliseconds. Equal times keep their order. What the event sets going in promises is over before the next event. */
  readonly after: (milliseconds: number, label: string, event: () => void | Promise<void>) => void;
  /** Puts a line into the trace. */
  readonly note: (line: string) => void;
  /** Runs until nothing is to come, or `stop`; `between` is told after each event how many there were. */
  readonly run: (between: (steps: number) => Promise<void>) => Promise<void>;
  /** Forgets what was to come. */
  readonly stop: () => void;
  readonly steps: () => number;
  /** Of all lines so far: two runs are the same when their digests are. */
  readonly digest: () => string;
};

type Event = { readonly label: string; readonly run: () => void | Promise<void> };

/** More than a history has: who gets here goes round in circles. */
const STEPS_MAX = 200_000;

/** An engine at an instant. `trace` is told every line. */
export function createEngine(start: Instant, trace: (line: string) => void): Engine {
  const queue = createDueQueue<Event>();
  const hash = createHash('sha256');
  let now = start;
  let steps = 0;
  const note = (line: string): void => {
    const text = `${now - start} ${line}`;
    hash.update(`${text}\n`);
    trace(text);
  };
  return {
    now: () => now,
    after: (milliseconds, label, event) => queue.add(toInstant(now + Math.max(0, Math.round(milliseconds))), { label, run: event }),
    note,
    run: async (between) => {
      for (let next = queue.nextAt(); next !== null; next = queue.nextAt()) {
        now = toInstant(Math.max(now, next));
        for (const { label, run } of queue.takeDue(now)) {
          steps += 1;
          if (steps > STEPS_MAX) throw new Error(`more than ${STEPS_MAX} events: the last was ${label}`);
          note(label);
          await run();
          await settled();
          await between(steps);
        }
      }
    },
    stop: queue.clear,
    steps: () => steps,
    digest: () => hash.copy().digest('hex').slice(0, 16),
  };
}

// Every promise that can go on has gone on when the loop comes round: nothing in a simulation waits for the machine.
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
