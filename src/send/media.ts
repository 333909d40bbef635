// Media of one command: a link, the id of an uploaded file, or a file here, which is checked and uploaded once, however many people get it.

import type { MediaKind } from '../domain/free-form.ts';
import { fileNameOf, mediaBytesMax, mediaContentFlaw, mediaNameFlaw, mediaTooLarge } from '../domain/media-file.ts';
import { type AppError, fail } from '../errors.ts';
import type { Io } from '../ports/host.ts';
import type { Provider } from '../ports/provider.ts';
import type { Recipient } from './recipients.ts';

/** What an option names: `image=https://…`, `image=1234567890`, `image=photo.jpg`. */
export type MediaSource = { readonly kind: MediaKind; readonly value: string };

/**
 * `source` is the link or the id, or stands for the file as long as it is not uploaded: digits made of its content. An upload gets another id each time,
 * so keys and fingerprints are always made of what stands for the file.
 */
export type Media = { readonly source: string; readonly file: MediaFile | null };
type MediaFile = { readonly kind: MediaKind; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };

export type MediaHost = {
  readonly io: Pick<Io, 'read'>;
  /** Plain http is for a double on this machine. */
  readonly allowsHttp: boolean;
};

const LINK_MAX = 2_000;

/** The media, checked; nothing is uploaded yet. Throws `media_invalid`, `file_unreadable`, `invalid_input`. */
export async function openMedia(host: MediaHost, { kind, value }: MediaSource): Promise<Media> {
  if (/^https?:\/\//i.test(value)) return { source: checkLink(host, value), file: null };
  if (/^\d+$/.test(value)) return { source: value, file: null };
  const file = { kind, name: fileNameOf(value), bytes: await readMedia(host, kind, value) };
  return { source: await standFor(file.bytes), file };
}

/** Puts the id of the upload into contents that were checked with what stands for the file. Uploads once, and nothing where no file was named. */
export async function uploadMedia(media: Media, provider: Provider | null): Promise<(recipient: Recipient) => Recipient> {
  if (media.file === null || provider === null) return (recipient) => recipient;
  const [stand, id] = [media.source, await provider.uploadMedia(media.file)].map((text) => JSON.stringify(text));
  return (recipient) => ({ ...recipient, identity: recipient.content, content: recipient.content.replaceAll(stand ?? '', id ?? '') });
}

function checkLink({ allowsHttp }: MediaHost, link: string): string {
  if (!URL.canParse(link) || /\s/.test(link) || link.length > LINK_MAX)
    throw linkError(
      `'${link.slice(0, 80)}' is no address.`,
      `Write it like https://example.com/photo.jpg, with at most ${LINK_MAX} characters.`,
    );
  if (!/^https:/i.test(link) && !allowsHttp)
    throw linkError('The provider fetches media by https only.', 'Give an https address, or the path of a file, which is uploaded.');
  return link;
}

function linkError(message: string, hint: string): AppError {
  return fail('invalid_input', { message, hint, details: { option: 'media' } });
}

async function readMedia({ io }: MediaHost, kind: MediaKind, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const name = fileNameOf(path);
  const nameFlaw = mediaNameFlaw(kind, name);
  if (nameFlaw !== null) throw invalid(path, nameFlaw);
  const bytesMax = mediaBytesMax(kind);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of io.read(path)) {
    size += chunk.length;
    if (size > bytesMax) throw invalid(path, mediaTooLarge(kind));
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const flaw = mediaContentFlaw(kind, { name, bytes });
  if (flaw !== null) throw invalid(path, flaw);
  return bytes;
}

function invalid(path: string, flaw: string): AppError {
  return fail('media_invalid', {
    message: `${path} ${flaw}.`,
    hint: 'Give another file; tollbell send --help names the types and sizes.',
    details: { path },
  });
}

// Digits, as an id of the provider's is: what is checked against a template must look like one.
async function standFor(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new DataView(await crypto.subtle.digest('SHA-256', bytes)).getBigUint64(0).toString();
}
