// Rows that cannot be used: the first thing that is wrong, where it stands, and never more of it than needed.

import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { parameterProblems } from '../../src/domain/template-parameters.ts';
import { contentText } from '../../src/send/direct.ts';
import { parsePhone } from '../../src/values/phone.ts';
import { check, named, ORDER } from './order-template.ts';

const TO = '+4915112345678';

it.each([
  ['an international number', TO, { phone: TO }],
  ['separators', '+49 (151) 123-456.78', { phone: TO }],
  ['the apostrophe with which spreadsheets keep text', `'${TO}`, { phone: TO }],
  ['the id of a contact', '01j9z3abcdefghjkmnpq', { contactId: '01j9z3abcdefghjkmnpq' }],
])('takes %s as a recipient', async (_what, to, addressee) => {
  expect((await check(`to,name,order\n${to},Ada,A-17\n`)).recipients).toMatchObject([{ to: addressee }]);
});

it.each([
  ['', 'missing'],
  ['Ada', 'invalid_phone'],
  ['4915112345678', 'invalid_phone'],
  ['+999123456789', 'invalid_phone'],
  ['4.91511E+12', 'invalid_phone'],
  ['01j9z3abcdefghjkmnpi', 'invalid_phone'],
  ['01J9Z3ABCDEFGHJKMNPQ', 'invalid_phone'],
])('refuses the recipient %j', async (to, reason) => {
  const { recipients, rejections } = await check(`to,name,order\n${to},Ada,A-17\n`);
  expect(recipients).toEqual([]);
  expect(rejections).toEqual([{ row: 1, column: 'to', value: to, reason, message: expect.any(String) as string }]);
});

it.each([
  ['key', '', 'empty_key'],
  ['key', '  ', 'empty_key'],
  ['key', 'k'.repeat(257), 'too_long'],
  ['cost_center', 'c'.repeat(65), 'too_long'],
  ['tag', 't'.repeat(65), 'too_long'],
  ['tag', `"${Array.from({ length: 11 }, (_, index) => index).join(',')}"`, 'too_long'],
  ['language', 'klingon', 'unknown_language'],
])('refuses the %s %j', async (column, value, reason) => {
  const { rejections } = await check(`to,name,order,${column}\n${TO},Ada,A-17,${value}\n`);
  expect(rejections).toMatchObject([{ row: 1, column, reason }]);
});

it.each([
  ['Ada', '', 'order', 'empty'],
  ['"a\nb"', 'A-17', 'name', 'not_allowed'],
  ['Ada', 'x'.repeat(40_000), 'order', 'too_long'],
])('refuses the parameters %j and %j', async (name, order, column, reason) => {
  expect((await check(`to,name,order\n${TO},${name},${order}\n`)).rejections).toMatchObject([{ row: 1, column, reason }]);
});

it('refuses a row with a fault, and goes on', async () => {
  const { recipients, rejections } = await check(`to,name,order\n${TO},Ada\n${TO},Bob,A-2\n`);
  expect(rejections).toEqual([
    { row: 1, column: null, value: null, reason: 'ragged_row', message: 'the row has 2 cells and the header 3' },
  ]);
  expect(recipients).toMatchObject([{ row: 2 }]);
});

it('tells one thing for each row, and shows little of a long value', async () => {
  const { rejections } = await check(`to,name,order,key\n${'9'.repeat(5_000)},,,\n`);
  expect(rejections).toHaveLength(1);
  expect(rejections[0]?.value).toHaveLength(60);
});

test('gives every row exactly one place, whatever stands in it', async () => {
  const cell = fc
    .oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('', TO, 'Ada', '=1'))
    .filter((text) => text.isWellFormed() && !text.includes('\0'));
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 }), async (rows) => {
      const text = `to,name,order\n${rows.map((row) => `${row.map(quoted).join(',')}\n`).join('')}`;
      const { recipients, rejections, read } = await check(text);
      const filled = rows.filter((row) => row.some((value) => value !== ''));
      expect(recipients.length + rejections.length).toBe(read);
      expect(read).toBe(filled.length);
      for (const { row, to, content } of recipients) {
        const [, name = '', order = ''] = rows[row - 1] ?? [];
        expect('phone' in to && parsePhone(to.phone)).toBe('phone' in to && to.phone);
        expect(JSON.parse(content)).toEqual({ name, order });
        expect(content).toBe(contentText(ORDER.parameters, { name, order })); // the same person from the command line is a duplicate
        expect(parameterProblems(ORDER, { name, order })).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});

test('equal values make equal texts, in whatever order the columns stand', async () => {
  const template = named('It is {{c}} and {{a}} and {{b}} then.');
  const one = await check(`to,a,b,c\n${TO},1,2,3\n`, { templates: [template] });
  const other = await check(`c,to,b,a\n3,${TO},2,1\n`, { templates: [template] });
  expect(one.recipients[0]?.content).toBe('{"c":"3","a":"1","b":"2"}');
  expect(other.recipients[0]?.content).toBe(one.recipients[0]?.content);
});
