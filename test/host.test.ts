// The machine behind the host port: files that are replaced, and what comes in only once and is read twice.

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIo } from '../src/host.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-host-'));
  vi.stubEnv('TMPDIR', directory);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

const out = { write: () => undefined, isTerminal: false, columns: 80 };

function ioWith(...chunks: readonly string[]) {
  async function* input(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
  }
  return createIo({ out, err: out, input, canAsk: () => false });
}

async function textOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('a file that is written', () => {
  it('appears whole and private, and nothing else is left', async () => {
    const path = join(directory, 'errors.csv');
    writeFileSync(path, 'old', { mode: 0o644 });
    await ioWith().writeFile(path, ['a\n', 'b\n']);
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['a\nb\n', 0o600]);
    expect(readdirSync(directory)).toEqual(['errors.csv']);
  });

  it('goes through no link that was planted beside it, and takes the place of one that has its name', async () => {
    const victim = join(directory, 'victim');
    writeFileSync(victim, 'precious');
    const path = join(directory, 'errors.csv');
    for (const name of ['.errors.csv.partial', 'errors.csv']) symlinkSync(victim, join(directory, name));
    await ioWith().writeFile(path, ['a\n']);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(path).isFile()).toBe(true);
  });

  it('stays as it was when writing breaks off', async () => {
    const path = join(directory, 'errors.csv');
    writeFileSync(path, 'old');
    async function* broken(): AsyncGenerator<string> {
      yield 'a\n';
      throw new Error('no more');
    }
    await expect(ioWith().writeFile(path, broken())).rejects.toMatchObject({ code: 'file_unwritable', details: { path } });
    expect([readFileSync(path, 'utf8'), readdirSync(directory)]).toEqual(['old', ['errors.csv']]);
  });

  it('is added to, not replaced, where its name is that of something open', async () => {
    const path = join(directory, 'open');
    const file = openSync(path, 'w');
    writeSync(file, 'before\n');
    await ioWith().writeFile(`/dev/fd/${file}`, ['a\n']);
    closeSync(file);
    expect([readFileSync(path, 'utf8'), readdirSync(directory)]).toEqual(['before\na\n', ['open']]);
  });

  it.skipIf(!existsSync('/dev/shm'))('is replaced in a memory that lies among the devices', async () => {
    const folder = mkdtempSync('/dev/shm/tollbell-host-');
    const path = join(folder, 'errors.csv');
    try {
      for (const line of ['a\n', 'b\n']) await ioWith().writeFile(path, [line]);
      expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['b\n', 0o600]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  // A link to a device, so that code that went wrong here would take the place of the link alone.
  it('is written to, not replaced, where it is a device', async () => {
    const path = join(directory, 'device');
    symlinkSync('/dev/null', path);
    await ioWith().writeFile(path, ['a\n']);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });
});

it('knows one file by all its names', () => {
  const path = join(directory, 'in.csv');
  const link = join(directory, 'link.csv');
  writeFileSync(path, '');
  symlinkSync(path, link);
  const { isSameFile } = ioWith();
  expect([relative(process.cwd(), path), `${directory}/./in.csv`, link].map((name) => isSameFile(path, name))).toEqual([true, true, true]);
  expect([`${directory}/./new.csv`, join(directory, 'other.csv')].map((name) => isSameFile(join(directory, 'new.csv'), name))).toEqual([
    true,
    false,
  ]);
});

describe('a file that is read twice', () => {
  const BLOCK = 64 * 1024;
  const before = `${'a'.repeat(BLOCK)}${'b'.repeat(BLOCK)}${'c'.repeat(100)}`;

  /** How much the second reading gives of a file that is changed after the first one, or where it is told, in the middle of the second. */
  async function readTwice(change: (path: string) => void, isMidway = false): Promise<{ readonly given: number; readonly error: unknown }> {
    const path = join(directory, 'orders.csv');
    writeFileSync(path, before);
    const source = await ioWith().openRepeatable(path);
    expect(await textOf(source.read())).toBe(before);
    if (!isMidway) change(path);
    let given = 0;
    try {
      for await (const chunk of source.read()) {
        given += chunk.length;
        if (isMidway && given === BLOCK) change(path);
      }
    } catch (error) {
      return { given, error };
    }
    return { given, error: null };
  }

  it('is the same twice', async () => {
    expect(await readTwice(() => undefined)).toEqual({ given: before.length, error: null });
  });

  it.each([
    ['is written anew', (path: string) => writeFileSync(path, before.replace('c', 'd'))],
    ['grows', (path: string) => appendFileSync(path, 'd')],
    ['is cut off', (path: string) => truncateSync(path, BLOCK)],
    ['is replaced', (path: string) => (writeFileSync(`${path}.new`, before), renameSync(`${path}.new`, path))],
  ])('gives nothing when it %s in between', async (_what, change) => {
    const { given, error } = await readTwice(change);
    expect(error).toMatchObject({ code: 'file_changed', exit: 10, retryable: true });
    expect(given).toBe(0);
  });

  it.each([
    ['is written over', (path: string) => writeFileSync(path, before.replace('b', 'd'), { flag: 'r+' }), BLOCK],
    ['grows', (path: string) => appendFileSync(path, 'd'), 2 * BLOCK],
    ['is cut off where a block ends', (path: string) => truncateSync(path, 2 * BLOCK), 2 * BLOCK],
  ])('gives what was there before and nothing else when it %s meanwhile', async (_what, change, expected) => {
    const { given, error } = await readTwice(change, true);
    expect(error).toMatchObject({ code: 'file_changed' });
    expect(given).toBe(expected);
  });

  it('is changed, too, when it is gone', async () => {
    const { error } = await readTwice((path) => rmSync(path));
    expect(error).toMatchObject({ code: 'file_changed' });
  });
});

describe('standard input that is read twice', () => {
  it('lies in a copy without a name', async () => {
    const source = await ioWith('a', 'b'.repeat(200_000)).openRepeatable('-');
    expect(readdirSync(directory)).toEqual([]);
    expect(await textOf(source.read())).toBe(`a${'b'.repeat(200_000)}`);
    for await (const _ of source.read()) break;
    expect(await textOf(source.read())).toHaveLength(200_001);
    await source.close();
  });

  it.skipIf(process.platform !== 'linux')('says so when there is no room for the copy', async () => {
    const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]).status === 0;
    if (!canMount) return;
    try {
      await expect(ioWith('x'.repeat(100_000)).openRepeatable('-')).rejects.toMatchObject({
        code: 'store_full',
        message: expect.stringMatching(/^Standard input .* disk .* full\.$/),
      });
      expect(readdirSync(directory)).toEqual([]);
    } finally {
      spawnSync('umount', ['-l', directory]);
    }
  });
});
