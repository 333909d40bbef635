// What trickles in is gathered: in order, nothing lost, no batch too large, and nobody waits long.

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { GATHER_MS, gathered } from '../../src/send/live-batches.ts';
import { realClock } from './real-clock.ts';

async function* pieces<Item>(
  items: readonly (readonly Item[])[],
  pause: (index: number) => Promise<void>,
): AsyncGenerator<readonly Item[]> {
  for (const [index, item] of items.entries()) {
    await pause(index);
    yield item;
  }
}

async function all<Item>(source: AsyncIterable<Item>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of source) items.push(item);
  return items;
}

it('loses nothing and keeps the order, in batches of at most the size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(), { maxLength: 12 })), fc.integer({ min: 1, max: 7 }), async (items, size) => {
      const batches = await all(
        gathered(
          pieces(items, () => Promise.resolve()),
          { size, clock: realClock() },
        ),
      );
      expect(batches.flat()).toEqual(items.flat());
      expect(batches.every((batch) => batch.length <= size && batch.length > 0)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it('takes together what comes together, and lets go what waited a moment', async () => {
  const pause = (index: number) => new Promise<void>((resolve) => void setTimeout(resolve, index === 2 ? 10 * GATHER_MS : 0));
  expect(await all(gathered(pieces([[1], [2], [3], [4]], pause), { size: 100, clock: realClock() }))).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

it('reads one piece ahead and no more while nobody asks', async () => {
  let asked = 0;
  const source = pieces([[1], [2], [3], [4], [5]], async () => void (asked += 1));
  const batches = gathered(source, { size: 1, clock: realClock() });
  await batches.next();
  await new Promise((resolve) => void setTimeout(resolve, 3 * GATHER_MS));
  expect(asked).toBeLessThanOrEqual(2);
  await batches.return(undefined);
  expect(await source.next()).toEqual({ done: true, value: undefined });
});

it('hands on what goes wrong, after what came before it', async () => {
  async function* broken(): AsyncGenerator<readonly number[]> {
    yield [1];
    throw new Error('no more');
  }
  const batches = gathered(broken(), { size: 1, clock: realClock() });
  expect((await batches.next()).value).toEqual([1]);
  await expect(batches.next()).rejects.toThrow('no more');
});
