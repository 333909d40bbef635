// bill-reconcile against the emulator over HTTP: a month that matches, and each way in which one does not.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workbook } from '../../send/workbooks.ts';
import { createWorld, type Ran, type World } from '../../world.ts';
import { providerTells } from '../inbound.ts';
import { type BilledShop, openBilledShop } from '../billed-shop.ts';
import { cardFile } from '../card-file.ts';

const GERMAN = '+4915112345678';
const AUSTRIAN = '+436601234567';
let world: World;
let shop: BilledShop;

beforeEach(async () => {
  world = createWorld();
  world.setClock('2026-10-05T09:00:00Z');
  shop = await openBilledShop(world);
  for (const to of [GERMAN, AUSTRIAN])
    await shop.run('contact', 'add', to, '--language', 'en_US', '--opt-in', 'utility,marketing', '--source', 'web');
});
afterEach(async () => {
  await shop.close();
  world.close();
});

/** Sends one, and lets it be delivered; its id. */
async function send(to: string): Promise<string> {
  const { json } = await shop.run('send', 'hello_world', '--to', to, '--json');
  const [message] = json()['messages'] as readonly { readonly id: string }[];
  await shop.act('clock', { advance: '1m' });
  return message?.id ?? '';
}

const reconcile = (...more: readonly string[]) => shop.run('bill-reconcile', '--provider', '--month', '2026-10', '--json', ...more);

type Item = Readonly<Record<string, unknown>> & { readonly verdict: string };
const items = ({ json }: Ran) => json()['items'] as readonly Item[];
const differing = (ran: Ran) => items(ran).filter(({ verdict }) => verdict !== 'matched');
const file = (name: string, text: string): string => {
  const path = join(world.directory, name);
  writeFileSync(path, text);
  return path;
};

describe('with the provider', () => {
  it('a clean month matches to the micro, line by line', async () => {
    await send(GERMAN);
    await send(AUSTRIAN);
    await shop.moveTo('2026-10-06T09:00:00Z');
    await send(GERMAN);
    await send(GERMAN);
    const ran = await reconcile();
    expect([ran.code, ran.json()]).toMatchObject([
      0,
      {
        result: 'matched',
        counts: { lines: 3, matched: 3 },
        totals: { ours_units: 4, theirs_units: 4, difference: '0.000000' },
        items: [
          { line: '2026-10-05/Germany/DE/utility/regular', ours_units: 1, ours: '0.055000', theirs: '0.055000', difference: '0.000000' },
          { line: '2026-10-05/Rest of Western Europe/AT/utility/regular', verdict: 'matched', message_ids: [] },
          { line: '2026-10-06/Germany/DE/utility/regular', ours_units: 2, theirs_units: 2, causes: [] },
        ],
      },
    ]);
  });

  it('a lost webhook is only theirs, names the message that waits, and is settled by --adjust once', async () => {
    const known = await send(GERMAN);
    await shop.act('faults', { rates: { lose_webhook: 1 } });
    const lost = await send(GERMAN);
    const ran = await reconcile();
    expect(ran.code).toBe(7);
    expect(differing(ran)).toMatchObject([
      {
        verdict: 'only_theirs',
        ours_units: 1,
        theirs_units: 2,
        difference: '0.055000',
        cause: 'status_missing',
        message_ids: [lost],
      },
    ]);
    expect((await reconcile('--adjust')).code).toBe(2); // no terminal to ask on
    const adjusted = await reconcile('--adjust', '-y', '--by', 'ada');
    expect([adjusted.code, adjusted.json()]).toMatchObject([
      0,
      {
        counts: { accepted: 1, differing: 0 },
        totals: { difference: '0.000000' },
        booked: [{ line: '2026-10-05/Germany/DE/utility/regular', amount: '0.055000', booked_on: '2026-10-05', corrects: null }],
      },
    ]);
    const again = await reconcile('--adjust', '-y');
    expect([again.code, again.json()]).toMatchObject([0, { booked: [], counts: { accepted: 1 } }]);
    const explained = await shop.run('bill-explain', known, '--json');
    expect(explained.json()).toMatchObject({
      item: {
        total: '0.055000',
        accepted: [{ line: '2026-10-05/Germany/DE/utility/regular', amount: '0.055000', booked_on: '2026-10-05', by: 'ada' }],
      },
    });
    expect((await shop.run('bill-explain', known)).out).toContain('0.055000 USD booked on 2026-10-05 by ada, reconciled with the provider');
    expect((await shop.run('bill-explain', lost, '--json')).json()).toMatchObject({ item: { accepted: [] } });
    expect((await shop.run('verify')).code).toBe(0);
    expect((await shop.run('bill-report', '--month', '2026-10', '--json')).json()).toMatchObject({
      totals: [{ charged: '0.055000', adjusted: '0.055000', total: '0.110000' }],
    });
  });

  it('takes back what was accepted when the status comes after all', async () => {
    await shop.act('faults', { rates: { lose_webhook: 1 } });
    const lost = await send(GERMAN);
    await reconcile('--adjust', '-y');
    await providerTells(world, lost, 'delivered', { type: 'regular', category: 'utility' });
    const ran = await reconcile();
    expect(differing(ran).map(({ verdict, difference }) => [verdict, difference])).toEqual([['price_differs', '-0.055000']]);
    expect((await reconcile('--adjust', '-y')).json()).toMatchObject({ counts: { matched: 1 }, booked: [{ amount: '-0.055000' }] });
  });

  it('another price in our card is a price that differs, with both prices in words', async () => {
    const card = ['Germany', 'Rest of Western Europe'].map((market) => `${market},utility,USD,2026-10-02,0,MAX,0.06`);
    await shop.run('price', 'import', cardFile(world, ...card));
    const id = await send(GERMAN);
    const [item] = differing(await reconcile());
    expect(item).toMatchObject({ verdict: 'price_differs', ours: '0.060000', theirs: '0.055000', cause: 'other_price', message_ids: [id] });
    const { out } = await shop.run('bill-reconcile', '--provider', '--month', '2026-10');
    expect(out).toContain('a message costs 0.055000 there and 0.060000 here');
    expect(out).toContain(id);
    expect(out).toContain('The books differ: ours 0.060000 USD, theirs 0.055000, difference -0.005000.');
  });

  it('what a person took off is told as such', async () => {
    const id = await send(GERMAN);
    await shop.run('bill-adjust', id, '--amount', '-0.055', '--reason', 'goodwill');
    expect(differing(await reconcile())).toMatchObject([{ verdict: 'price_differs', cause: 'by_hand', difference: '0.055000' }]);
  });

  it('a closed month is corrected in an open one, and matches', async () => {
    await shop.act('faults', { rates: { lose_webhook: 1 } });
    await send(GERMAN);
    await shop.moveTo('2026-11-03T09:00:00Z');
    await shop.run('bill-close', '2026-10', '-y');
    expect((await reconcile('--adjust', '-y')).json()).toMatchObject({
      result: 'matched',
      booked_elsewhere: 1,
      booked: [{ booked_on: '2026-11-03', corrects: '2026-10', amount: '0.055000' }],
    });
    expect((await shop.run('bill-reconcile', '--provider', '--month', '2026-10')).out).toContain(
      '\n2026-10: 1 entry of it is booked in another month, where bill-report has it.\n',
    );
    expect((await shop.run('verify')).code).toBe(0);
  });

  it('is refused for a month that has not begun, and for a sandbox', async () => {
    expect(await world.failure('bill-reconcile', '--provider', '--month', '2026-11', '--sender', 'shop')).toMatchObject({
      code: 'invalid_input',
      details: { option: 'month' },
    });
    expect(await world.failure('bill-reconcile', '--provider', '--month', '2026-10')).toMatchObject({ code: 'invalid_input', exit: 2 });
    expect(await world.failure('bill-reconcile', '--month', '2026-10')).toMatchObject({ code: 'usage', exit: 2 });
  });

  it('a provider that does not answer is exit 10, and a refused token exit 9', async () => {
    world.env['SHOP_TOKEN'] = 'EAAwrong';
    expect(await world.failure('bill-reconcile', '--provider', '--month', '2026-10', '--sender', 'shop')).toMatchObject({
      code: 'token_rejected',
      exit: 9,
    });
    await shop.close();
    expect(await world.failure('bill-reconcile', '--provider', '--month', '2026-10', '--sender', 'shop')).toMatchObject({
      code: 'provider_unreachable',
      exit: 10,
    });
  });
});

describe('with a file', () => {
  const invoice = (path: string, ...more: readonly string[]) => shop.run('bill-reconcile', path, '--month', '2026-10', '--json', ...more);

  it('columns are found by name, and a month by market matches', async () => {
    await send(GERMAN);
    await send(AUSTRIAN);
    const path = file('invoice.csv', 'Cost;Volume;Category;Market;Month;Note\n0.055;1;UTILITY;Germany;2026-10;x\n');
    const ran = await invoice(path);
    expect([ran.code, items(ran).map(({ line, verdict, cause }) => [line, verdict, cause])]).toEqual([
      7,
      [
        ['2026-10/Germany/*/utility/regular', 'matched', null],
        ['2026-10/Rest of Western Europe/AT/utility/regular', 'only_ours', 'not_billed_yet'],
      ],
    ]);
  });

  it('a workbook is read like a CSV file', async () => {
    await send(GERMAN);
    const path = join(world.directory, 'invoice.xlsx');
    writeFileSync(
      path,
      workbook([
        ['Month', 'Market', 'Category', 'Volume', 'Cost'],
        ['2026-10', 'Germany', 'UTILITY', { figure: '1' }, { figure: '0.055' }],
      ]),
    );
    const ran = await invoice(path);
    expect([ran.code, items(ran).map(({ line, verdict }) => [line, verdict])]).toEqual([
      0,
      [['2026-10/Germany/*/utility/regular', 'matched']],
    ]);
  });

  it('a row that cannot be read is named with its column', async () => {
    const path = file('bad.csv', 'day,country,category,volume,cost\n2026-10-05,DE,UTILITY,1,0.055\n2026-10-05,DE,UTILITY,one,0.055\n');
    const failure = await world.failure('bill-reconcile', path, '--month', '2026-10', '--sender', 'shop');
    expect(failure).toMatchObject({ code: 'file_invalid', exit: 2, details: { row: 3, column: 'volume' } });
    expect(failure.message).toContain("row 3, column volume: 'one' is not a whole number");
  });

  it('is refused for a month that has not begun, and so are options that it would pass over', async () => {
    const path = file('invoice.csv', 'month,market,category,volume,cost\n2026-11,Germany,UTILITY,1,0.055\n');
    const compare = (...more: readonly string[]) => world.failure('bill-reconcile', ...more, '--sender', 'shop');
    expect(await compare(path, '--month', '2026-11', '--adjust', '-y')).toMatchObject({
      code: 'invalid_input',
      details: { option: 'month' },
    });
    expect(await compare('--provider', '--month', '2026-10', '--number', '15550001')).toMatchObject({ code: 'usage', exit: 2 });
  });

  it('a file of more rows than any invoice has is refused', async () => {
    const path = file('huge.csv', `day,country,category,volume,cost\n${'2026-10-05,DE,UTILITY,1,0.055\n'.repeat(200_001)}`);
    const failure = await world.failure('bill-reconcile', path, '--month', '2026-10', '--sender', 'shop');
    expect(failure).toMatchObject({ code: 'file_invalid', message: expect.stringContaining('more than 200000 rows') as string });
  });
});
