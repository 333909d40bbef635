// A gzip is told by its first bytes and unpacked as it comes, however the stream is cut; what is damaged or cut off is never taken for a shorter file.

import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpacked } from '../src/gunzip.ts';
import { errorOf, piecesOf } from './send/files.ts';

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of unpacked(source, 'people.csv.gz')) parts.push(part);
  return Buffer.concat(parts);
}

const CUTS = fc.array(fc.nat({ max: 9 }));

it('gives what was packed, in one piece or in several one behind the other, wherever the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array(), { minLength: 1, maxLength: 3 }), CUTS, async (members, cuts) => {
      const packed = Buffer.concat(members.map((member) => gzipSync(member)));
      expect(await bytesOf(piecesOf(packed, cuts))).toEqual(Buffer.concat(members));
    }),
  );
});

it('leaves alone what is not packed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), CUTS, async (bytes, cuts) => {
      fc.pre(!(bytes[0] === 0x1f && bytes[1] === 0x8b));
      expect(await bytesOf(piecesOf(bytes, cuts))).toEqual(Buffer.from(bytes));
    }),
  );
});

describe('a gzip that is not whole', () => {
  const packed = gzipSync(randomBytes(300));

  it('is refused wherever it is cut off', async () => {
    for (let length = 2; length < packed.length; length += 1) {
      expect(await errorOf(bytesOf(piecesOf(packed.subarray(0, length), [7])))).toMatchObject({
        code: 'file_invalid',
        message: 'people.csv.gz is compressed (gzip) and is cut off: its end is missing.',
      });
    }
  });

  it.each([
    ['a changed byte inside', (bytes: Buffer) => (bytes[100] = (bytes[100] ?? 0) ^ 1)],
    ['another checksum', (bytes: Buffer) => (bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1)],
  ])('is refused for %s', async (_what, damage) => {
    const bytes = Buffer.from(packed);
    damage(bytes);
    expect((await errorOf(bytesOf(piecesOf(bytes, [])))).message).toBe('people.csv.gz is compressed (gzip) and is damaged.');
  });

  it('is refused for something else behind its end', async () => {
    expect((await errorOf(bytesOf(piecesOf(Buffer.concat([packed, Buffer.from('more')]), [])))).code).toBe('file_invalid');
  });
});

it('hands on what goes wrong before it', async () => {
  const broken = new Error('no more');
  async function* source(): AsyncGenerator<Uint8Array> {
    yield gzipSync(randomBytes(100_000)).subarray(0, 50_000);
    throw broken;
  }
  await expect(bytesOf(source())).rejects.toBe(broken);
});

it.each([
  ['packed', gzipSync(randomBytes(100_000))],
  ['plain', randomBytes(100_000)],
])('ends its source when it is left: %s', async (_what, bytes) => {
  let isEnded = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield bytes;
      for (;;) yield new Uint8Array(10);
    } finally {
      isEnded = true;
    }
  }
  for await (const _ of unpacked(source(), 'x')) break;
  await expect.poll(() => isEnded).toBe(true);
});

it('unpacks a bomb piece by piece: what is not read yet is not there', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const before = process.memoryUsage().arrayBuffers;
  let [most, total] = [0, 0];
  for await (const chunk of unpacked(piecesOf(bomb, []), 'x')) {
    total += chunk.length;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(total).toBe(50_000_000);
  expect(most).toBeLessThan(30_000_000);
});
