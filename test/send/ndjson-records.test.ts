// NDJSON: one object a line, values as they are written, faults line by line.

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { cellsOf, errorOf, read } from './files.ts';

const name = 'people.ndjson';

describe('values', () => {
  it.each([
    ['"Ada"', 'Ada'],
    ['1.10', '1.10'],
    ['12345678901234567890', '12345678901234567890'],
    ['-0.5e3', '-0.5e3'],
    ['true', 'true'],
    ['false', 'false'],
    ['""', ''],
    ['null', undefined],
    ['"a 1.0 \\" 2.0"', 'a 1.0 " 2.0'],
  ])('%s stays as it is written', async (json, text) => {
    expect(await cellsOf(`{"other":7.00,"value":${json}}\n`, { name })).toEqual([['7.00', text].slice(0, text === undefined ? 1 : 2)]);
  });

  it('without a number are read once', async () => {
    expect(await cellsOf('{"to":"+491","name":"Zo\\u00eb"}\n', { name })).toEqual([['+491', 'Zoë']]);
  });
});

describe('columns', () => {
  it('may be missing in a line, and new ones may come', async () => {
    const { header, records } = await read('{"to":"+491"}\n{"to":"+492","name":"B"}\n{"name":"C","to":"+493"}\n', { name });
    expect(header).toEqual({ columns: ['to', 'name'], isWhole: false, original: ['line'] });
    expect(records.map(({ cells }) => cells)).toEqual([['+491'], ['+492', 'B'], ['+493', 'C']]);
  });

  it('are renamed', async () => {
    expect((await read('{"phone":"+491"}\n', { name, rename: { phone: 'to' } })).header?.columns).toEqual(['to']);
  });

  it('must not meet under one name', async () => {
    const error = await errorOf(read('{"phone":"+491"}\n{"to":"+492"}\n', { name, rename: { phone: 'to' } }));
    expect(error).toMatchObject({ code: 'file_invalid', message: "people.ndjson has the column 'to' twice." });
  });

  it('are bounded', async () => {
    const lines = Array.from({ length: 1_001 }, (_, index) => `{"c${index}":"x"}`).join('\n');
    expect(await errorOf(read(lines, { name }))).toMatchObject({ code: 'file_invalid' });
  });
});

describe('lines', () => {
  it('are the numbers of the rows; blank ones are passed over', async () => {
    const { records } = await read('{"to":"+491"}\r\n\r\n  {"to":"+492"}  \r\n', { name, chunkBytes: 5 });
    expect(records.map(({ row, cells, original }) => [row, cells[0], original[0]])).toEqual([
      [1, '+491', '{"to":"+491"}'],
      [3, '+492', '{"to":"+492"}'],
    ]);
  });

  it.each([
    ['{"to":', 'not_json', null],
    ['to,name', 'not_json', null],
    ["{'to':1}", 'not_json', null],
    ['{"to":01}', 'not_json', null],
    ['[1]', 'not_an_object', null],
    ['"text"', 'not_an_object', null],
    ['null', 'not_an_object', null],
    ['{"to":"+491","order":{"id":1}}', 'nested_value', 'order'],
    ['{"to":"+491","tags":["a"]}', 'nested_value', 'tags'],
  ])('%s is a fault of its row alone', async (line, reason, column) => {
    const { records } = await read(`${line}\n{"to":"+492"}\n`, { name });
    expect(records).toMatchObject([
      { row: 1, fault: { reason, column }, original: [line] },
      { row: 2, fault: null, cells: ['+492'] },
    ]);
  });
});

test('gives back what any writer of JSON wrote', async () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
  );
  const rows = fc.array(fc.record({ to: value, name: value, 'header.1': value }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 50 }), async (objects, chunkBytes) => {
      const text = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
      const expected = objects.map((object) =>
        [object.to, object.name, object['header.1']].map((member) => (typeof member === 'string' ? member : JSON.stringify(member))),
      );
      expect(await cellsOf(text, { name, chunkBytes })).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});
