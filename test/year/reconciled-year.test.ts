// A year against the emulator, over HTTP: twelve months with the change of the rules in October, both clock changes, volume tiers, the monthly allowance, windows,
// and webhooks that are lost, late, doubled and out of order. What we charged is what the provider's analytics billed, line by line.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nextDay, type Day, type Month, monthDays, monthOf, lastDayOf } from '../../src/values/time.ts';
import { type BilledShop, openBilledShop } from '../cli/billed-shop.ts';
import { createWorld, type World } from '../world.ts';

const MONTHS = Array.from(
  { length: 12 },
  (_, index) => `${index < 6 ? 2026 : 2027}-${String(((index + 6) % 12) + 1).padStart(2, '0')}` as Month,
);

const MARKETS = ['Germany', 'Rest of Western Europe', 'France', 'Brazil'];
const DAY_MS = 86_400_000;

/** In July and, at other prices, in October: utility in three tiers, marketing and service in one. */
const CARD = [
  'market,category,currency,effective_from,tier_from,tier_to,rate',
  ...[
    ['2026-07-01', '0.0550', '0.0510', '0.0470', '0.1365'],
    ['2026-10-01', '0.0560', '0.0533', '0.0499', '0.1419'],
    ['2027-01-01', '0.0570', '0.0541', '0.0507', '0.1421'],
  ].flatMap(([from, first, second, third, marketing]) =>
    MARKETS.flatMap((market) => [
      `${market},utility,USD,${from},0,20,${first}`,
      `${market},utility,USD,${from},21,45,${second}`,
      `${market},utility,USD,${from},46,MAX,${third}`,
      `${market},marketing,USD,${from},0,MAX,${marketing}`,
      `${market},service,USD,${from},0,MAX,${first}`,
    ]),
  ),
].join('\n');

/** Numbers that are read (0000), fail later (0003), are or are never reported (0007), among others that are delivered. */
const PEOPLE = [
  ...Array.from({ length: 18 }, (_, index) => `+4915111${String(20_000 + index)}1`),
  ...Array.from({ length: 6 }, (_, index) => `+43660${String(2_000_000 + index * 11)}`),
  ...Array.from({ length: 6 }, (_, index) => `+3361234${String(5_100 + index)}`),
  ...Array.from({ length: 4 }, (_, index) => `+55119${String(81_230_010 + index)}`),
  '+4915110000000',
  '+4915110000003',
  '+4915110000007',
];
const WRITERS = PEOPLE.slice(0, 12);

const FAULTS = {
  seed: 11,
  latency_ms: [1_000, 3_600_000] as [number, number],
  rates: {
    lose_webhook: 0.02,
    duplicate_webhook: 0.05,
    reorder: 0.05,
    no_pricing: 0.02,
    delay: { rate: 0.04, delay_ms: 5 * DAY_MS },
    http_500_after: 0.02,
    reset_after: 0.01,
  },
};

let world: World;
let shop: BilledShop;

beforeAll(async () => {
  world = createWorld();
  world.setClock('2026-07-01T08:00:00+02:00');
  const account = { time_zone: 'Europe/Berlin', price_cards: CARD };
  shop = await openBilledShop(
    world,
    { scenario: { ...FAULTS, service_units_used: 985, account } },
    '--time-zone',
    'Europe/Berlin',
    '--rate',
    '1000',
  );
  writeFileSync(join(world.directory, 'card.csv'), CARD);
  writeFileSync(
    join(world.directory, 'people.csv'),
    ['phone,language,opt_in,source', ...PEOPLE.map((to) => `${to},en_US,"utility,marketing",web`)].join('\n'),
  );
  await shop.run('price', 'import', join(world.directory, 'card.csv'), '--replace');
  await shop.run('contact', 'import', join(world.directory, 'people.csv'));
  await shop.run('template', 'add', 'src/catalog/templates/summer_sale.en_US.json');
  await shop.run('template', 'push', 'summer_sale');
  for (const month of MONTHS) await live(month);
  await shop.moveTo('2027-07-20T12:00:00+02:00');
}, 900_000); // two minutes on a machine that has nothing else to do

afterAll(async () => {
  await shop.close();
  world.close();
});

type Json = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<'line' | 'type' | 'verdict', string>> & {
  readonly causes: readonly { readonly code: string }[];
  readonly difference: string;
  readonly ours_units: number;
  readonly theirs_units: number;
  readonly message_ids: readonly string[];
};

/** The lines of each month when it was compared first. */
const found = new Map<Month, readonly Item[]>();

/** A month: three days of sending, the last of them until after midnight (but for the last month); then it is closed, and compared when all that is late has come. */
async function live(month: Month): Promise<void> {
  const { from, to } = monthDays(month);
  const last = lastDayOf(month);
  for (const [day, hour] of [
    [nextDay(from), '10:15'],
    [`${month}-17` as Day, '12:00'],
    [last, month === MONTHS.at(-1) ? '09:00' : '21:40'],
  ] as const) {
    await shop.moveTo(`${day}T${hour}:00Z`);
    await sendAll(day);
  }
  await shop.moveTo(`${nextDay(to)}T09:00:00Z`);
  await shop.run('bill-close', month, '-y');
  await shop.moveTo(`${monthOf(to)}-12T09:00:00Z`);
  const compared = await shop.run('bill-reconcile', '--provider', '--month', month, '--json');
  found.set(month, compared.json()['items'] as readonly Item[]);
}

async function sendAll(day: Day): Promise<void> {
  for (const from of WRITERS.slice(0, 8)) await shop.act('inbound', { from, type: 'text', text: 'Where is my parcel?' });
  for (const from of WRITERS.slice(8))
    await shop.act('inbound', { from, type: 'text', text: 'I saw your ad', referral: { source_type: 'ad', source_id: '1' } });
  await shop.act('clock', { advance: '0s' });
  for (const to of WRITERS) await shop.run('send', '--text', `We look into it (${day})`, '--to', to);
  await shop.act('clock', { advance: '10m' });
  for (const template of ['hello_world', 'summer_sale']) {
    const file = join(world.directory, `${day}-${template}.csv`);
    const rows = PEOPLE.map((to) => (template === 'hello_world' ? to : `${to},Ada,SUN`));
    writeFileSync(file, [template === 'hello_world' ? 'to' : 'to,name,code', ...rows].join('\n'));
    await shop.run('send', template, '--from', file, '--campaign', `${day}-${template}`, '-q');
  }
}

/** What the emulator billed, asked for in another way than the command does: the whole time at once. */
async function billedMicros(): Promise<number> {
  const [start, end] = [Date.parse('2026-06-30T22:00:00Z') / 1_000, Date.parse('2027-06-30T22:00:00Z') / 1_000];
  const fields = `pricing_analytics.start(${start}).end(${end}).granularity(MONTHLY).dimensions([COUNTRY,TIER,PRICING_TYPE])`;
  const answer = await fetch(`${shop.url}/v26.0/${shop.wabaId}?fields=${encodeURIComponent(fields)}`, {
    headers: { authorization: `Bearer ${shop.accessToken}` },
  });
  const { pricing_analytics: analytics } = (await answer.json()) as {
    pricing_analytics: { data: [{ data_points: readonly { cost: number }[] }] };
  };
  return analytics.data[0].data_points.reduce((sum, { cost }) => sum + Math.round(cost * 1e6), 0);
}

/** More than so many lines of each type, or something is not compared at all. */
const CHECKED = { free_customer_service: 10, free_entry_point: 10, volume_discount: 10, regular: 300 };

/** A status that told no price leaves it to our own rule; all else is lost. */
const LIKELY = new Set(['status_missing', 'own_rule', 'told_otherwise']);

it('matches but for what was lost on the way, whose messages are named', () => {
  const all = [...found.values()].flat();
  for (const [type, least] of Object.entries(CHECKED))
    expect([type, all.filter((item) => item.type === type).length > least]).toEqual([type, true]);
  const differing = all.filter(({ verdict }) => verdict !== 'matched');
  expect(differing.length).toBeLessThan(all.length / 5);
  expect(differing.length).toBeGreaterThan(10);
  const lost = differing.filter(({ type }) => type !== 'volume_discount');
  // Where `delivered` was lost and `read` came after midnight, a message stands on another day, which may be of the month before.
  const unclear = lost.filter(({ causes }) => !causes.some(({ code }) => LIKELY.has(code)));
  expect(unclear.length).toBeLessThan(lost.length / 20);
  for (const { line, verdict, ours_units: ours, theirs_units: theirs, message_ids: ids } of lost)
    if (verdict === 'only_theirs') expect([line, ids.length >= theirs - ours]).toEqual([line, true]);
});

it('after accepting, what we charged is what was billed, in every month and in all, and the books are right', async () => {
  for (const month of MONTHS) {
    const { json } = await shop.run('bill-reconcile', '--provider', '--month', month, '--adjust', '-y', '--json');
    const left = (json()['items'] as readonly Item[]).filter(({ verdict }) => verdict !== 'matched' && verdict !== 'accepted');
    // What is left are counts of free messages, which cannot be booked: never heard of, or without a word on the price where the answer itself opened a free entry point.
    for (const { line, verdict, difference } of left)
      expect([line, ['only_theirs', 'category_differs'].includes(verdict), difference]).toEqual([line, true, '0.000000']);
    expect(left.every(({ type }) => type.startsWith('free_'))).toBe(true);
    expect([month, (json()['totals'] as Json)['difference']]).toEqual([month, '0.000000']);
  }
  // The discount of what came after the last month was closed is booked with the next one.
  await shop.moveTo('2027-08-02T12:00:00Z');
  await shop.run('bill-close', '2027-07', '-y');
  expect((await shop.run('verify', '--json')).json()).toMatchObject({ result: 'good', violations: 0 });
  const bill = (await shop.run('bill-report', '--from', '2026-07-01', '--to', '2027-09-01', '--json')).json();
  const [{ total }] = bill['totals'] as [{ total: string }];
  expect(total).toBe(((await billedMicros()) / 1e6).toFixed(6));
});
