// Settling: late, repeated and reordered, each thing counts once; money that was given back is charged all the same when it turns out late.

import { expect, it } from 'vitest';
import type { EventKind } from '../../../src/domain/message.ts';
import { BATCH_MAX } from '../../../src/values/batch.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { toMicros } from '../../../src/values/money.ts';
import type { Day } from '../../../src/values/time.ts';
import { queue } from './admission.ts';
import { findings, outcomeOf, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, instant, later, makeCard, makeRate, NOON, type Started, start, USD } from './fixture.ts';

/** The cases. */
export function examSettle(exam: Exam): void {
  it('charges a delivery once and closes what was held', async () => {
    const shop = await inFlight(exam);
    const { store, id } = shop;
    const delivered = outcomeOf(id, 'delivered', {
      attempt: 1,
      providerId: 'wamid.1',
      pricing: { type: 'regular', category: 'marketing' },
    });
    expect(await settle(store, [delivered, delivered])).toMatchObject([
      { messageId: id, known: true, from: 'sending', to: 'delivered', charged: 100n, closed: 100n, currency: 'USD', freeUnits: 0 },
      { messageId: id, known: true, from: 'delivered', to: 'delivered', charged: 0n, closed: 0n },
    ]);
    expect(await settle(store, [delivered])).toMatchObject([{ charged: 0n, closed: 0n }]);
    expect(await linesOf(shop)).toEqual(['reservation 100 0', 'charge -100 100']);
    expect((await store.findMessages([id]))[0]).toMatchObject({ state: 'delivered', providerId: 'wamid.1', reason: null });
  });

  it('comes to the same end in any order of the statuses', async () => {
    for (const order of [
      ['sent', 'delivered', 'read'],
      ['read', 'delivered', 'sent'],
      ['delivered', 'read', 'accepted', 'read'],
    ] as const) {
      const shop = await inFlight(exam);
      for (const kind of order) await settle(shop.store, [outcomeOf(shop.id, kind)]);
      expect((await shop.store.findMessages([shop.id]))[0]?.state).toBe('read');
      expect(await linesOf(shop)).toEqual(['reservation 100 0', 'charge -100 100']);
    }
  });

  it('is the same in one batch as one by one', async () => {
    const kinds: readonly EventKind[] = ['accepted', 'sent', 'failed', 'sent', 'delivered', 'failed', 'read'];
    const [together, apart] = [await inFlight(exam), await inFlight(exam)];
    await settle(
      together.store,
      kinds.map((kind) => outcomeOf(together.id, kind)),
    );
    for (const kind of kinds) await settle(apart.store, [outcomeOf(apart.id, kind)]);
    expect(await linesOf(together)).toEqual(await linesOf(apart));
    expect(await countersOf(together)).toEqual(await countersOf(apart));
    expect((await together.store.findMessages([together.id]))[0]?.state).toBe('read');
  });

  it.each([
    ['rejected', 1],
    ['failed', 1],
  ] as const)('releases what is %s, and counts it as failed', async (kind, failed) => {
    const shop = await inFlight(exam);
    expect(await settle(shop.store, [outcomeOf(shop.id, kind, { error: { code: '131026', title: 'Undeliverable' } })])).toMatchObject([
      { to: 'failed', closed: 100n, charged: 0n, reason: '131026' },
    ]);
    expect(await linesOf(shop)).toEqual(['reservation 100 0', 'release -100 0']);
    expect(await countersOf(shop)).toMatchObject({ units: 1, failed, delivered: 0, reserved: 0n, committed: 0n });
  });

  it.each(['failed', 'expired', 'cancelled'] as const)(
    'charges a delivery that comes after %s, when nothing is held any more',
    async (kind) => {
      const shop = kind === 'cancelled' ? await queued(exam) : await inFlight(exam);
      if (kind === 'expired') await settle(shop.store, [outcomeOf(shop.id, 'accepted')]);
      await settle(shop.store, [outcomeOf(shop.id, kind)]);
      expect(await countersOf(shop)).toMatchObject({ reserved: 0n, charged: 0n });
      expect(await settle(shop.store, [outcomeOf(shop.id, 'delivered')], later(1))).toMatchObject([
        { from: kind, to: 'delivered', charged: 100n, closed: 0n },
      ]);
      expect(await linesOf(shop)).toEqual(['reservation 100 0', 'release -100 0', 'charge 0 100']);
      expect(await countersOf(shop)).toMatchObject({ delivered: 1, billableUnits: 1, reserved: 0n, charged: 100n, committed: 100n });
    },
  );

  it('books a free delivery as a line of nothing, in its own column', async () => {
    const shop = await inFlight(exam);
    const free = outcomeOf(shop.id, 'delivered', { pricing: { type: 'free_customer_service', category: 'marketing' } });
    expect(await settle(shop.store, [free])).toMatchObject([{ charged: 0n, closed: 100n, freeUnits: 1 }]);
    expect(await linesOf(shop)).toEqual(['reservation 100 0', 'charge -100 0']);
    expect(await countersOf(shop)).toMatchObject({ delivered: 1, freeUnits: 1, billableUnits: 0, charged: 0n, reserved: 0n });
  });

  it('comes to what is billed in the end, in whatever order the words on the price are heard of', async () => {
    const words = [
      ['sent', 'free_entry_point'],
      ['delivered', 'regular'],
      ['read', 'free_customer_service'],
    ] as const;
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const shop = await inFlight(exam);
      const outcomes = order.flatMap((index) => {
        const [kind, type] = words[index] ?? words[0];
        return [outcomeOf(shop.id, kind, { pricing: { type, category: 'marketing' } })];
      });
      for (const outcome of outcomes) await settle(shop.store, [outcome]);
      const [read] = await settle(shop.store, outcomes.slice(0, 1));
      expect(read).toMatchObject({ from: 'read', to: 'read', charged: 0n, freeUnits: 0 });
      const { charged, adjusted, ...counts } = await countersOf(shop);
      expect([charged + adjusted, counts]).toMatchObject([0n, { delivered: 1, freeUnits: 1, billableUnits: 0, committed: 0n }]);
    }
  });

  it('charges what was billed although its forecast was free', async () => {
    const shop = await inFlight(exam);
    const word = (kind: 'sent' | 'delivered', type: 'free_entry_point' | 'regular') =>
      outcomeOf(shop.id, kind, { pricing: { type, category: 'marketing' } });
    await settle(shop.store, [word('sent', 'free_entry_point'), outcomeOf(shop.id, 'read')]);
    expect(await settle(shop.store, [word('delivered', 'regular')])).toMatchObject([{ to: 'read', charged: 100n, freeUnits: -1 }]);
    expect(await linesOf(shop)).toEqual(['reservation 100 0', 'charge -100 0', 'adjustment 0 0', 'adjustment 0 100']);
    expect(await countersOf(shop)).toMatchObject({
      delivered: 1,
      freeUnits: 0,
      billableUnits: 1,
      charged: 0n,
      adjusted: 100n,
      committed: 100n,
    });
  });

  it('books the cost that the provider named, also with an earlier status', async () => {
    const shop = await inFlight(exam);
    const cost = { amount: toMicros(37n), currency: USD };
    await settle(shop.store, [outcomeOf(shop.id, 'sent', { pricing: { type: 'regular', category: 'marketing_lite', cost } })]);
    expect((await shop.store.evidenceOf(shop.id))?.told).toEqual({ type: 'regular', category: 'marketing_lite', toldBy: 'sent', cost });
    expect(await settle(shop.store, [outcomeOf(shop.id, 'delivered')])).toMatchObject([{ charged: 37n, closed: 100n }]);
    expect((await shop.store.entriesOf(shop.id)).at(-1)).toMatchObject({ rule: 'told_cost', posted: 37n });
    expect(await findings(shop.store)).toEqual([]);
  });

  it('charges at the price of the day of the delivery, whenever that is heard of', async () => {
    const shop = await inFlight(exam);
    await shop.store.putPriceCard(makeCard('2026-11-01', [makeRate('marketing', 130n)]), { replace: false });
    await settle(shop.store, [outcomeOf(shop.id, 'delivered', { at: instant('2026-10-31T23:59:59Z') })], instant('2026-11-09T00:00:00Z'));
    expect(await linesOf(shop)).toEqual(['reservation 100 0', 'charge -100 100']);
    const other = await inFlight(exam);
    await other.store.putPriceCard(makeCard('2026-11-01', [makeRate('marketing', 130n)]), { replace: false });
    await settle(other.store, [outcomeOf(other.id, 'delivered', { at: instant('2026-11-01T00:00:00Z') })], instant('2026-11-09T00:00:00Z'));
    expect(await linesOf(other)).toEqual(['reservation 100 0', 'charge -100 130']);
  });

  it('says of which messages it knows nothing, and settles the others', async () => {
    const { store, id } = await inFlight(exam);
    const nobody = ids.sortable<'message'>(NOON);
    expect(await settle(store, [outcomeOf(nobody, 'delivered'), outcomeOf(id, 'delivered')])).toMatchObject([
      { messageId: nobody, known: false, charged: 0n },
      { messageId: id, known: true, charged: 100n },
    ]);
    expect(await store.entriesOf(nobody)).toEqual([]);
  });

  it('takes nothing, and a whole batch', async () => {
    const { store, id } = await inFlight(exam);
    expect(await settle(store, [])).toEqual([]);
    const settlements = await settle(
      store,
      Array.from({ length: BATCH_MAX }, () => outcomeOf(id, 'delivered')),
    );
    expect(settlements).toHaveLength(BATCH_MAX);
    expect(settlements.reduce((sum, { charged }) => sum + charged, 0n)).toBe(100n);
  });

  it('is not told of a new request by what an old one failed at', async () => {
    const shop = await inFlight(exam);
    await turn(shop.store, shop.senderId, { outcomes: [outcomeOf(shop.id, 'retry', { attempt: 1, retryAt: NOON })] });
    expect(await settle(shop.store, [outcomeOf(shop.id, 'failed', { attempt: 1 })])).toMatchObject([{ from: 'sending', to: 'sending' }]);
    await settle(shop.store, [outcomeOf(shop.id, 'delivered', { attempt: 1 })]);
    expect((await shop.store.entriesOf(shop.id)).map(({ kind, attempt }) => [kind, attempt])).toEqual([
      ['reservation', 0],
      ['charge', 1],
    ]);
  });
}

type Message = Started & { readonly id: MessageId };

async function queued(exam: Exam): Promise<Message> {
  const shop = await start(exam);
  const contactId = await addPerson(shop.store, shop.senderId, '1111', ['marketing']);
  return { ...shop, id: await queue(shop.store, { senderId: shop.senderId, contactId, template: 'offer' }) };
}

async function inFlight(exam: Exam): Promise<Message> {
  const shop = await queued(exam);
  await turn(shop.store, shop.senderId);
  return shop;
}

async function linesOf({ store, id }: Message): Promise<readonly string[]> {
  return (await store.entriesOf(id)).map(({ kind, held, posted }) => `${kind} ${held} ${posted}`);
}

async function countersOf({ store, senderId }: Message) {
  const [row] = (await store.counters({ period: { from: '2026-01-01' as Day, to: '2027-01-01' as Day }, senderId, groupBy: [] })).totals;
  if (row === undefined) throw new Error('totals have one row');
  return row.counters;
}
