// The keys that a run has seen: as a map would tell, at any size.

import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKeyIndex } from '../../src/send/key-index.ts';

const KEYS = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((key) => key.map((byte, index) => (index < 8 ? byte : byte % 2)));

it.each([true, false])('tells what is new, the same and other, as a map does (contents: %s)', (comparesContents) => {
  fc.assert(
    fc.property(fc.array(fc.record({ key: KEYS, print: fc.constantFrom(0, 1) }), { maxLength: 300 }), (sightings) => {
      const index = createKeyIndex({ comparesContents });
      const known = new Map<string, number>();
      for (const { key, print } of sightings) {
        const word = key.subarray(8).join();
        const isZero = key.subarray(8).every((byte, at) => byte === (at === 7 ? key[15] : 0)) && (key[15] ?? 0) < 2;
        const name = isZero ? 'zero and one are one word' : word;
        const before = known.get(name);
        expect(index.has(key)).toBe(before !== undefined);
        const expected = before === undefined ? 'new' : before === print || !comparesContents ? 'same' : 'other';
        expect(index.add(key, new Uint8Array(8).fill(print))).toBe(expected);
        known.set(name, before ?? print);
      }
    }),
  );
});

it('keeps all of many keys', () => {
  const index = createKeyIndex({ comparesContents: true });
  const keys = Array.from({ length: 20_000 }, () => randomBytes(16));
  for (const key of keys) expect(index.add(key, key.subarray(0, 8))).toBe('new');
  for (const key of keys) expect(index.add(key, key.subarray(0, 8))).toBe('same');
  expect(keys.every((key) => index.has(key))).toBe(true);
  expect(index.has(randomBytes(16))).toBe(false);
});
