// price import of the provider's own files: rates, then tiers; what is known is kept, corrected only when told to, and never invented.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RATES, TIERS, withCell } from '../../domain/provider-files.ts';
import { workbook } from '../../send/workbooks.ts';
import { createWorld, type World } from '../../world.ts';

const DAY = ['--effective-from', '2027-01-01'];
let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

function csv(name: string, table: readonly (readonly string[])[]): string {
  const path = join(world.directory, name);
  writeFileSync(path, table.map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\r\n'));
  return path;
}

async function items(...argv: readonly string[]) {
  const ran = await world.run(...argv, '--json');
  expect(ran.err).toBe('');
  return (ran.json() as { readonly items: readonly Readonly<Record<string, unknown>>[] }).items;
}

test('the rates file makes a card, and the tier file adds to it', async () => {
  const [rates, tiers] = [csv('rates.csv', RATES), csv('tiers.csv', TIERS)];
  const first = await world.run('price', 'import', rates, ...DAY, '--json');
  expect(first.json()).toMatchObject({
    schema: 'tollbell.price-import/1',
    dry_run: false,
    layout: 'rates',
    items: [{ currency: 'USD', effective_from: '2027-01-01', rates: 7, tiered: 0, result: 'added' }],
  });
  const [before] = await items('price', 'list', '--currency', 'USD');
  expect((await world.run('price', 'import', tiers, ...DAY, '--dry-run', '--json')).json()).toMatchObject({
    dry_run: true,
    layout: 'tiers',
    items: [{ rates: 11, tiered: 3, result: 'replaced' }],
  });
  expect((await items('price', 'list', '--currency', 'USD'))[0]).toEqual(before);
  expect(await items('price', 'import', tiers, ...DAY, '--source', 'tiers of 2026-12')).toMatchObject([
    { rates: 11, tiered: 3, result: 'replaced', source: `imported from ${rates}; tiers: tiers of 2026-12` },
  ]);
  expect(await items('price', 'show', 'USD', '--day', '2027-01-01', '--market', 'Brazil', '--category', 'utility')).toMatchObject([
    { tier_from: 0, tier_to: 250_000, rate: '0.006800' },
    { tier_from: 250_001, tier_to: 2_000_000, rate: '0.006500' },
    { tier_from: 2_000_001, tier_to: 'max', rate: '0.006100' },
  ]);
});

test('either file again changes nothing, and other tiers need to be told that they correct', async () => {
  const [rates, tiers] = [csv('rates.csv', RATES), csv('tiers.csv', TIERS)];
  for (const file of [rates, tiers]) await items('price', 'import', file, ...DAY);
  for (const file of [rates, tiers])
    expect(await items('price', 'import', file, ...DAY)).toMatchObject([{ result: 'unchanged', tiered: 3 }]);
  const corrected = csv('corrected.csv', withCell(TIERS, 6, 6, '0.0064'));
  expect(await world.failure('price', 'import', corrected, ...DAY)).toMatchObject({ exit: 2, code: 'price_card_conflict' });
  expect(await items('price', 'import', corrected, ...DAY, '--replace')).toMatchObject([{ result: 'replaced', tiered: 3 }]);
  const dearer = csv('dearer.csv', withCell(RATES, 8, 4, '0.0069'));
  expect(await world.failure('price', 'import', dearer, ...DAY)).toMatchObject({ code: 'price_card_conflict' });
  expect(await items('price', 'import', dearer, ...DAY, '--replace')).toMatchObject([{ result: 'replaced', tiered: 2 }]);
});

test('a workbook is read by what it is, whatever its name', async () => {
  const asFigures = RATES.map((cells) => cells.map((cell) => (cell === '0.0068' ? { figure: '6.7999999999999996E-3' } : cell)));
  const path = join(world.directory, 'rates.csv');
  writeFileSync(path, workbook(asFigures));
  await items('price', 'import', path, ...DAY);
  writeFileSync(path, workbook(TIERS));
  expect(await items('price', 'import', path, ...DAY)).toMatchObject([{ rates: 11, tiered: 3, result: 'replaced' }]);
});

test('tiers are not taken where they do not fit the prices that are there', async () => {
  const tiers = csv('tiers.csv', TIERS);
  expect(await world.failure('price', 'import', tiers, ...DAY)).toMatchObject({
    exit: 2,
    code: 'price_card_invalid',
    details: { currency: 'USD', effective_from: '2027-01-01' },
  });
  await items('price', 'import', csv('rates.csv', RATES), ...DAY);
  const other = csv('other.csv', withCell(TIERS, 5, 6, '0.0070'));
  expect(await world.failure('price', 'import', other, ...DAY)).toMatchObject({
    code: 'price_card_invalid',
    message: 'Row 5, rate: not the list price of the USD card from 2027-01-01, 0.006800.',
    details: { row: 5, column: 'rate', value: '0.007000' },
  });
});

test('a try without a store makes none', async () => {
  expect(await items('price', 'import', csv('rates.csv', RATES), ...DAY, '--dry-run')).toMatchObject([{ result: 'added' }]);
  expect((await world.run('price', 'import', csv('rates.csv', RATES), ...DAY, '--dry-run')).out).toContain('nothing was written');
  expect(existsSync(world.db)).toBe(false);
});
