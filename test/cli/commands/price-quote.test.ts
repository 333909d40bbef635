// Quotes of people and of files, as a user asks for them.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';
import { cardFile } from '../card-file.ts';

const GERMAN = '+4915112345678';
const BRAZILIAN = '+5511987654321';
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

describe('price quote', () => {
  it('adds up what messages cost, to the last micro-unit', async () => {
    await world.run('price', 'builtin');
    expect(await json('price', 'quote', 'utility', '--to', GERMAN, '--to', BRAZILIAN, '--units', '3')).toEqual({
      code: 0,
      schema: 'tollbell.price-quote/1',
      sender: 'sandbox',
      template: null,
      category: 'utility',
      day: '2026-11-22',
      items: [
        {
          to: GERMAN,
          market: 'Germany',
          category: 'utility',
          currency: 'USD',
          rate: '0.055000',
          bid_cap: null,
          units: 3,
          total: '0.165000',
          effective_from: '2026-10-01',
          basis: 'list_open_ended',
          month_units: 0,
          tier_from: 0,
          tier_rate: '0.055000',
          reason: null,
        },
        expect.objectContaining({ to: BRAZILIAN, market: 'Brazil', rate: '0.006800', total: '0.020400' }),
      ],
      next: null,
      totals: [{ currency: 'USD', units: 6, total: '0.185400' }],
      estimate: [
        {
          market: 'Germany',
          category: 'utility',
          currency: 'USD',
          units: 3,
          bid_cap: null,
          min: '0.165000',
          expected: '0.165000',
          max: '0.165000',
        },
        {
          market: 'Brazil',
          category: 'utility',
          currency: 'USD',
          units: 3,
          bid_cap: null,
          min: '0.020400',
          expected: '0.020400',
          max: '0.020400',
        },
      ],
      estimate_totals: [{ currency: 'USD', units: 6, min: '0.185400', expected: '0.185400', max: '0.185400' }],
    });
  });

  it('says of a list rate that the card does not tell where its first tier ends', async () => {
    const { out } = await world.run('price', 'quote', 'utility', '--to', GERMAN, '--to', '+4915112345679');
    expect(out.split('list rate; the card does not tell where its first tier ends')).toHaveLength(2);
    expect(out).toContain('total 0.110000 USD for 2 messages');
    expect((await world.run('price', 'quote', 'marketing', '--to', GERMAN)).out).not.toContain('list rate');
  });

  it('shows of several messages what they are estimated at, and which tier the month has reached', async () => {
    await world.run('price', 'import', card('Germany,utility,AUD,2026-01-01,0,1,0.05', 'Germany,utility,AUD,2026-01-01,2,3,0.04'));
    await world.run('sender', 'add', 'au', '--transport', 'sandbox', '--currency', 'AUD');
    await world.run('template', 'add', 'src/catalog/templates/order_shipped.de.json', '--sender', 'au');
    await world.run('contact', 'add', GERMAN, '--opt-in', 'utility', '--source', 'web', '--sender', 'au');
    const quoted = (...argv: readonly string[]) => world.run('price', 'quote', 'utility', '--to', GERMAN, '--sender', 'au', ...argv);
    const send = () => world.run('send', 'order_shipped', '--to', GERMAN, '--param', 'name=Ada', '--param', 'order=A', '--sender', 'au');
    const note = /Germany, utility: (.*)\n/;
    const first = 'list rate, that of the first volume tier; the month has';
    const one = (await quoted()).out;
    expect(note.exec(one)?.[1]).toBe(`${first} 0 charged, and the next one is in that tier`);
    expect(one).not.toContain('Estimate');
    await send();
    const { out } = await quoted('--units', '2');
    expect(note.exec(out)?.[1]).toBe(`${first} 1 charged, and the next one is in the tier from 2 on, at 0.040000`);
    expect(out).toMatch(
      /0\.050000 +2 +0\.100000 .*\n.*\nEstimate\nMARKET .*\nGermany +utility +2 +0\.080000 +0\.080000 +0\.100000 +AUD\n$/,
    );
    expect(await quoted('--units', '2', '--format', 'csv')).toMatchObject({
      out: expect.stringMatching(/^to,[^\n]*\n[^\n]*,list_first_tier,1,2,0\.040000,\n$/) as string,
      err: 'Estimate for 2 messages: min 0.080000, expected 0.080000, max 0.100000 AUD; --json has it by market.\n',
    });
    for (let sent = 1; sent < 3; sent += 1) await send();
    expect(note.exec((await quoted()).out)?.[1]).toBe(
      `${first} 3 charged, and the next one is above the last tier that the card has, at list price`,
    );
  });

  it('quotes without a store, and makes none', async () => {
    expect(await json('price', 'quote', 'marketing', '--to', GERMAN)).toMatchObject({
      sender: 'sandbox',
      items: [{ rate: '0.136500', basis: 'list' }],
    });
    expect(existsSync(world.db)).toBe(false);
  });

  it('takes the category of a template', async () => {
    for (const name of ['summer_sale.en_US', 'order_shipped.de', 'order_shipped.es'])
      await world.run('template', 'add', `src/catalog/templates/${name}.json`);
    expect(await json('price', 'quote', 'summer_sale', '--to', GERMAN)).toMatchObject({ template: 'summer_sale', category: 'marketing' });
    expect(await json('price', 'quote', 'order_shipped', '--to', GERMAN)).toMatchObject({ category: 'utility' });
    expect(await world.failure('price', 'quote', 'nothing', '--to', GERMAN)).toMatchObject({ exit: 2, code: 'unknown_template' });
  });

  it('asks for the language where a template has two categories', async () => {
    const path = join(world.directory, 't.json');
    for (const [language, category] of [
      ['de', 'UTILITY'],
      ['en', 'MARKETING'],
    ]) {
      writeFileSync(path, JSON.stringify({ name: 'news', language, category, components: [{ type: 'BODY', text: 'Hello' }] }));
      await world.run('template', 'add', path);
    }
    expect(await world.failure('price', 'quote', 'news', '--to', GERMAN)).toMatchObject({ exit: 2, code: 'language_required' });
    expect(await json('price', 'quote', 'news', '--to', GERMAN, '--language', 'en')).toMatchObject({ category: 'marketing' });
  });

  it('exits with 4 where there is no price, and shows the others', async () => {
    await world.run('price', 'import', card('Germany,utility,AUD,2026-01-01,0,1000,0.05', 'Germany,utility,AUD,2026-01-01,1001,MAX,0.04'));
    await world.run('sender', 'add', 'au', '--transport', 'sandbox', '--currency', 'AUD');
    const ran = await world.run('price', 'quote', 'utility', '--to', GERMAN, '--to', BRAZILIAN, '--sender', 'au', '--json');
    expect(ran.code).toBe(4);
    expect(ran.err).toContain('No AUD price is known for utility in Brazil');
    expect(ran.json()).toMatchObject({
      items: [
        { rate: '0.050000', basis: 'list_first_tier' },
        { to: BRAZILIAN, rate: null, total: null, effective_from: null, basis: null, reason: 'no_price' },
      ],
      totals: [{ currency: 'AUD', units: 1, total: '0.050000' }],
    });
    const none = await world.run('price', 'quote', 'marketing', '--to', GERMAN, '--sender', 'au');
    expect(none.code).toBe(4);
    expect(none.out).toContain('no price');
  });

  it('follows the day in the zone of the sender', async () => {
    await world.run('sender', 'add', 'berlin', '--transport', 'sandbox', '--time-zone', 'Europe/Berlin');
    const at = ['--at', '2026-09-30T23:00:00Z'];
    expect(await json('price', 'quote', 'marketing', '--to', GERMAN, ...at)).toMatchObject({
      day: '2026-09-30',
      items: [{ effective_from: '2026-07-01' }],
    });
    expect(await json('price', 'quote', 'marketing', '--to', GERMAN, ...at, '--sender', 'berlin')).toMatchObject({
      day: '2026-10-01',
      items: [{ effective_from: '2026-10-01' }],
    });
  });

  it('estimates a file by market: what the month has charged, and what cards that come soon make of it', async () => {
    const rows = [
      'Germany,utility,AUD,2026-01-01,0,1,0.05',
      'Germany,utility,AUD,2026-01-01,2,MAX,0.04',
      'Germany,utility,AUD,2026-12-01,0,MAX,0.02',
      'Brazil,utility,AUD,2026-01-01,0,MAX,0.01',
      'Brazil,utility,AUD,2026-12-01,0,MAX,0.03',
    ];
    await world.run('price', 'import', card(...rows));
    await world.run('sender', 'add', 'au', '--transport', 'sandbox', '--currency', 'AUD');
    const people = `phone,name\n${GERMAN},Ada\n${BRAZILIAN},Caetano\n+4915112345679,Grace\n`;
    const quoted = await world.pipe(people, 'price', 'quote', 'utility', '--from', '-', '--map', 'phone=to', '--sender', 'au', '--json');
    expect(quoted.code).toBe(0);
    expect(quoted.json()).toMatchObject({
      items: [],
      totals: [],
      estimate: [
        { market: 'Germany', units: 2, min: '0.040000', expected: '0.090000', max: '0.100000' },
        { market: 'Brazil', units: 1, min: '0.010000', expected: '0.010000', max: '0.030000' },
      ],
      estimate_totals: [{ currency: 'AUD', units: 3, min: '0.050000', expected: '0.100000', max: '0.130000' }],
    });
  });

  it('reserves authentication abroad at the dearer of its two rates, and expects the one of its sender', async () => {
    const rates = ['authentication,AUD,2026-01-01,0,MAX,0.05', 'authentication-international,AUD,2026-01-01,0,MAX,0.03'];
    await world.run('price', 'import', card(...rates.map((rate) => `Germany,${rate}`)));
    const ids = ['--phone-number-id', '106540352242922', '--waba-id', '102290129340398', '--token-env', 'TOKEN', '--app-secret-env', 'APP'];
    const settings = ['--verify-token-env', 'VERIFY', '--currency', 'AUD', '--auth-international-from', '2026-11-01'];
    await world.run('sender', 'add', 'au', '--transport', 'whatsapp', ...ids, ...settings);
    expect(await json('price', 'quote', 'authentication', '--to', GERMAN, '--sender', 'au')).toMatchObject({
      estimate: [{ category: 'authentication-international', expected: '0.030000', max: '0.050000' }],
    });
  });

  it('shows the estimate of a file as a table, and as lines of CSV', async () => {
    const ndjson = `{"to":"${GERMAN}"}\n{"to":"US.13491208655302741918"}\n{"to":"${GERMAN}","name":"x"}\n`;
    const argv = ['price', 'quote', 'marketing', '--from', '-', '--units', '2'] as const;
    expect((await world.pipe(ndjson, ...argv)).out).toMatch(
      /^MARKET +CATEGORY +UNITS +MIN +EXPECTED +MAX +CURRENCY\nGermany +marketing +4 +0\.546000 +0\.546000 +0\.546000 +USD\nNorth America .*\ntotal +6 /,
    );
    expect((await world.pipe(ndjson, ...argv, '--format', 'csv')).out).toContain('Germany,marketing,USD,4,,0.546000,0.546000,0.546000\n');
    expect(existsSync(world.db)).toBe(false);
  });

  it('shows what of a file has no price, and exits with 4', async () => {
    await world.run('price', 'import', card('Germany,utility,AUD,2026-01-01,0,MAX,0.05'));
    await world.run('sender', 'add', 'au', '--transport', 'sandbox', '--currency', 'AUD');
    const quoted = await world.pipe(`to\n${BRAZILIAN}\n`, 'price', 'quote', 'utility', '--from', '-', '--sender', 'au', '--json');
    expect(quoted).toMatchObject({ code: 4, err: 'No AUD price is known for utility in Brazil on 2026-11-22.\n' });
    expect(quoted.json()).toMatchObject({
      estimate: [{ market: 'Brazil', units: 1, min: null, expected: null, max: null }],
      estimate_totals: [],
    });
  });

  it.each([
    ['without the column to', `phone\n${GERMAN}\n`, 'file_invalid', /no column 'to'.*/],
    ['with a wrong number', `to\n${GERMAN}\n0151\n`, 'rows_invalid', /1 of 2 rows cannot be used.*\n.*row 2, to '0151'/],
    ['with the id of a contact', 'to\n01m81j18g04tk77pf6f4\n', 'rows_invalid', /row 1, to .*: the id of a contact/],
    ['with a row too short', `to,name\n${GERMAN}\n`, 'rows_invalid', /row 1/],
    ['that is empty', '', 'file_invalid', /empty/],
  ])('refuses a file %s', async (_, text, code, message) => {
    const { err, code: exit, out } = await world.pipe(text, 'price', 'quote', 'utility', '--from', '-', '--json');
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    const { error } = JSON.parse(err) as { error: { code: string; message: string; hint: string } };
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.hint).not.toContain('--skip-invalid');
  });

  it('stops in a file when it is told to', async () => {
    world.interrupt();
    expect(await world.pipe(`to\n${GERMAN}\n`, 'price', 'quote', 'utility', '--from', '-')).toMatchObject({ code: 130, out: '' });
  });

  it.each([
    ['no recipient', [], 'invalid_input'],
    ['recipients and a file', ['--to', GERMAN, '--from', '-'], 'invalid_input'],
    ['a format that is none', ['--from', '-', '--input', 'xml'], 'invalid_input'],
    ['a wrong number', ['--to', '0151'], 'invalid_phone'],
    ['no units', ['--to', GERMAN, '--units', '0'], 'invalid_input'],
    ['half a unit', ['--to', GERMAN, '--units', '0.5'], 'invalid_input'],
    ['a time without a zone', ['--to', GERMAN, '--at', '2026-10-01T10:00'], 'invalid_input'],
  ])('refuses %s', async (_, options, code) => {
    expect(await world.failure('price', 'quote', 'utility', ...options)).toMatchObject({ exit: 2, code });
  });
});
