// Rows of every engine: integers come as numbers, bigints or text, and mean the same.

import { describe, expect, it } from 'vitest';
import { fromTierEnd, instantOf, jsonOf, microsOf, toRate } from '../../src/store/rows.ts';

describe('microsOf', () => {
  it('reads an amount exactly from whatever a driver hands over', () => {
    expect([7, 7n, '7'].map(microsOf)).toEqual([7n, 7n, 7n]);
    expect([9_007_199_254_740_993n, '9007199254740993', '-9007199254740993'].map(microsOf)).toEqual([
      9_007_199_254_740_993n,
      9_007_199_254_740_993n,
      -9_007_199_254_740_993n,
    ]);
  });

  it('refuses a number that the driver may have rounded', () => {
    expect(() => microsOf(2 ** 53)).toThrow('amounts are read exactly');
  });
});

it('reads instants and rates from text too', () => {
  expect(instantOf('1792065600000')).toBe(1_792_065_600_000);
  const rate = { market: 'Germany', category: 'utility', tierFrom: 0, rate: 50n };
  expect(toRate(['1', 'Germany', 'utility', '0', null, 'unknown', '50'])).toEqual({ ...rate, tierTo: 'unknown' });
  expect(toRate([1n, 'Germany', 'utility', 0n, 99n, 'at', 50n])).toEqual({ ...rate, tierTo: 99 });
});

it.each([0, 99, 'max', 'unknown'] as const)('keeps a tier that ends at %s', (end) => {
  const { tierTo, tierEnd } = fromTierEnd(end);
  expect(toRate([1, 'Germany', 'utility', 0, tierTo, tierEnd, 50]).tierTo).toBe(end);
});

it('takes text that is not JSON for a damaged store', () => {
  expect(jsonOf('{"a":[1]}')).toEqual({ a: [1] });
  expect(() => jsonOf('{')).toThrow(expect.objectContaining({ code: 'store_invalid' }));
});
