// What is no text, and lines without an end: told with the place, in bounded memory.

import { expect, it } from 'vitest';
import { LINE_BYTES_MAX, readLineBlocks } from '../../src/send/line-blocks.ts';
import { errorOf, sourceOf } from './files.ts';

async function blocksOf(content: string | Uint8Array, chunkBytes?: number): Promise<{ text: string; offset: number; line: number }[]> {
  const blocks = [];
  for await (const { text, offset, line } of readLineBlocks(sourceOf(content, chunkBytes)(), 'file')) blocks.push({ text, offset, line });
  return blocks;
}

it('cuts where lines end, and numbers lines and bytes', async () => {
  expect(await blocksOf('é\nb\nc', 3)).toEqual([
    { text: 'é\n', offset: 0, line: 1 },
    { text: 'b\n', offset: 3, line: 2 },
    { text: 'c', offset: 5, line: 3 },
  ]);
});

it('leaves the byte order mark out and counts its bytes', async () => {
  expect(await blocksOf('\ufeffa\n')).toEqual([{ text: 'a\n', offset: 3, line: 1 }]);
});

it('gives nothing of an empty file', async () => {
  expect(await blocksOf('')).toEqual([]);
});

it('does not count a CRLF that a chunk cuts in two as two lines', async () => {
  const blocks = await blocksOf('a\r\nb\r\nc\r\n', 2);
  expect(blocks.map(({ text }) => text).join('')).toBe('a\r\nb\r\nc\r\n');
  expect(blocks.at(-1)?.line).toBe(3);
});

it('gives short blocks of a long file, a longer one for a longer line, and loses nothing', async () => {
  const long = `${'x'.repeat(40_000)}\r\n`;
  const content = 'short\n'.repeat(10_000) + long + 'short\n'.repeat(10_000);
  const blocks = await blocksOf(content, 64 * 1024);
  expect(blocks.map(({ text }) => text).join('')).toBe(content);
  expect(blocks.map(({ text }) => text).filter((text) => text.length > 16 * 1024)).toEqual([long]);
  expect(blocks.every(({ text, offset }) => text.endsWith('\n') && content.startsWith(text, offset))).toBe(true);
  expect(blocks.at(-1)).toMatchObject({ line: content.slice(0, blocks.at(-1)?.offset).split('\n').length });
});

it.each(['a\rb\rc', 'a\r'.repeat(40_000)])('cuts a file whose lines end with CR alone', async (content) => {
  const blocks = await blocksOf(content, 64 * 1024);
  expect(blocks.map(({ text }) => text).join('')).toBe(content);
  expect(blocks.length).toBeGreaterThan(content.length / (16 * 1024));
});

it('takes a line of almost 64 KB and refuses a longer one with its number', async () => {
  expect(await blocksOf(`a\n${'x'.repeat(LINE_BYTES_MAX - 1)}\n`, 1_000)).toHaveLength(2);
  const error = await errorOf(blocksOf(`a\n${'x'.repeat(1_000_000)}\nb\n`, 10_000));
  expect(error).toMatchObject({ code: 'file_invalid', message: 'file: line 2 is longer than 64 KB.', details: { line: 2 } });
});

it('stops reading at an endless line', async () => {
  let chunks = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      chunks += 1;
      yield new Uint8Array(10_000).fill(120);
    }
  }
  const all = async (): Promise<void> => {
    for await (const _ of readLineBlocks(endless(), 'file')) throw new Error('a block without an end');
  };
  expect((await errorOf(all())).code).toBe('file_invalid');
  expect(chunks).toBeLessThan(10);
});

it.each([
  ['Latin-1', new Uint8Array([...new TextEncoder().encode('to,name\n+491,M'), 0xfc, 0x6c, 0x0a]), 'byte 14 (line 2) is not UTF-8'],
  ['a character that is cut off', new Uint8Array([0x61, 0x0a, 0xe2, 0x82]), 'byte 3 (line 2) is not UTF-8'],
  ['zero bytes', new TextEncoder().encode('to\n\0\0\n'), 'byte 3 (line 2) is a zero byte'],
])('refuses %s with the byte and the line', async (_what, bytes, words) => {
  const error = await errorOf(blocksOf(bytes));
  expect(error).toMatchObject({ code: 'file_invalid' });
  expect(error.message).toBe(`file is not text: ${words}${words.endsWith('zero byte') ? ', as binary files have it' : ''}.`);
});

it.each([
  ['UTF-16LE', 'to,name\r\n+4915112345678,Zoë\r\n', 'little'],
  ['UTF-16LE', 'to\n', 'little'],
  ['UTF-16LE', 'größe', 'little'],
  ['UTF-16BE', 'to,name\r\n+4915112345678,Имя\r\n', 'big'],
  ['UTF-16BE', 'größe', 'big'],
])('tells %s without its mark from binary files: %j, %s end first', async (encoding, text, order) => {
  const bytes = Buffer.from(text, 'utf16le');
  expect(await errorOf(blocksOf(order === 'little' ? bytes : bytes.swap16()))).toMatchObject({
    code: 'file_invalid',
    message: 'file looks like UTF-16 without its byte order mark: in line 1 every second byte is zero.',
    hint: `Save it as CSV in UTF-8, or convert it: iconv -f ${encoding} -t UTF-8.`,
    details: { path: 'file', line: 1 },
  });
});

it.each([
  ['a workbook or a zip archive', [0x50, 0x4b, 0x03, 0x04, 0x14]],
  ['compressed (gzip)', [0x1f, 0x8b, 0x08, 0x00]],
])('names what it is instead: %s', async (what, bytes) => {
  const error = await errorOf(blocksOf(new Uint8Array(bytes)));
  expect(error).toMatchObject({ code: 'file_invalid', message: `file is ${what}, not UTF-8 text.` });
  expect(error.hint).toBeTruthy();
});
