// The audit against a store that has lived, whole and damaged: what is sound is called sound, and what is wrong is called by its name.

import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { behind } from '../store/behind.ts';
import { createWorld, type World } from '../world.ts';
import type { Corruption } from './corruption.ts';
import { BOOK_CORRUPTIONS } from './corruptions.ts';
import { liveIn } from './lived-store.ts';
import { FILE_CORRUPTIONS, PEOPLE_CORRUPTIONS } from './other-corruptions.ts';

type Item = {
  readonly check: string;
  readonly result: string;
  readonly checked: number;
  readonly violations: number;
  readonly notes: number;
  readonly ids: readonly string[];
  readonly findings: readonly { readonly wrong: string; readonly kind: string; readonly ids: readonly string[] }[];
};

let world: World;

beforeAll(async () => {
  world = createWorld();
  await liveIn(world);
  behind(world.db, (db) => db.pragma('wal_checkpoint(TRUNCATE)'));
});
afterAll(() => world.close());

let copies = 0;

/** A copy of the store, for one case. */
function copyOfStore(): string {
  copies += 1;
  const path = join(world.directory, `copy-${copies}.db`);
  copyFileSync(world.db, path);
  chmodSync(path, 0o600);
  return path;
}

async function verify(path: string): Promise<{ readonly code: number; readonly items: readonly Item[] }> {
  const { code, json, err } = await world.run('verify', '--json', '--db', path);
  if (err !== '') throw new Error(err);
  return { code, items: json()['items'] as readonly Item[] };
}

const failed = (items: readonly Item[]): readonly string[] => items.filter(({ result }) => result === 'bad').map(({ check }) => check);

describe('a store that has lived', () => {
  it('has been through everything', () => {
    const all = (sql: string) => behind(world.db, (db) => db.prepare(sql).pluck().all());
    expect(all('SELECT DISTINCT state FROM message ORDER BY 1')).toEqual(
      ['accepted', 'cancelled', 'delivered', 'expired', 'failed', 'queued', 'read', 'sending', 'sent', 'unknown'].filter(
        (state) => state !== 'accepted' || all("SELECT 1 FROM message WHERE state = 'accepted'").length > 0,
      ),
    );
    expect(all('SELECT DISTINCT kind FROM ledger ORDER BY 1')).toEqual(['adjustment', 'charge', 'release', 'repricing', 'reservation']);
    expect(all('SELECT COUNT(*) FROM contact WHERE merged_into IS NOT NULL')).toEqual([1]);
    expect(all('SELECT COUNT(*) FROM message WHERE retry_of IS NOT NULL')).toEqual([1]);
    expect(all(`SELECT COUNT(*) FROM ledger WHERE kind = 'charge' AND rule = 'free'`)).toEqual([1]);
    expect(all(`SELECT DISTINCT kind FROM consent_event ORDER BY 1`)).toEqual(['block', 'opt_in', 'opt_out']);
  });

  it('is sound', async () => {
    const { code, items } = await verify(copyOfStore());
    expect(items.flatMap(({ findings }) => findings.filter(({ kind }) => kind === 'violation'))).toEqual([]);
    expect(items).toHaveLength(17);
    expect(items.filter(({ checked }) => checked === 0)).toEqual([]);
    expect(code).toBe(0);
  });
});

describe('a store that was damaged', () => {
  const all = [...BOOK_CORRUPTIONS, ...PEOPLE_CORRUPTIONS, ...FILE_CORRUPTIONS];

  it('in more ways than twenty-five', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBeGreaterThan(50);
  });

  it.each(all)('has $name: $checks', async ({ damage, checks, says }) => {
    const path = copyOfStore();
    behind(path, (db) => doDamage(db, path, damage));
    const { code, items } = await verify(path);
    const findings = items.flatMap((item) => item.findings.map((finding) => ({ ...finding, check: item.check })));
    const saying = findings.find(({ wrong, kind }) => wrong === says && kind === 'violation');
    expect(saying ?? findings).toMatchObject({ ids: [expect.any(String) as string] });
    expect([...failed(items)].sort()).toEqual([...checks].sort());
    expect(checks).toContain(saying?.check);
    expect(code).toBe(7);
  });

  it('has a file that others may read, which is worth knowing', async () => {
    const path = copyOfStore();
    chmodSync(path, 0o644);
    const { code, items } = await verify(path);
    expect(items.find(({ check }) => check === 'file')).toMatchObject({ result: 'good', notes: 1, findings: [{ wrong: /0644/ }] });
    expect(code).toBe(0);
  });

  it('has an entry of a request that was never made, which a restored backup has too', async () => {
    const path = copyOfStore();
    behind(path, (db) => doDamage(db, path, `UPDATE ledger SET attempt = 7 WHERE kind = 'charge' AND rule = 'free'`));
    const { code, items } = await verify(path);
    expect(items.find(({ check }) => check === 'charges')).toMatchObject({ result: 'good', notes: 1, findings: [{ wrong: /never made/ }] });
    expect(code).toBe(0);
  });
});

describe('the command', () => {
  it('says that there is no store, and makes none', async () => {
    const path = join(world.directory, 'nowhere.db');
    const { code, json } = await world.run('verify', '--json', '--db', path);
    expect(json()).toMatchObject({ schema: 'tollbell.verify/1', result: 'no_store', violations: 0, items: [] });
    expect(code).toBe(0);
    expect((await world.run('verify', '--db', path)).out).toContain('There is no store');
    expect(existsSync(path)).toBe(false);
  });

  it('stops between two looks when it is asked to', async () => {
    world.interrupt();
    expect(await world.failure('verify', '--db', copyOfStore())).toMatchObject({ exit: 130, code: 'interrupted' });
  });

  it('leaves the file as it is', async () => {
    const path = copyOfStore();
    const before = behind(path, (db) => db.serialize());
    await verify(path);
    expect(behind(path, (db) => db.serialize()).equals(before)).toBe(true);
  });

  it('names ten of many, and counts them all', async () => {
    const path = copyOfStore();
    behind(path, (db) => doDamage(db, path, 'UPDATE message SET held = held + 1'));
    const { json, code } = await world.run('verify', '--json', '--db', path);
    const holds = (json()['items'] as readonly Item[]).find(({ check }) => check === 'holds');
    expect(holds?.ids).toHaveLength(10);
    expect(holds?.violations).toBeGreaterThan(20);
    expect(code).toBe(7);
    const text = (await world.run('verify', '--db', path)).out;
    expect(text).toMatch(/^bad {3}holds +\d+ {2}messages hold/m);
    expect(text).toMatch(/^The books differ: holds\.$/m);
    expect(text).toContain('tollbell message show <id>');
    const lines = (await world.run('verify', '--format', 'ndjson', '--db', path)).out.trim().split('\n');
    expect(lines).toHaveLength(18);
    expect(JSON.parse(lines[17] ?? '')).toMatchObject({ schema: 'tollbell.verify.summary/1', result: 'bad' });
  });
});

// Triggers stand again afterwards, so that only the damage is found; new ones of the damage itself stay.
function doDamage(db: Database, path: string, damage: Corruption['damage']): void {
  if (typeof damage !== 'string') {
    damage(db, path);
    return;
  }
  const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all() as { name: string; sql: string }[];
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  db.exec(`PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; ${damage}`);
  for (const { sql } of triggers) db.exec(sql);
}
