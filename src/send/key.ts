// Keys and fingerprints: what makes a send happen once for ever, and what tells that a repeated key means other content.

import type { KeyedDigest } from '../ports/host.ts';
import type { CampaignId } from '../values/id.ts';

/**
 * What the content of a message is made of. The language is no part of it: asking for another one on a second run must not send a second time. Nor is the
 * campaign: the same key under another campaign is still a repeat.
 */
export type Content = {
  /** The phone number, or our id of a person without one. */
  readonly to: string;
  /** Empty for free-form text. */
  readonly template: string;
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
export function contentDigest(digest: KeyedDigest, { to, template, content }: Content): Uint8Array {
  return digest(`${to}\n${template}\n${content}`);
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

/** What the keys of one campaign have of it: the bytes that they all begin with, and bytes that are mixed into the rest. */
export type CampaignMark = { readonly prefix: Uint8Array; readonly mask: Uint8Array };

/**
 * The mark of a campaign; of a preview's, where there is none yet, an empty one. Keys that begin alike lie side by side in the store, which makes
 * admitting them about four times as fast; the mask makes all of a key's 15 bytes tell campaigns apart.
 */
export function campaignMark(digest: KeyedDigest, campaignId: CampaignId | null): CampaignMark {
  const bytes = campaignId === null ? new Uint8Array(KEY_BYTES) : digest(`campaign\n${campaignId}`);
  return { prefix: bytes.subarray(0, PREFIX_BYTES), mask: bytes.subarray(PREFIX_BYTES, KEY_BYTES - 1) };
}

/** The stamp of a row in a campaign. */
export function derivedStamp({ prefix, mask }: CampaignMark, contentBytes: Uint8Array): Stamp {
  const stamp = startStamp(contentBytes, DERIVED);
  stamp.set(prefix, FINGERPRINT_BYTES + 1);
  // By index: an iterator makes two objects for each of these bytes, a tenth of all that a row leaves to be collected.
  for (let index = 0; index < mask.length; index += 1) {
    stamp[ORDER_START + index] = (mask[index] ?? 0) ^ (contentBytes[FINGERPRINT_BYTES + index] ?? 0);
  }
  return stamp;
}

/** The fingerprint of a message without a key: nothing is ever compared with it. */
export const NO_FINGERPRINT = new Uint8Array(0);

/** 8 bytes that tell the content. */
export function fingerprintOf(stamp: Stamp): Uint8Array {
  return stamp.subarray(0, FINGERPRINT_BYTES);
}

/** 16 bytes that make a send happen once for ever. */
export function keyOf(stamp: Stamp): Uint8Array {
  return stamp.subarray(FINGERPRINT_BYTES);
}

/** True for a key that is made of the content: whoever has it has this content, so that no fingerprint needs to be compared. */
export function isDerived(key: Uint8Array): boolean {
  return key[0] === DERIVED;
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
