// The sample campaign's bill, added up a second time without our rules: a naive reading of the two data files, and plain SQL over the ledger.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleContacts, sampleRecipientsCsv } from '../../src/catalog/sample-recipients.ts';
import { auditBooks } from '../audit.ts';
import { createWorld, type World } from '../world.ts';

const CATALOG = join(import.meta.dirname, '../../src/catalog');
const rowsOf = (name: string): string[][] =>
  readFileSync(join(CATALOG, name), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

let world: World;

beforeAll(async () => {
  world = createWorld();
  await world.run('init', '-y');
  const people = sampleContacts().map(
    ({ phone, language, standing }) => `${phone},${language},${standing === 'no_consent' ? '' : 'utility'},sample`,
  );
  await world.pipe(`phone,language,opt_in,source\n${people.join('\n')}\n`, 'contact', 'import', '-');
  for (const { phone, standing } of sampleContacts()) {
    if (standing === 'opted_out') await world.run('opt-out', phone, '--purpose', 'utility');
    if (standing === 'blocked') await world.run('block', phone);
  }
  await world.pipe(sampleRecipientsCsv(), 'send', 'order_shipped', '--from', '-', '--campaign', 'sample', '--skip-invalid');
});
afterAll(() => world.close());

/** The October card's rate of a number, in millionths: the longest prefix in markets.csv that is in force, then its line in rates.csv. */
function rateOf(phone: string): bigint {
  const prefixes = rowsOf('markets.csv')
    .filter(([, , code = '', , , , before = '']) => code !== '' && (before === '' || before > '2026-11-22'))
    .flatMap(([, , code = '', areas = '', market = '']) =>
      (areas === '' ? [''] : areas.split('|')).map((area) => [`+${code}${area}`, market] as const),
    );
  const [, market = 'Other'] =
    prefixes.filter(([prefix]) => phone.startsWith(prefix)).sort(([left], [right]) => right.length - left.length)[0] ?? [];
  const rate = rowsOf('rates.csv').find(
    (row) => row[0] === market && row[1] === 'utility' && row[2] === 'USD' && row[3] === '2026-10-01',
  )?.[6];
  if (rate === undefined) throw new Error(`${phone} has no rate in ${market}`);
  return BigInt(Math.round(Number(rate) * 1_000_000));
}

const decimal = (micros: bigint): string => `${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, '0')}`;

test('is what the delivered messages cost by the card, to the micro', async () => {
  const db = new Database(world.db, { readonly: true });
  const phones = db
    .prepare("SELECT c.phone FROM message m JOIN contact c ON c.id = m.contact_id WHERE m.state IN ('delivered', 'read')")
    .pluck()
    .all() as string[];
  const charged = db.prepare("SELECT SUM(posted) FROM ledger WHERE kind = 'charge'").pluck().safeIntegers().get() as bigint;
  const promised = db.prepare('SELECT SUM(held) FROM ledger').pluck().safeIntegers().get();
  db.close();

  const expected = phones.reduce((sum, phone) => sum + rateOf(phone), 0n);
  expect(phones).toHaveLength(883);
  expect(charged).toBe(expected);
  expect(promised).toBe(0n);
  const { json } = await world.run('bill-report', '--json');
  expect(json()['totals']).toMatchObject([
    { units: 893, delivered: 883, failed: 10, charged: decimal(expected), total: decimal(expected) },
  ]);
});

test('is by market what each market adds up to, and the books balance', async () => {
  const { json } = await world.run('bill-report', '--by', 'market', '--json');
  const rows = json()['rows'] as readonly { readonly charged: string; readonly units: number }[];
  expect(rows).toHaveLength(12);
  const sum = rows.reduce((total, { charged }) => total + BigInt(charged.replace('.', '')), 0n);
  expect(json()['totals']).toMatchObject([{ charged: decimal(sum) }]);
  expect(auditBooks(world.db)).toEqual([]);
});
