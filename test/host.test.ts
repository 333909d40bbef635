// The machine behind the host port: files that are replaced, and what comes in only once and is read twice.

import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
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
