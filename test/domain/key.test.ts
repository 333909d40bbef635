// The layout of keys: what the store writes into one, and what it leaves alone.

import { describe, expect, it } from 'vitest';
import { isDerived, KEY_KINDS, KEY_LAYOUT, placedKey } from '../../src/domain/key.ts';
import { type ContactId, createIds } from '../../src/values/id.ts';
import { toInstant } from '../../src/values/time.ts';

const bytes = (kind: number): Uint8Array => Uint8Array.from({ length: KEY_LAYOUT.end }, (_, index) => (index === 0 ? kind : 200 + index));
const contactOf = (at: number): ContactId => createIds((count) => new Uint8Array(count)).sortable(toInstant(at));

describe('a placed key', () => {
  it('has the time of its person in its place, and all else as it was', () => {
    const key = bytes(KEY_KINDS.derived);
    const placed = placedKey(key, contactOf(32 * 0x01020304));
    expect(isDerived(placed)).toBe(true);
    expect([...placed]).toEqual([...key.subarray(0, KEY_LAYOUT.place), 1, 2, 3, 4, ...key.subarray(KEY_LAYOUT.digest)]);
    expect([...key]).toEqual([...bytes(KEY_KINDS.derived)]);
  });

  it('sorts as people were added', () => {
    const keys = [1_000, 2_000, 90_000_000, 1_790_000_000_000, 1_790_000_000_032].map((at) =>
      placedKey(bytes(KEY_KINDS.derived), contactOf(at)),
    );
    expect(keys.toSorted(Buffer.compare)).toEqual(keys);
  });

  it('is the key itself where the user chose it', () => {
    const key = bytes(KEY_KINDS.explicit);
    expect(placedKey(key, contactOf(1_000))).toBe(key);
    expect(isDerived(key)).toBe(false);
  });
});
