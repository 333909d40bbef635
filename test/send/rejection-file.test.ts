// Writing the list of errors while a file is read.

import { expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import type { Io } from '../../src/ports/host.ts';
import { checkErrorsPath, openRejectionFile } from '../../src/send/rejection-file.ts';
import { reject } from '../../src/send/rejections.ts';
import { errorOf } from './files.ts';

const HEADER = { original: ['to'] };
const rejection = reject({ row: 1, column: 'to', value: 'x' }, { reason: 'invalid_phone', message: 'no' });

function writer(): Pick<Io, 'writeFile'> & { readonly chunks: string[]; readonly state: { done: boolean } } {
  const chunks: string[] = [];
  const state = { done: false };
  return {
    chunks,
    state,
    writeFile: async (_path, given) => {
      for await (const chunk of given) chunks.push(chunk);
      state.done = true;
    },
  };
}

it('hands over what was added at each flush, and ends at the close', async () => {
  const io = writer();
  const file = openRejectionFile(io, 'errors.csv');
  await file.flush();
  expect(io.chunks).toEqual([]);
  file.add(rejection, { original: ['x'] }, HEADER);
  file.add(rejection, { original: ['y'] }, HEADER);
  await file.flush();
  expect(io.chunks.join('')).toBe('row,column,value,reason,to\n1,to,x,invalid_phone,x\n1,to,x,invalid_phone,y\n');
  expect(io.state.done).toBe(false);
  file.add(rejection, { original: ['z'] }, HEADER);
  await file.close();
  expect(io.chunks.join('')).toContain(',z\n');
  expect(io.state.done).toBe(true);
});

it('has its header when nothing was rejected', async () => {
  const io = writer();
  await openRejectionFile(io, 'errors.csv').close();
  expect(io.chunks).toEqual(['row,column,value,reason\n']);
});

it('tells that it cannot be written at the next flush, and again at the close', async () => {
  const io = { writeFile: async () => Promise.reject(fail('file_unwritable')) };
  const file = openRejectionFile(io, '/nowhere/errors.csv');
  file.add(rejection, { original: ['x'] }, HEADER);
  expect(await errorOf(file.flush())).toMatchObject({ code: 'file_unwritable' });
  expect(await errorOf(file.close())).toMatchObject({ code: 'file_unwritable' });
});

it('never takes the place of the file that is read', () => {
  const io = { isSameFile: (left: string, right: string) => left.replace('./', '') === right };
  expect(() => checkErrorsPath(io, './a.csv', 'a.csv')).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  expect(() => checkErrorsPath(io, 'b.csv', 'a.csv')).not.toThrow();
  expect(() => checkErrorsPath(io, '-', '-')).not.toThrow();
  expect(() => checkErrorsPath(io, null, 'a.csv')).not.toThrow();
});
