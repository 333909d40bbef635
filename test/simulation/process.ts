// A process of the virtual world. Whatever it asks of the world outside is a turn of its own in the queue, and it may die before and after each: then its promises
// never go on, and what it had in its memory is forgotten.

import type { Clock } from '../../src/ports/host.ts';
import { SECOND_MS } from '../../src/values/time.ts';
import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import type { Faults } from './faults.ts';

export type Process = {
  readonly name: string;
  readonly isAlive: () => boolean;
  /** Does the work when its turn has come. */
  readonly turn: <Result>(label: string, work: () => Result | Promise<Result>) => Promise<Result>;
  /** A moment at which it may die. True where it lives on. */
  readonly survives: (place: string) => boolean;
  readonly clock: Clock;
  readonly kill: (place: string) => void;
  /** Ends it in good order. */
  readonly exit: () => void;
  /** Told once how it ended. */
  readonly onEnd: (told: (wasKilled: boolean) => void) => void;
};

export type ProcessParts = { readonly engine: Engine; readonly chance: Chance; readonly faults: () => Pick<Faults, 'crash' | 'stall'> };

/** How long a turn lets others go first: most not at all long. */
const TURN_MS = [0, 20] as const;
const STALL_MS = [SECOND_MS, 3_600 * SECOND_MS] as const;

/** Starts a process. */
export function startProcess(name: string, { engine, chance, faults }: ProcessParts): Process {
  const told: ((wasKilled: boolean) => void)[] = [];
  let isAlive = true;
  const end = (wasKilled: boolean): void => {
    if (!isAlive) return;
    isAlive = false;
    for (const tell of told) tell(wasKilled);
  };
  const kill = (place: string): void => {
    if (isAlive) engine.note(`${name} dies ${place}`);
    end(true);
  };
  const survives = (place: string): boolean => {
    if (isAlive && chance.hits(faults().crash)) kill(place);
    return isAlive;
  };
  const later = (milliseconds: number, label: string, go: () => void): void => {
    engine.after(milliseconds, `${name} ${label}`, () => {
      if (isAlive) go();
    });
  };
  return {
    name,
    isAlive: () => isAlive,
    survives,
    kill,
    exit: () => end(false),
    onEnd: (tell) => void told.push(tell),
    turn: (label, work) =>
      new Promise((resolve, reject) => {
        const delayMs = chance.hits(faults().stall) ? chance.between(...STALL_MS) : chance.between(...TURN_MS);
        engine.after(delayMs, `${name} ${label}`, async () => {
          if (!survives(`before ${label}`)) return;
          try {
            const result = await work();
            if (survives(`after ${label}`)) resolve(result);
          } catch (error) {
            if (isAlive) reject(error);
          }
        });
      }),
    clock: {
      now: engine.now,
      sleep: (milliseconds, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          const wake = (): void => {
            signal.removeEventListener('abort', wake);
            if (isAlive) resolve();
          };
          signal.addEventListener('abort', wake);
          later(milliseconds, 'wakes', wake);
        }),
      yield: () => new Promise((resolve) => later(0, 'goes on', resolve)),
    },
  };
}
