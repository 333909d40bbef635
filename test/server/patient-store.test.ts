// What the store refuses as busy is tried again until the time is over; all else goes on at once.

import { describe, expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import { createPatience } from '../../src/server/patient-store.ts';
import { toInstant } from '../../src/values/time.ts';

// Its time moves by sleeping only.
function clock(stepsBack = 0) {
  let at = 1_000_000;
  return {
    now: () => toInstant(at),
    sleep: async (milliseconds: number) => {
      at += milliseconds - stepsBack;
    },
    yield: async () => undefined,
  };
}

function busyFor(times: number) {
  let count = 0;
  return {
    count: () => count,
    work: async () => {
      count += 1;
      if (count <= times) throw fail('store_busy');
      return 'done';
    },
  };
}

describe('patience', () => {
  it('does once what the store takes at once', async () => {
    const { work, count } = busyFor(0);
    expect(await createPatience(clock())(5_000, work)).toBe('done');
    expect(count()).toBe(1);
  });

  it('waits for a busy store', async () => {
    const { work, count } = busyFor(20);
    expect(await createPatience(clock())(5_000, work)).toBe('done');
    expect(count()).toBe(21);
  });

  it('gives up when the time is over', async () => {
    const { work, count } = busyFor(Number.POSITIVE_INFINITY);
    await expect(createPatience(clock())(5_000, work)).rejects.toMatchObject({ code: 'store_busy' });
    expect(count()).toBeGreaterThan(45);
    expect(count()).toBeLessThanOrEqual(50);
  });

  it('gives up where the clock was set back', async () => {
    const { work, count } = busyFor(Number.POSITIVE_INFINITY);
    await expect(createPatience(clock(3_600_000))(5_000, work)).rejects.toMatchObject({ code: 'store_busy' });
    expect(count()).toBeLessThanOrEqual(2);
  });

  it('lets one at a time try, however many wait, and none again before a rest', async () => {
    const order: string[] = [];
    const own = clock();
    const patiently = createPatience({
      ...own,
      sleep: async (milliseconds) => {
        order.push('rest');
        await own.sleep(milliseconds);
      },
    });
    const named = (name: string, times: number) => {
      const { work } = busyFor(times);
      return () => {
        order.push(name);
        return work();
      };
    };
    await Promise.all([patiently(5_000, named('a', 2)), patiently(5_000, named('b', 1)), patiently(5_000, named('c', 0))]);
    expect(order).toEqual(['a', 'rest', 'b', 'rest', 'c', 'a', 'rest', 'b', 'a']);
  });

  it.each([fail('store_full'), fail('store_invalid'), new TypeError('a bug of ours')])('tries nothing again after %s', async (error) => {
    let count = 0;
    const work = () => {
      count += 1;
      return Promise.reject(error);
    };
    await expect(createPatience(clock())(5_000, work)).rejects.toBe(error);
    expect(count).toBe(1);
  });
});
