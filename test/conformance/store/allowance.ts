// The monthly allowance: so many free service deliveries of a sender, whoever tells of them in what order, how often, in which batches and how late.

import { expect, it } from 'vitest';
import { closeMonth } from '../../../src/billing/close.ts';
import { freeFormText } from '../../../src/domain/free-form.ts';
import { BATCH_MAX, slices } from '../../../src/values/batch.ts';
import type { MessageId } from '../../../src/values/id.ts';
import type { Day, Instant, Month, TimeZone } from '../../../src/values/time.ts';
import { toInstant } from '../../../src/values/time.ts';
import { admit, outcomeOf, requestTo, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, instant, makeSender, NOON, phone, type Started, start } from './fixture.ts';

const FREE = 1_000;
const OCTOBER = '2026-10' as Month;

/** The cases. */
export function examAllowance(exam: Exam): void {
  it('is used up to the last unit, in batches that cross it, with repeats, in any order', async () => {
    const shop = await start(exam);
    const replies = await sent(shop, FREE + 20);
    const shuffled = replies.toSorted((left, right) => left.slice(-3).localeCompare(right.slice(-3)));
    for (const batch of slices(shuffled, 300)) {
      const told = [...batch, ...batch.slice(0, 50)].map((id) => outcomeOf(id, 'delivered'));
      await settle(shop.store, told);
      await settle(shop.store, told.toReversed());
    }
    expect(await unitsOf(shop, OCTOBER)).toEqual({ free: FREE, billable: 20, charged: 200n });
  });

  it('counts what the provider calls free, and what it takes back, with what it says nothing of', async () => {
    const shop = await start(exam);
    const replies = await sent(shop, FREE + 5);
    const [first = '' as MessageId, second = '' as MessageId] = replies;
    const word = (id: MessageId, kind: 'delivered' | 'read', type: 'regular' | 'free_customer_service' | 'free_entry_point') =>
      outcomeOf(id, kind, { pricing: { type, category: 'service' } });
    await settle(shop.store, [word(first, 'delivered', 'free_entry_point'), word(second, 'delivered', 'free_customer_service')]);
    await tell(shop, replies.slice(2, FREE), NOON);
    // One that the provider charges after all makes room for another; a free entry point had used none.
    await settle(shop.store, [word(second, 'read', 'regular')]);
    await tell(shop, replies.slice(FREE), NOON);
    expect(await unitsOf(shop, OCTOBER)).toEqual({ free: FREE + 1, billable: 4, charged: 40n });
  });

  it('is that of the sender and of the month of the delivery in its zone, also where that month is closed', async () => {
    const shop = await start(exam);
    const berlin = makeSender({ name: 'berlin', timeZone: 'Europe/Berlin' as TimeZone });
    await shop.store.putSender(berlin);
    const replies = await sent(shop, FREE + 30);
    const others = await sent({ ...shop, senderId: berlin.id }, 3);
    await tell(shop, replies.slice(0, FREE - 2), NOON);
    const lastMoment = instant('2026-10-31T23:30:00Z'); // half past midnight in Berlin, and November
    await tell(shop, others, lastMoment);
    const inNovember = instant('2026-11-03T09:00:00Z');
    await closeMonth(shop.store, { sender: makeSender({ id: shop.senderId }), month: OCTOBER, by: 'ada', at: inNovember });
    // Two are left of October, however late they are heard of; November begins with all of its own.
    await tell(shop, replies.slice(FREE - 2, FREE + 10), lastMoment, inNovember);
    await tell(shop, replies.slice(FREE + 10), inNovember);
    expect(await unitsOf(shop, OCTOBER)).toEqual({ free: FREE - 2, billable: 0, charged: 0n });
    expect(await unitsOf(shop, '2026-11' as Month)).toEqual({ free: 22, billable: 10, charged: 100n });
    expect(await unitsOf({ ...shop, senderId: berlin.id }, '2026-11' as Month)).toEqual({ free: 3, billable: 0, charged: 0n });
    expect((await shop.store.evidenceOf(replies.at(-1) as MessageId))?.entries.at(-1)?.own).toEqual({ ruleId: 9, freeUnitsBefore: 19 });
  });
}

// Free-form answers to one person, on their way.
async function sent({ store, senderId }: Started, count: number): Promise<readonly MessageId[]> {
  const contactId = await addPerson(store, senderId, '7777');
  await store.recordInbound({ senderId, messages: [{ contactId, at: NOON }] });
  const content = freeFormText({ type: 'text', body: 'On its way.' });
  const requests = Array.from({ length: count }, () => requestTo(phone('7777'), { id: ids.sortable(NOON), content }));
  for (const batch of slices(requests, BATCH_MAX)) {
    const { admissions } = await admit(store, senderId, batch, { template: null });
    expect(admissions.every(({ kind }) => kind === 'admitted')).toBe(true);
    await turn(store, senderId);
  }
  return requests.map(({ id }) => id);
}

async function tell(
  { store }: Started,
  replies: readonly MessageId[],
  at: Instant,
  heardAt: Instant = toInstant(at + 60_000),
): Promise<void> {
  for (const batch of slices(replies, BATCH_MAX)) {
    await settle(
      store,
      batch.map((id) => outcomeOf(id, 'delivered', { at })),
      heardAt,
    );
  }
}

async function unitsOf({ store, senderId }: Started, month: Month) {
  const period = { from: `${month}-01` as Day, to: `${month}-32` as Day };
  const { totals } = await store.counters({ period, senderId, groupBy: [] });
  const counters = totals[0]?.counters;
  return { free: counters?.freeUnits, billable: counters?.billableUnits, charged: (counters?.charged ?? 0n) + (counters?.adjusted ?? 0n) };
}
