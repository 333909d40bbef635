// Which format a file has, and headers that cannot be used.

import { describe, expect, it, test } from 'vitest';
import { readRecords } from '../../src/send/records.ts';
import { errorOf, read } from './files.ts';

const OBJECT = '{"to":"+491"}\n';
const TABLE = 'to\n+491\n';

describe('tells the format', () => {
  it.each([
    ['a.csv', TABLE, true],
    ['a.TSV', 'to\tname\n+491\tAda\n', true],
    ['a.csv.gz', TABLE, true],
    ['a.ndjson', OBJECT, false],
    ['a.jsonl', OBJECT, false],
    ['-', TABLE, true],
    ['-', OBJECT, false],
    ['a.txt', ` \n ${OBJECT}`, false],
  ])('of %s with %j', async (name, text, isWhole) => {
    const { header, records } = await read(text, { name });
    expect(header?.isWhole).toBe(isWhole);
    expect(records).toMatchObject([{ cells: isWhole && name === 'a.TSV' ? ['+491', 'Ada'] : ['+491'] }]);
  });

  it('by what is said, before the name', async () => {
    expect((await read(OBJECT, { name: 'a.csv', format: 'ndjson' })).records).toMatchObject([{ cells: ['+491'] }]);
  });

  it('and says what to do with a JSON array', async () => {
    const error = await errorOf(read('[{"to":"+491"}]', { name: 'a.json' }));
    expect(error).toMatchObject({ code: 'file_invalid', message: 'a.json is a JSON array.' });
    expect(error.hint).toContain('one object a line');
  });
});

test.each(['', '\ufeff', '\n\n  \r\n'])('refuses an empty file: %j', async (text) => {
  expect(await errorOf(read(text))).toMatchObject({ code: 'file_invalid', message: 'people.csv is empty.' });
  expect(await errorOf(read(text, { name: '-' }))).toMatchObject({ message: 'Standard input is empty.' });
});

describe('refuses a header', () => {
  it('with a column twice', async () => {
    const error = await errorOf(read('to, to\n+491,+492\n'));
    expect(error).toMatchObject({ code: 'file_invalid', message: "people.csv has the column 'to' twice." });
  });

  it('in which a renamed column meets another', async () => {
    const error = await errorOf(read('to,phone\n+491,+492\n', { rename: { phone: 'to' } }));
    expect(error).toMatchObject({ code: 'file_invalid', hint: "'phone' is renamed to it; leave out one of them." });
  });

  it('that lacks a column which is to be renamed', async () => {
    const error = await errorOf(read('to,name\n', { rename: { phone: 'to' } }));
    expect(error).toMatchObject({
      code: 'invalid_input',
      message: "people.csv has no column 'phone' to rename.",
      details: { option: 'map' },
    });
    expect(error.hint).toContain('to, name');
  });

  it('with more columns than anything has', async () => {
    const names = Array.from({ length: 1_001 }, (_, index) => `c${index}`).join(',');
    expect(await errorOf(read(`${names}\n`))).toMatchObject({ code: 'file_invalid', message: 'people.csv has more than 1000 columns.' });
  });

  it('but takes columns without a name, for whoever passes over them', async () => {
    expect((await read('to,,\n+491,,\n')).header?.columns).toEqual(['to', '', '']);
  });
});

test.each([
  ['after its first rows', 'a.csv', TABLE],
  ['before its first row', 'a.json', '[{}]'],
])('ends its source when it is left %s', async (_when, name, text) => {
  let isEnded = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield new TextEncoder().encode(text);
      yield new TextEncoder().encode(text);
    } finally {
      isEnded = true;
    }
  }
  const leave = async (): Promise<void> => {
    for await (const _ of readRecords(source, { name, format: null, rename: {} })) break;
  };
  await leave().catch(() => undefined);
  expect(isEnded).toBe(true);
});
