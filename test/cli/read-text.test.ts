// Reading a small file whole.

import { describe, expect, it } from 'vitest';
import { readText } from '../../src/cli/read-text.ts';

function source(...chunks: readonly Uint8Array[]) {
  return {
    read: async function* () {
      yield* chunks;
    },
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('readText', () => {
  it('joins the chunks, also where one ends inside of a character', async () => {
    const whole = bytes('Käthe 🎉');
    const io = source(...Array.from(whole, (_, index) => whole.subarray(index, index + 1)));
    await expect(readText(io, 'x', 100)).resolves.toBe('Käthe 🎉');
  });

  it('leaves out the byte order mark', async () => {
    await expect(readText(source(bytes('\ufeffa')), 'x', 100)).resolves.toBe('a');
  });

  it.each([
    ['nothing', [], 'is empty'],
    ['blanks', [bytes(' \n')], 'is empty'],
    ['bytes that are no text', [new Uint8Array([0xff, 0xfe, 0x00])], 'UTF-8'],
    ['more than it may have', [bytes('12345'), bytes('678901')], 'more than 10 bytes'],
  ])('refuses %s', async (_, chunks, reason) => {
    await expect(readText(source(...chunks), '-', 10)).rejects.toMatchObject({
      code: 'file_invalid',
      message: expect.stringContaining(reason) as string,
    });
  });
});
