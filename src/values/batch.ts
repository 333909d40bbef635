// Batches: a stream cut into arrays of bounded size. Every port takes batches, so every stream ends here.

/** The most items that one store operation takes: the knee of rows per second against lock time (500–1,000, measured). */
export const BATCH_MAX = 500;

/** Cuts a stream into arrays of at most `size` items, in order; the last may be shorter, none is empty. */
export async function* inBatches<Item>(items: AsyncIterable<Item> | Iterable<Item>, size: number): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Cuts an array into slices of at most `size` items. */
export function slices<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
