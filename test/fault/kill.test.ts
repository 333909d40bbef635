// kill -9 at random moments of a campaign, on the built command and a real file. Run again until it ends by itself: nothing may be lost, sent twice or
// charged wrongly, whatever the kill interrupted. The moments are spread over the whole run by measuring an undisturbed one first.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditBooks } from '../audit.ts';

const ROWS = 3_000;
const KILLS = 40;
const LAUNCHER = join(import.meta.dirname, '../../bin/tollbell.js');

let directory: string;
let prepared: string;
let durationMs: number;

const phone = (index: number): string => `+49151${String(10_000_000 + index * 10 + 9)}`;
const env = () => ({ ...process.env, HOME: directory, XDG_CACHE_HOME: join(directory, 'cache') });
const tollbell = (db: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [LAUNCHER, ...args, '--db', db, '--json'], { encoding: 'utf8', env: env() });
const campaign = () => ['send', 'order_shipped', '--from', join(directory, 'orders.csv'), '--campaign', 'autumn', '--language', 'en_US'];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-kill-'));
  prepared = join(directory, 'prepared.db');
  const people = Array.from({ length: ROWS }, (_, index) => `${phone(index)},utility,test`);
  writeFileSync(join(directory, 'people.csv'), `phone,opt_in,source\n${people.join('\n')}\n`);
  const orders = Array.from({ length: ROWS }, (_, index) => `${phone(index)},Ada,A-${index}`);
  writeFileSync(join(directory, 'orders.csv'), `to,name,order\n${orders.join('\n')}\n`);
  mustRun(prepared, 'init', '-y');
  mustRun(prepared, 'contact', 'import', join(directory, 'people.csv'));
  const db = copyStore('undisturbed');
  const start = performance.now();
  mustRun(db, ...campaign());
  durationMs = performance.now() - start;
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function mustRun(db: string, ...args: readonly string[]): void {
  const { status, stderr } = tollbell(db, ...args);
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
}

function copyStore(name: string): string {
  const db = join(directory, `${name}.db`);
  cpSync(prepared, db);
  cpSync(`${prepared}.key`, `${db}.key`);
  return db;
}

async function killAfter(db: string, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, [LAUNCHER, ...campaign(), '--db', db], { env: env(), stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), delayMs);
  await once(child, 'exit');
  clearTimeout(timer);
}

describe('a campaign that is killed again and again', () => {
  test('is neither lost nor sent twice, and its books balance', { timeout: 240_000 }, async () => {
    const db = copyStore('killed');
    for (let kill = 0; kill < KILLS; kill += 1) await killAfter(db, (durationMs * (kill + 0.5)) / KILLS);

    const last = tollbell(db, ...campaign());

    expect(last.status).toBe(0);
    expect(auditBooks(db)).toEqual([]);
    expect(states(db)).toEqual([{ state: 'delivered', messages: ROWS, people: ROWS }]);
  });

  test('is killed at its first steps: nothing is half done', { timeout: 240_000 }, async () => {
    for (const delayMs of [20, 40, 60, 80, 100, 120]) {
      const db = copyStore(`early-${delayMs}`);
      await killAfter(db, delayMs);
      expect(auditBooks(db).filter((problem) => !problem.startsWith('messages in flight'))).toEqual([]);
      expect(tollbell(db, ...campaign()).status).toBe(0);
      expect(states(db)).toEqual([{ state: 'delivered', messages: ROWS, people: ROWS }]);
    }
  });
});

describe('a campaign that is stopped with Ctrl-C', () => {
  test('finishes what is in flight, exits with 130 and goes on with the same command', { timeout: 60_000 }, async () => {
    const db = copyStore('stopped');
    const child = spawn(process.execPath, [LAUNCHER, ...campaign(), '--db', db], { env: env(), stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    while (child.exitCode === null && delivered(db) === 0) await wait(5);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];

    expect(code).toBe(130);
    expect(told).toContain('error[interrupted]');
    expect(auditBooks(db)).toEqual([]);
    mustRun(db, ...campaign());
    expect(states(db)).toEqual([{ state: 'delivered', messages: ROWS, people: ROWS }]);
  });
});

function delivered(db: string): number {
  return states(db).reduce((sum, { state, messages }) => sum + (state === 'delivered' ? messages : 0), 0);
}

type StateRow = { readonly state: string; readonly messages: number; readonly people: number };

function states(db: string): StateRow[] {
  const connection = new Database(db, { readonly: true });
  try {
    return connection
      .prepare('SELECT state, COUNT(*) AS messages, COUNT(DISTINCT contact_id) AS people FROM message GROUP BY state')
      .all() as StateRow[];
  } finally {
    connection.close();
  }
}
