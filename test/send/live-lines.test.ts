// Lines of a pipe: wherever it is cut, the same rows; a line that cannot be read is one row, and the next one is as good as if it had not been there.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINE_BYTES_MAX } from '../../src/send/line-blocks.ts';
import { liveLines } from '../../src/send/live-lines.ts';
import { piecesOf } from './files.ts';

type Row = { readonly row: number; readonly what: string | Readonly<Record<string, string | undefined>> };

/** Each row as its fault, or its cells by column. */
async function rowsOf(source: AsyncIterable<Uint8Array>, rename: Readonly<Record<string, string>> = {}): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const { header, records } of liveLines(source, { title: 'the pipe', rename })) {
    for (const { row, cells, fault } of records) {
      const members = () => Object.fromEntries(header.columns.map((column, index) => [column, cells[index]]));
      rows.push({ row, what: fault?.reason ?? members() });
    }
  }
  return rows;
}

const bytesOf = (...lines: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from('\n')])));

const LINES = fc.array(
  fc.oneof(
    fc.dictionary(fc.constantFrom('to', 'name', 'key', 'ä'), fc.string({ unit: 'grapheme' })).map((value) => JSON.stringify(value)),
    fc.constantFrom('', '[]', '{', '{"a":{}}', Buffer.from([0xff, 0xfe, 0x80])),
  ),
);

describe('the rows of a pipe', () => {
  it('are the same wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(LINES, fc.array(fc.nat({ max: 9 })), async (lines, cuts) => {
        const bytes = bytesOf('{"to":"1"}', ...lines);
        expect(await rowsOf(piecesOf(bytes, cuts))).toEqual(await rowsOf(piecesOf(bytes, [])));
      }),
    );
  });

  it('are each what they would be alone', async () => {
    await fc.assert(
      fc.asyncProperty(LINES, async (lines) => {
        const alone = await Promise.all(lines.map((line) => rowsOf(piecesOf(bytesOf('', line), []))));
        const together = await rowsOf(piecesOf(bytesOf('', ...lines), []));
        expect(together.map(({ what }) => what)).toEqual(alone.flat().map(({ what }) => what));
      }),
    );
  });

  it('come as soon as their line ends, the last one also without an end', async () => {
    async function* pipe(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"to":"1"}\n{"to"');
      yield Buffer.from(':"2"}');
    }
    const batches = liveLines(pipe(), { title: 'the pipe', rename: {} });
    expect(((await batches.next()).value as { records: unknown[] }).records).toHaveLength(1);
    expect(((await batches.next()).value as { records: unknown[] }).records).toMatchObject([{ row: 2, cells: ['2'] }]);
    expect((await batches.next()).done).toBe(true);
  });

  it('count blank lines, and lines that are too long, of which no more than the bound is kept', async () => {
    const long = Buffer.alloc(10 * LINE_BYTES_MAX, 'x');
    const cuts = Array.from({ length: 100 }, () => 10_000);
    expect(await rowsOf(piecesOf(bytesOf('', long, '{"to":"1"}'), cuts))).toEqual([
      { row: 2, what: 'too_long' },
      { row: 3, what: { to: '1' } },
    ]);
    expect(await rowsOf(piecesOf(bytesOf(long).subarray(0, -1), cuts))).toEqual([{ row: 1, what: 'too_long' }]);
  });

  it('have their columns renamed; two of one name are a fault of that row alone', async () => {
    const bytes = bytesOf('{"phone":"1"}', '{"phone":"1","to":"2"}', '{"phone":"3"}');
    expect(await rowsOf(piecesOf(bytes, []), { phone: 'to' })).toEqual([
      { row: 1, what: { to: '1' } },
      { row: 2, what: 'unusable_columns' },
      { row: 3, what: { to: '3' } },
    ]);
  });
});
