// Who signed a webhook: HMAC-SHA256 over the bytes as they came, compared in a time that tells nothing. A body is parsed only after this.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/** The first of the secrets that made this signature of this body; undefined where none did, or the header is missing or of another shape. */
export function signingSecret(signature: string | undefined, body: Uint8Array, secrets: Iterable<string>): string | undefined {
  const hex = SIGNATURE.exec(signature ?? '')?.[1];
  if (hex === undefined) return undefined;
  const given = Buffer.from(hex, 'hex');
  for (const secret of secrets) {
    if (timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given)) return secret;
  }
  return undefined;
}

/** True for the same text. Takes as long for a text that begins alike as for any other. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(sha256(given), sha256(secret));
}

/** SHA-256 of a text in UTF-8. */
export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
