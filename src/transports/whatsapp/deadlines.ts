// How long an answer may take, in time in which the process runs: one that was stopped, or stood still while it waited for the disk, reads what came
// meanwhile before it gives anything up. A timer would fire first and make an answer that is there unknown.

export type Deadlines = {
  /** Gives up after the time, unless it ends before. Returns the place by which it is ended. */
  readonly begin: (giveUp: () => void) => number;
  /** To be called once for each that began, also when it was given up: its place is another's then. */
  readonly end: (place: number) => void;
};

/** The time is counted in so many parts. However long the process stood still within one of them, the next one begins anew, and the network is read between. */
const PARTS = 10;

/** Deadlines of one length, with one timer for all, which no request waits for longer than twelve tenths of it. */
export function createDeadlines(ms: number): Deadlines {
  // Places that are used again: a Set of all that wait makes the garbage collector keep what has left it, 7 µs a message.
  const waiting: ((() => void) | null)[] = [];
  const beganAt: number[] = [];
  const free: number[] = [];
  let part = 0;
  let isCounting = false;

  const count = (): void => {
    isCounting = free.length < waiting.length;
    if (isCounting) AbortSignal.timeout(Math.ceil(ms / PARTS)).addEventListener('abort', onPart, { once: true });
  };
  const onPart = (): void => {
    part += 1;
    for (const [place, giveUp] of waiting.entries()) {
      // The part in which it began, and the last one, may have been short.
      if (part - (beganAt[place] ?? part) >= PARTS + 2) giveUp?.();
    }
    count();
  };

  return {
    begin: (giveUp) => {
      const place = free.pop() ?? waiting.length;
      waiting[place] = giveUp;
      beganAt[place] = part;
      if (!isCounting) count();
      return place;
    },
    end: (place) => {
      waiting[place] = null;
      free.push(place);
    },
  };
}
