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

// The first byte keeps the two kinds of keys apart, whatever a user chooses.
const EXPLICIT = 1;
const DERIVED = 2;

/** The digest of a content: 32 bytes, of which parts become the fingerprint and a derived key. */
export function contentDigest(digest: KeyedDigest, { to, template, language, content }: Content): Uint8Array {
  return digest(`${to}\n${template}\n${language}\n${content}`);
}

/** 8 bytes that tell the content. */
export function fingerprintOf(contentBytes: Uint8Array): Uint8Array {
  return contentBytes.subarray(0, FINGERPRINT_BYTES);
}

/** The key that the user chose, in 16 bytes. */
export function explicitKey(digest: KeyedDigest, key: string): Uint8Array {
  const bytes = Buffer.allocUnsafe(KEY_BYTES);
  bytes[0] = EXPLICIT;
  bytes.set(digest(`key\n${key}`).subarray(0, KEY_BYTES - 1), 1);
  return bytes;
}

/** The bytes that all keys of a campaign begin with: they lie side by side in the store, which makes admitting them about four times as fast. */
export function campaignPrefix(digest: KeyedDigest, campaignId: CampaignId): Uint8Array {
  return digest(`campaign\n${campaignId}`).subarray(0, PREFIX_BYTES);
}

/** The key of a row in a campaign: its prefix and 11 bytes of the content. */
export function derivedKey(prefix: Uint8Array, contentBytes: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(KEY_BYTES);
  bytes[0] = DERIVED;
  bytes.set(prefix, 1);
  bytes.set(contentBytes.subarray(FINGERPRINT_BYTES, FINGERPRINT_BYTES + KEY_BYTES - 1 - PREFIX_BYTES), 1 + PREFIX_BYTES);
  return bytes;
}

/** A number that sorts like the bytes of a key behind its prefix do; cheap to compare in bulk. */
export function keyOrder(key: Uint8Array): number {
  let order = 0;
  for (let index = 1; index < 1 + PREFIX_BYTES + 2; index += 1) order = order * 256 + (key[index] ?? 0);
  return order;
}
