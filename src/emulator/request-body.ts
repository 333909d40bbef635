// Reading what a request brings: so many bytes and no more, as JSON, as a form, or as a form of several parts with a file.

import { type Answer, asObject, type Json, refusal } from './answer.ts';
import { type Part, readParts } from './multipart.ts';

/** What was read, or what is wrong with it. Tagged, because a body may look like an answer. */
export type Read<Value> = { readonly value: Value } | { readonly problem: Answer };

/** Most requests are a few hundred bytes; the provider's own limit for them is not told. */
const JSON_BYTES_MAX = 1024 * 1024;
const FILE_BYTES_MAX = 101 * 1024 * 1024;

/** The body as an object: JSON, or a form, whose values may be JSON. No body at all is an empty one. */
export async function readFields(request: Request): Promise<Read<Json>> {
  const bytes = await readBytes(request, JSON_BYTES_MAX);
  if ('problem' in bytes) return bytes;
  const text = new TextDecoder().decode(bytes.value);
  if (text.trim() === '') return { value: {} };
  if (typeOf(request).startsWith('application/x-www-form-urlencoded')) {
    const fields = Array.from(new URLSearchParams(text), ([name, value]) => [name, /^[[{]/.test(value) ? jsonOf(value) : value]);
    return { value: Object.fromEntries(fields) as Json };
  }
  const value = asObject(jsonOf(text));
  return value === null ? { problem: refusal(100, 'The body is not a JSON object.') } : { value };
}

/** The parts of a multipart form. */
export async function readForm(request: Request): Promise<Read<readonly Part[]>> {
  const bytes = await readBytes(request, FILE_BYTES_MAX);
  if ('problem' in bytes) return bytes;
  const parts = readParts(bytes.value, typeOf(request));
  return parts === null
    ? { problem: refusal(100, 'The body is not a multipart form with a boundary that it keeps to.') }
    : { value: parts };
}

/** The body as text. */
export async function readText(request: Request): Promise<Read<string>> {
  const bytes = await readBytes(request, JSON_BYTES_MAX);
  return 'problem' in bytes ? bytes : { value: new TextDecoder().decode(bytes.value) };
}

// Counted while it comes: a body in chunks does not say how long it will be.
async function readBytes({ headers, body }: Request, bytesMax: number): Promise<Read<Uint8Array>> {
  if (Number(headers.get('content-length') ?? 0) > bytesMax) return TOO_LARGE;
  if (body === null) return { value: new Uint8Array() };
  const chunks: Uint8Array[] = [];
  let count = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { value: Buffer.concat(chunks) };
    count += value.length;
    if (count > bytesMax) return TOO_LARGE; // the connection is closed after the answer
    chunks.push(value);
  }
}

const TOO_LARGE = { problem: refusal(100, 'The request is too large.', { status: 413 }) } as const;

function typeOf({ headers }: Request): string {
  return headers.get('content-type') ?? '';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
