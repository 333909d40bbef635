// Ids: short, sortable, made by the caller before the first write. Owns their shape; the entropy comes from outside.

import type { Instant } from './time.ts';

declare const idBrand: unique symbol;

/** An id of one noun; the compiler refuses a contact's id where a message's is wanted. */
export type Id<Noun extends string> = string & { readonly [idBrand]: Noun };

export type AccountId = Id<'account'>;
export type SenderId = Id<'sender'>;
export type ContactId = Id<'contact'>;
export type TemplateId = Id<'template'>;
export type CampaignId = Id<'campaign'>;
export type MessageId = Id<'message'>;
export type PriceBookId = Id<'price_book'>;
export type BudgetId = Id<'budget'>;
export type WorkerId = Id<'worker'>;

/** Makes ids. Two sources with different entropy never meet in practice; one source never repeats itself. */
export type IdSource = {
  /** 20 characters: time, then entropy. Rises strictly within one source, so that rows arrive in the order of their key. */
  readonly sortable: <Noun extends string>(at: Instant) => Id<Noun>;
  /** 8 characters of entropy, for things that number in the thousands; saves 12 bytes in every message that names one. */
  readonly short: <Noun extends string>() => Id<Noun>;
};

// Crockford's alphabet: no I, L, O, U, so that an id read aloud or copied by hand survives.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** What a character stands for, by its code; 0 for one that is not in the alphabet. */
const VALUES = Uint8Array.from({ length: 128 }, (_, code) => Math.max(ALPHABET.indexOf(String.fromCharCode(code)), 0));
const TAIL_MAX = 2 ** 50;

/** Reads an id that a source made; undefined for anything else, such as a phone number. */
export function parseSortableId<Noun extends string>(text: string): Id<Noun> | undefined {
  return /^[0-9a-hjkmnp-tv-z]{20}$/.test(text) ? (text as Id<Noun>) : undefined;
}

// Ten characters are 50 bits of milliseconds. Without the last one the unit is 32 ms; the seven before it are 35 bits, of which a shift keeps 32.
const TIME = { from: 2, to: 9 } as const;

/** When a sortable id was made, in steps of 32 ms, modulo 2^32. */
export function timeStepsOf(id: Id<string>): number {
  let steps = 0;
  for (let index = TIME.from; index < TIME.to; index += 1) steps = (steps << 5) | (VALUES[id.charCodeAt(index)] ?? 0);
  return steps >>> 0;
}

/** Builds a source on a supplier of random bytes. */
export function createIds(randomBytes: (count: number) => Uint8Array): IdSource {
  let lastAt = -1;
  let tail = 0;
  let head = '';
  return {
    sortable<Noun extends string>(at: Instant): Id<Noun> {
      const time = Math.max(at, 0); // a clock before 1970 is wrong, but no reason for an id of another shape
      if (time > lastAt) {
        lastAt = time;
        head = encode(time);
        tail = toNumber(randomBytes(6));
      } else {
        tail = (tail + 1) % TAIL_MAX;
      }
      return `${head}${encode(tail)}` as Id<Noun>;
    },
    short<Noun extends string>(): Id<Noun> {
      return Array.from(randomBytes(8), (byte) => ALPHABET[byte & 31]).join('') as Id<Noun>;
    },
  };
}

// Ten characters of five bits. 50 bits do not fit in a 32-bit operation, hence the two halves.
function encode(value: number): string {
  return encodeHalf(Math.floor(value / 2 ** 25)) + encodeHalf(value % 2 ** 25);
}

function encodeHalf(value: number): string {
  return (
    ALPHABET.charAt((value >>> 20) & 31) +
    ALPHABET.charAt((value >>> 15) & 31) +
    ALPHABET.charAt((value >>> 10) & 31) +
    ALPHABET.charAt((value >>> 5) & 31) +
    ALPHABET.charAt(value & 31)
  );
}

function toNumber(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
