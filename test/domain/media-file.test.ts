// Media files: what the provider takes is told by name, size and first bytes.

import { describe, expect, it } from 'vitest';
import type { MediaKind } from '../../src/domain/free-form.ts';
import { fileNameOf, mediaBytesMax, mediaContentFlaw, mediaNameFlaw } from '../../src/domain/media-file.ts';

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));
const JPEG = [0xff, 0xd8, 0xff, 0xe0];
const PNG = [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a];
const MP4 = [0, 0, 0, 0x18, ...ascii('ftypisom')];
const STILL = [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8 ')];
const MOVING = [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8X'), 10, 0, 0, 0, 0x02];

const file = (start: readonly number[], size = 64): Uint8Array => {
  const bytes = new Uint8Array(size);
  bytes.set(start.slice(0, size));
  return bytes;
};

describe('a file that the provider takes', () => {
  it.each<[MediaKind, string, readonly number[]]>([
    ['image', 'a.jpg', JPEG],
    ['image', 'A.JPEG', JPEG],
    ['image', 'a.b.png', PNG],
    ['video', 'a.mp4', MP4],
    ['video', 'a.3gp', MP4],
    ['audio', 'a.m4a', MP4],
    ['audio', 'a.ogg', ascii('OggS')],
    ['audio', 'a.amr', ascii('#!AMR')],
    ['audio', 'a.aac', [0xff, 0xf1]],
    ['audio', 'a.mp3', ascii('ID3')],
    ['audio', 'a.mp3', [0xff, 0xfb]],
    ['document', 'contract.pdf', ascii('%PDF-1.7')],
    ['document', 'README', ascii('anything')],
    ['sticker', 'a.webp', STILL],
  ])('%s %s', (kind, name, start) => {
    expect(mediaNameFlaw(kind, name)).toBeNull();
    expect(mediaContentFlaw(kind, { name, bytes: file(start) })).toBeNull();
  });

  it('is as large as its kind may be', () => {
    expect(mediaContentFlaw('image', { name: 'a.png', bytes: file(PNG, mediaBytesMax('image')) })).toBeNull();
    expect(mediaContentFlaw('sticker', { name: 'a.webp', bytes: file(MOVING, 500 * 1_024) })).toBeNull();
  });
});

describe('a file that it does not take', () => {
  it.each<[MediaKind, string]>([
    ['image', 'a.gif'],
    ['image', 'a'],
    ['image', '.hidden'],
    ['video', 'a.mov'],
    ['sticker', 'a.png'],
  ])('%s %s has the wrong name', (kind, name) => {
    expect(mediaNameFlaw(kind, name)).toMatch(/^is not an? (image|video|sticker) by its name: the provider takes \w+/);
  });

  it.each<[MediaKind, string, readonly number[]]>([
    ['image', 'a.jpg', PNG],
    ['image', 'a.png', JPEG],
    ['video', 'a.mp4', JPEG],
    ['audio', 'a.mp3', [0xff, 0xf1]],
    ['audio', 'a.aac', [0xff, 0xfb]],
    ['sticker', 'a.webp', ascii('RIFFxxxxWAVE')],
  ])('%s %s begins as something else', (kind, name, start) => {
    expect(mediaContentFlaw(kind, { name, bytes: file(start) })).toMatch(/^does not begin as a file of type/);
  });

  it('is empty, or too large', () => {
    expect(mediaContentFlaw('document', { name: 'a.pdf', bytes: new Uint8Array(0) })).toBe('is empty');
    expect(mediaContentFlaw('image', { name: 'a.png', bytes: file(PNG, mediaBytesMax('image') + 1) })).toBe(
      'is larger than 5 MB, the most for an image',
    );
    expect(mediaContentFlaw('sticker', { name: 'a.webp', bytes: file(STILL, 100 * 1_024 + 1) })).toBe(
      'is larger than 100 KB, the most for a sticker that does not move',
    );
  });
});

it.each([
  ['photo.jpg', 'photo.jpg'],
  ['./a/b/photo.jpg', 'photo.jpg'],
  ['C:\\a\\photo.jpg', 'photo.jpg'],
])('the name of %s is %s', (path, name) => {
  expect(fileNameOf(path)).toBe(name);
});
