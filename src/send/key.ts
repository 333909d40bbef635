// Keys and fingerprints: what makes a send happen once for ever, and what tells that a repeated key means other content.

import { KEY_KINDS, KEY_LAYOUT } from '../domain/key.ts';
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

const FINGERPRINT_BYTES = 8;
const STAMP_BYTES = FINGERPRINT_BYTES + KEY_LAYOUT.end;
const CAMPAIGN_START = FINGERPRINT_BYTES + KEY_LAYOUT.campaign;
const DIGEST_START = FINGERPRINT_BYTES + KEY_LAYOUT.digest;
const CHOSEN_BYTES = KEY_LAYOUT.end - KEY_LAYOUT.chosen;
const CAMPAIGN_BYTES = KEY_LAYOUT.place - KEY_LAYOUT.campaign;
const DIGEST_BYTES = KEY_LAYOUT.end - KEY_LAYOUT.digest;

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
  const stamp = startStamp(contentBytes, KEY_KINDS.explicit);
  stamp.set(digest(`key\n${key}`).subarray(0, CHOSEN_BYTES), FINGERPRINT_BYTES + KEY_LAYOUT.chosen);
  return stamp;
}

/** What the keys of one campaign have of it: the bytes that they begin with, and bytes that are mixed into the rest. */
export type CampaignMark = { readonly prefix: Uint8Array; readonly mask: Uint8Array };

/**
 * The mark of a campaign; of a preview's, where there is none yet, an empty one. Keys that begin alike lie side by side in the store, however many it holds of other
 * campaigns; the mask makes all of a key's digest tell campaigns apart.
 */
export function campaignMark(digest: KeyedDigest, campaignId: CampaignId | null): CampaignMark {
  const bytes = campaignId === null ? new Uint8Array(CAMPAIGN_BYTES + DIGEST_BYTES) : digest(`campaign\n${campaignId}`);
  return { prefix: bytes.subarray(0, CAMPAIGN_BYTES), mask: bytes.subarray(CAMPAIGN_BYTES, CAMPAIGN_BYTES + DIGEST_BYTES) };
}

/** The stamp of a row in a campaign. */
export function derivedStamp({ prefix, mask }: CampaignMark, contentBytes: Uint8Array): Stamp {
  const stamp = startStamp(contentBytes, KEY_KINDS.derived);
  stamp.set(prefix, CAMPAIGN_START);
  stamp.fill(0, CAMPAIGN_START + CAMPAIGN_BYTES, DIGEST_START);
  // By index: an iterator makes two objects for each of these bytes, a tenth of all that a row leaves to be collected.
  for (let index = 0; index < mask.length; index += 1) {
    stamp[DIGEST_START + index] = (mask[index] ?? 0) ^ (contentBytes[FINGERPRINT_BYTES + index] ?? 0);
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

function startStamp(contentBytes: Uint8Array, kind: number): Stamp {
  const stamp = Buffer.allocUnsafe(STAMP_BYTES);
  stamp.set(contentBytes.subarray(0, FINGERPRINT_BYTES), 0);
  stamp[FINGERPRINT_BYTES + KEY_LAYOUT.kind] = kind;
  return stamp as Uint8Array as Stamp;
}
