// Keys: 16 bytes that make a send happen once for ever. Owns their layout, of which the journey writes one part and the store the other.

import { type ContactId, timeStepsOf } from '../values/id.ts';

/**
 * Where the parts of a key begin. One that the user chose is its kind and a digest of it (`chosen`), 15 bytes. One that is derived from a campaign and a content is its
 * kind, 2 bytes of the campaign, 4 of the person's place, which stay empty until it is kept, and a digest of 9 bytes.
 */
export const KEY_LAYOUT = { kind: 0, chosen: 1, campaign: 1, place: 3, digest: 7, end: 16 } as const;

/** The first byte keeps the two kinds of keys apart, whatever a user chooses. */
export const KEY_KINDS = { explicit: 1, derived: 2 } as const;

/** True for a key that is made of the content: whoever has it has this content, so that no fingerprint needs to be compared. */
export function isDerived(key: Uint8Array): boolean {
  return key[KEY_LAYOUT.kind] === KEY_KINDS.derived;
}

/**
 * A key as the store keeps it for this contact. The place of a person is the moment at which they were added, as their id has it: files name people mostly in
 * the order in which they were imported, and the keys of neighbours then come to one page of the store. Digests alone touch a page each, a third of all
 * that admission costs. A key that the user chose is everybody's, and stays as it is.
 */
export function placedKey(key: Uint8Array, contactId: ContactId): Uint8Array {
  if (!isDerived(key)) return key;
  const placed = Buffer.from(key);
  placed.writeUInt32BE(timeStepsOf(contactId), KEY_LAYOUT.place);
  return placed;
}
