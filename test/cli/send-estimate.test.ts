// What a dry run says that a send may come to.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../world.ts';
import { cardFile } from './card-file.ts';

const [ADA, GRACE, CAETANO] = ['+4915112340001', '+4915112350001', '+5511987650001'] as const;

let world: World;

beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  const people = [ADA, GRACE, CAETANO].map((phone) => `${phone},en_US,utility marketing,web`);
  await world.run('contact', 'import', file('people.csv', `phone,language,opt_in,source\n${people.join('\n')}\n`));
});
afterEach(() => world.close());

function file(name: string, content: string): string {
  const path = join(world.directory, name);
  writeFileSync(path, content);
  return path;
}

function send(...options: readonly string[]) {
  const orders = [ADA, GRACE, CAETANO, '+4915199999999'].map((to, index) => `${to},Ada,A-${index}\n`).join('');
  return world.run('send', 'order_shipped', '--from', file('orders.csv', `to,name,order\n${orders}`), '--campaign', 'autumn', ...options);
}

it('is by market and category what would be admitted, and changes nothing', async () => {
  const { code, json } = await send('--dry-run', '--json');
  expect(code).toBe(3);
  const { estimate, estimate_totals, amounts } = json();
  expect(estimate).toEqual([
    {
      market: 'Germany',
      category: 'utility',
      currency: 'USD',
      units: 2,
      bid_cap: null,
      min: '0.110000',
      expected: '0.110000',
      max: '0.110000',
    },
    {
      market: 'Brazil',
      category: 'utility',
      currency: 'USD',
      units: 1,
      bid_cap: null,
      min: '0.006800',
      expected: '0.006800',
      max: '0.006800',
    },
  ]);
  expect(estimate_totals).toEqual([{ currency: 'USD', units: 3, min: '0.116800', expected: '0.116800', max: '0.116800' }]);
  expect(amounts).toMatchObject([{ reserved: '0.116800' }]);
  expect((await world.run('message', 'list', '--json')).json()['items']).toEqual([]);
});

it('is a table below the counts, and is not there for a send', async () => {
  expect((await send('--dry-run')).out).toMatch(
    /\nMARKET +CATEGORY .*\nGermany +utility +2 .*\nBrazil .*\ntotal +3 +0\.116800 +0\.116800 +0\.116800 +USD\n/,
  );
  const sent = await send('--json');
  expect(sent.json()).not.toHaveProperty('estimate');
  expect((await send('--dry-run')).out).not.toContain('MARKET'); // all duplicates
});

it('expects nothing for what is free in a window that is open, up to the day on which that ended', async () => {
  world.setClock('2026-09-30T12:00:00Z');
  await world.run('webhook', 'trigger', 'inbound', '--from', ADA, '--text', 'When does it come?');
  const germany = async () => {
    const { estimate } = (await send('--dry-run', '--json')).json() as { readonly estimate: readonly object[] };
    return estimate[0];
  };
  expect(await germany()).toMatchObject({ units: 2, expected: '0.055000', max: '0.110000' });
  world.setClock('2026-10-01T11:00:00Z');
  expect(await germany()).toMatchObject({ units: 2, expected: '0.110000', max: '0.110000' });
});

it('goes on from the volume tier that the month has reached', async () => {
  const card = [
    'Germany,utility,AUD,2026-01-01,0,1,0.05',
    'Germany,utility,AUD,2026-01-01,2,MAX,0.04',
    'Brazil,utility,AUD,2026-01-01,0,MAX,0.01',
  ];
  await world.run('price', 'import', cardFile(world, ...card));
  await world.run('sender', 'add', 'au', '--transport', 'sandbox', '--currency', 'AUD');
  for (const language of ['de', 'en_US'])
    await world.run('template', 'add', `src/catalog/templates/order_shipped.${language}.json`, '--sender', 'au');
  for (const phone of [ADA, GRACE]) await world.run('opt-in', phone, '--purpose', 'utility', '--source', 'web', '--sender', 'au');
  const first = await send('--dry-run', '--sender', 'au', '--json');
  expect(first.json()['estimate']).toMatchObject([{ market: 'Germany', units: 2, min: '0.090000', expected: '0.090000', max: '0.100000' }]);
  const order = ['--param', 'name=Ada', '--param', 'order=A-17'];
  await world.run('send', 'order_shipped', '--to', ADA, ...order, '--sender', 'au');
  const second = await send('--dry-run', '--sender', 'au', '--json');
  expect(second.json()['estimate']).toMatchObject([
    { market: 'Germany', units: 2, min: '0.080000', expected: '0.080000', max: '0.100000' },
  ]);
});

it('is there for recipients of the command line too', async () => {
  const { json } = await world.run('send', 'summer_sale', '--to', ADA, '--param', 'name=Ada', '--param', 'code=SUN', '--dry-run', '--json');
  expect(json()['estimate']).toMatchObject([{ market: 'Germany', category: 'marketing', units: 1, expected: '0.136500' }]);
});

it.each([
  ['2026-08-01T12:00:00Z', '0.000000'],
  ['2026-09-20T12:00:00Z', '0.055000'],
])('a free-form answer of %s, which is free and has no price yet, may come to %s', async (time, max) => {
  world.setClock(time);
  await world.run('webhook', 'trigger', 'inbound', '--from', ADA, '--text', 'When does it come?');
  const { json } = await world.run('send', '--text', 'Tomorrow.', '--to', ADA, '--dry-run', '--json');
  expect(json()).toMatchObject({
    amounts: [{ reserved: max }],
    estimate: [{ category: 'service', units: 1, min: '0.000000', expected: '0.000000', max }],
    estimate_totals: [{ units: 1, expected: '0.000000', max }],
  });
});
