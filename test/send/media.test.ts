// Media of a command: links and ids as they are, files checked and uploaded once, and the same file known again.

import { describe, expect, it } from 'vitest';
import type { MediaKind } from '../../src/domain/free-form.ts';
import { fail } from '../../src/errors.ts';
import type { Provider } from '../../src/ports/provider.ts';
import { openMedia, uploadMedia } from '../../src/send/media.ts';
import type { Recipient } from '../../src/send/recipients.ts';

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const OTHER_PNG = Uint8Array.from([...PNG, 4]);
const FILES: Readonly<Record<string, Uint8Array>> = {
  'a/photo.png': PNG,
  'copy.png': PNG,
  'other.png': OTHER_PNG,
  'empty.png': new Uint8Array(0),
  'wrong.jpg': PNG,
  'huge.png': new Uint8Array(5 * 1_024 * 1_024 + 1),
};

const io = {
  read: async function* read(path: string): AsyncGenerator<Uint8Array> {
    const bytes = FILES[path];
    if (bytes === undefined) throw fail('file_unreadable', {});
    yield bytes.subarray(0, 8);
    yield bytes.subarray(8);
  },
};
const open = (value: string, { kind = 'image', allowsHttp = false }: { kind?: MediaKind; allowsHttp?: boolean } = {}) =>
  openMedia({ io, allowsHttp }, { kind, value });

describe('openMedia', () => {
  it.each(['https://example.com/a.png?x=1', 'HTTPS://example.com/a', '1234567890'])('takes %s as it is', async (value) => {
    expect(await open(value)).toEqual({ source: value, file: null });
  });

  it('takes plain http for a double on this machine only', async () => {
    expect(await open('http://127.0.0.1:4010/a.png', { allowsHttp: true })).toMatchObject({ file: null });
    await expect(open('http://127.0.0.1:4010/a.png')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('makes digits of a file that stand for its content', async () => {
    const [one, copy, other] = [await open('a/photo.png'), await open('copy.png'), await open('other.png')];
    expect(one.source).toMatch(/^\d{1,20}$/);
    expect(one.file).toMatchObject({ kind: 'image', name: 'photo.png' });
    expect(copy.source).toBe(one.source);
    expect(other.source).not.toBe(one.source);
  });

  it.each([
    ['nothing.png', 'file_unreadable'],
    ['photo.gif', 'media_invalid'],
    ['empty.png', 'media_invalid'],
    ['wrong.jpg', 'media_invalid'],
    ['huge.png', 'media_invalid'],
    ['https://', 'invalid_input'],
    ['https://example.com/a b.png', 'invalid_input'],
    [`https://example.com/${'x'.repeat(2_000)}`, 'invalid_input'],
  ])('refuses %s: %s', async (value, code) => {
    await expect(open(value)).rejects.toMatchObject({ code });
  });
});

describe('uploadMedia', () => {
  const recipient = (content: string): Recipient => ({
    row: 1,
    to: { contactId: '0' as never },
    key: null,
    language: null,
    content,
    checkedFor: null,
    costCenter: null,
    tags: [],
    sendAt: null,
    record: null,
  });

  it('uploads once, puts the id in, and keeps what stands for the file as the identity', async () => {
    let uploads = 0;
    const provider = { uploadMedia: async () => String(777 + uploads++) } as unknown as Provider;
    const media = await open('a/photo.png');
    const put = await uploadMedia(media, provider);
    const contents = ['Ada', 'Bob'].map((caption) => JSON.stringify({ type: 'image', source: media.source, caption }));
    expect(contents.map((content) => put(recipient(content)))).toEqual([
      { ...recipient('{"type":"image","source":"777","caption":"Ada"}'), identity: contents[0] },
      { ...recipient('{"type":"image","source":"777","caption":"Bob"}'), identity: contents[1] },
    ]);
    expect(uploads).toBe(1);
  });

  it('leaves the content as it is for a link, and where there is no provider', async () => {
    const given = recipient('{"type":"image","source":"1"}');
    const provider = { uploadMedia: () => Promise.reject(new Error('nothing to upload')) } as unknown as Provider;
    expect((await uploadMedia(await open('https://example.com/a.png'), provider))(given)).toBe(given);
    expect((await uploadMedia(await open('a/photo.png'), null))(given)).toBe(given);
  });
});
