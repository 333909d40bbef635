// What a gzip holds, in constant memory whatever it unpacks to.

import { fail } from './errors.ts';
import { titleOf } from './values/text.ts';

const MAGIC = [0x1f, 0x8b] as const;

/** The bytes that a gzip holds, told by its first two bytes; anything else passes as it is. Throws `file_invalid` where it is damaged or cut off. */
export async function* unpacked(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < MAGIC.length) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  const whole = joined(head, chunks);
  yield* MAGIC.every((byte, index) => head[index] === byte) ? gunzipped(whole, name) : whole;
}

// Ends the source when it is left early.
async function* joined(head: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

async function* gunzipped(packed: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const { createGunzip } = await import('node:zlib');
  const { pipeline, Readable } = await import('node:stream');
  const gunzip = createGunzip();
  pipeline(Readable.from(packed), gunzip, () => undefined); // what goes wrong is told to whoever reads
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') !== true) throw cause;
    const what = code === 'Z_BUF_ERROR' ? 'is cut off: its end is missing' : 'is damaged';
    throw fail('file_invalid', {
      message: `${titleOf(name)} is compressed (gzip) and ${what}.`,
      hint: 'Fetch or pack it again; gunzip -t tests it.',
      cause,
      details: { path: name },
    });
  }
}
