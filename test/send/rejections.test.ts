// The list of errors: harmless in a spreadsheet, and good to be given back once it is corrected.

import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { reject, rejectionHeader, rejectionLine, rowsInvalid } from '../../src/send/rejections.ts';

const WHY = { reason: 'invalid_phone', message: 'not a number' };

it('has the row, the column, the value and the reason before the columns of the file', () => {
  expect(rejectionHeader(['to', 'first name'])).toBe('row,column,value,reason,to,first name\n');
  expect(rejectionLine(reject({ row: 7, column: 'to', value: '030 1' }, WHY), ['030 1', 'Ada; "L"'])).toBe(
    '7,to,030 1,invalid_phone,030 1,"Ada; ""L"""\n',
  );
  expect(rejectionLine(reject({ row: 7, column: null, value: undefined }, WHY), [undefined, ''])).toBe('7,,,invalid_phone,,\n');
});

it.each([
  ['=1+1', "'=1+1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['+4915112345678', '+4915112345678'],
  ['+49 151 12', "'+49 151 12"],
  ['-5', '-5'],
])('writes %j so that it starts no formula', (value, written) => {
  expect(rejectionLine(reject({ row: 1, column: 'to', value }, WHY), [value])).toBe(`1,to,${written},invalid_phone,${written}\n`);
});

test('can be read as CSV, whatever the rows hold', () => {
  const cells = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(cells, (original) => {
      const [row] = parse(rejectionLine(reject({ row: 1, column: 'to', value: original[0] }, WHY), original));
      const read = (row as string[]).slice(4);
      expect(read.map((cell, index) => (cell === `'${original[index]}` ? original[index] : cell))).toEqual(original);
    }),
  );
});

test('the error names the first rows, and how many more there are', () => {
  const first = [reject({ row: 1, column: 'to', value: '\u001b[31m' }, WHY), reject({ row: 2, column: null, value: undefined }, WHY)];
  expect(rowsInvalid({ name: 'a.csv', read: 9, invalid: 3, first })).toMatchObject({
    code: 'rows_invalid',
    message:
      "3 of 9 rows cannot be used; nothing was done.\n  row 1, to '\\u001b[31m': not a number\n  row 2: not a number\n  … and 1 more",
    details: {
      path: 'a.csv',
      read: 9,
      invalid: 3,
      rows: [
        { row: 1, column: 'to', reason: 'invalid_phone' },
        { row: 2, column: null, value: null },
      ],
    },
  });
});
