// Files that were uploaded, for 30 days, and the addresses from which they can be fetched, for 5 minutes.

import { createHash } from 'node:crypto';
import { DAY_MS, type Instant, toInstant } from '../values/time.ts';
import { type Answer, ok, refusal } from './answer.ts';

export type MediaFile = {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  readonly sha256: string;
  readonly expiresAt: Instant;
};

export type MediaShelf = {
  readonly add: (file: { readonly bytes: Uint8Array; readonly mimeType: string }, at: Instant, days: number) => MediaFile;
  /** The file, while it lives. */
  readonly get: (id: string, at: Instant) => MediaFile | undefined;
  readonly remove: (id: string) => boolean;
};

/** How long an uploaded file lives, and one that a customer sent (the provider's media page). */
const UPLOAD_DAYS = 30;
export const INBOUND_DAYS = 7;
const URL_LIVES_MS = 5 * 60_000;

const MB = 1024 * 1024;

/** What the provider takes: the most bytes for each type (its media page). */
const SIZES: Readonly<Record<string, number>> = {
  'image/jpeg': 5 * MB,
  'image/png': 5 * MB,
  'image/webp': 500 * 1024,
  'video/mp4': 16 * MB,
  'video/3gpp': 16 * MB,
  'audio/aac': 16 * MB,
  'audio/amr': 16 * MB,
  'audio/mpeg': 16 * MB,
  'audio/mp4': 16 * MB,
  'audio/ogg': 16 * MB,
};
const DOCUMENT_BYTES_MAX = 100 * MB;
const DOCUMENT = /^(text\/|application\/(pdf|msword|vnd\.|zip|octet-stream))/;

/** An empty shelf. */
export function createMediaShelf(nextId: () => string): MediaShelf {
  const files = new Map<string, MediaFile>();
  return {
    add: ({ bytes, mimeType }, at, days) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file = { id: nextId(), bytes, mimeType, sha256, expiresAt: toInstant(at + days * DAY_MS) };
      files.set(file.id, file);
      return file;
    },
    get: (id, at) => {
      const file = files.get(id);
      return file === undefined || file.expiresAt <= at ? undefined : file;
    },
    remove: (id) => files.delete(id),
  };
}

/** What became of an upload. */
export function uploadMedia(
  shelf: MediaShelf,
  upload: { readonly product: unknown; readonly bytes: Uint8Array | null; readonly mimeType: string },
  at: Instant,
): Answer {
  const mimeType = (upload.mimeType.split(';')[0] ?? '').trim().toLowerCase();
  if (upload.product !== 'whatsapp') return refusal(100, null, { message: 'The parameter messaging_product is required.' });
  if (upload.bytes === null) return refusal(100, null, { message: 'The parameter file is required.' });
  const bytesMax = (Object.hasOwn(SIZES, mimeType) ? SIZES[mimeType] : undefined) ?? (DOCUMENT.test(mimeType) ? DOCUMENT_BYTES_MAX : null);
  if (bytesMax === null) return refusal(100, `Param file must be a file with one of the supported types; ${mimeType} is none of them.`);
  if (upload.bytes.length > bytesMax)
    return refusal(131_053, `The file has ${upload.bytes.length} bytes; ${mimeType} may have ${bytesMax}.`);
  return ok({ id: shelf.add({ bytes: upload.bytes, mimeType }, at, UPLOAD_DAYS).id });
}

/** What the provider tells of a file. `baseUrl` is where this emulator can be reached. */
export function mediaNode(file: MediaFile, baseUrl: string, at: Instant): Answer {
  const url = `${baseUrl}/_media/${file.id}?expires=${at + URL_LIVES_MS}`;
  return ok({
    messaging_product: 'whatsapp',
    url,
    mime_type: file.mimeType,
    sha256: file.sha256,
    file_size: String(file.bytes.length),
    id: file.id,
  });
}
