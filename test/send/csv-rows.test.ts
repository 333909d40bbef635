// Broken CSV: one clear error, with the row, the line and what to do.

import { expect, it } from 'vitest';
import { errorOf, read } from './files.ts';

it.each([
  ['a quote that never closes', 'to,name\n+491,Ada\n+492,"Bob\n+493,Cleo\n', 'row 2 (line 3): a quote opens and never closes'],
  ['a quote inside a cell', 'to,name\n+491,A"d"a\n', 'row 1 (line 2): a quote stands inside a cell that is not quoted as a whole'],
  ['text behind a closing quote', 'to,name\n+491,"Ada" L\n', 'row 1 (line 2): a quoted cell goes on behind its closing quote'],
  ['a quote in the header', 'to,na"me"\n+491,Ada\n', 'the header (line 1): a quote stands inside a cell that is not quoted as a whole'],
  ['a row behind cells of several lines', 'to,name\n+491,"A\r\nd\r\na"\n+492,B"\n', 'row 2 (line 5): a quote stands inside'],
  ['a row behind blank lines', '\n\nto,name\n\n+491,B"\n', 'row 2 (line 5): a quote stands inside'],
])('%s', async (_what, text, words) => {
  for (const chunkBytes of [1_000, 3]) {
    const error = await errorOf(read(text, { chunkBytes }));
    expect(error).toMatchObject({ code: 'file_invalid', details: { path: 'people.csv' } });
    expect(error.message).toContain(`people.csv: ${words}`);
    expect(error.hint).toBeTruthy();
  }
});

it('tells the row in a long file, and where its quote opened', async () => {
  const rows = Array.from({ length: 9_000 }, (_, index) => `+49${index},"name ${index}"\r\n`);
  const text = `to,name\r\n${rows.join('')}+49,"open\r\n${rows.join('')}`;
  const error = await errorOf(read(text, { chunkBytes: 10_000 }));
  expect(error.message).toBe('people.csv: row 9001 (line 9002): a quoted cell goes on behind its closing quote.');
});

it('tells a quote that swallows more than 64 KB without reading on to the end', async () => {
  const rows = Array.from({ length: 9_000 }, (_, index) => `+49${index},name ${index}\n`);
  const text = `to,name\n+491,Ada\n+492,"open\n${rows.join('')}`;
  const error = await errorOf(read(text, { chunkBytes: 10_000 }));
  expect(error).toMatchObject({ code: 'file_invalid', details: { row: 2, line: 3 } });
  expect(error.message).toContain('longer than 64 KB');
  expect(error.hint).toContain('never closes');
});
