// Chance that is none: the same seed and the same question give the same answer, whatever happened in between and in whatever order.

/** A number from 0 up to, not including, 1. Made of the words alone, so requests that arrive in another order change nothing. */
export function chance(seed: number, ...words: readonly (string | number)[]): number {
  let hash = (2_166_136_261 ^ seed) >>> 0;
  const text = words.join('\u0000');
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619) >>> 0;
  return mixed(hash) / 2 ** 32;
}

// FNV-1a leaves neighbours alike; this is the finisher of MurmurHash3.
function mixed(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
