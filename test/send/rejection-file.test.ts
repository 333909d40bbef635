// Writing the list of errors while a file is read.

import { expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import type { Io } from '../../src/ports/host.ts';
import { beginRejections, type RejectionFile, storeFiles } from '../../src/send/rejection-file.ts';
import { reject } from '../../src/send/rejections.ts';
import { errorOf } from './files.ts';

const HEADER = { original: ['to'] };
const rejection = reject({ row: 1, column: 'to', value: 'x' }, { reason: 'invalid_phone', message: 'no' });

type Writer = Pick<Io, 'writeFile' | 'isSameFile'>;

async function open(io: Writer, path = 'errors.csv'): Promise<RejectionFile> {
  const file = await beginRejections(io, { path, avoid: [] });
  if (file === null) throw new Error('a list was asked for');
  return file;
}

function writer(): Writer & { readonly chunks: string[]; readonly state: { done: boolean } } {
  const chunks: string[] = [];
  const state = { done: false };
  return {
    chunks,
    state,
    isSameFile: () => false,
    writeFile: async (_path, given) => {
      for await (const chunk of given) chunks.push(chunk);
      state.done = true;
    },
  };
}

it('hands over what was added at each flush, and ends at the close', async () => {
  const io = writer();
  const file = await open(io);
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
  await (await open(io)).close();
  expect(io.chunks).toEqual(['row,column,value,reason\n']);
});

it('tells at once that it cannot be written', async () => {
  const io = { isSameFile: () => false, writeFile: async () => Promise.reject(fail('file_unwritable')) };
  expect(await errorOf(open(io, '/nowhere/errors.csv'))).toMatchObject({ code: 'file_unwritable' });
});

it('never takes the place of the file that is read, or of one of the store', async () => {
  const io = { ...writer(), isSameFile: (left: string, right: string) => left.replace('./', '') === right };
  const avoid = ['a.csv', '-', ...storeFiles('t.db')];
  for (const path of ['./a.csv', 't.db', 't.db-wal', './t.db.key']) {
    expect(await errorOf(beginRejections(io, { path, avoid }))).toMatchObject({ code: 'invalid_input' });
  }
  for (const path of ['b.csv', '-']) await (await beginRejections(io, { path, avoid }))?.close();
  expect(await beginRejections(io, { path: null, avoid })).toBeNull();
});
