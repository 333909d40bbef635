// hledger and Beancount themselves, as Debian packages them, read what is written for them: their own checks pass, and they add up to the same bill.
// Where they are not installed this is skipped and says so; in CI it fails instead.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { beancountLedger } from '../../src/billing/export/beancount.ts';
import type { Books } from '../../src/billing/export/bookings.ts';
import { hledgerJournal } from '../../src/billing/export/hledger.ts';
import { fillSampleBooks } from '../billing/export/sample-books.ts';
import { hostileBooks } from '../billing/export/hostile.ts';
import { createWorld } from '../world.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollbell-books-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
const GOLDEN = join(import.meta.dirname, '../golden/books');
const [HOSTILE] = fc.sample(hostileBooks({ minLength: 400, maxLength: 400 }), { numRuns: 1 });

function isMissing(program: string): boolean {
  if (spawnSync(program, ['--version'], { env }).status === 0) return false;
  if (process.env['CI'] !== undefined) return false;
  process.stderr.write(`Skipped: ${program} is not installed (apt-get install hledger beancount).\n`);
  return true;
}

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What a program says, and whether it was content. */
function ask(program: string, args: readonly string[]): { readonly ok: boolean; readonly said: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, { env, encoding: 'utf8' });
  return { ok: status === 0, said: error === undefined ? `${stdout}${stderr}`.trim() : error.message };
}

const content = { ok: true, said: '' };
const totalsOf = ({ bill }: Books): string[] => bill.totals.map(({ currency, total }) => `${currency} ${total}`).toSorted();

describe.skipIf(isMissing('hledger'))('hledger', () => {
  const check = (path: string) => ask('hledger', ['-f', path, 'check', '--strict', 'ordereddates']);

  test('is content with the sample, and not with a millionth more', () => {
    const path = join(GOLDEN, 'sample.journal');
    expect(check(path)).toEqual(content);
    const wrong = check(written('wrong.journal', readFileSync(path, 'utf8').replace('= -0.069000', '= -0.069001')));
    expect(wrong.ok).toBe(false);
    expect(wrong.said).toContain('balance assertion');
  });

  test('adds up to the bill, whatever names say', () => {
    if (HOSTILE === undefined) throw new Error('one was asked for');
    const path = written('hostile.journal', hledgerJournal(HOSTILE));
    expect(check(path)).toEqual(content);
    const csv = execFileSync('hledger', ['-f', path, 'balance', '--depth', '1', '-N', '-O', 'csv', 'Expenses'], { env, encoding: 'utf8' });
    const sums = Array.from(csv.matchAll(/(-?\d+\.\d{6}) ([A-Z]{3})/g), ([, amount, currency]) => `${currency} ${amount}`);
    expect(sums.toSorted()).toEqual(totalsOf(HOSTILE));
  });

  test('takes several months with the payments between them', async () => {
    const world = createWorld();
    await fillSampleBooks(world);
    const parts = await Promise.all(
      ['2026-10', '2026-11'].map(async (month) => {
        const { out } = await world.run('bill-report', '--month', month, '--format', 'hledger');
        return written(`${month}.journal`, out);
      }),
    );
    world.close();
    const payment = '2026-11-05 * paid\n    Liabilities:Provider:sandbox:2026-10  0.055000 USD\n    Assets:Bank\n';
    const path = written('all.journal', `${parts.map((part) => `include ${part}\n`).join('')}account Assets:Bank\n${payment}`);
    expect(check(path)).toEqual(content);
  });
});

describe.skipIf(isMissing('bean-check'))('Beancount', () => {
  test('is content with the sample, and not with a millionth more', () => {
    const path = join(GOLDEN, 'sample.beancount');
    expect(ask('bean-check', ['--no-cache', path])).toEqual(content);
    const wrong = ask('bean-check', [
      '--no-cache',
      written('wrong.beancount', readFileSync(path, 'utf8').replace('-0.069000 ~', '-0.069001 ~')),
    ]);
    expect(wrong.ok).toBe(false);
    expect(wrong.said).toContain('Balance failed');
  });

  test('adds up to the bill, whatever names say', () => {
    if (HOSTILE === undefined) throw new Error('one was asked for');
    const path = written('hostile.beancount', beancountLedger(HOSTILE));
    expect(ask('bean-check', ['--no-cache', path])).toEqual(content);
    const query = "SELECT currency, sum(number) WHERE account ~ '^Expenses:' GROUP BY currency";
    const csv = execFileSync('bean-query', ['-f', 'csv', path, query], { env, encoding: 'utf8' });
    const sums = Array.from(csv.matchAll(/^([A-Z]{3}) *, *(-?[\d.]+)/gm), ([, currency, amount]) => `${currency} ${amount}`);
    expect(sums.toSorted()).toEqual(totalsOf(HOSTILE));
  });
});
