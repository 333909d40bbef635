// Secrets: where they are found, and what is refused.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSecret, readSecrets } from '../src/secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollbell-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string, mode: number): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
}

it('is in the environment, or in a private file, without the line end', () => {
  expect(readSecret({ env: 'TOKEN' }, { TOKEN: 'abc' })).toBe('abc');
  expect(readSecret({ file: file('private', 'abc\n', 0o600) }, {})).toBe('abc');
});

it.each([
  ['old', ['old']],
  ['old\nnew', ['old', 'new']],
  ['old\r\nnew\r\n', ['old', 'new']],
  [' old \n\n\t new \n', ['old', 'new']],
  ['two words\nnew', ['two words', 'new']],
])('is one a line where there are several (%j)', (text, secrets) => {
  expect(readSecrets({ env: 'SECRET' }, { SECRET: text })).toEqual(secrets);
  expect(readSecrets({ file: file(`several-${secrets.length}-${text.length}`, text, 0o600) }, {})).toEqual(secrets);
});

it('is not there where all lines are empty', () => {
  expect(() => readSecrets({ env: 'SECRET' }, { SECRET: ' \n\r\n ' })).toThrow(expect.objectContaining({ code: 'secret_missing' }));
});

it.each([
  [{ env: 'TOKEN' }, 'The environment variable TOKEN is not set.'],
  [{ file: file('empty', '\n', 0o600) }, 'is empty'],
  [{ file: file('shared', 'abc', 0o640) }, 'Others may read'],
  [{ file: join(folder, 'missing') }, 'cannot be read'],
])('is missing with %j, and says why, and of no sender', (source, message) => {
  expect(() => readSecret(source, {})).toThrow(
    expect.objectContaining({
      code: 'secret_missing',
      message: expect.stringContaining(message),
      hint: expect.not.stringContaining('sender'),
    }),
  );
});
