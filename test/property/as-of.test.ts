// The books as they stood: a report as of a moment, taken at any time later, is byte for byte the report that was taken then.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { billReport } from '../../src/billing/report.ts';
import type { Grouping } from '../../src/ports/store/report.ts';
import type { Day, Instant } from '../../src/values/time.ts';
import { operations } from './operations.ts';
import { type Checks, openShop, type Shop } from './shop.ts';

// A long search: TOLLBELL_PROPERTY_RUNS=10000 npx vitest run test/property/as-of.test.ts
const RUNS = process.env['TOLLBELL_PROPERTY_RUNS'];
const LIMIT_MS = RUNS === undefined ? 20_000 : 2 ** 31 - 1;

const EVER = { from: '0000-01-01' as Day, to: '9999-12-31' as Day };
const NOVEMBER = { from: '2026-11-01' as Day, to: '2026-12-01' as Day };
const GROUPINGS: readonly (readonly Grouping[])[] = [
  [],
  ['tag', 'category'],
  ['month', 'day', 'market', 'category', 'sender', 'campaign', 'cost_center', 'template'],
];

const NO_CHECKS: Checks = { admitted: async () => {}, claimed: () => {} };

/** What happens between two reports. */
const stretch = fc.array(operations, { minLength: 1, maxLength: 8 });

it(
  'is the report that was taken then',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stretch, { minLength: 2, maxLength: 8, size: 'max' }), async (stretches) => {
        const shop = await openShop();
        try {
          const taken: { readonly at: Instant; readonly bill: string }[] = [];
          for (const days of stretches) {
            for (const operation of days) await shop.perform(operation, NO_CHECKS);
            taken.push({ at: shop.now(), bill: await billsOf(shop, null) });
            await shop.perform({ do: 'wait', ms: 1 }, NO_CHECKS); // what is recorded within the same millisecond was recorded by then
          }
          for (const { at, bill } of taken) expect(await billsOf(shop, at)).toBe(bill);
        } finally {
          await shop.close();
        }
      }),
      RUNS === undefined ? { numRuns: 100, plugins: [fc.interruptAfterTimeLimit(4_000)] } : { numRuns: Number(RUNS) },
    );
  },
  LIMIT_MS,
);

async function billsOf({ store, senders }: Shop, asOf: Instant | null): Promise<string> {
  const bills = [];
  for (const groupBy of GROUPINGS) {
    bills.push(await billReport(store, { period: EVER, senderId: null, groupBy, asOf }));
    bills.push(await billReport(store, { period: NOVEMBER, senderId: senders[1]?.id ?? null, groupBy, asOf }));
  }
  // As every format prints it: from the figures.
  return JSON.stringify(bills, (key, value: unknown) => (key === 'counters' ? undefined : value));
}
