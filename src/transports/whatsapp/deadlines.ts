// How long an answer may take, in time in which the process runs: one that was stopped, or stood still while it waited for the disk, reads what came
// meanwhile before it gives anything up. A timer would fire first and make an answer that is there unknown.

export type Deadlines = {
  /** Gives up after the time, unless it ends before. */
  readonly begin: (giveUp: () => void) => Deadline;
};

export type Deadline = { readonly end: () => void };

type Waiting = Deadline & { readonly beganAt: number; readonly giveUp: () => void };

/** The time is counted in so many parts. However long the process stood still within one of them, the next one begins anew, and the network is read between. */
const PARTS = 10;

/** Deadlines of one length, with one timer for all, which no request waits for longer than twelve tenths of it. */
export function createDeadlines(ms: number): Deadlines {
  const waiting = new Set<Waiting>(); // in the order in which they began
  let part = 0;
  let isCounting = false;

  const count = (): void => {
    isCounting = waiting.size > 0;
    if (isCounting) AbortSignal.timeout(Math.ceil(ms / PARTS)).addEventListener('abort', onPart, { once: true });
  };
  const onPart = (): void => {
    part += 1;
    for (const deadline of waiting) {
      if (part - deadline.beganAt < PARTS + 2) break; // the part in which it began, and the last one, may have been short
      waiting.delete(deadline);
      deadline.giveUp();
    }
    count();
  };

  return {
    begin: (giveUp) => {
      const deadline: Waiting = { beganAt: part, giveUp, end: () => void waiting.delete(deadline) };
      waiting.add(deadline);
      if (!isCounting) count();
      return deadline;
    },
  };
}
