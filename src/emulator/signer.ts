// The bytes of a webhook and their signature: what is signed is exactly what is sent.

import { createHmac } from 'node:crypto';

const ESCAPED = /[/\u007f-\uffff]/g;

/** JSON as the provider puts it on the wire: nothing but ASCII, and `/` as `\/`. */
export function toWireJson(value: unknown): string {
  return JSON.stringify(value).replace(ESCAPED, (character) =>
    character === '/' ? '\\/' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The value of the header `X-Hub-Signature-256` for these bytes. */
export function signatureOf(bytes: Uint8Array | string, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(bytes).digest('hex')}`;
}
