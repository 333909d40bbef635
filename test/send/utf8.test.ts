// UTF-16 made UTF-8, wherever the stream happens to be cut.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toUtf8 } from '../../src/send/utf8.ts';
import { cellsOf, errorOf, piecesOf, sourceOf } from './files.ts';

/** The text with its byte order mark. */
function utf16(text: string, order: 'little' | 'big'): Uint8Array {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return order === 'little' ? bytes : bytes.swap16();
}

async function textOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of toUtf8(source, 'people.csv')) parts.push(part);
  return Buffer.concat(parts).toString();
}

const ORDER = fc.constantFrom('little' as const, 'big' as const);

describe('UTF-16 with its byte order mark', () => {
  it('is the text that it is, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), ORDER, fc.array(fc.nat({ max: 9 })), async (text, order, cuts) => {
        expect(await textOf(piecesOf(utf16(text, order), cuts))).toBe(`\ufeff${text}`);
      }),
    );
  });

  it.each(['little', 'big'] as const)('is read as the rows of a file that a spreadsheet saved, %s end first', async (order) => {
    const bytes = utf16('to\tname\r\n+4915112345678\t"Zoë 😀"\r\n', order);
    for (const chunkBytes of [1, 2, 3, 7, 1_000]) expect(await cellsOf(bytes, { chunkBytes })).toEqual([['+4915112345678', 'Zoë 😀']]);
  });

  it.each([
    ['a half of a surrogate pair', [0x61, 0x00, 0x0a, 0x00, 0x00, 0xd8, 0x61, 0x00]],
    ['a surrogate pair that is cut off', [0x61, 0x00, 0x0a, 0x00, 0x3d, 0xd8]],
    ['half a character', [0x61, 0x00, 0x0a, 0x00, 0x61]],
  ])('ends at %s with the line', async (_what, bytes) => {
    const error = await errorOf(textOf(sourceOf(new Uint8Array([0xff, 0xfe, ...bytes]), 3)()));
    expect(error).toMatchObject({ code: 'file_invalid', details: { line: 2 } });
    expect(error.message).toBe('people.csv is not text: line 2 is not UTF-16, as the file begins.');
  });
});

it('leaves other bytes as they are, and empty files empty', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), fc.array(fc.nat({ max: 5 })), async (bytes, cuts) => {
      fc.pre(!(bytes[0] === 0xff && bytes[1] === 0xfe) && !(bytes[0] === 0xfe && bytes[1] === 0xff));
      const parts: Uint8Array[] = [];
      for await (const part of toUtf8(piecesOf(bytes, cuts), 'people.csv')) parts.push(part);
      expect(Buffer.concat(parts)).toEqual(Buffer.from(bytes));
    }),
  );
});

it('looks at the first bytes of all only', async () => {
  const bytes = Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x61, 0x62, 0xfe, 0xff]);
  const parts: Uint8Array[] = [];
  for await (const part of toUtf8(piecesOf(bytes, [2, 2, 2]), 'people.csv')) parts.push(part);
  expect(Buffer.concat(parts)).toEqual(bytes);
});
