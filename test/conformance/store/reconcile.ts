// Reconciling: the deliveries of a month wherever they are booked, the messages behind them, and differences that are accepted, once.

import { expect, it } from 'vitest';
import { closeMonth } from '../../../src/billing/close.ts';
import { decideTiers } from '../../../src/billing/tiers.ts';
import type { Acceptance, DecideAcceptances, MessageBehind } from '../../../src/ports/store/reconcile.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { toMicros } from '../../../src/values/money.ts';
import type { Day, Month } from '../../../src/values/time.ts';
import { addCrowd, admit, outcomeOf, requestTo, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { instant, makeCard, makeRate, makeSender, makeTemplate, type Started, start } from './fixture.ts';

const OCTOBER = '2026-10' as Month;
const NOVEMBER = '2026-11' as Month;
const IN_NOVEMBER = instant('2026-11-03T09:00:00Z');
const REGULAR = { type: 'regular', category: 'utility' } as const;

/** The cases. */
export function examReconcile(exam: Exam): void {
  it('sums up what was delivered in a month by day, market, origin, category and type', async () => {
    const shop = await started(exam);
    const [first, second, third] = await sent(shop, 4);
    await settle(shop.store, [
      outcomeOf(first, 'delivered', { pricing: REGULAR }),
      outcomeOf(second, 'delivered'),
      outcomeOf(third, 'delivered', {
        pricing: { type: 'free_entry_point', category: 'referral_conversion' },
        at: instant('2026-10-16T12:00:00Z'),
      }),
    ]);
    const { lines, accepted } = await shop.store.booksOf({ ...shop, month: OCTOBER }, decideTiers);
    const germany = { market: 'Germany', origin: '+4915', category: 'utility', byHand: 0n, unpriced: 0, otherCategory: 0 };
    expect(lines).toEqual([
      { ...germany, day: '2026-10-15', pricingType: 'regular', units: 2, charged: 200n, unheard: 1, openEnded: 0 },
      { ...germany, day: '2026-10-16', pricingType: 'free_entry_point', units: 1, charged: 0n, unheard: 0, openEnded: 0 },
    ]);
    expect(accepted).toEqual([]);
    expect((await shop.store.booksOf({ ...shop, month: NOVEMBER }, decideTiers)).lines).toEqual([]);
  });

  it('a delivery is of its own day and month, also where it is booked in a later one', async () => {
    const shop = await started(exam);
    const [early, late] = await sent(shop, 2);
    await settle(shop.store, [outcomeOf(early, 'delivered')]);
    await close(shop);
    await settle(shop.store, [outcomeOf(late, 'delivered', { at: instant('2026-10-31T12:00:00Z') })], IN_NOVEMBER);
    const { lines } = await shop.store.booksOf({ ...shop, month: OCTOBER }, decideTiers);
    expect(lines.map(({ day, units, charged }) => [day, units, charged])).toEqual([
      ['2026-10-15', 1, 100n],
      ['2026-10-31', 1, 100n],
    ]);
    expect((await shop.store.booksOf({ ...shop, month: NOVEMBER }, decideTiers)).lines).toEqual([]);
    const elsewhere = async (month: Month) => shop.store.bookedElsewhere({ ...shop, month });
    expect([await elsewhere(OCTOBER), await elsewhere(NOVEMBER)]).toEqual([1, 0]);
    const by = { amount: toMicros(-10n), by: 'ada', reason: 'late' };
    for (const messageId of [early, late] as readonly MessageId[]) await shop.store.adjust({ ...by, messageId, at: IN_NOVEMBER });
    expect([await elsewhere(OCTOBER), await elsewhere(NOVEMBER)]).toEqual([3, 0]);
  });

  it('follows the last word on a delivery, and tells apart what a person adjusted', async () => {
    const shop = await started(exam);
    const [freed, other, cheaper] = await sent(shop, 3);
    await settle(shop.store, [outcomeOf(freed, 'delivered', { pricing: REGULAR }), outcomeOf(cheaper, 'delivered', { pricing: REGULAR })]);
    await settle(shop.store, [
      outcomeOf(freed, 'read', { pricing: { type: 'free_customer_service', category: 'utility' } }),
      outcomeOf(other, 'delivered', { pricing: { type: 'regular', category: 'marketing' } }),
    ]);
    await shop.store.adjust({ messageId: cheaper, amount: toMicros(-30n), by: 'ada', reason: 'goodwill', at: IN_NOVEMBER });
    const { lines } = await shop.store.booksOf({ ...shop, month: OCTOBER }, decideTiers);
    expect(
      lines.map(({ pricingType, units, charged, byHand, otherCategory }) => [pricingType, units, charged, byHand, otherCategory]),
    ).toEqual([
      ['free_customer_service', 1, 0n, 0n, 0],
      ['regular', 2, 200n, -30n, 1],
    ]);
  });

  it('tells the volume discount that is booked, and the one that is due', async () => {
    const shop = await started(exam);
    await settle(
      shop.store,
      (await sent(shop, 4)).map((id) => outcomeOf(id, 'delivered')),
    );
    const discounts = async () => (await shop.store.booksOf({ ...shop, month: OCTOBER }, decideTiers)).discounts;
    expect(await discounts()).toEqual([{ market: 'Germany', category: 'utility', booked: 0n, pending: -100n }]);
    await close(shop);
    expect(await discounts()).toEqual([{ market: 'Germany', category: 'utility', booked: -100n, pending: 0n }]);
  });

  it('names the messages behind, also those that left and were never heard of', async () => {
    const shop = await started(exam);
    const [delivered, silent, failed] = await sent(shop, 3);
    await settle(shop.store, [outcomeOf(delivered, 'delivered'), outcomeOf(silent, 'accepted'), outcomeOf(failed, 'failed')]);
    await admit(shop.store, shop.senderId, [requestTo((await addCrowd(shop.store, shop.senderId, 1))[0] as never)], { template: 'notice' }); // never left
    const seen: MessageBehind[] = [];
    const behind = await shop.store.messagesBehind({ ...shop, month: OCTOBER }, (message) => {
      seen.push(message);
      return message.id === failed ? null : 'a line';
    });
    expect(behind.get('a line')).toEqual([
      { id: delivered, state: null },
      { id: silent, state: 'accepted' },
    ]);
    expect(seen).toContainEqual({
      id: failed,
      state: 'failed',
      day: '2026-10-15',
      market: 'Germany',
      origin: '+4915',
      category: 'utility',
    });
    expect(seen).toHaveLength(3);
    expect(await shop.store.messagesBehind({ ...shop, month: '2026-08' as Month }, () => 'a line')).toEqual(new Map());
  });

  it('books what is accepted, on its day or in an open month, with who and why', async () => {
    const shop = await started(exam);
    expect(await accept(shop, () => [acceptance(70n)])).toMatchObject([{ amount: 70n, bookedOn: '2026-10-05', late: null }]);
    expect(await accept(shop, () => [])).toEqual([]);
    await settle(
      shop.store,
      (await sent(shop, 1)).map((id) => outcomeOf(id, 'delivered')),
    );
    await close(shop);
    expect(await accept(shop, () => [acceptance(-20n)])).toMatchObject([{ bookedOn: '2026-11-03', late: OCTOBER }]);
    expect(await shop.store.bookedElsewhere({ ...shop, month: OCTOBER })).toBe(1);
    const { accepted } = await shop.store.booksOf({ ...shop, month: OCTOBER }, decideTiers);
    expect(accepted).toEqual([
      { line: '2026-10-05/x', amount: 70n },
      { line: '2026-10-05/x', amount: -20n },
    ]);
    const [messageId] = await sent(shop, 1);
    expect(await shop.store.acceptedOf({ messageId, month: OCTOBER })).toEqual([
      {
        line: '2026-10-05/x',
        amount: 70n,
        sequence: expect.any(Number) as number,
        bookedOn: '2026-10-05',
        by: 'ada',
        reason: 'reconciled',
      },
      {
        line: '2026-10-05/x',
        amount: -20n,
        sequence: expect.any(Number) as number,
        bookedOn: '2026-11-03',
        by: 'ada',
        reason: 'reconciled',
      },
    ]);
    expect(await shop.store.acceptedOf({ messageId, month: NOVEMBER })).toEqual([]);
    const { totals } = await shop.store.counters({
      period: { from: '2026-10-01' as Day, to: '2026-12-01' as Day },
      senderId: null,
      groupBy: [],
    });
    expect(totals.map(({ counters }) => [counters.charged, counters.adjusted])).toEqual([[100n, 50n]]);
    expect((await shop.store.booksOf({ ...shop, month: NOVEMBER }, decideTiers)).accepted).toEqual([]);
  });

  it('books what is accepted of a month that still runs no later than today', async () => {
    const shop = await started(exam);
    const ofMonth = { ...acceptance(-20n), line: '2026-11/x', bucket: { ...acceptance(-20n).bucket, day: '2026-11-30' as Day } };
    const booked = await shop.store.accept(
      { senderId: shop.senderId, month: NOVEMBER, at: IN_NOVEMBER, by: 'ada' },
      { tiers: decideTiers, decide: () => [ofMonth] },
    );
    expect(booked).toMatchObject([{ bookedOn: '2026-11-03', late: null }]);
  });

  it('keeps the senders of an account apart', async () => {
    const shop = await started(exam);
    await settle(
      shop.store,
      (await sent(shop, 1)).map((id) => outcomeOf(id, 'delivered')),
    );
    await accept(shop, () => [acceptance(70n)]);
    const bank = makeSender({ name: 'bank' });
    await shop.store.putSender(bank);
    expect(await shop.store.booksOf({ senderId: bank.id, month: OCTOBER }, decideTiers)).toEqual({
      lines: [],
      discounts: [],
      accepted: [],
    });
  });

  exam.needs('several_connections')('of two who accept the same, the second sees that it is done', async () => {
    const shop = await started(exam);
    const other = { ...shop, store: await shop.connect() };
    const decide: DecideAcceptances = ({ accepted }) => (accepted.length === 0 ? [acceptance(70n)] : []);
    const booked = await Promise.all([accept(shop, decide), accept(other, decide)]);
    expect(booked.flat()).toHaveLength(1);
  });
}

function acceptance(amount: bigint): Acceptance {
  const day = '2026-10-05' as Day;
  const bucket = {
    day,
    market: 'Germany',
    category: 'utility',
    pricingType: 'regular',
    template: '',
    campaignId: '',
    costCenter: '',
  } as const;
  return { line: '2026-10-05/x', source: 'd1', bucket, amount: toMicros(amount), reason: 'reconciled' };
}

function accept({ store, senderId }: Started, decide: DecideAcceptances) {
  return store.accept({ senderId, month: OCTOBER, at: IN_NOVEMBER, by: 'ada' }, { tiers: decideTiers, decide });
}

async function close({ store, senderId }: Started): Promise<void> {
  const sender = (await store.listSenders(makeSender().accountId)).find(({ id }) => id === senderId) ?? makeSender();
  await closeMonth(store, { sender, month: OCTOBER, at: IN_NOVEMBER, by: 'ada' });
}

// Two at list price, then half of it.
async function started(exam: Exam): Promise<Started> {
  const shop = await start(exam);
  const tiers = [makeRate('utility', 100n, { tierTo: 2 }), makeRate('utility', 50n, { tierFrom: 3, tierTo: 'max' })];
  await shop.store.putPriceCard(makeCard('2026-07-01', tiers), { replace: true });
  await shop.store.putTemplate(makeTemplate(shop.senderId, { name: 'notice', category: 'utility' }));
  return shop;
}

type Sent = readonly [MessageId, MessageId, MessageId, MessageId];

/** So many notices that left; at most four are named. */
async function sent({ store, senderId }: Started, count: number): Promise<Sent> {
  const requests = (await addCrowd(store, senderId, count)).map((number) => requestTo(number));
  await admit(store, senderId, requests, { template: 'notice' });
  await turn(store, senderId);
  return requests.map(({ id }) => id) as readonly MessageId[] as Sent;
}
