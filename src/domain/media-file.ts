// Media files that the provider takes: their sizes and types, told by the ending of the name and by the first bytes. Reading and uploading them is
// send/media.ts's.

import type { MediaKind } from './free-form.ts';

type MediaRule = {
  readonly bytesMax: number;
  /** The endings of its types, each with what such a file begins with; null where anything will do. */
  readonly types: Readonly<Record<string, Signature>> | null;
};

type Signature = (bytes: Uint8Array) => boolean;

const KIB = 1_024;
const MIB = KIB * KIB;

const isJpeg: Signature = (bytes) => startsWith(bytes, [0xff, 0xd8, 0xff]);
const isPng: Signature = (bytes) => startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const isIsoMedia: Signature = (bytes) => textAt(bytes, 4, 4) === 'ftyp'; // mp4, 3gp and m4a are one container
const isWebp: Signature = (bytes) => textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, 4) === 'WEBP';
const isOgg: Signature = (bytes) => textAt(bytes, 0, 4) === 'OggS';
const isAmr: Signature = (bytes) => textAt(bytes, 0, 5) === '#!AMR';
const isAac: Signature = ([first = 0, second = 0]) => first === 0xff && (second & 0xf6) === 0xf0;
// A tag, or a frame of MPEG audio, whose layer is not zero.
const isMp3: Signature = (bytes) =>
  textAt(bytes, 0, 3) === 'ID3' || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0 && ((bytes[1] ?? 0) & 0x06) !== 0);

// The provider's page of message types. It says MB without saying which: the larger reading, since its own refusal comes at the upload anyway.
const RULES: Readonly<Record<MediaKind, MediaRule>> = {
  image: { bytesMax: 5 * MIB, types: { jpg: isJpeg, jpeg: isJpeg, png: isPng } },
  video: { bytesMax: 16 * MIB, types: { mp4: isIsoMedia, '3gp': isIsoMedia } },
  audio: { bytesMax: 16 * MIB, types: { aac: isAac, amr: isAmr, mp3: isMp3, m4a: isIsoMedia, mp4: isIsoMedia, ogg: isOgg } },
  document: { bytesMax: 100 * MIB, types: null },
  sticker: { bytesMax: 500 * KIB, types: { webp: isWebp } },
};

const STILL_STICKER_BYTES_MAX = 100 * KIB;

/** How many bytes a file of this kind may have at most. */
export function mediaBytesMax(kind: MediaKind): number {
  return RULES[kind].bytesMax;
}

/** What is wrong with the name of a file; null when such a file may be read. */
export function mediaNameFlaw(kind: MediaKind, name: string): string | null {
  const { types } = RULES[kind];
  if (types === null || Object.hasOwn(types, endingOf(name))) return null;
  return `is not ${WITH_ARTICLE[kind]} by its name: the provider takes ${Object.keys(types).join(', ')}`;
}

/** What is wrong with the content of a file whose name is right; null when the provider should take it. */
export function mediaContentFlaw(kind: MediaKind, { name, bytes }: { readonly name: string; readonly bytes: Uint8Array }): string | null {
  const { types, bytesMax } = RULES[kind];
  if (bytes.length === 0) return 'is empty';
  if (bytes.length > bytesMax) return mediaTooLarge(kind);
  const ending = endingOf(name);
  if (types !== null && types[ending]?.(bytes) !== true) return `does not begin as a file of type ${ending} does`;
  if (kind === 'sticker' && !isAnimated(bytes) && bytes.length > STILL_STICKER_BYTES_MAX)
    return tooLarge('a sticker that does not move', STILL_STICKER_BYTES_MAX);
  return null;
}

/** What is said of a file that is larger than its kind may be. */
export function mediaTooLarge(kind: MediaKind): string {
  return tooLarge(WITH_ARTICLE[kind], RULES[kind].bytesMax);
}

const WITH_ARTICLE: Readonly<Record<MediaKind, string>> = {
  image: 'an image',
  video: 'a video',
  audio: 'audio',
  document: 'a document',
  sticker: 'a sticker',
};

function tooLarge(what: string, bytesMax: number): string {
  const size = bytesMax >= MIB ? `${bytesMax / MIB} MB` : `${bytesMax / KIB} KB`;
  return `is larger than ${size}, the most for ${what}`;
}

/** The name of a file without its folders. */
export function fileNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1).toLowerCase();
}

// An extended WebP says in the second bit of its flags whether it moves.
function isAnimated(bytes: Uint8Array): boolean {
  return textAt(bytes, 12, 4) === 'VP8X' && ((bytes[20] ?? 0) & 0x02) !== 0;
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

function textAt(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}
