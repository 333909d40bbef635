// The books of a real store after anything: counted again by an independent query over the ledger, they must be the same.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { explain } from '../../src/billing/explain.ts';
import { verify } from '../../src/billing/verify.ts';
import { isDelivered } from '../../src/domain/message.ts';
import type { ContactId, MessageId, SenderId } from '../../src/values/id.ts';
import { type Day, dayOf, monthDays, monthOf, nextDay, type TimeZone, toInstant } from '../../src/values/time.ts';
import { type Operation, operations, TOLD_COSTS } from './operations.ts';
import { discrepancies, type EntryLine, entryLines, usedOf } from './recount.ts';
import { type AdmittedBatch, type Checks, LIST_PRICES, openShop, type Shop } from './shop.ts';

// A long search: TOLLBELL_PROPERTY_RUNS=10000 npx vitest run test/property/books.test.ts
const RUNS = process.env['TOLLBELL_PROPERTY_RUNS'];
const LIMIT_MS = RUNS === undefined ? 20_000 : 2 ** 31 - 1;

const DAY = 86_400_000;
const EVER = { from: '0000-01-01' as Day, to: '9999-12-31' as Day };

// Admitted on the first day that has a price, and delivered, as the provider dates it, on a day before.
const BEFORE_ITS_PRICE: Operation[] = [
  { do: 'wait', ms: 42 * DAY },
  { do: 'inbound', sender: 1, person: 2 },
  {
    do: 'admit',
    sender: 1,
    template: null,
    campaign: null,
    rows: [{ person: 2, key: null, content: 'one', costCenter: null, maxPrice: null, tags: [] }],
  },
  { do: 'turn', sender: 1, room: 6, scope: 'all', answers: [['accepted']] },
  { do: 'events', events: [{ message: 0, kind: 'delivered', attempt: 1, agoMs: 2 * DAY, pricing: null, code: null }] },
];

it(
  'balances after random days: every counter, every hold, every budget',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operations, { minLength: 10, maxLength: 50, size: 'max' }), async (days) => {
        const shop = await openShop();
        try {
          for (const operation of days) await shop.perform(operation, checksOf(shop));
          expect(discrepancies(shop.database)).toEqual([]);
          expect(entryLines(shop.database).filter(isWronglyBooked)).toEqual([]);
          await expectBudgets(shop);
          await expectStates(shop);
          await expectExplained(shop);
          expect(await violations(shop)).toEqual([]);
        } finally {
          await shop.close();
        }
      }),
      {
        examples: [[BEFORE_ITS_PRICE]],
        ...(RUNS === undefined ? { numRuns: 100, plugins: [fc.interruptAfterTimeLimit(4_000)] } : { numRuns: Number(RUNS) }),
      },
    );
  },
  LIMIT_MS,
);

function checksOf(shop: Shop): Checks {
  return {
    admitted: async (batch) => {
      expect(batch.preview).toEqual(batch.commit);
      await expectCaps(shop, batch);
    },
    claimed: (senderId, messages) => {
      for (const { contactId, template } of messages) {
        expect(newestKind(shop, senderId, contactId, 'block')).not.toBe('block');
        if (template !== null) expect(newestKind(shop, senderId, contactId, template.category)).toBe('opt_in');
      }
    },
  };
}

// A lowered cap may be below what is used, and a late delivery may pass one; but nothing that such a budget covers is let in any more.
async function expectCaps(shop: Shop, { senderId, campaignId, messages }: AdmittedBatch): Promise<void> {
  const hold = shop.database.prepare(
    'SELECT h.category, h.cost_center FROM message m JOIN bucket h ON h.id = m.hold_bucket_id WHERE m.id = ?',
  );
  const newest = messages.map((id) => hold.raw().get(id) as readonly [string, string]);
  for (const { budget } of await shop.store.listBudgets({ senderId, at: shop.now() })) {
    const { category, costCenter, period, cap } = budget;
    const isCovered = newest.some(([ofCategory, center]) => (category ?? ofCategory) === ofCategory && (costCenter ?? center) === center);
    if (!isCovered || (period === 'campaign' && campaignId === null)) continue;
    const parts = { sender: senderId, category, costCenter, ...daysOf(shop, senderId, period) };
    expect(usedOf(shop.database, parts, period === 'campaign' ? campaignId : null) <= cap).toBe(true);
  }
}

function daysOf({ senders, now }: Shop, senderId: SenderId, period: 'day' | 'month' | 'campaign') {
  const zone = senders.find(({ id }) => id === senderId)?.timeZone;
  if (zone === undefined) throw new Error('no such sender');
  const today = dayOf(now(), zone);
  if (period === 'campaign') return { from: '', to: '~' };
  return period === 'day' ? { from: today, to: nextDay(today) } : monthDays(monthOf(today));
}

async function expectBudgets(shop: Shop): Promise<void> {
  for (const { id } of shop.senders) {
    for (const { budget, used } of await shop.store.listBudgets({ senderId: id, at: shop.now() })) {
      const { category, costCenter, period } = budget;
      const parts = { sender: id, category, costCenter, ...daysOf(shop, id, period) };
      const campaigns = period === 'campaign' ? [...shop.campaigns.values()] : [null];
      const expected = campaigns
        .map((campaign) => usedOf(shop.database, parts, campaign))
        .reduce((most, sum) => (sum > most ? sum : most), 0n);
      expect({ period, used }).toEqual({ period, used: expected });
    }
  }
}

// The newest word on a subject, from the history itself; a stop wins a tie.
function newestKind({ database }: Shop, senderId: SenderId, contactId: ContactId, subject: string): unknown {
  const sql = `SELECT kind FROM consent_event WHERE contact_id = ? AND subject = ? AND scope IN (?, '*') ORDER BY at DESC, kind IN ('opt_in', 'unblock') LIMIT 1`;
  return database.prepare(sql).pluck().get(contactId, subject, senderId);
}

// What `verify` says of a store that no hand has touched: that nothing is wrong with it.
async function violations({ store, now }: Shop): Promise<readonly unknown[]> {
  const verdicts = await verify(store, { now, before: async () => undefined });
  return verdicts.flatMap(({ check, findings }) =>
    findings.filter(({ isNote }) => !isNote).map(({ wrong, ids }) => ({ check, wrong, ids })),
  );
}

function isWronglyBooked(line: EntryLine): boolean {
  const zone = line.time_zone as TimeZone;
  const day = dayOf(toInstant(line.event_at), zone);
  return (
    // A repricing counts on the day of what it corrects.
    (line.day !== day && line.kind !== 'repricing') ||
    line.hold_day !== dayOf(toInstant(line.created_at), zone) ||
    line.books_month !== (line.kind === 'repricing' ? monthOf(dayOf(toInstant(line.recorded_at), zone)) : line.day.slice(0, 7)) ||
    ((line.kind === 'charge' || line.kind === 'adjustment') && line.rule !== 'taken_back' && !isRightlyCharged(line))
  );
}

// The newest card that is not after the day of the delivery; where that has no price, what was reserved; free, or another cost, where the provider says so.
function isRightlyCharged({ currency, day, category, pricing_type, posted, rule, price }: EntryLine): boolean {
  if (pricing_type !== 'regular') return posted === 0 && rule === 'free';
  if (rule === 'told_cost') return TOLD_COSTS.includes(BigInt(posted));
  const card = LIST_PRICES.filter(([of, from]) => of === currency && from <= day).at(-1);
  const listed = (card?.[2] as Readonly<Record<string, number>> | undefined)?.[category];
  return listed === undefined ? posted === price && rule === 'as_reserved' : posted === listed && rule !== 'as_reserved' && rule !== 'free';
}

async function expectStates(shop: Shop): Promise<void> {
  const { rows } = await shop.store.counters({ period: EVER, senderId: null, groupBy: [] });
  const delivered = rows.reduce((sum, { counters }) => sum + counters.delivered, 0);
  const { items } = await shop.store.listMessages(
    { senderId: null, state: null, campaignId: null, contactId: null, since: null },
    { limit: 1_000, after: null },
  );
  expect(items.filter(({ state }) => isDelivered(state))).toHaveLength(delivered);
  expect(items).toHaveLength(rows.reduce((sum, { counters }) => sum + counters.units, 0));
}

// Every message can be explained, and all explanations together are the bill.
async function expectExplained({ store, database }: Shop): Promise<void> {
  const sums = new Map<string, readonly bigint[]>();
  for (const id of database.prepare('SELECT id FROM message').pluck().all() as MessageId[]) {
    const evidence = await store.evidenceOf(id);
    if (evidence === null) throw new Error('the message is there');
    const { differences, sums: own } = explain(evidence);
    expect(differences).toEqual([]);
    const [reserved = 0n, charged = 0n, adjusted = 0n] = sums.get(evidence.record.currency) ?? [];
    sums.set(evidence.record.currency, [reserved + own.reserved, charged + own.charged, adjusted + own.adjusted]);
  }
  const { totals } = await store.counters({ period: EVER, senderId: null, groupBy: [] });
  const bill = totals.map(({ currency, counters }) => [currency, [counters.reserved, counters.charged, counters.adjusted]] as const);
  expect(sums).toEqual(new Map(bill));
}
