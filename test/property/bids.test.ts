// Bids on a real store, against a slow and obvious account: whatever is bid, bid anew and told, what is reserved is what the bids in force let the messages cost,
// and what is charged is what was told, or no more than was reserved.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { verify } from '../../src/billing/verify.ts';
import { decideRepricings } from '../../src/send/reprice.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { MessageId } from '../../src/values/id.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import type { Day } from '../../src/values/time.ts';
import { addCrowd, admit, outcomeOf, requestTo, settle, turn } from '../conformance/store/crowd.ts';
import { ids, later, makeCard, makeRate, makeSender, makeTemplate } from '../conformance/store/fixture.ts';

/** Of one bid of 1: a thousandth of a hundredth, or of the whole unit. */
const CURRENCIES = { USD: 10n, CLP: 1_000n } as const;
const LIST = 777n;

const bidAmount = fc.option(fc.integer({ min: 1, max: 200_000 }));
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('bid' as const), bidAmount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('claim' as const), room: fc.integer({ min: 1, max: 4 }) }) },
  // In thousandths of what was reserved; null for a delivery of which no cost is told.
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), index: fc.nat(), told: fc.option(fc.integer({ min: 0, max: 1_100 })) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), index: fc.nat() }) },
);

/** What a message is reserved at; whether that is by a bid; and what it came to, if it did. */
type Account = { reserved: bigint; isBid: boolean; state: 'queued' | 'sending' | 'over'; charged: bigint; overrun: boolean };

it.each(['USD', 'CLP'] as const)('in %s', { timeout: 60_000 }, async (code) => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 30 }), async (operations) => {
      const shop = await openShop(code as Currency);
      const accounts = new Map<MessageId, Account>();
      let bid: number | null = null;
      const price = (): bigint => (bid === null ? LIST : BigInt(bid) * CURRENCIES[code]);
      const sending = (index: number) => {
        const flying = [...accounts].filter(([, { state }]) => state === 'sending');
        return flying[index % Math.max(1, flying.length)];
      };
      for (const step of operations) {
        switch (step.do) {
          case 'send': {
            const requests = shop.people.slice(0, step.count).map((person) => requestTo(person));
            await admit(shop.store, shop.senderId, requests);
            for (const { id } of requests)
              accounts.set(id, { reserved: price(), isBid: bid !== null, state: 'queued', charged: 0n, overrun: false });
            break;
          }
          case 'bid': {
            bid = step.bidAmount;
            await shop.bid(bid);
            const waiting = [...accounts.values()].filter(({ state }) => state === 'queued');
            for (const account of waiting) Object.assign(account, { reserved: price(), isBid: bid !== null });
            break;
          }
          case 'claim': {
            const { claimed } = await turn(shop.store, shop.senderId, { room: step.room });
            for (const { id } of claimed) Object.assign(accounts.get(id) ?? {}, { state: 'sending' });
            break;
          }
          case 'deliver': {
            const [id, account] = sending(step.index) ?? [];
            if (id === undefined || account === undefined) break;
            const amount = step.told === null || !account.isBid ? null : (account.reserved * BigInt(step.told)) / 1_000n;
            const cost = amount === null ? {} : { cost: { amount: toMicros(amount), currency: code as Currency } };
            await settle(shop.store, [outcomeOf(id, 'delivered', { pricing: { type: 'regular', category: 'marketing_lite', ...cost } })]);
            const charged = amount ?? account.reserved;
            Object.assign(account, { state: 'over', charged, overrun: charged > account.reserved });
            break;
          }
          case 'fail': {
            const [id, account] = sending(step.index) ?? [];
            if (id === undefined) break;
            await settle(shop.store, [outcomeOf(id, 'failed')]);
            Object.assign(account ?? {}, { state: 'over' });
          }
        }
      }
      const all = [...accounts.values()];
      const open = all.filter(({ state }) => state !== 'over');
      const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
      const { totals } = await shop.store.counters({ ...YEAR, senderId: shop.senderId, groupBy: [] });
      const { reserved = 0n, charged = 0n, committed = 0n } = totals[0]?.counters ?? {};
      expect(reserved).toBe(sum(open.map((account) => account.reserved)));
      expect(charged).toBe(sum(all.map((account) => account.charged)));
      expect(committed).toBe(reserved + charged);
      const { count } = await shop.store.discrepancies({ ...YEAR, senderId: shop.senderId });
      expect(count).toBe(all.filter(({ overrun }) => overrun).length);
      const verdicts = await verify(shop.store, { now: () => later(60), before: async () => undefined });
      expect(verdicts.flatMap(({ findings }) => findings).filter(({ isNote }) => !isNote)).toEqual([]);
      await shop.store.close();
    }),
    { numRuns: 40 },
  );
});

const YEAR = { period: { from: '2026-01-01' as Day, to: '2027-01-01' as Day } };

async function openShop(currency: Currency) {
  const store = await openSqliteStore({ path: ':memory:', readOnly: false, busyTimeoutMs: 0 });
  const sender = makeSender({ isDefault: true, currency });
  await store.found({ keyCheck: '', sender, cards: [makeCard('2026-07-01', [makeRate('marketing', LIST)], currency)] });
  await store.putTemplate(makeTemplate(sender.id));
  const bid = (amount: number | null) => {
    const whole = makeTemplate(sender.id, { bidAmount: amount });
    const change = { id: ids.short<'template'>(), name: 'offer', language: 'en', whole, providerId: '7', quality: 'unknown' } as const;
    return store.changeTemplates(
      { senderId: sender.id, changes: [change], at: later(0) },
      { settle: decideSettlements, reprice: decideRepricings },
    );
  };
  return { store, senderId: sender.id, people: await addCrowd(store, sender.id, 4), bid };
}
