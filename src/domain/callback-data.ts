// The text that goes out with each request and comes back with each of its statuses: which message and which attempt it was. Signed with the store's
// key, so that a status of another store, or one that somebody made up, names nothing here. Holds nothing personal.

import type { MessageId } from '../values/id.ts';
import { parseSortableId } from '../values/id.ts';

/** One request to the provider. */
export type RequestRef = { readonly messageId: MessageId; readonly attempt: number };

/** A digest under the store's key. */
type Digest = (text: string) => Uint8Array;

const VERSION = 'tb1';
const MAC_BYTES = 8;

// Each byte in hex: ten thousand statuses a second are checked.
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The text for a request: `tb1.<message>.<attempt>.<16 hex digits>`. At most 512 characters fit (the provider's limit); this takes about 45. */
export function toCallbackData({ messageId, attempt }: RequestRef, digest: Digest): string {
  const named = `${VERSION}.${messageId}.${attempt}`;
  return `${named}.${macOf(named, digest)}`;
}

/** The request that a text names; null for a text of somebody else. */
export function parseCallbackData(text: string, digest: Digest): RequestRef | null {
  const [, named = '', id = '', attempt = '', mac = ''] = /^(tb1\.([0-9a-z]{1,40})\.([1-9]\d{0,5}))\.([0-9a-f]{16})$/.exec(text) ?? [];
  const messageId = parseSortableId<'message'>(id);
  if (messageId === undefined || !isSame(mac, macOf(named, digest))) return null;
  return { messageId, attempt: Number(attempt) };
}

function macOf(named: string, digest: Digest): string {
  const bytes = digest(`callback:${named}`);
  let text = '';
  for (let index = 0; index < MAC_BYTES; index += 1) text += HEX[bytes[index] ?? 0] ?? '';
  return text;
}

// Looks at every character whatever the first ones are, so that the time tells nothing.
function isSame(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < right.length; index += 1) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}
