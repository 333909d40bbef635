// Ids: in the order in which they were made, and never the same twice.

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIds, parseSortableId, timeStepsOf } from '../../src/values/id.ts';
import { toInstant } from '../../src/values/time.ts';

const fromCrypto = (count: number): Uint8Array => randomBytes(count);

// A clock may stand still, jump, run backwards and be wrong.
const clocks = fc.array(fc.integer({ min: -10, max: 2 ** 45 }), { minLength: 2, maxLength: 50 });

describe('sortable ids', () => {
  it('tell when they were made, in steps of 32 ms, also where that wraps', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 41), (time) => {
        const id = createIds(fromCrypto).sortable(toInstant(time));
        expect(timeStepsOf(id)).toBe(Math.floor(time / 32) % 2 ** 32);
      }),
    );
  });

  it('rise strictly within one source, whatever the clock does', () => {
    fc.assert(
      fc.property(clocks, (times) => {
        const ids = createIds(fromCrypto);
        const made = times.map((time) => ids.sortable(toInstant(time)));
        expect(made).toEqual([...new Set(made)].sort());
      }),
    );
  });

  it('rise within one millisecond at the edge of the entropy too', () => {
    const ids = createIds((count) => new Uint8Array(count).fill(255));
    const made = Array.from({ length: 1_000 }, () => ids.sortable(toInstant(7)));
    expect(made).toEqual([...new Set(made)].sort());
  });

  it('sort by time across sources', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 45), fc.nat(2 ** 45), (early, gap) => {
        const first = createIds(fromCrypto).sortable(toInstant(early));
        const second = createIds(fromCrypto).sortable(toInstant(early + gap + 1));
        expect(first < second).toBe(true);
      }),
    );
  });

  it('are unique across sources at one instant', () => {
    const made = Array.from({ length: 200 }, () => {
      const ids = createIds(fromCrypto);
      return Array.from({ length: 20 }, () => ids.sortable(toInstant(1_790_000_000_000)));
    }).flat();
    expect(new Set(made).size).toBe(4_000);
  });

  it('have twenty characters also before 1970, where a wrong clock may stand', () => {
    expect(createIds(fromCrypto).sortable(toInstant(-1))).toHaveLength(20);
    expect(createIds(fromCrypto).sortable(toInstant(-86_400_000))).toHaveLength(20);
  });

  it('are read back; anything else is not an id', () => {
    const id = createIds(fromCrypto).sortable(toInstant(1_790_000_000_000));
    expect(parseSortableId(id)).toBe(id);
    for (const text of ['', id.slice(1), `${id}0`, '+4915112345678', id.toUpperCase(), 'i'.repeat(20), `${id}\n`]) {
      expect(parseSortableId(text)).toBeUndefined();
    }
  });
});

describe('short ids', () => {
  it('are eight characters that survive being read aloud', () => {
    const ids = createIds(fromCrypto);
    const made = Array.from({ length: 500 }, () => ids.short());
    expect(made.every((id) => /^[0-9a-hjkmnp-tv-z]{8}$/.test(id))).toBe(true);
    expect(new Set(made).size).toBe(500);
  });
});
