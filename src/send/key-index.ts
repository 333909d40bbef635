// The keys that one run has seen: tells a repeat from a conflict without keeping the rows. A table of 64-bit words, so that a million keys take 16 MB, or 32 with their contents.

/** `same`: seen with this content. `other`: seen with other content, which is a conflict. */
export type KeySighting = 'new' | 'same' | 'other';

export type KeyIndex = {
  readonly has: (key: Uint8Array) => boolean;
  readonly add: (key: Uint8Array, fingerprint: Uint8Array) => KeySighting;
};

const SLOTS_MIN = 1024;
const WORD_BYTES = 8;
/** How full a table may be. */
const LOAD_MAX = 0.7;

/**
 * An empty index. It compares the last 8 bytes of a key: among a million keys two different ones meet with a chance of 1 in 40 million, and
 * would be taken for a conflict, which is told, never for a repeat, unless their contents meet as well. Where contents are not compared, a key that was seen
 * is always the `same`.
 */
export function createKeyIndex({ comparesContents }: { readonly comparesContents: boolean }): KeyIndex {
  const width = comparesContents ? 4 : 2;
  let table = createTable(SLOTS_MIN, width);
  let count = 0;

  const grow = (): void => {
    const old = table;
    table = createTable(2 * (old.mask + 1), width);
    for (let slot = 0; slot <= old.mask; slot += 1) {
      if (old.isFree(slot)) continue;
      const entry = old.read(slot);
      table.write(table.slotOf(entry[0], entry[1]), entry);
    }
  };

  return {
    has: (key) => !table.isFree(table.slotOf(highOf(key), lowOf(key))),
    add: (key, fingerprint) => {
      if (count > LOAD_MAX * table.mask) grow();
      const entry: Entry = [highOf(key), lowOf(key), halfOf(fingerprint, WORD_BYTES), halfOf(fingerprint, WORD_BYTES / 2)];
      const slot = table.slotOf(entry[0], entry[1]);
      if (!table.isFree(slot)) return table.hasPrint(slot, entry) ? 'same' : 'other';
      table.write(slot, entry);
      count += 1;
      return 'new';
    },
  };
}

/** The two halves of a key's word, then those of its content's. */
type Entry = readonly [number, number, number, number];

type Table = {
  readonly mask: number;
  /** Where the word is, or would be. */
  readonly slotOf: (high: number, low: number) => number;
  readonly isFree: (slot: number) => boolean;
  readonly hasPrint: (slot: number, entry: Entry) => boolean;
  readonly read: (slot: number) => Entry;
  readonly write: (slot: number, entry: Entry) => void;
};

// Open addressing: the word itself is a hash, so its low bits choose the slot. Halves, because a bigint is an object for each look-up.
function createTable(slots: number, width: 2 | 4): Table {
  const words = new Uint32Array(width * slots);
  const mask = slots - 1;
  const isFree = (slot: number): boolean => words[width * slot] === 0 && words[width * slot + 1] === 0;
  return {
    mask,
    isFree,
    slotOf: (high, low) => {
      let slot = low & mask;
      while (!isFree(slot) && (words[width * slot] !== high || words[width * slot + 1] !== low)) slot = (slot + 1) & mask;
      return slot;
    },
    hasPrint: (slot, entry) => width === 2 || (words[width * slot + 2] === entry[2] && words[width * slot + 3] === entry[3]),
    read: (slot) => [0, 1, 2, 3].map((half) => (half < width ? (words[width * slot + half] ?? 0) : 0)) as unknown as Entry,
    write: (slot, entry) => {
      for (let half = 0; half < width; half += 1) words[width * slot + half] = entry[half] ?? 0;
    },
  };
}

function highOf(key: Uint8Array): number {
  return halfOf(key, WORD_BYTES);
}

// Zero marks a free slot, so a word of zeros is taken for one.
function lowOf(key: Uint8Array): number {
  const low = halfOf(key, WORD_BYTES / 2);
  return low === 0 && highOf(key) === 0 ? 1 : low;
}

// Four bytes, counted from the end, as an integer without a sign.
function halfOf(bytes: Uint8Array, fromEnd: number): number {
  const at = bytes.length - fromEnd;
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}
