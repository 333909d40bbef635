// Sheets of rows: a workbook gives the rows that its CSV would, and what is no sheet, or too much of one, is refused before it costs anything.

import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { sheetRows } from '../../src/send/sheet-rows.ts';
import { decimalOf } from '../../src/send/worksheet.ts';
import { archive, workbook } from './workbooks.ts';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

async function* chunksOf(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

function read(bytes: Uint8Array, size?: number) {
  return sheetRows(chunksOf(bytes, size), 'sheet.csv');
}

async function failure(bytes: Uint8Array): Promise<AppError> {
  const error = await read(bytes).catch((caught: unknown) => caught);
  if (error instanceof AppError) return error;
  throw new Error('no AppError was thrown');
}

function sheetXml(rows: string): Uint8Array {
  return archive({ 'xl/worksheets/sheet1.xml': `<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>` });
}

describe('a sheet', () => {
  const rows = [['Rates, "USD"'], [''], ['Market', '', 'Rate\nlist'], ['Côte & <d>', 'USD', '0.0068']];

  it('is the same as CSV and as a workbook, blank rows included', async () => {
    const csv = new TextEncoder().encode('"Rates, ""USD"""\n\nMarket,,"Rate\nlist"\nCôte & <d>,USD,0.0068\n\n\n');
    expect(await read(csv, 7)).toEqual(rows);
    const asWorkbook = workbook(rows.map((cells) => cells.map((cell) => (cell === '0.0068' ? { figure: '6.7999999999999996E-3' } : cell))));
    expect((await read(asWorkbook)).map((cells) => (cells.length === 0 ? [''] : cells))).toEqual(rows);
  });

  it('has its cells where they are named, in runs of text, with prefixes, and without the readings above them', async () => {
    const bytes = archive({
      'xl/worksheets/sheet1.xml':
        `<x:worksheet xmlns:x="${MAIN}"><x:sheetData><x:row r="2"><x:c r="C2" t="s"><x:v>0</x:v></x:c><x:c t="inlineStr"><x:is><x:t>in</x:t></x:is></x:c>` +
        '<x:c r="AA2"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row><x:row><x:c t="b"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>',
      'xl/sharedStrings.xml': `<sst xmlns="${MAIN}"><si><r><t>two </t></r><r><t>runs</t></r><rPh><t>yomi</t></rPh></si></sst>`,
    });
    const [first, second, third] = await read(bytes);
    expect(first).toEqual([]);
    expect(second?.slice(0, 5)).toEqual(['', '', 'two runs', 'in', '']);
    expect(second?.[26]).toBe('2');
    expect(third).toEqual(['1']);
  });
});

describe('a figure', () => {
  it.each([
    ['6.7999999999999996E-3', '0.0068'],
    ['8.0E-4', '0.0008'],
    ['0.0625', '0.0625'],
    ['25000001', '25000001'],
    ['1.2E+21', '1200000000000000000000'],
    ['-1.5E-7', '-0.00000015'],
    ['0', '0'],
    ['#N/A', '#N/A'],
  ])('%s is %s', (content, text) => {
    expect(decimalOf(content)).toBe(text);
  });
});

describe('what is no sheet', () => {
  const whole = workbook([['a']]);

  it.each([
    ['an archive of something else', zipSync({ 'a.txt': new Uint8Array([1]) })],
    ['an archive that is cut off', whole.subarray(0, whole.length / 2)],
    ['a sheet that is no XML', sheetXml('<row>')],
    ['a text that is not there', sheetXml('<row><c t="s"><v>0</v></c></row>')],
    ['a row that is too far away', sheetXml('<row r="1048576"><c><v>0</v></c></row>')],
    ['a column that is too far away', sheetXml('<row><c r="XFD1"><v>0</v></c></row>')],
    ['a value without a row', sheetXml('<c r="A1"><v>0</v></c>')],
    ['no sheet at all', archive({ 'xl/workbook.xml': '<workbook/>' })],
    ['a link that leads nowhere', archive({ 'xl/_rels/workbook.xml.rels': '<Relationships/>' })],
    ['a part that unpacks to too much', sheetXml(' '.repeat(33 * 1024 * 1024))],
  ])('is refused: %s', async (_, bytes) => {
    expect(await failure(bytes)).toMatchObject({ code: 'file_invalid', exit: 2, details: { path: 'sheet.csv' } });
  });

  it('is refused when it is too long, without being read to its end', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield whole;
      for (;;) yield new Uint8Array(64 * 1024);
    }
    await expect(sheetRows(endless(), 'sheet.xlsx')).rejects.toMatchObject({ code: 'file_invalid' });
    async function* endlessRows(): AsyncGenerator<Uint8Array> {
      for (;;) yield new TextEncoder().encode('a,b\n'.repeat(5_000));
    }
    await expect(sheetRows(endlessRows(), 'sheet.csv')).rejects.toMatchObject({ code: 'file_invalid' });
  });

  it('says nothing of an empty file', async () => {
    expect(await read(new Uint8Array())).toEqual([]);
  });
});
