// Uploading a file: the form that the provider wants, and the media type of the file. What it takes at all is domain/media-file.ts's.

import { fail } from '../../errors.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Api } from './api.ts';

type MediaFile = Parameters<Provider['uploadMedia']>[0];

/** The media types of the endings that the provider names. */
const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  mp4: 'video/mp4',
  '3gp': 'video/3gpp',
  aac: 'audio/aac',
  amr: 'audio/amr',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  txt: 'text/plain',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

/** 100 MB over 3 Mbit/s take 4½ minutes. */
const UPLOAD_DEADLINE_MS = 300_000;

/** The id of an uploaded file. */
export async function uploadMedia(api: Api, phoneNumberId: string, file: MediaFile): Promise<string> {
  const body = toForm(file, mediaTypeOf(file));
  const { id } = await api.demand({ method: 'POST', path: [phoneNumberId, 'media'], body, deadlineMs: UPLOAD_DEADLINE_MS });
  if (typeof id === 'string' && /^\d{1,40}$/.test(id)) return id;
  throw fail('provider_unreachable', { message: 'The provider took the file and gave it no id.', hint: 'Upload it again.' });
}

// A document may be of any type; sound in an mp4 is sound.
function mediaTypeOf({ kind, name }: MediaFile): string {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (kind === 'audio' && ending === 'mp4') return 'audio/mp4';
  return (Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined) ?? 'application/octet-stream';
}

// By hand: FormData would load the whole of fetch. A boundary must not occur in the file, so it is made longer until it does not.
function toForm({ name, bytes }: MediaFile, type: string): { readonly bytes: Uint8Array; readonly contentType: string } {
  let boundary = 'tollbell-form';
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  while (content.includes(boundary)) boundary += `-${content.length}`;
  const field = (key: string, value: string): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`;
  const filename = name.replace(/^.*[/\\]/, '').replace(/["\r\n]/g, '_');
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${filename}"\r\ncontent-type: ${type}\r\n\r\n`;
  const start = Buffer.from(field('messaging_product', 'whatsapp') + field('type', type) + head);
  return {
    bytes: Buffer.concat([start, content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}
