// Closing: months in their order, once, with their discounts; what is heard later is booked in an open month; amounts that people adjust.

import { expect, it } from 'vitest';
import { closeMonth } from '../../../src/billing/close.ts';
import { explain } from '../../../src/billing/explain.ts';
import { pendingDiscounts } from '../../../src/billing/pending.ts';
import { decideTiers, isAhead } from '../../../src/billing/tiers.ts';
import { volumeTierChange } from '../../../src/emulator/webhook-body.ts';
import type { Rate } from '../../../src/domain/price-book.ts';
import type { MessageId, SenderId } from '../../../src/values/id.ts';
import { toMicros } from '../../../src/values/money.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { type Day, type DayPeriod, type Instant, type Month, monthDays } from '../../../src/values/time.ts';
import { addCrowd, admit, findings, makeBudget, outcomeOf, requestTo, settle, turn, words } from './crowd.ts';
import type { Exam } from './exam.ts';
import { otherEvent, receive, templateTold } from './webhooks.ts';
import { instant, later, NOON, makeCard, makeRate, makeSender, makeTemplate, type Started, start } from './fixture.ts';

const OCTOBER = '2026-10' as Month;
const NOVEMBER = '2026-11' as Month;
const IN_NOVEMBER = instant('2026-11-03T09:00:00Z');
const IN_DECEMBER = instant('2026-12-03T09:00:00Z');

// Two at list price, then half of it.
const TIERS: readonly Rate[] = [makeRate('utility', 100n, { tierTo: 2 }), makeRate('utility', 50n, { tierFrom: 3, tierTo: 'max' })];

/** The cases. */
export function examClosing(exam: Exam): void {
  it('closes a month once, in its order, and not while it runs', async () => {
    const shop = await delivered(exam, 3);
    await expect(close(shop, OCTOBER, instant('2026-10-31T23:59:59Z'))).rejects.toMatchObject({ code: 'period_open' });
    await expect(close(shop, NOVEMBER, IN_DECEMBER)).rejects.toMatchObject({ code: 'period_open', details: { earlier: OCTOBER } });
    const first = await close(shop, OCTOBER, IN_NOVEMBER);
    expect(first).toMatchObject({ decision: { kind: 'close' }, closing: { month: OCTOBER, closedBy: 'ada', previous: null, lines: 7 } });
    expect(first.closing.digest).toMatch(/^[0-9a-f]{64}$/);
    const again = await close(shop, OCTOBER, IN_DECEMBER, 'bob');
    expect(again).toEqual({ decision: { kind: 'closed_before', closing: first.closing }, closing: first.closing, adjusted: 0n });
    const second = await close(shop, NOVEMBER, IN_DECEMBER);
    expect(second.closing.previous).toBe(first.closing.digest);
    expect((await shop.store.closings(shop.senderId)).map(({ month }) => month)).toEqual([OCTOBER, NOVEMBER]);
  });

  it('closes no month before a closed one, and goes on with the first in which anything is booked', async () => {
    const shop = await delivered(exam, 1);
    const [august, september] = ['2026-08', '2026-09'] as const;
    await close(shop, september as Month, IN_NOVEMBER);
    const refused = { code: 'invalid_input', details: { month: august, newest: september } };
    await expect(close(shop, august as Month, IN_NOVEMBER)).rejects.toMatchObject(refused);
    await expect(close(shop, NOVEMBER, IN_DECEMBER)).rejects.toMatchObject({ details: { earlier: OCTOBER } });
    await close(shop, OCTOBER, IN_NOVEMBER);
    expect((await shop.store.closings(shop.senderId)).map(({ month }) => month)).toEqual([september, OCTOBER]);
  });

  it('needs no closing of the months in which nothing was booked', async () => {
    const shop = await delivered(exam, 1);
    await close(shop, '2020-01' as Month, IN_NOVEMBER);
    expect((await close(shop, OCTOBER, IN_NOVEMBER)).decision.kind).toBe('close');
  });

  it('settles the volume discount of the month, shared among its buckets', async () => {
    const shop = await delivered(exam, 5, ['a', 'b', 'b', 'b', 'b']);
    expect((await close(shop, OCTOBER, IN_NOVEMBER)).adjusted).toBe(-150n); // three of five cost half
    expect(await bySenderOf(shop, 'cost_center')).toEqual({ a: [100n, -30n], b: [400n, -120n] });
  });

  it('books a late delivery in an open month, at its own price, and lets it count for the tier of its own month', async () => {
    const shop = await delivered(exam, 3);
    const late = await sent(shop, 1);
    expect((await close(shop, OCTOBER, IN_NOVEMBER)).adjusted).toBe(-50n);
    const october = await shop.store.counters({ period: days(OCTOBER), senderId: null, groupBy: [] });
    await settle(
      shop.store,
      late.map((id) => outcomeOf(id, 'delivered', { at: instant('2026-10-31T12:00:00Z') })),
      IN_NOVEMBER,
    );
    expect((await shop.store.entriesOf(late[0] as MessageId)).at(-1)).toMatchObject({
      kind: 'charge',
      posted: 100n,
      recordedAt: IN_NOVEMBER,
    });
    const after = await shop.store.counters({ period: days(OCTOBER), senderId: null, groupBy: [] });
    expect(after.totals.map(({ counters }) => [counters.charged, counters.adjusted])).toEqual(
      october.totals.map(({ counters }) => [counters.charged, counters.adjusted]),
    );
    // Four messages of October cost 300 together; 350 were charged and discounted by now.
    expect((await close(shop, NOVEMBER, IN_DECEMBER)).adjusted).toBe(-50n);
    expect(await bySenderOf(shop, 'month')).toEqual({ '2026-10': [300n, -50n], '2026-11': [100n, 0n], '2026-12': [0n, -50n] });
  });

  it('counts the senders of an account together, and closes each by itself', async () => {
    const shop = await delivered(exam, 2);
    const bank = makeSender({ name: 'bank' });
    await shop.store.putSender(bank);
    await shop.store.putTemplate(makeTemplate(bank.id, { name: 'notice', category: 'utility' }));
    const second = await deliveredBy({ ...shop, senderId: bank.id }, 2);
    expect(second).toHaveLength(2);
    expect((await close(shop, OCTOBER, IN_NOVEMBER)).adjusted).toBe(-50n);
    expect((await close({ store: shop.store, sender: bank }, OCTOBER, IN_NOVEMBER)).adjusted).toBe(-50n);
  });

  it('tells what closing would book, and with which messages, without booking it', async () => {
    const shop = await delivered(exam, 5, ['a', 'b', 'b', 'b', 'b']);
    const asked = { period: monthDays(OCTOBER), senderId: null, asOf: null };
    const [group] = await shop.store.tierGroups(asked, decideTiers);
    expect(group).toMatchObject({ month: OCTOBER, market: 'Germany', category: 'utility', units: 5, reached: { tierFrom: 3, rate: 50n } });
    expect(group?.shares.map(({ bucket, units, adjusted, pending }) => [bucket.costCenter, units, adjusted, pending])).toEqual([
      ['a', 1, 0n, -30n],
      ['b', 4, 0n, -120n],
    ]);
    const [first, last] = [shop.messages[0], shop.messages[4]] as [MessageId, MessageId];
    expect((await shop.store.tierOf(first, decideTiers))?.shares).toMatchObject([{ units: 1, pending: -30n }]);
    expect((await shop.store.tierOf(last, decideTiers))?.shares).toMatchObject([{ units: 4, pending: -120n }]);
    await close(shop, OCTOBER, IN_NOVEMBER);
    expect((await shop.store.tierOf(last, decideTiers))?.shares).toMatchObject([{ units: 4, adjusted: -120n, pending: 0n }]);
    expect(await shop.store.tierOf('none' as MessageId, decideTiers)).toBeNull();
  });

  it('tells of months that lie in the period as a whole, of the sender that is asked for, and as the books stood', async () => {
    const shop = await delivered(exam, 3);
    const bank = makeSender({ name: 'bank' });
    await shop.store.putSender(bank);
    const groups = (period: DayPeriod, senderId: SenderId | null, asOf: Instant | null = null) =>
      shop.store.tierGroups({ period, senderId, asOf }, decideTiers);
    expect(await groups({ from: '2026-10-02' as Day, to: '2026-11-01' as Day }, null)).toEqual([]);
    expect(await groups({ from: '2026-10-01' as Day, to: '2026-10-31' as Day }, null)).toEqual([]);
    expect(await groups(monthDays(OCTOBER), bank.id)).toEqual([]);
    expect(await groups(monthDays(OCTOBER), shop.senderId)).toHaveLength(1);
    const now = await groups(monthDays(OCTOBER), null);
    await close(shop, OCTOBER, IN_NOVEMBER);
    expect(await groups(monthDays(OCTOBER), null)).not.toEqual(now);
    expect(await groups(monthDays(OCTOBER), null, instant('2026-11-01T00:00:00Z'))).toEqual(now);
  });

  it('has beside it the highest tier that the provider told of, for the month, and as of an instant', async () => {
    const shop = await delivered(exam, 3);
    const tell = (tier: string, at: Instant, rest = {}) => {
      const change = volumeTierChange({ region: 'GERMANY', category: 'UTILITY', tier, month: OCTOBER, ...rest }, at);
      return receive(shop.store, [{ ...otherEvent('account', shop.senderId), body: () => JSON.stringify(change) }], at);
    };
    const told = async (asOf: Instant | null) =>
      (await shop.store.tierGroups({ period: monthDays(OCTOBER), senderId: null, asOf }, decideTiers)).map((group) => group.told);
    await tell('100:1000', NOON);
    await tell('1001:MAX', later(2));
    await tell('100:1000', later(2));
    await tell('5000:MAX', later(2), { category: 'AUTHENTICATION' });
    await tell('5000:MAX', later(2), { region: 'Brazil' });
    await tell('5000:MAX', later(2), { month: NOVEMBER });
    await tell('gold', later(2));
    expect(await told(null)).toEqual(['1001:MAX']);
    expect(await told(later(1))).toEqual(['100:1000']);
    expect((await pendingDiscounts(shop.store, { period: monthDays(OCTOBER), senderId: null, asOf: null })).map(isAhead)).toEqual([true]);
  });

  it('tells nothing where no card has tiers', async () => {
    const started = await start(exam);
    const [id] = await deliveredBy(started, 1);
    expect(await started.store.tierGroups({ period: monthDays(OCTOBER), senderId: null, asOf: null }, decideTiers)).toEqual([]);
    expect(await started.store.tierOf(id as MessageId, decideTiers)).toBeNull();
  });

  exam.needs('several_connections')('lets one of two win who close at once', async () => {
    const shop = await delivered(exam, 3);
    const other = { ...shop, store: await shop.connect() };
    const closed = await Promise.all([close(shop, OCTOBER, IN_NOVEMBER, 'ada'), close(other, OCTOBER, IN_NOVEMBER, 'bob')]);
    expect(closed.map(({ decision }) => decision.kind).toSorted()).toEqual(['close', 'closed_before']);
    expect(new Set(closed.map(({ closing }) => closing.digest)).size).toBe(1);
  });

  it('reserves in the first open month what a clock that was set back would put into a closed one, and asks the budget of that month', async () => {
    const shop = await delivered(exam, 1);
    await close(shop, OCTOBER, IN_NOVEMBER);
    await shop.store.putBudget(makeBudget(shop.senderId, 150n, { period: 'month' }));
    await shop.store.putBudget(makeBudget(shop.senderId, 150n, { period: 'day', costCenter: 'shop' }));
    const [number] = await addCrowd(shop.store, shop.senderId, 1);
    const request = requestTo(number as Phone);
    expect(words((await admit(shop.store, shop.senderId, [request], { template: 'notice' })).admissions)).toEqual(['admitted']);
    const evidence = await shop.store.evidenceOf(request.id);
    expect(evidence?.entries).toMatchObject([{ kind: 'reservation', day: '2026-11-01', booksMonth: NOVEMBER, eventAt: NOON }]);
    expect(evidence === null ? '' : explain(evidence).entries[0]?.why[0]).toBe(
      'Holds 0.000100, the highest price that may come until the message expires; the message was due on 2026-10-15, in a month that was closed.',
    );
    const second = await admit(shop.store, shop.senderId, [requestTo(number as Phone)], { template: 'notice' });
    expect(words(second.admissions)).toEqual(['over_budget']);
    expect(await shop.store.listBudgets({ senderId: shop.senderId, at: NOON })).toMatchObject([
      { term: '2026-11-01', used: 0n },
      { term: NOVEMBER, used: 100n },
    ]);
    expect(await findings(shop.store)).toEqual([]);
  });

  it('prices what waits anew in the books of an open month, also by a clock that was set back into a closed one', async () => {
    const shop = await start(exam);
    const [number] = await addCrowd(shop.store, shop.senderId, 1);
    const request = requestTo(number as Phone);
    await admit(shop.store, shop.senderId, [request], { template: 'notice' });
    await close({ ...shop, sender: await senderOf(shop) }, OCTOBER, IN_NOVEMBER);
    const moved = templateTold(shop.senderId, { name: 'notice', category: 'marketing' });
    expect(await receive(shop.store, [moved])).toMatchObject([{ template: { repriced: [request.id] } }]);
    const evidence = await shop.store.evidenceOf(request.id);
    expect(evidence?.entries.map(({ kind, day, booksMonth }) => [kind, day, booksMonth])).toEqual([
      ['reservation', '2026-10-15', OCTOBER],
      ['repricing', '2026-10-15', NOVEMBER],
      ['repricing', '2026-10-15', NOVEMBER],
    ]);
    expect(await findings(shop.store)).toEqual([]);
  });

  it('adjusts what a message cost, in its month or, where that is closed, in an open one', async () => {
    const shop = await delivered(exam, 1);
    const [id] = shop.messages;
    const adjust = (amount: bigint, at: Instant) =>
      shop.store.adjust({ messageId: id as MessageId, amount: toMicros(amount), by: 'ada', reason: 'credit note', at });
    expect(await adjust(-30n, IN_NOVEMBER)).toMatchObject({ bucket: { day: '2026-10-15' }, late: null, net: 70n });
    await close(shop, OCTOBER, IN_NOVEMBER);
    expect(await adjust(-70n, IN_NOVEMBER)).toMatchObject({ bucket: { day: '2026-11-03' }, late: OCTOBER, net: 0n });
    expect(await adjust(-1n, IN_NOVEMBER)).toBe('below_zero');
    expect(await shop.store.adjust({ messageId: 'none' as MessageId, amount: toMicros(1n), by: 'ada', reason: '?', at: IN_NOVEMBER })).toBe(
      'unknown',
    );
    expect(await bySenderOf(shop, 'month')).toEqual({ '2026-10': [100n, -30n], '2026-11': [0n, -70n] });
  });
}

type Shop = Started & { readonly sender: ReturnType<typeof makeSender>; readonly messages: readonly MessageId[] };

/** So many notices that were delivered in October. */
async function delivered(exam: Exam, count: number, costCenters: readonly string[] = []): Promise<Shop> {
  const started = await start(exam);
  await started.store.putPriceCard(makeCard('2026-07-01', TIERS), { replace: true });
  const shop = { ...started, sender: await senderOf(started), messages: [] };
  return { ...shop, messages: await deliveredBy(shop, count, costCenters) };
}

async function senderOf({ store }: Started): Promise<Shop['sender']> {
  return (await store.listSenders(makeSender().accountId))[0] ?? makeSender();
}

async function deliveredBy(
  shop: Pick<Shop, 'store' | 'senderId'>,
  count: number,
  costCenters: readonly string[] = [],
): Promise<readonly MessageId[]> {
  const ids = await sent(shop, count, costCenters);
  await settle(
    shop.store,
    ids.map((id) => outcomeOf(id, 'delivered')),
  );
  return ids;
}

async function sent(
  { store, senderId }: Pick<Shop, 'store' | 'senderId'>,
  count: number,
  costCenters: readonly string[] = [],
): Promise<readonly MessageId[]> {
  const numbers = await addCrowd(store, senderId, count);
  const requests = numbers.map((number, index) => requestTo(number, { costCenter: costCenters[index] ?? null }));
  await admit(store, senderId, requests, { template: 'notice' });
  await turn(store, senderId);
  return requests.map(({ id }) => id);
}

function close({ store, sender }: Pick<Shop, 'store' | 'sender'>, month: Month, at: Instant, by = 'ada') {
  return closeMonth(store, { sender, month, at, by });
}

function days(month: Month) {
  return { from: `${month}-01` as Day, to: `${month}-32` as Day };
}

/** What was charged and adjusted, by group. */
async function bySenderOf(
  { store, senderId }: Shop,
  grouping: 'cost_center' | 'month',
): Promise<Readonly<Record<string, readonly bigint[]>>> {
  const { rows } = await store.counters({ period: { from: '2026-01-01' as Day, to: '2027-01-01' as Day }, senderId, groupBy: [grouping] });
  return Object.fromEntries(rows.map(({ group: [name = ''], counters }) => [name, [counters.charged, counters.adjusted]]));
}
