// Keys and fingerprints: what makes a send happen once for ever, and what tells that a repeated key means other content.

import type { KeyedDigest } from '../ports/host.ts';
import type { CampaignId } from '../values/id.ts';

/** What the content of a message is made of. The campaign is no part of it: the same key under another campaign is still a repeat. */
export type Content = {
  /** The phone number, or our id of a person without one. */
  readonly to: string;
  /** Empty for free-form text. */
  readonly template: string;
  /** Empty where it was left to the contact. */
  readonly language: string;
  /** Parameters as JSON in the template's order, or the text. */
  readonly content: string;
};

const KEY_BYTES = 16;
const FINGERPRINT_BYTES = 8;
const PREFIX_BYTES = 4;
const ORDER_START = FINGERPRINT_BYTES + 1 + PREFIX_BYTES;

// The first byte keeps the two kinds of keys apart, whatever a user chooses.
const EXPLICIT = 1;
const DERIVED = 2;

/** The digest of a content: 32 bytes, of which parts become the fingerprint and a derived key. */
export function contentDigest(digest: KeyedDigest, { to, template, language, content }: Content): Uint8Array {
  return digest(`${to}\n${template}\n${language}\n${content}`);
}

/** What a send is known by, in one piece of 24 bytes, because a chunk of a file holds thousands of them: `fingerprintOf` and `keyOf` are views of it. */
export type Stamp = Uint8Array & { readonly __stamp: true };

/** The stamp under a key that the user chose. */
export function explicitStamp(
  digest: KeyedDigest,
  { key, contentBytes }: { readonly key: string; readonly contentBytes: Uint8Array },
): Stamp {
  const stamp = startStamp(contentBytes, EXPLICIT);
  stamp.set(digest(`key\n${key}`).subarray(0, KEY_BYTES - 1), FINGERPRINT_BYTES + 1);
  return stamp;
}

/** The bytes that all keys of a campaign begin with: they lie side by side in the store, which makes admitting them about four times as fast. */
export function campaignPrefix(digest: KeyedDigest, campaignId: CampaignId): Uint8Array {
  return digest(`campaign\n${campaignId}`).subarray(0, PREFIX_BYTES);
}

/** The stamp of a row in a campaign: its key is made of the campaign's prefix and 11 bytes of the content. */
export function derivedStamp(prefix: Uint8Array, contentBytes: Uint8Array): Stamp {
  const stamp = startStamp(contentBytes, DERIVED);
  stamp.set(prefix, FINGERPRINT_BYTES + 1);
  stamp.set(
    contentBytes.subarray(FINGERPRINT_BYTES, FINGERPRINT_BYTES + KEY_BYTES - 1 - PREFIX_BYTES),
    FINGERPRINT_BYTES + 1 + PREFIX_BYTES,
  );
  return stamp;
}

/** 8 bytes that tell the content. */
export function fingerprintOf(stamp: Stamp): Uint8Array {
  return stamp.subarray(0, FINGERPRINT_BYTES);
}

/** 16 bytes that make a send happen once for ever. */
export function keyOf(stamp: Stamp): Uint8Array {
  return stamp.subarray(FINGERPRINT_BYTES);
}

/** A number that sorts the stamps of one campaign as the store sorts their keys, by the 6 bytes behind the prefix; cheap to compare in bulk. */
export function keyOrder(stamp: Stamp): number {
  let order = 0;
  for (let index = ORDER_START; index < ORDER_START + 6; index += 1) order = order * 256 + (stamp[index] ?? 0);
  return order;
}

function startStamp(contentBytes: Uint8Array, kind: number): Stamp {
  const stamp = Buffer.allocUnsafe(FINGERPRINT_BYTES + KEY_BYTES);
  stamp.set(contentBytes.subarray(0, FINGERPRINT_BYTES), 0);
  stamp[FINGERPRINT_BYTES] = kind;
  return stamp as Uint8Array as Stamp;
}
