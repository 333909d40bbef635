// Warnings of a budget on a real store, against a slow and obvious account of them: whatever is set, admitted, cancelled and waited for, each threshold that is
// reached is told exactly once in its term, at the moment when it is reached.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BUDGET_MODES } from '../../src/domain/budget.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { MessageId } from '../../src/values/id.ts';
import { DAY_MS, formatInstant, type Instant, toInstant } from '../../src/values/time.ts';
import { addCrowd, admit, makeBudget, outcomeOf, requestTo, settle } from '../conformance/store/crowd.ts';
import { makeCard, makeRate, makeSender, makeTemplate, NOON } from '../conformance/store/fixture.ts';

const PRICE = 100n;

const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('admit' as const), count: fc.integer({ min: 0, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), index: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.constantFrom(1, 17) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      cap: fc.integer({ min: 0, max: 20 }),
      mode: fc.constantFrom(...BUDGET_MODES),
      thresholds: fc.constantFrom([50, 80, 100], [100], [25, 50, 120], []),
    }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

/** The account: what was used and told in each term, under the budget in force. Amounts are numbers of messages. */
type Account = {
  cap: number;
  mode: string;
  thresholds: readonly number[];
  readonly used: Map<string, number>;
  told: Map<string, readonly number[]>;
};

it.each(['day', 'month'] as const)('tells what a %s has reached, once', { timeout: 60_000 }, async (period) => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 30 }), async (operations) => {
      const shop = await openShop();
      let at: Instant = NOON;
      const account: Account = { cap: 10, mode: 'hard', thresholds: [50], used: new Map(), told: new Map() };
      const open: { readonly id: MessageId; readonly term: string }[] = [];
      const set = async ({ cap, mode, thresholds }: Pick<Account, 'cap' | 'thresholds'> & { readonly mode: 'hard' | 'warn' }) => {
        const budget = makeBudget(shop.senderId, BigInt(cap) * PRICE, { period, mode, thresholds, createdAt: at });
        const { result, warnings } = await shop.store.putBudget(budget);
        if (result === 'unchanged') return [];
        Object.assign(account, { cap, mode, thresholds });
        account.told = new Map(
          Array.from(account.told, ([term, told]) => [term, told.filter((one) => reached(account, term).includes(one))]),
        );
        return warnings;
      };
      await set({ cap: 10, mode: 'hard', thresholds: [50] });
      for (const step of operations) {
        const term = formatInstant(at).slice(0, period === 'day' ? 10 : 7);
        let refused = false;
        const warned = await perform(step);
        const now = step.do === 'admit' || step.do === 'set' ? reached(account, term) : [];
        const news = account.thresholds.filter(
          (one) => (now.includes(one) || (refused && one <= 100)) && !told(account, term).includes(one),
        );
        expect(warned.map((warning) => `${warning.term} ${warning.threshold}`)).toEqual(news.map((threshold) => `${term} ${threshold}`));
        account.told.set(term, [...told(account, term), ...news]);

        async function perform(now: Operation) {
          switch (now.do) {
            case 'set':
              return set(now);
            case 'wait':
              at = toInstant(at + now.days * DAY_MS);
              return [];
            case 'cancel': {
              const [message] = open.splice(now.index % Math.max(open.length, 1), 1);
              if (message === undefined) return [];
              await settle(shop.store, [outcomeOf(message.id, 'cancelled', { at })], at);
              account.used.set(message.term, used(account, message.term) - 1);
              return [];
            }
            case 'admit': {
              const requests = Array.from({ length: now.count }, () => requestTo(shop.number));
              const { admissions, warnings } = await admit(shop.store, shop.senderId, requests, { at });
              const ids = admissions.flatMap((admission) => (admission.kind === 'admitted' ? [admission.message.request.id] : []));
              open.push(...ids.map((id) => ({ id, term })));
              account.used.set(term, used(account, term) + ids.length);
              refused = ids.length < now.count;
              if (account.mode === 'hard')
                expect(ids.length).toBe(Math.min(now.count, Math.max(0, account.cap - used(account, term) + ids.length)));
              return warnings;
            }
          }
        }
      }
      await shop.store.close();
    }),
    { numRuns: 60 },
  );
});

function used({ used: of }: Account, term: string): number {
  return of.get(term) ?? 0;
}

function told({ told: of }: Account, term: string): readonly number[] {
  return of.get(term) ?? [];
}

function reached(account: Account, term: string): readonly number[] {
  const share = used(account, term);
  return account.thresholds.filter((percent) => share > 0 && share * 100 >= account.cap * percent);
}

async function openShop() {
  const store = await openSqliteStore({ path: ':memory:', readOnly: false, busyTimeoutMs: 0 });
  const sender = makeSender({ isDefault: true });
  await store.found({ keyCheck: '', sender, cards: [makeCard('2026-07-01', [makeRate('marketing', PRICE)])] });
  await store.putTemplate(makeTemplate(sender.id));
  const [number] = await addCrowd(store, sender.id, 1);
  if (number === undefined) throw new Error('somebody is there');
  return { store, senderId: sender.id, number };
}
