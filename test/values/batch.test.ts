// Batches: everything once, in order, none too large.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inBatches, slices } from '../../src/values/batch.ts';

const items = fc.array(fc.nat(), { maxLength: 40 });
const sizes = fc.integer({ min: 1, max: 12 });

async function* stream<Item>(values: readonly Item[]): AsyncGenerator<Item> {
  yield* values;
}

function expectCut(batches: readonly (readonly number[])[], values: readonly number[], size: number): void {
  expect(batches.flat()).toEqual(values);
  expect(batches.every(({ length }) => length > 0 && length <= size)).toBe(true);
  expect(batches.slice(0, -1).every(({ length }) => length === size)).toBe(true);
}

describe('inBatches', () => {
  it('cuts a stream', async () => {
    await fc.assert(
      fc.asyncProperty(items, sizes, async (values, size) => {
        const batches: number[][] = [];
        for await (const batch of inBatches(stream(values), size)) batches.push(batch);
        expectCut(batches, values, size);
      }),
    );
  });
});

describe('slices', () => {
  it('cuts an array', () => {
    fc.assert(fc.property(items, sizes, (values, size) => expectCut(slices(values, size), values, size)));
  });
});
