// Opening a store file: what is made, what is promised by the pragmas, and what is refused without being touched.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decideCampaignChange } from '../../src/domain/campaign.ts';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import { SCHEMA_VERSION } from '../../src/store/sqlite/migrate.ts';
import { openSqlite, openSqliteStore } from '../../src/store/sqlite/open.ts';
import { ids, later, makeCard, makeSender, NOON } from '../conformance/store/fixture.ts';
import { behind } from './behind.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-open-'));
  path = join(directory, 't.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a new store', () => {
  it('is private, and so are the files beside it and the directories that it needs', async () => {
    const inside = join(directory, 'a', 'b', 't.db');
    const store = await open(inside);
    expect(['', '-wal', '-shm'].map((ending) => modeOf(inside + ending))).toEqual(['600', '600', '600']);
    expect([join(directory, 'a'), join(directory, 'a', 'b')].map(modeOf)).toEqual(['700', '700']);
    await store.close();
  });

  it('keeps what it commits: WAL, and synchronous FULL on every connection', () => {
    for (const _ of ['made', 'opened again']) {
      const { connection } = openSqlite({ path, readOnly: false, busyTimeoutMs: 100 });
      const pragma = (name: string) => connection.pragma(name, { simple: true });
      expect(pragma('journal_mode')).toBe('wal');
      expect(pragma('synchronous')).toBe(2);
      expect(pragma('foreign_keys')).toBe(1);
      expect(pragma('trusted_schema')).toBe(0);
      connection.close();
    }
  });

  it('says in its header whose it is, and of which version', async () => {
    await (await open(path)).close();
    expect(readFileSync(path).subarray(0, 16).toString()).toBe('SQLite format 3\0');
    expect(readFileSync(path).subarray(68, 72).toString()).toBe('toll');
    expect(behind(path, (db) => db.pragma('user_version', { simple: true }))).toBe(SCHEMA_VERSION);
  });

  it('may begin as an empty file', async () => {
    writeFileSync(path, '');
    const store = await open(path);
    expect(await store.isEmpty()).toBe(true);
    await store.close();
  });

  it('has foreign keys and checks that hold', async () => {
    await (await open(path)).close();
    expect(behind(path, (db) => db.pragma('integrity_check', { simple: true }))).toBe('ok');
    expect(behind(path, (db) => db.pragma('foreign_key_check'))).toEqual([]);
  });
});

describe('a store that is opened for reading', () => {
  it('reads, and writes nothing', async () => {
    const store = await open(path);
    const sender = makeSender({ isDefault: true });
    await store.found({ keyCheck: '', sender, cards: [] });
    await store.close();
    const before = readFileSync(path);
    const reader = await open(path, { readOnly: true });
    expect(await reader.listSenders(DEFAULT_ACCOUNT)).toEqual([sender]);
    await expect(reader.putSender(makeSender({ name: 'shop' }))).rejects.toMatchObject({ code: 'store_unreadable' });
    await reader.close();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is not made where there is none', async () => {
    await expect(open(path, { readOnly: true })).rejects.toMatchObject({ code: 'store_unreadable' });
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('a file that is no store of ours is refused and left as it is', () => {
  it.each(['reading', 'writing'])('a later schema, opened for %s', async (mode) => {
    await (await open(path)).close();
    behind(path, (db) => db.pragma('user_version = 99'));
    await expectRefusal(mode, { code: 'store_newer', details: { path, schema: 99, known: SCHEMA_VERSION } });
  });

  it.each(['reading', 'writing'])('the database of another program, opened for %s', async (mode) => {
    behind(path, (db) => db.exec('CREATE TABLE other (a); INSERT INTO other VALUES (1)'));
    await expectRefusal(mode, { code: 'store_invalid' });
  });

  it.each(['reading', 'writing'])('an empty database with the mark of another program, opened for %s', async (mode) => {
    behind(path, (db) => db.exec('PRAGMA application_id = 7; VACUUM'));
    await expectRefusal(mode, { code: 'store_invalid' });
  });

  it.each([
    ['one line of text', 'hello\n'],
    ['a page of text', 'hello\n'.repeat(2_000)],
    ['binary', Buffer.from(Array.from({ length: 9_000 }, (_, index) => (index * 7919) % 256))],
  ])('%s', async (_what, content) => {
    writeFileSync(path, content);
    await expectRefusal('writing', { code: 'store_invalid' });
    await expectRefusal('reading', { code: 'store_invalid' });
  });

  async function expectRefusal(mode: string, error: object): Promise<void> {
    const before = readFileSync(path);
    await expect(open(path, { readOnly: mode === 'reading' })).rejects.toMatchObject(error);
    expect(readFileSync(path).equals(before)).toBe(true);
  }
});

describe('a place where no store can be', () => {
  it('is a directory', async () => {
    mkdirSync(path);
    await expect(open(path)).rejects.toMatchObject({ code: 'store_unreadable' });
    await expect(open(path, { readOnly: true })).rejects.toMatchObject({ code: 'store_unreadable' });
  });

  it('is below a file', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(open(join(directory, 'file', 't.db'))).rejects.toMatchObject({ code: 'store_unreadable' });
    await expect(open(join(directory, 'file', 'deeper', 't.db'))).rejects.toMatchObject({ code: 'store_unreadable' });
  });

  it('has a name that is too long', async () => {
    await expect(open(join(directory, 'x'.repeat(300)))).rejects.toMatchObject({ code: 'store_unreadable' });
  });

  // Root may write everywhere but in the file systems that the kernel makes up.
  it.skipIf(process.platform !== 'linux').each(['/proc/tollbell/t.db', '/sys/tollbell/t.db'])(
    'is refused by the system: %s',
    async (place) => {
      await expect(open(place)).rejects.toMatchObject({ code: 'store_unreadable' });
    },
  );

  it.skipIf(process.getuid?.() === 0)('is a directory that is not ours (skipped for root, who may write there)', async () => {
    chmodSync(directory, 0o500);
    await expect(open(path)).rejects.toMatchObject({ code: 'store_unreadable' });
    chmodSync(directory, 0o700);
  });

  it.skipIf(process.getuid?.() === 0)('is a file that is not ours (skipped for root, who may read it)', async () => {
    await (await open(path)).close();
    chmodSync(path, 0o000);
    await expect(open(path)).rejects.toMatchObject({ code: 'store_unreadable' });
  });
});

describe('a store that another process is writing to', () => {
  it('is busy after the wait, and nothing was changed', async () => {
    const store = await open(path, { busyTimeoutMs: 20 });
    await store.found({ keyCheck: '', sender: makeSender({ isDefault: true }), cards: [] });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.putPriceCard(makeCard('2026-10-01'), { replace: false })).rejects.toMatchObject({ code: 'store_busy' });
    expect(await store.listPriceCards({ currency: null })).toEqual([]); // readers are not held up
    other.exec('COMMIT');
    other.close();
    expect(await store.putPriceCard(makeCard('2026-10-01'), { replace: false })).toBe('added');
    await store.close();
  });

  it('dates the change of a campaign when it has the lock: what the other claimed is no later', async () => {
    const store = await open(path);
    const sender = makeSender({ isDefault: true });
    await store.found({ keyCheck: '', sender, cards: [] });
    const { campaignId } = await store.openRun({ id: ids.short(), senderId: sender.id, campaign: 'autumn', source: null, at: NOON });
    const now = () => {
      const other = new Database(path, { timeout: 0 });
      expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('database is locked');
      other.close();
      return later(1);
    };
    expect(await store.changeCampaign({ campaignId, change: 'pause', now, by: 'ada', reason: null }, decideCampaignChange)).toBe('changed');
    expect((await store.showCampaign({ senderId: sender.id, campaignId })).pausedAt).toBe(later(1));
    await store.close();
  });

  it('is busy while it is being made', async () => {
    const other = new Database(path);
    other.exec('BEGIN EXCLUSIVE');
    await expect(open(path, { busyTimeoutMs: 20 })).rejects.toMatchObject({ code: 'store_busy' });
    other.exec('ROLLBACK');
    other.close();
    await (await open(path)).close();
  });
});

async function open(place: string, rest: { readonly readOnly?: boolean; readonly busyTimeoutMs?: number } = {}) {
  return openSqliteStore({ path: place, readOnly: false, busyTimeoutMs: 1_000, ...rest });
}

function modeOf(place: string): string {
  return (statSync(place).mode & 0o777).toString(8);
}
