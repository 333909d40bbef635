// CSV as people write it: every delimiter, line end and quoting; row numbers as a spreadsheet has them.

import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { cellsOf, read } from './files.ts';

describe('reads', () => {
  it.each([
    ['commas', 'to,name\n+491,Ada\n'],
    ['semicolons', 'to;name\n+491;Ada\n'],
    ['tabs', 'to\tname\n+491\tAda\n'],
    ['CRLF', 'to,name\r\n+491,Ada\r\n'],
    ['CR alone', 'to,name\r+491,Ada\r'],
    ['a CRLF header above LF rows', 'to,name\r\n+491,Ada\n'],
    ['no last line end', 'to,name\n+491,Ada'],
    ['a byte order mark', '\ufeffto,name\n+491,Ada\n'],
    ['quotes', '"to","name"\n"+491","Ada"\n'],
    ['spaces around the names of columns', ' to , name \n+491,Ada\n'],
    ['blank lines before the header', '\n \r\n\nto,name\n+491,Ada\n'],
  ])('%s', async (_what, text) => {
    const { header, records } = await read(text);
    expect(header).toEqual({ columns: ['to', 'name'], isWhole: true, original: ['to', 'name'] });
    expect(records).toEqual([{ row: 1, cells: ['+491', 'Ada'], fault: null, original: ['+491', 'Ada'] }]);
  });

  it('a delimiter that occurs more often than others in the header, outside of quotes', async () => {
    expect(await cellsOf('"a,b,c,d";e;f\n1,2;3;4\n')).toEqual([['1,2', '3', '4']]);
  });

  it('one column, which has no delimiter', async () => {
    expect(await cellsOf('to\n+491\n+492\n')).toEqual([['+491'], ['+492']]);
  });

  it('quotes, delimiters and line ends inside of quotes', async () => {
    expect(await cellsOf('to,text\n+491,"say ""hi"", then\r\ngo"\n')).toEqual([['+491', 'say "hi", then\r\ngo']]);
  });

  it('characters of four bytes that a chunk cuts in two', async () => {
    expect(await cellsOf('to,name\n+491,Zoë 🦊 ｱﾀﾞ\n', { chunkBytes: 1 })).toEqual([['+491', 'Zoë 🦊 ｱﾀﾞ']]);
  });

  it('a header alone, so that its columns can be judged', async () => {
    expect(await read('to,name\n')).toMatchObject({ header: { columns: ['to', 'name'] }, records: [], batches: 1 });
  });

  it('many blocks, with rows numbered on', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `+49${index},name ${index}`);
    const { records, batches } = await read(`to,name\n${rows.join('\n')}\n`, { chunkBytes: 100_000 });
    expect(batches).toBeGreaterThan(4);
    expect(records.map(({ row }) => row)).toEqual(rows.map((_, index) => index + 1));
    expect(records[19_999]?.cells).toEqual(['+4919999', 'name 19999']);
  });
});

describe('rows', () => {
  it('are numbered as a spreadsheet numbers them: blank ones count and are passed over', async () => {
    const { records } = await read('to,name\n+491,A\n\n,\n+492,B\n');
    expect(records.map(({ row }) => row)).toEqual([1, 4]);
  });

  it.each([
    ['+491\n', 1],
    ['+491,Ada,more\n', 3],
  ])('with %j under two columns have a fault', async (row, count) => {
    const { records } = await read(`to,name\n${row}+492,Bob\n`);
    const message = `the row has ${count} cells and the header 2`;
    expect(records[0]).toMatchObject({ row: 1, fault: { reason: 'ragged_row', column: null, message } });
    expect(records[1]).toMatchObject({ row: 2, fault: null });
  });

  it('of a list of errors that was corrected are read without its own columns', async () => {
    const { header, records } = await read('row,column,value,reason,to,name\n7,to,x,invalid_phone,+491,Ada\n');
    expect(header).toMatchObject({ columns: ['to', 'name'], original: ['to', 'name'] });
    expect(records).toMatchObject([{ row: 1, cells: ['+491', 'Ada'], original: ['+491', 'Ada'] }]);
  });
});

test('renames columns, and keeps their own names for the list of errors', async () => {
  const { header } = await read('Handy;Vorname\n+491;Ada\n', { rename: { Handy: 'to', Vorname: 'name' } });
  expect(header).toEqual({ columns: ['to', 'name'], isWhole: true, original: ['Handy', 'Vorname'] });
});

const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '"', '""', ',', ';', '\n', '\r\n', '\t', ' ', "'", '=1+1', '\u2028'),
);
const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

test('gives back what any writer of CSV wrote, however the bytes arrive', async () => {
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(cell.filter(isText), { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));
  const writing = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
    chunkBytes: fc.integer({ min: 1, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(table, writing, async (rows, { delimiter, lineEnd, bom, chunkBytes }) => {
      const header = (rows[0] ?? []).map((_, index) => `column ${index}`);
      const text = stringify([header, ...rows], { delimiter, record_delimiter: lineEnd, quoted: true, bom });
      const filled = rows.filter((row) => row.some((value) => value !== ''));
      expect(await cellsOf(text, { chunkBytes, format: 'csv' })).toEqual(filled);
    }),
    { numRuns: 300 },
  );
});
