// The store's key: made once, told apart from another key, and its file's troubles in words.

import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeStoreKey, readStoreKey } from '../../src/store/key.ts';
import { createWorld, type World } from '../world.ts';

const disk = vi.hoisted(() => ({ link: null as string | null, write: null as string | null }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const refusing =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Result, refusal: () => string | null) =>
    (...args: Args): Result => {
      const code = refusal();
      if (code === null || !String(args[0]).includes('.key.')) return call(...args);
      throw Object.assign(new Error(code), { code, syscall: 'call' });
    };
  return {
    ...fs,
    linkSync: refusing(fs.linkSync, () => disk.link),
    writeFileSync: refusing(fs.writeFileSync, () => disk.write),
  };
});

const OTHER_KEY = 'ab'.repeat(32);

describe('another key than the one that the store was founded with', () => {
  let world: World;
  beforeEach(async () => {
    world = createWorld();
    await world.run('init', '-y');
    await world.run('contact', 'add', '+4915112345678', '--language', 'de', '--opt-in', 'utility', '--source', 'test');
  });
  afterEach(() => world.close());

  const SEND = ['send', 'order_shipped', '--from', '-', '--campaign', 'c'] as const;
  const ROWS = 'to,name,order\n+4915112345678,Ada,A-1\n';
  const send = () => world.pipe(ROWS, ...SEND, '--json');

  it('sends nothing a second time: it is refused, and the right one goes on', async () => {
    expect((await send()).json()).toMatchObject({ counts: { delivered: 1 } });
    const key = readFileSync(`${world.db}.key`, 'utf8').trim();
    world.env['TOLLBELL_STORE_KEY'] = OTHER_KEY;
    const { code, err } = await send();
    expect([code, JSON.parse(err)]).toMatchObject([9, { error: { code: 'store_key_wrong', details: { path: `${world.db}.key` } } }]);
    world.env['TOLLBELL_STORE_KEY'] = key.toUpperCase();
    expect((await send()).json()).toMatchObject({ counts: { duplicate: 1, delivered: 0 } });
  });
});

describe('the file of a key', () => {
  let directory: string;
  let db: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tollbell-key-'));
    db = join(directory, 't.db');
  });
  afterEach(() => {
    Object.assign(disk, { link: null, write: null });
    rmSync(directory, { recursive: true });
  });
  const make = (byte: number) => makeStoreKey(db, {}, (count) => new Uint8Array(count).fill(byte));

  it.each([null, 'EPERM', 'ENOTSUP'])('is made once, private, and nothing else is left (a hard link: %s)', (refusal) => {
    disk.link = refusal;
    make(1);
    make(2);
    expect(Buffer.from(readStoreKey(db, {})).equals(Buffer.alloc(32, 1))).toBe(true);
    expect(statSync(`${db}.key`).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['t.db.key']);
  });

  it.each([
    ['ENOSPC', 'store_full'],
    ['EROFS', 'store_unreadable'],
  ])('that cannot be written for %s is %s, with its path', (refusal, code) => {
    disk.write = refusal;
    expect(() => make(1)).toThrow(expect.objectContaining({ code, hint: expect.any(String), details: { path: `${db}.key` } }));
    expect(existsSync(`${db}.key`)).toBe(false);
  });

  it('that cannot be linked is told too', () => {
    disk.link = 'EIO';
    expect(() => make(1)).toThrow(expect.objectContaining({ code: 'store_unreadable', details: { path: `${db}.key` } }));
    expect(readdirSync(directory)).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('in a directory that is not ours is told (skipped for root, who may write there)', () => {
    chmodSync(directory, 0o500);
    expect(() => make(1)).toThrow(expect.objectContaining({ code: 'store_unreadable' }));
    chmodSync(directory, 0o700);
  });
});
