// The code cache: made by the first good run, kept while it is good, made again or left alone when it is not. A launcher that accepts
// a cache leaves the file as it is, and one that does not replaces it; that is how these tests tell.

import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { installLauncher, run } from './launcher.ts';

const isRoot = process.getuid?.() === 0;
let place: ReturnType<typeof installLauncher>;
let folder: string;
let file: string;

beforeEach(() => {
  place = installLauncher();
  folder = join(place.cacheHome, 'tollbell');
  file = join(folder, 'echo.v8');
  expectSuccess();
});

describe('the code cache', () => {
  test('is written by the first run, for its owner only, and kept by the next', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(wasReplaced(expectSuccess)).toBe(false);
    expect(readdirSync(folder)).toEqual(['echo.v8']);
  });

  test.each([0, 100, 0.3, 0.8, -1])('is not used with a changed byte (at %d)', (where) => {
    const bytes = readFileSync(file);
    const index = where < 0 ? bytes.length + where : where < 1 ? Math.floor(bytes.length * where) : where;
    bytes.writeUInt8(bytes.readUInt8(index) ^ 0x5a, index);
    writeFileSync(file, bytes);
    expect(wasReplaced(expectSuccess)).toBe(true);
  });

  test.each([0, 10, 64, 1000, 1001])('is not used when cut to %d bytes', (size) => {
    writeFileSync(file, readFileSync(file).subarray(0, size));
    expect(wasReplaced(expectSuccess)).toBe(true);
  });

  test('is not used by another version of Node', () => {
    const bytes = readFileSync(file)
      .toString('latin1')
      .replace(` ${process.version} `, ` ${process.version.replace(/\d/g, '9')} `);
    writeFileSync(file, bytes, 'latin1');
    expect(wasReplaced(expectSuccess)).toBe(true);
  });

  test('is not used for another build', () => {
    const program = join(place.folder, 'dist', 'main.cjs');
    writeFileSync(program, readFileSync(program, 'utf8').replace(/.{64}$/, 'f'.repeat(64)));
    expect(wasReplaced(expectSuccess)).toBe(true);
  });

  test('is not used when others may write it', () => {
    chmodSync(file, 0o620);
    expect(wasReplaced(expectSuccess)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.runIf(isRoot)('is not used when another user owns it', () => {
    chownSync(file, 65_534, 65_534);
    expect(wasReplaced(expectSuccess)).toBe(true);
    expect(statSync(file).uid).toBe(0);
  });

  test.skipIf(process.platform === 'win32')('does not wait for a pipe in its place', () => {
    rmSync(file);
    execFileSync('mkfifo', [file]);
    expectSuccess();
  });

  test('is not written by a run that fails', () => {
    rmSync(file);
    expect(run(place, ['echo', '--code', '2']).status).toBe(2);
    expect(existsSync(file)).toBe(false);
  });

  test('goes to one shared file when the first argument is no plain word', () => {
    expect(run(place, ['../x', 'y']).status).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual(['echo.v8', 'other.v8']);
  });

  test('is done without where its folder cannot be made', () => {
    rmSync(place.cacheHome, { recursive: true });
    writeFileSync(place.cacheHome, 'a file where the folder should be');
    expectSuccess();
  });

  test('goes to ~/.cache where XDG_CACHE_HOME is relative', () => {
    expect(run({ ...place, cacheHome: 'cache' }, ['echo']).status).toBe(0);
    expect(existsSync(join(place.folder, '.cache', 'tollbell', 'echo.v8'))).toBe(true);
  });
});

function expectSuccess(): void {
  expect(run(place, ['echo'])).toMatchObject({ status: 0, stdout: '["echo"]\n', stderr: '' });
}

function wasReplaced(action: () => void): boolean {
  const before = statSync(file).ino;
  action();
  return statSync(file).ino !== before;
}
