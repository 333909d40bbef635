// Seeded chance: the same seed draws the same numbers, in the order in which they are asked for. Nothing in a simulation comes from elsewhere.

export type Chance = {
  /** A whole number from 0 up to, not including, `count`. */
  readonly below: (count: number) => number;
  /** A whole number from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number;
  readonly hits: (probability: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  readonly bytes: (count: number) => Uint8Array;
};

/** Chance of a seed, by Bob Jenkins' small fast counter (sfc32), which has no bad seeds. */
export function createChance(seed: number): Chance {
  const state = [seed | 0, (seed / 2 ** 32) | 0, 0x9e3779b9, 1] as [number, number, number, number];
  const next = (): number => {
    const [a, b, c, counter] = state;
    const sum = (a + b + counter) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
    state[3] = (counter + 1) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round += 1) next();
  const below = (count: number): number => Math.floor(next() * count);
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    hits: (probability) => next() < probability,
    pick: <Item>(items: readonly Item[]): Item => {
      if (items.length === 0) throw new Error('there is nothing to pick from');
      return items[below(items.length)] as Item;
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
  };
}
