// The keys that one run has seen: tells a repeat from a conflict without keeping the rows. A table of 64-bit words, so that a million keys take 32 MB.

/** `same`: seen with this content. `other`: seen with other content, which is a conflict. */
export type KeySighting = 'new' | 'same' | 'other';

export type KeyIndex = {
  readonly has: (key: Uint8Array) => boolean;
  readonly add: (key: Uint8Array, fingerprint: Uint8Array) => KeySighting;
};

const SLOTS_MIN = 1024;
const WORD_BYTES = 8;

/**
 * An empty index. It compares the last 8 bytes of a key: among a million keys two different ones meet with a chance of 1 in 40 million, and
 * would be taken for a conflict, which is told, never for a repeat, unless their contents meet as well.
 */
export function createKeyIndex(): KeyIndex {
  let keys = new BigUint64Array(SLOTS_MIN);
  let prints = new BigUint64Array(SLOTS_MIN);
  let count = 0;

  // Open addressing: the word itself is a hash, so its low bits choose the slot. Zero marks a free slot.
  const slotOf = (table: BigUint64Array, word: bigint): number => {
    const mask = table.length - 1;
    let slot = Number(word & BigInt(mask));
    while (table[slot] !== 0n && table[slot] !== word) slot = (slot + 1) & mask;
    return slot;
  };

  const grow = (): void => {
    const [oldKeys, oldPrints] = [keys, prints];
    keys = new BigUint64Array(oldKeys.length * 2);
    prints = new BigUint64Array(oldKeys.length * 2);
    for (const [index, word] of oldKeys.entries()) {
      if (word === 0n) continue;
      const slot = slotOf(keys, word);
      keys[slot] = word;
      prints[slot] = oldPrints[index] ?? 0n;
    }
  };

  return {
    has: (key) => keys[slotOf(keys, wordOf(key) || 1n)] !== 0n,
    add: (key, fingerprint) => {
      if (count * 2 >= keys.length) grow();
      const word = wordOf(key) || 1n;
      const print = wordOf(fingerprint);
      const slot = slotOf(keys, word);
      if (keys[slot] !== 0n) return prints[slot] === print ? 'same' : 'other';
      keys[slot] = word;
      prints[slot] = print;
      count += 1;
      return 'new';
    },
  };
}

function wordOf(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset + bytes.byteLength - WORD_BYTES, WORD_BYTES).getBigUint64(0);
}
