// A whole year of trade: what we charged is what the provider billed, line by line and to the micro. Through both changes of 2026 (the cards of July and of October,
// when service messages and the window began to cost), volume tiers, the monthly allowance, windows, and webhooks that come late, twice, in another order or never.

import { expect, it } from 'vitest';
import { billReport } from '../../src/billing/report.ts';
import { closeMonth } from '../../src/billing/close.ts';
import { type Micros, plus, toMicros, ZERO } from '../../src/values/money.ts';
import { parsePhone, type Phone } from '../../src/values/phone.ts';
import { type Day, DAY_MS, type Instant, type Month, monthDays, parseTimeZone, toInstant, UTC } from '../../src/values/time.ts';
import { instant } from '../conformance/store/fixture.ts';
import { openTrade, type Trade } from './trade.ts';

const HOUR_MS = DAY_MS / 24;
const BERLIN = parseTimeZone('Europe/Berlin') ?? UTC;
const MARKETS = { DE: 'Germany', BR: 'Brazil', IN: 'India', MX: 'Mexico' } as const;
/** Where every status of a delivery comes after its month was closed, and is booked in a later one. */
const LATE_MARKET = MARKETS.MX;
const MONTHS = Array.from({ length: 12 }, (_, index) => `2026-${String(index + 1).padStart(2, '0')}` as Month);

const WEBHOOKS = {
  duplicate_webhook: 0.1,
  reorder: 0.1,
  delay: { rate: 0.1, delay_ms: 3 * DAY_MS },
  skip_delivered: 0.05,
  other_pricing: 0.05,
};

it('charges what the provider billed', { timeout: 300_000 }, async () => {
  const people = phones();
  const trade = await openTrade({
    start: instant('2025-12-31T23:30:00Z'), // half past midnight in Berlin
    timeZone: BERLIN,
    cards: CARDS,
    people,
    scenario: { seed: 7, rates: WEBHOOKS, rules: [{ match: { to: '+52*' }, fault: 'delay', delay_ms: 40 * DAY_MS }] },
  });
  try {
    for (const month of MONTHS) {
      await tradeFor(trade, month, people);
      await close(trade, month);
    }
    await trade.turnTo(instant('2027-02-20T12:00:00Z'));
    for (const month of ['2027-01', '2027-02'] as Month[]) await close(trade, month);
    expect(await ourLines(trade)).toEqual(await theirLines(trade));
  } finally {
    await trade.close();
  }
});

// Four days into the next month, when all statuses but those of the late market have come.
async function close({ store, sender, now, turnTo }: Trade, month: Month): Promise<void> {
  await turnTo(toInstant(startOf(monthDays(month).to.slice(0, 7) as Month) + 4 * DAY_MS));
  await closeMonth(store, { sender, month, at: now(), by: 'the test' });
}

/** Twenty people in each market. The last four digits of a number choose its fate; these are delivered, some read, some fail. */
function phones(): readonly Phone[] {
  const fates = ['0000', '0003'];
  return ['+491511', '+551198', '+919876', '+525512'].flatMap((start) =>
    Array.from(
      { length: 20 },
      (_, index) => parsePhone(`${start}${String(index + 100).slice(start === '+919876' ? 1 : 0)}${fates[index] ?? '1234'}`) as Phone,
    ),
  );
}

// A card from the beginning of the year, one from July, and one from October; their tiers are so low that a shop of eighty people climbs them.
const CARDS = [
  'market,category,currency,effective_from,tier_from,tier_to,rate',
  ...[
    ['2025-12-01', '0.0550', '0.0522', '0.0495', '0.1365'],
    ['2026-07-01', '0.0560', '0.0533', '0.0499', '0.1419'],
    ['2026-10-01', '0.0551', '0.0523', '0.0496', '0.1366'],
  ].flatMap(([from, first, second, third, marketing]) =>
    Object.values(MARKETS).flatMap((market) => [
      `${market},utility,USD,${from},0,25,${first}`,
      `${market},utility,USD,${from},26,60,${second}`,
      `${market},utility,USD,${from},61,MAX,${third}`,
      `${market},marketing,USD,${from},0,MAX,${marketing}`,
      ...(from === '2026-10-01' ? [`${market},service,USD,${from},0,MAX,${first}`] : []),
    ]),
  ),
].join('\n');

/** A month: customers write, answers go out, notices and offers too, up to the last minutes of it. */
async function tradeFor(trade: Trade, month: Month, people: readonly Phone[]): Promise<void> {
  const start = startOf(month);
  const end = startOf(monthDays(month).to.slice(0, 7) as Month);
  const at = async (day: number, hours: number) => trade.turnTo(toInstant(start + day * DAY_MS + hours * HOUR_MS));
  await at(0, 1);
  await trade.send('notice', people);
  await at(3, 9);
  const writers = people.filter((_, index) => index % 2 === 0);
  for (const [index, from] of writers.entries()) await trade.write(from, index % 4 === 0 ? { referral: { source_type: 'ad' } } : {});
  await at(3, 10);
  await trade.send(null, writers);
  await trade.send('notice', people.slice(0, 40));
  await trade.send('offer', people.slice(20, 60));
  if (month >= '2026-10') await useAllowance(trade, writers, month === '2026-11' ? 42 : 10);
  await at(14, 15);
  await trade.send('notice', people);
  // Over midnight: what is sent in the old month is delivered in it, and reported when it is over.
  await trade.turnTo(toInstant(end - 60_000));
  await trade.send('notice', people.slice(10, 50));
  await trade.send('offer', people.slice(0, 20));
}

async function useAllowance(trade: Trade, people: readonly Phone[], times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await trade.send(null, people);
    await trade.turnTo(toInstant(trade.now() + 5 * 60_000));
  }
}

function startOf(month: Month): Instant {
  const noon = instant(`${month}-01T00:00:00Z`);
  const offset = month >= '2026-04' && month <= '2026-10' ? 2 : 1; // Berlin's summer time begins and ends on a last Sunday
  return toInstant(noon - offset * HOUR_MS);
}

/** What was billed, and how much of it: by month, market and category; what was free: by month and market. */
type Lines = Readonly<Record<string, string>>;

async function ourLines({ store, sender }: Trade): Promise<Lines> {
  const period = { from: '2026-01-01' as Day, to: '2027-03-01' as Day };
  const { rows } = await billReport(store, { period, senderId: sender.id, groupBy: ['month', 'market', 'category'] });
  return linesOf(
    rows.flatMap(({ group: { month = '', market = '', category = '' }, counters }) => [
      { month, market, what: category, units: counters.billableUnits, cost: plus(counters.charged, counters.adjusted) },
      { month, market, what: 'free', units: counters.freeUnits, cost: ZERO },
    ]),
  );
}

async function theirLines(trade: Trade): Promise<Lines> {
  const points = await trade.analytics(startOf('2026-01' as Month), trade.now());
  return linesOf(
    points.map(({ start, country, pricing_type: type, pricing_category: category, volume, cost }) => ({
      month: MONTHS.findLast((month) => startOf(month) <= start * 1_000) ?? '2027',
      market: MARKETS[country as keyof typeof MARKETS],
      what: type === 'REGULAR' ? category.toLowerCase() : 'free', // a free entry point is a category of its own there
      units: volume,
      cost: toMicros(BigInt(Math.round(cost * 1e6))),
    })),
  );
}

type Line = { readonly month: string; readonly market: string; readonly what: string; readonly units: number; readonly cost: Micros };

function linesOf(lines: readonly Line[]): Lines {
  const sums = new Map<string, { units: number; cost: Micros }>();
  for (const { month, market, what, units, cost } of lines) {
    const key = `${market === LATE_MARKET ? 'all months' : month} ${market} ${what}`;
    const sum = sums.get(key) ?? { units: 0, cost: ZERO };
    sums.set(key, { units: sum.units + units, cost: plus(sum.cost, cost) });
  }
  const known = [...sums].filter(([, { units }]) => units > 0);
  return Object.fromEntries(known.map(([key, { units, cost }]) => [key, `${units} units, ${cost} micros`]));
}
