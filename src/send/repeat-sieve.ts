// Which rows of a file may repeat one another, noted in its first reading in a memory that does not grow: the keys of the others are compared with none, and a preview
// keeps none of them.

import { dialled } from '../domain/wa-id.ts';
import type { Addressee } from '../ports/store/admit.ts';
import { addresseeText } from './addressees.ts';
import type { Recipient } from './recipients.ts';

export type RepeatSieve = {
  /** Notes a row of the first reading. `to`: who it is, by number where that is known. */
  readonly add: (recipient: Recipient, to: Addressee) => void;
  /** False: no other row that was noted has the key of this one. True for all rows that repeat or are repeated, and for few others: one in a thousand of 3 million. */
  readonly mayRepeat: (recipient: Recipient, to: Addressee) => boolean;
  /** About how many different keys of rows with a key of their own pass: those that several rows have, and whatever else meets them. 0 only where no two rows have one. */
  readonly suspectKeys: () => number;
};

// Blocks of 16 bytes: 8 MB take all rows, 1 MB those that met one like them. Of 3 million different rows 0.07 % meet another one, of 10 million 1.3 %.
const ROWS_BLOCK_BITS = 19;
const MET_BLOCK_BITS = 16;

/** A sieve in which nothing is noted. It takes 9 MB, however many rows there are; which rows pass depends on them alone. */
export function createRepeatSieve(): RepeatSieve {
  const rows = createFilter(ROWS_BLOCK_BITS);
  const met = createFilter(MET_BLOCK_BITS);
  let [keys, repeatedKeys] = [0, 0];
  return {
    add: (recipient, to) => {
      const hash = hashOf(recipient, to);
      const isKeyed = recipient.key !== null;
      if (isKeyed) keys += 1;
      if (rows.add(hash) && !met.add(hash) && isKeyed) repeatedKeys += 1;
    },
    // A repeated key that meets rows which met before is not counted as repeated; the chance is above 0 then, so that it is compared all the same.
    suspectKeys: () => (keys === 0 ? 0 : Math.ceil(repeatedKeys + keys * met.chance())),
    mayRepeat: (recipient, to) => met.has(hashOf(recipient, to)),
  };
}

/**
 * A Bloom filter of hashes: what was added is always found, and sometimes what was not, with a `chance` from 0 to 1. `add` tells whether it would have been found
 * before.
 */
type Filter = { readonly add: (hash: number) => boolean; readonly has: (hash: number) => boolean; readonly chance: () => number };

const BLOCK_WORDS = 4;
const WORD_BITS = 5;

// A hash sets one bit in each word of one block, so that it costs one cache miss and not four. A shift goes by the low five bits of its distance.
function createFilter(blockBits: number): Filter {
  const words = new Uint32Array(BLOCK_WORDS << blockBits);
  const firstWordOf = (hash: number): number => (hash >>> (32 - blockBits)) * BLOCK_WORDS;
  return {
    add: (hash) => {
      const first = firstWordOf(hash);
      const places = placesOf(hash);
      let found = 1;
      for (let index = 0; index < BLOCK_WORDS; index += 1) {
        const place = places >>> (WORD_BITS * index);
        const word = words[first + index] ?? 0;
        found &= word >>> place;
        words[first + index] = word | (1 << place);
      }
      return found === 1;
    },
    has: (hash) => {
      const first = firstWordOf(hash);
      const places = placesOf(hash);
      let found = 1;
      for (let index = 0; index < BLOCK_WORDS; index += 1) found &= (words[first + index] ?? 0) >>> (places >>> (WORD_BITS * index));
      return found === 1;
    },
    chance: () => {
      let sum = 0;
      for (let first = 0; first < words.length; first += BLOCK_WORDS) {
        let share = 1;
        for (let index = 0; index < BLOCK_WORDS && share > 0; index += 1) share *= bitsIn(words[first + index] ?? 0) / 32;
        sum += share;
      }
      return (sum * BLOCK_WORDS) / words.length;
    },
  };
}

function bitsIn(word: number): number {
  let bits = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

// Multiplying mixes upwards: the upper 20 bits are the mixed ones.
function placesOf(hash: number): number {
  return Math.imul(hash, 0x85eb_ca6b) >>> (32 - BLOCK_WORDS * WORD_BITS);
}

// Of what the key is made of, in the same way: one number in whichever writing, and what stands for the content. What all rows of a file share is left out. 32 bits
// are enough: rows that meet only here cost the room of their keys. The digest that makes the key is ten times as dear, and is taken in the second reading only.
function hashOf({ key, identity, content }: Recipient, to: Addressee): number {
  return key === null ? mixed(mixed(0, dialled(addresseeText(to))), identity ?? content) : mixed(0, key);
}

/** Shares keys out among so many parts, numbered from 0. */
export function partOfKey(key: string, parts: number): number {
  return (mixed(0, key) >>> 0) % parts;
}

// Rotate, combine, multiply by the golden ratio: without the rotation 30 times as many of our own rows with numbers in them meet.
function mixed(start: number, text: string): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ text.charCodeAt(index), 0x9e37_79b1);
  return hash;
}
