// The discounts that a report tells as pending are those that closing the month then books, and a report of an earlier moment tells those of then.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { closeMonth } from '../../src/billing/close.ts';
import { pendingDiscounts } from '../../src/billing/pending.ts';
import type { Sender } from '../../src/domain/sender.ts';
import { type Currency, type Micros, plus, ZERO } from '../../src/values/money.ts';
import { DAY_MS, type Day, type Instant, type Month, monthDays, monthOf, toInstant } from '../../src/values/time.ts';
import { makeCard, makeRate } from '../conformance/store/fixture.ts';
import { type Operation, operations, PEOPLE } from './operations.ts';
import { type Checks, openShop, type Shop } from './shop.ts';

// A long search: TOLLBELL_PROPERTY_RUNS=10000 npx vitest run test/property/pending.test.ts
const RUNS = process.env['TOLLBELL_PROPERTY_RUNS'];
const LIMIT_MS = RUNS === undefined ? 20_000 : 2 ** 31 - 1;

const EVER = { from: '0000-01-01' as Day, to: '9999-12-31' as Day };
// What is told late is of months before the first of them.
const FIRST = '2026-06' as Month;
const MONTHS = Array.from({ length: 10 }).reduce<readonly Month[]>(
  (months) => [...months, monthOf(monthDays(months.at(-1) ?? FIRST).to)],
  [FIRST],
);
const NO_CHECKS: Checks = { admitted: async () => {}, claimed: () => {} };

// Notices to everybody, delivered at once: enough of them to reach a tier.
const REACHES_A_TIER: Operation[] = [
  {
    do: 'admit',
    sender: 0,
    template: 'notice',
    campaign: null,
    rows: Array.from({ length: PEOPLE }, (_, person) => ({
      person,
      key: null,
      content: 'one',
      costCenter: null,
      maxPrice: null,
      tags: [],
    })),
  },
  { do: 'turn', sender: 0, room: PEOPLE, scope: 'all', answers: [['accepted', 'sent', 'delivered']] },
  { do: 'turn', sender: 0, room: 0, scope: 'all', answers: [] }, // which tells what became of them
];

const stretch = fc.array(operations, { minLength: 5, maxLength: 15 });

it(
  'is what closing books, month by month, and stays what it was when it is asked of an earlier moment',
  async () => {
    let discounted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(stretch, { minLength: 2, maxLength: 5, size: 'max' }), async (stretches) => {
        const shop = await openShop();
        try {
          await bringTiers(shop);
          const taken: { readonly at: Instant; readonly pending: string }[] = [];
          for (const days of stretches) {
            for (const operation of days) await shop.perform(operation, NO_CHECKS);
            taken.push({ at: shop.now(), pending: await pendingText(shop, null) });
            await shop.perform({ do: 'wait', ms: 1 }, NO_CHECKS);
          }
          const late = toInstant(shop.now() + 300 * DAY_MS);
          for (const sender of shop.senders) discounted += await closeAll(shop, sender, late);
          expect(await pendingDiscounts(shop.store, { period: EVER, senderId: null, asOf: null })).toEqual([]);
          for (const { at, pending } of taken) expect(await pendingText(shop, at)).toBe(pending);
        } finally {
          await shop.close();
        }
      }),
      {
        examples: [[[REACHES_A_TIER]]],
        ...(RUNS === undefined ? { numRuns: 100, plugins: [fc.interruptAfterTimeLimit(4_000)] } : { numRuns: Number(RUNS) }),
      },
    );
    expect(discounted, 'months with a discount').toBeGreaterThan(0);
  },
  LIMIT_MS,
);

// Few messages reach a tier, so the tiers are short.
async function bringTiers({ store }: Shop): Promise<void> {
  const tiers = (list: bigint) => [
    makeRate('utility', list, { tierTo: 1 }),
    makeRate('utility', list - 7n, { tierFrom: 2, tierTo: 3 }),
    makeRate('utility', list - 19n, { tierFrom: 4, tierTo: 'max' }),
    makeRate('marketing', 100n, { tierTo: 'max' }),
    makeRate('service', 10n, { tierTo: 'max' }),
  ];
  for (const [currency, list] of [
    ['USD' as Currency, 50n],
    ['EUR' as Currency, 45n],
  ] as const) {
    for (const day of ['2026-01-01', '2026-11-01', '2026-12-01']) {
      await store.putPriceCard(makeCard(day, tiers(list), currency), { replace: true });
    }
  }
}

/** Closes the months of a sender in their order; how many of them had a discount. */
async function closeAll({ store }: Shop, sender: Sender, at: Instant): Promise<number> {
  let discounted = 0;
  for (const [index, month] of MONTHS.entries()) {
    const before = await pendingDiscounts(store, { period: EVER, senderId: sender.id, asOf: null });
    const due = before.filter((one) => MONTHS.slice(0, index + 1).includes(one.month));
    const { adjusted } = await closeMonth(store, { sender, month, at, by: 'ada' });
    expect(adjusted).toBe(due.reduce<Micros>((sum, { pending }) => plus(sum, pending), ZERO));
    if (adjusted !== ZERO) discounted += 1;
  }
  return discounted;
}

async function pendingText({ store, senders }: Shop, asOf: Instant | null): Promise<string> {
  const asked = [null, ...senders.map(({ id }) => id)];
  const answers = [];
  for (const senderId of asked) answers.push(await pendingDiscounts(store, { period: EVER, senderId, asOf }));
  return JSON.stringify(answers, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
