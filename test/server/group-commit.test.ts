// One transaction for what comes together; each caller is answered for its own items, and for all of them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import { createGroupCommit, type GroupPlan } from '../../src/server/group-commit.ts';

const many = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);
const tick = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function group(rest: Partial<GroupPlan<number, string>> = {}) {
  const batches: (readonly number[])[] = [];
  const plan: GroupPlan<number, string> = {
    commit: async (items) => {
      await tick();
      batches.push(items);
      return items.map((item) => `<${item}>`);
    },
    itemsMax: 5,
    waitingMax: 20,
    yield: tick,
    ...rest,
  };
  return { ...createGroupCommit(plan), batches };
}

describe('posts that come together', () => {
  it('share a transaction, and each gets its own results', async () => {
    const { submit, batches } = group();
    expect(await Promise.all([submit([1, 2]), submit([3]), submit([4, 5])])).toEqual([['<1>', '<2>'], ['<3>'], ['<4>', '<5>']]);
    expect(batches).toEqual([[1, 2, 3, 4, 5]]);
  });

  it('join also while the first is gathered', async () => {
    const { submit, batches } = group();
    const second = tick().then(() => submit([2]));
    const first = submit([1]);
    await Promise.all([first, second]);
    expect(batches).toEqual([[1, 2]]);
  });

  it('are written in order, no transaction larger than it may be', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const { submit, batches, waiting } = group({ waitingMax: 1_000 });
        let next = 0;
        const posts = lengths.map((length) => Array.from({ length }, () => (next += 1)));
        const results = await Promise.all(posts.map(submit));
        expect(results).toEqual(posts.map((post) => post.map((item) => `<${item}>`)));
        expect(batches.flat()).toEqual(posts.flat());
        expect(batches.every(({ length }) => length <= 5)).toBe(true);
        expect(waiting()).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe('between any two commits', () => {
  it('others get a turn, however much waits', async () => {
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    const seen: number[] = [];
    const { submit } = group({
      commit: async (items) => {
        seen.push(turns);
        return items.map((item) => `<${item}>`);
      },
    });
    setImmediate(turn);
    expect(await submit(many(50))).toHaveLength(50);
    isOver = true;
    expect(seen).toHaveLength(10);
    expect(new Set(seen).size).toBe(10);
  });

  it('also where each post is tried by itself', async () => {
    const order: string[] = [];
    const { submit } = group({
      commit: async (items) => {
        order.push(items.join());
        if (items.includes(13)) throw new TypeError('thirteen');
        return items.map((item) => `<${item}>`);
      },
      yield: async () => {
        order.push('-');
        await tick();
      },
    });
    await Promise.allSettled([submit([1]), submit([13]), submit([2])]);
    expect(order.slice(order.indexOf('1,13,2'))).toEqual(['1,13,2', '-', '1', '-', '13', '-', '2']);
  });
});

describe('too much', () => {
  it('is turned away at once, and what waits is not', async () => {
    const { submit, waiting } = group();
    const taken = [submit(many(12)), submit(many(8))];
    await expect(submit([3])).rejects.toMatchObject({ code: 'store_busy' });
    expect(waiting()).toBe(20);
    expect((await Promise.all(taken)).map(({ length }) => length)).toEqual([12, 8]);
    expect(await submit([3])).toEqual(['<3>']);
  });

  it('in one post is taken where nothing else waits', async () => {
    expect(await group().submit(many(50))).toHaveLength(50);
  });
});

describe('what cannot be written', () => {
  const poisoned = (commits: { count: number }) =>
    group({
      commit: async (items) => {
        commits.count += 1;
        if (items.includes(13)) throw new TypeError('thirteen');
        return items.map((item) => `<${item}>`);
      },
    });

  it('costs no neighbour', async () => {
    const { submit } = poisoned({ count: 0 });
    const results = await Promise.allSettled([submit([1]), submit([13]), submit([2])]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await submit([4])).toEqual(['<4>']);
  });

  it('ends a post, whatever else of it was written', async () => {
    const commits = { count: 0 };
    const { submit, drained, waiting } = poisoned(commits);
    await expect(submit([1, 2, 3, 4, 5, 13, 7, 8, 9, 10, 11])).rejects.toThrow('thirteen');
    await drained();
    expect(waiting()).toBe(0);
    expect(commits.count).toBe(2);
  });

  it('because the store is busy ends all, without trying each', async () => {
    let count = 0;
    const { submit } = group({
      commit: () => {
        count += 1;
        return Promise.reject(fail('store_busy'));
      },
    });
    const results = await Promise.allSettled([submit([1]), submit([2]), submit([3])]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(count).toBe(1);
  });

  it('because the store is busy ends also those that stand behind', async () => {
    let count = 0;
    const { submit, waiting } = group({
      commit: () => {
        count += 1;
        return Promise.reject(fail('store_busy'));
      },
    });
    const results = await Promise.allSettled([submit(many(5)), submit(many(5)), submit(many(5))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect({ count, waiting: waiting() }).toEqual({ count: 1, waiting: 0 });
  });
});

describe('drained', () => {
  it('resolves when nothing waits', async () => {
    const { submit, drained, batches } = group();
    await drained();
    void submit([1]);
    void submit([2, 3, 4, 5, 6]);
    await drained();
    expect(batches.flat()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
