// Sixteen processes spend one budget at once, with the built command on a real file: the cap holds to the message, whichever budget is the tightest, and each
// threshold is told by one of them, and once.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatAmount, times, toMicros } from '../../src/values/money.ts';

const PROCESSES = 16;
const ROWS = 60;
const PRICE = toMicros(55_000n);
const LAUNCHER = join(import.meta.dirname, '../../bin/tollbell.js');

let directory: string;
let prepared: string;
let hook: Server;
/** The ids of the warnings that the hook got. */
let posted: string[];

const env = (more: object = {}) => ({ ...process.env, HOME: directory, XDG_CACHE_HOME: join(directory, 'cache'), ...more });
const phone = (process: number, row: number): string => `+49151${String(10_000_000 + process * 10_000 + row * 10 + 9)}`;
const fileOf = (process: number): string => join(directory, `orders-${process}.csv`);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-budgets-'));
  prepared = join(directory, 'prepared.db');
  const all = Array.from({ length: PROCESSES }, (_, index) => Array.from({ length: ROWS }, (__, row) => phone(index, row)));
  writeFileSync(
    join(directory, 'people.csv'),
    `phone,opt_in,source\n${all
      .flat()
      .map((number) => `${number},utility,test\n`)
      .join('')}`,
  );
  for (const [index, numbers] of all.entries()) {
    writeFileSync(
      fileOf(index),
      `to,name,order,cost_center\n${numbers.map((number, row) => `${number},Ada,A-${row},${row % 2 === 0 ? 'shop' : 'care'}\n`).join('')}`,
    );
  }
  run(prepared, 'init', '-y');
  run(prepared, 'contact', 'import', join(directory, 'people.csv'));
  hook = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      posted.push((JSON.parse(body) as { readonly id: string }).id);
      response.end();
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => hook.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

function run(db: string, ...args: readonly string[]): Readonly<Record<string, unknown>> {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, ...args, '--db', db, '--json'], {
    encoding: 'utf8',
    env: env(),
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

function copyStore(name: string): string {
  const db = join(directory, `${name}.db`);
  cpSync(prepared, db);
  cpSync(`${prepared}.key`, `${db}.key`);
  return db;
}

type Warning = { readonly id: string; readonly budget: string; readonly threshold: number };
type Item = { readonly per: string; readonly category: string | null; readonly cost_center: string | null; readonly used: string };
type Sent = {
  readonly counts: { readonly queued: number; readonly refused: number };
  readonly refusals: { readonly over_budget: number };
  readonly budget_warnings: readonly Warning[];
};

/** All of them at once, each with a file of its own. */
function sendAll(db: string, campaignOf: (index: number) => string): Promise<readonly Sent[]> {
  const { port } = hook.address() as AddressInfo;
  const variables = { TOLLBELL_BUDGET_HOOK: `http://127.0.0.1:${port}/`, TOLLBELL_BUDGET_HOOK_SECRET: 'secret' };
  return Promise.all(
    Array.from({ length: PROCESSES }, (_, index) => {
      const args = ['send', 'order_shipped', '--from', fileOf(index), '--campaign', campaignOf(index), '--language', 'en_US', '--queue'];
      const child = spawn(process.execPath, [LAUNCHER, ...args, '--db', db, '--json'], {
        env: env(variables),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return new Promise<Sent>((resolve, reject) => {
        let [out, err] = ['', ''];
        child.stdout.on('data', (part: Buffer) => (out += part.toString()));
        child.stderr.on('data', (part: Buffer) => (err += part.toString()));
        child.on('close', (code) => (code === 0 || code === 4 ? resolve(JSON.parse(out) as Sent) : reject(new Error(`${code}: ${err}`))));
      });
    }),
  );
}

const sum = (all: readonly Sent[], of: (one: Sent) => number): number => all.reduce((total, one) => total + of(one), 0);
const amount = (messages: number): string => formatAmount(times(PRICE, messages));

describe(`${PROCESSES} processes on one budget`, () => {
  test('spend it to the last message and no further, and tell of each threshold once', { timeout: 120_000 }, async () => {
    const db = copyStore('month');
    run(db, 'budget', 'set', amount(333), '--per', 'month');
    posted = [];

    const all = await sendAll(db, (index) => `campaign-${index}`);

    expect(sum(all, ({ counts }) => counts.queued)).toBe(333);
    expect(sum(all, ({ refusals }) => refusals.over_budget)).toBe(PROCESSES * ROWS - 333);
    expect(run(db, 'budget', 'list')['items']).toMatchObject([{ used: amount(333), left: '0.000000', reached: [50, 80, 100] }]);
    const warnings = all.flatMap((one) => one.budget_warnings);
    expect(warnings.map(({ threshold }) => threshold).sort((left, right) => left - right)).toEqual([50, 80, 100]);
    expect(posted.toSorted()).toEqual(warnings.map(({ id }) => id).toSorted());
    expect(run(db, 'verify')).toBeTruthy();
  });

  test('keep every budget that covers a message, by day, month, campaign, cost centre and category', { timeout: 120_000 }, async () => {
    const db = copyStore('many');
    run(db, 'budget', 'set', amount(700), '--per', 'month');
    run(db, 'budget', 'set', amount(600), '--per', 'day', '--category', 'utility');
    run(db, 'budget', 'set', amount(150), '--per', 'day', '--cost-center', 'shop');
    run(db, 'budget', 'set', amount(200), '--per', 'campaign', '--cost-center', 'care', '--category', 'utility');
    run(db, 'budget', 'set', amount(10), '--per', 'month', '--category', 'marketing');
    run(db, 'budget', 'set', amount(100), '--per', 'campaign', '--mode', 'warn');
    posted = [];

    const all = await sendAll(db, (index) => `campaign-${index % 2}`);

    const used = Object.fromEntries(
      (run(db, 'budget', 'list')['items'] as readonly Item[]).map((item) => [
        `${item.per} ${item.category ?? '-'} ${item.cost_center ?? '-'}`,
        item.used,
      ]),
    );
    expect(used).toMatchObject({
      'day - shop': amount(150),
      'campaign utility care': amount(200),
      'month - -': amount(550),
      'month marketing -': '0.000000',
    });
    expect(sum(all, ({ counts }) => counts.queued)).toBe(550);
    const ids = all.flatMap((one) => one.budget_warnings.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(posted.toSorted()).toEqual(ids.toSorted());
    expect(run(db, 'verify')).toBeTruthy();
  });
});
