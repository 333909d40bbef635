// Items that trickle in, gathered so that one commit takes many of them: a batch is over when it is full, or a moment after its first item.

import type { Clock } from '../ports/host.ts';

/** How long the first item of a batch waits for others: hardly noticed by who waits for its answer, and at most fifty commits a second. */
export const GATHER_MS = 20;

type Gathering = { readonly size: number; readonly clock: Pick<Clock, 'sleep'> };

/** Batches of at most `size` items, in order. While nobody asks for one, at most one piece of the source is read ahead. */
export async function* gathered<Item>(source: AsyncIterable<readonly Item[]>, { size, clock }: Gathering): AsyncGenerator<readonly Item[]> {
  const pieces = source[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<readonly Item[]>> => {
    const asked = pieces.next();
    asked.catch(() => undefined); // told to whoever waits for it
    return asked;
  };
  let next = ask();
  let held: Item[] = [];
  const take = (piece: IteratorYieldResult<readonly Item[]>): void => {
    held.push(...piece.value);
    next = ask();
  };
  // Resolves when the batch is full, or nothing more came in time.
  const fill = async (): Promise<void> => {
    const over = new AbortController();
    const timeUp = clock.sleep(GATHER_MS, over.signal).then(() => null);
    while (held.length < size) {
      const piece = await Promise.race([next, timeUp]);
      if (piece === null || piece.done === true) break;
      take(piece);
    }
    over.abort();
  };
  // False when the source has ended.
  const begin = async (): Promise<boolean> => {
    while (held.length === 0) {
      const piece = await next;
      if (piece.done === true) return false;
      take(piece);
    }
    return true;
  };
  try {
    while (await begin()) {
      await fill();
      yield held.slice(0, size);
      held = held.slice(size);
    }
  } finally {
    await pieces.return?.();
  }
}
