// Price cards in the store, brought and shown as a user does. Quotes have a file of their own.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PRICE_CARD_COLUMNS } from '../../../src/domain/price-card.ts';
import { createWorld, type World } from '../../world.ts';
import { cardFile } from '../card-file.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

const card = (...lines: readonly string[]): string => cardFile(world, ...lines);

async function json(...argv: readonly string[]) {
  const ran = await world.run(...argv, '--json');
  expect(ran.err).toBe('');
  return {
    code: ran.code,
    ...(ran.json() as Readonly<Record<string, unknown>> & {
      readonly items: readonly Readonly<Record<string, unknown>>[];
    }),
  };
}

describe('price builtin', () => {
  it('brings every currency once, and keeps what the store has of its own', async () => {
    const own = card('Germany,utility,EUR,2026-10-01,0,MAX,0.0400');
    await world.run('price', 'import', own);
    const first = await json('price', 'builtin');
    expect(first.items).toContainEqual(expect.objectContaining({ currency: 'COP', effective_from: '2026-10-01', result: 'added' }));
    expect(first.items).toContainEqual(expect.objectContaining({ currency: 'USD', effective_from: '2026-10-01', result: 'unchanged' }));
    expect(first.items).toContainEqual(expect.objectContaining({ currency: 'EUR', effective_from: '2026-10-01', result: 'kept' }));
    const again = await json('price', 'builtin');
    expect(new Set(again.items.map(({ result }) => result))).toEqual(new Set(['unchanged', 'kept']));
    const replaced = await json('price', 'builtin', '--replace');
    expect(replaced.items).toContainEqual(expect.objectContaining({ currency: 'EUR', effective_from: '2026-10-01', result: 'replaced' }));
  });
});

describe('price import', () => {
  it('adds the cards of a file, and the same file again changes nothing', async () => {
    const path = card('Germany,utility,EUR,2027-01-01,0,MAX,0.0400', 'Germany,utility,USD,2027-01-01,0,MAX,0.0500');
    expect(await json('price', 'import', path, '--source', 'my own figures')).toMatchObject({
      code: 0,
      schema: 'tollbell.price-import/1',
      items: [
        { currency: 'EUR', effective_from: '2027-01-01', rates: 1, source: 'my own figures', result: 'added' },
        { currency: 'USD', effective_from: '2027-01-01', rates: 1, result: 'added' },
      ],
    });
    expect((await json('price', 'import', path)).items.map(({ result }) => result)).toEqual(['unchanged', 'unchanged']);
  });

  it('names what only the card before has: markets, prices, tiers', async () => {
    const before = [
      'Germany,utility,EUR,2027-01-01,0,1000,0.04',
      'Germany,utility,EUR,2027-01-01,1001,MAX,0.03',
      'Germany,marketing,EUR,2027-01-01,0,MAX,0.1',
      'Brazil,utility,EUR,2027-01-01,0,MAX,0.01',
    ];
    const later = 'Germany,utility,EUR,2027-04-01,0,MAX,0.04';
    const losses = { before: '2027-01-01', missing_markets: ['Brazil'], missing_prices: 1, lost_tiers: 1 };
    expect((await json('price', 'import', card(...before, later), '--dry-run')).items).toMatchObject([
      { before: null, missing_markets: [], missing_prices: 0, lost_tiers: 0 },
      losses,
    ]);
    expect((await world.run('price', 'import', card(...before))).out).not.toContain('the card before');
    expect((await world.run('price', 'import', card(later))).out).toMatch(
      new RegExp(
        '\\nEUR from 2027-04-01: 1 market of the card before, from 2027-01-01, is missing: no price from then on.\\n' +
          'EUR from 2027-04-01: 1 price of the card before, from 2027-01-01, is missing in markets that it has: no price from then on.\\n' +
          'EUR from 2027-04-01: 1 price with volume tiers in the card before, from 2027-01-01, has none: list price for any volume, until .*\\n$',
      ),
    );
  });

  it('corrects a card only when it is told to, and nothing else before', async () => {
    await world.run('price', 'import', card('Germany,utility,EUR,2027-01-01,0,MAX,0.0400'));
    const corrected = card('Germany,utility,AUD,2027-01-01,0,MAX,0.0600', 'Germany,utility,EUR,2027-01-01,0,MAX,0.0410');
    expect(await world.failure('price', 'import', corrected)).toMatchObject({ exit: 2, code: 'price_card_conflict' });
    expect((await json('price', 'list', '--currency', 'AUD')).items).toEqual([]);
    expect((await json('price', 'import', corrected, '--replace')).items.map(({ result }) => result)).toEqual(['added', 'replaced']);
    expect((await json('price', 'show', 'EUR', '--day', '2027-01-01')).items).toMatchObject([{ rate: '0.041000' }]);
  });

  it('takes semicolons, quotes, a byte order mark and lines that end as Windows ends them', async () => {
    const text = `\ufeff${PRICE_CARD_COLUMNS.join(';')}\r\n"Germany";utility;EUR;2027-01-01;0;;0.04\r\n`;
    expect((await world.pipe(text, 'price', 'import', '-', '--json')).json()).toMatchObject({ items: [{ currency: 'EUR', rates: 1 }] });
  });

  it('takes what price show writes', async () => {
    await world.run('price', 'builtin');
    const { out } = await world.run('price', 'show', 'USD', '--format', 'csv');
    const again = await world.pipe(out, 'price', 'import', '-', '--json');
    expect(again.json()).toMatchObject({ items: [{ currency: 'USD', effective_from: '2026-10-01', result: 'unchanged' }] });
  });

  it.each([
    ['a negative rate', 'Germany,utility,EUR,2027-01-01,0,MAX,-1', 'price_card_invalid', /Row 2, rate/],
    ['a market that there is not', 'Bavaria,utility,EUR,2027-01-01,0,MAX,1', 'unknown_market', /Row 2, market/],
    ['a blank line in between', '\nGermany,utility,EUR,2027-01-01,0,MAX,1', 'price_card_invalid', /Row 2 has 1/],
    ['a quote without end', '"Germany,utility,EUR,2027-01-01,0,MAX,1', 'file_invalid', /never closes/],
  ])('refuses %s and writes nothing', async (_, line, code, message) => {
    const error = await world.failure('price', 'import', card(line));
    expect(error).toMatchObject({ exit: 2, code });
    expect(error.message).toMatch(message);
    expect(existsSync(world.db)).toBe(false);
  });

  it('refuses a file of another kind', async () => {
    const path = join(world.directory, 'card.xlsx');
    writeFileSync(path, Buffer.from([0x50, 0x4b, 0x03, 0x04, 0xff, 0xfe, 0x00]));
    const error = await world.failure('price', 'import', path);
    expect(error).toMatchObject({ exit: 2, code: 'file_invalid' });
    expect(error.message).toContain('a workbook');
    writeFileSync(path, Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0x00]));
    expect((await world.failure('price', 'import', path)).hint).toBe(
      'It is named like a workbook, and is none that can be read: open it in a spreadsheet program and save the sheet as CSV (UTF-8).',
    );
    writeFileSync(path, '');
    expect(await world.failure('price', 'import', path)).toMatchObject({ exit: 2, code: 'price_card_invalid' });
  });
});

describe('price list and price show', () => {
  it('are empty without a store, and make none', async () => {
    expect(await json('price', 'list')).toMatchObject({ items: [], next: null });
    expect(await json('price', 'show')).toMatchObject({ currency: 'USD', day: '2026-11-22', source: null, items: [] });
    expect((await world.run('price', 'list')).out).toBe('No price cards.\n');
    expect((await world.run('price', 'show', 'EUR')).out).toMatch(/^No EUR rates on 2026-11-22/);
    expect(existsSync(world.db)).toBe(false);
  });

  it('show the card that is in force on the day, in the currency of the sender', async () => {
    await world.run('price', 'builtin');
    await world.run('sender', 'add', 'shop', '--transport', 'sandbox', '--currency', 'EUR');
    expect(await json('price', 'show', '--market', 'Germany', '--category', 'utility', '--sender', 'shop')).toMatchObject({
      currency: 'EUR',
      items: [{ effective_from: '2026-10-01', tier_from: 0, tier_to: null, rate: '0.045600' }],
    });
    expect((await json('price', 'show', '--day', '2026-09-30')).items[0]).toMatchObject({ effective_from: '2026-07-01' });
    expect((await json('price', 'show', '--day', '2026-06-30')).items).toEqual([]);
    expect((await json('price', 'list', '--currency', 'usd')).items).toMatchObject([
      { currency: 'USD', effective_from: '2026-07-01' },
      { currency: 'USD', effective_from: '2026-10-01', added_at: '2026-11-22T12:00:00Z' },
    ]);
  });

  it('say where a tier ends', async () => {
    const path = card(
      'Germany,utility,AUD,2026-01-01,0,1000,0.05',
      'Germany,utility,AUD,2026-01-01,1001,MAX,0.04',
      'Brazil,utility,AUD,2026-01-01,0,,0.01',
    );
    await world.run('price', 'import', path);
    const { out } = await world.run('price', 'show', 'AUD');
    expect(out).toMatch(/Germany +utility +0 to 1000 +0\.050000\n/);
    expect(out).toMatch(/Germany +utility +1001 and more +0\.040000\n/);
    expect(out).toMatch(/Brazil +utility +0 to an end not told +0\.010000\n/);
    expect((await world.run('price', 'show', 'AUD', '--market', 'India')).out).toBe('No such rates in the AUD card from 2026-01-01.\n');
  });

  it('refuse a market that there is not', async () => {
    expect(await world.failure('price', 'show', '--market', 'Atlantis')).toMatchObject({ exit: 2, code: 'unknown_market' });
  });

  it('refuse a currency that nobody bills in', async () => {
    expect(await world.failure('price', 'show', 'XYZ')).toMatchObject({ exit: 2, code: 'invalid_input' });
    expect(await world.failure('price', 'show', '--day', '2026-02-30')).toMatchObject({ exit: 2, code: 'invalid_input' });
  });
});
