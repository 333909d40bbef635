// Statuses that come back: each settles its message once, in any order, however often; what is nobody's is kept and changes nothing.

import { expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import { EVENTS_MAX } from '../../../src/ports/store/inbound.ts';
import type { ContactId, MessageId } from '../../../src/values/id.ts';
import type { Day } from '../../../src/values/time.ts';
import { queue } from './admission.ts';
import { turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, instant, later, makeSender, NOON, phone, type Started, start } from './fixture.ts';
import { personOf, receive, resultsOf, statusOf } from './webhooks.ts';

/** The cases. */
export function examStatuses(exam: Exam): void {
  it('settles what a group tells in one transaction, with the results in its order', async () => {
    const { store, senderId, id } = await inFlight(exam);
    const [sent, , delivered] = await receive(store, [
      statusOf(senderId, id, 'sent'),
      statusOf(senderId, null, 'sent'),
      statusOf(senderId, id, 'delivered'),
    ]);
    expect(sent).toMatchObject({
      result: 'applied',
      settlement: { from: 'sending', to: 'sent' },
      cancelled: [],
      stop: null,
      template: null,
    });
    expect(delivered).toMatchObject({ result: 'applied', settlement: { from: 'sent', to: 'delivered', charged: 100n } });
  });

  it('is told nothing new by the same event, in the same group or a later one', async () => {
    const { store, senderId, id } = await inFlight(exam);
    const delivered = statusOf(senderId, id, 'delivered');
    expect(await resultsOf(store, [delivered, delivered])).toEqual(['applied', 'repeated']);
    expect(await resultsOf(store, [delivered])).toEqual(['repeated']);
    expect(await linesOf(store, id)).toEqual(['reservation 100 0', 'charge -100 100']);
  });

  it('comes to the same state and the same books in every order of the statuses', async () => {
    const states = new Set<string>();
    for (const order of permutations(['sent', 'delivered', 'read', 'failed'] as const)) {
      const shop = await inFlight(exam);
      const { store, senderId, id } = shop;
      for (const kind of order)
        await receive(store, [statusOf(senderId, id, kind, { pricing: { type: 'regular', category: 'marketing' } })]);
      const [message] = await store.findMessages([id]);
      const { delivered, charged, reserved, committed } = await countersOf(shop);
      states.add(JSON.stringify([message?.state, message?.reason, delivered, `${charged} ${reserved} ${committed}`]));
    }
    expect([...states]).toEqual([JSON.stringify(['read', null, 1, '100 0 100'])]);
  });

  it('is the same in one group as one by one', async () => {
    for (const order of permutations(['sent', 'delivered', 'failed'] as const)) {
      const [together, apart] = [await inFlight(exam), await inFlight(exam)];
      await receive(
        together.store,
        order.map((kind) => statusOf(together.senderId, together.id, kind)),
      );
      for (const kind of order) await receive(apart.store, [statusOf(apart.senderId, apart.id, kind)]);
      expect(await linesOf(together.store, together.id)).toEqual(await linesOf(apart.store, apart.id));
      expect(await countersOf(together)).toEqual(await countersOf(apart));
    }
  });

  it('keeps what is nobody’s once, and says so', async () => {
    const { store, senderId, id } = await inFlight(exam);
    const unmatched = [
      statusOf(senderId, null, 'delivered'),
      statusOf(null, id, 'delivered'),
      statusOf(senderId, ids.sortable(NOON), 'delivered'),
    ];
    expect(await resultsOf(store, unmatched)).toEqual(['unmatched', 'unmatched', 'unmatched']);
    expect(await resultsOf(store, unmatched)).toEqual(['repeated', 'repeated', 'repeated']);
    expect((await store.findMessages([id]))[0]?.state).toBe('sending');
  });

  it('lets no sender settle the message of another', async () => {
    const { store, id } = await inFlight(exam);
    const other = makeSender({ name: 'other' });
    await store.putSender(other);
    expect(await receive(store, [statusOf(other.id, id, 'delivered')])).toMatchObject([
      { result: 'unmatched', settlement: { known: false } },
    ]);
    expect((await store.findMessages([id]))[0]?.state).toBe('sending');
    expect(await linesOf(store, id)).toEqual(['reservation 100 0']);
  });

  it('prices a delivery by the word that came with an earlier status', async () => {
    const { store, senderId, id } = await inFlight(exam);
    await receive(store, [statusOf(senderId, id, 'sent', { pricing: { type: 'free_entry_point', category: 'marketing' } })]);
    expect(await receive(store, [statusOf(senderId, id, 'delivered')])).toMatchObject([{ settlement: { charged: 0n, freeUnits: 1 } }]);
  });

  it('opens the free-entry-point window for as long as the latest word says, without a message of the customer’s', async () => {
    const { store, senderId, id, contactId } = await inFlight(exam);
    const until = (minutes: number) => statusOf(senderId, id, 'sent', { freeEntryUntil: later(minutes) });
    expect(await resultsOf(store, [until(60), until(90), until(30)])).toEqual(['applied', 'applied', 'repeated']);
    const isOpenAt = async (minutes: number) => {
      await queue(store, { senderId, contactId, template: 'offer', at: later(minutes) });
      return (await turn(store, senderId, { at: later(minutes) })).claimed.map(({ conversation }) => conversation);
    };
    expect(await isOpenAt(89)).toMatchObject([{ windowOpen: false, freeEntryOpen: true }]);
    expect(await isOpenAt(90)).toMatchObject([{ windowOpen: false, freeEntryOpen: false }]);
  });

  it('takes nothing that says that it comes from the future for later than now', async () => {
    const { store, senderId, id } = await inFlight(exam);
    await receive(store, [statusOf(senderId, id, 'delivered', { at: instant('2031-01-01T00:00:00Z') })], later(60));
    expect((await store.entriesOf(id)).at(-1)).toMatchObject({ kind: 'charge', eventAt: later(60) });
  });

  it('teaches a contact the user id that belongs to its number, and no other number', async () => {
    const { store, senderId, id, contactId } = await inFlight(exam);
    const person = personOf('2', { userId: 'DE.1' });
    expect(await resultsOf(store, [statusOf(senderId, id, 'sent', { person }), statusOf(senderId, id, 'read', { person })])).toEqual([
      'applied',
      'applied',
    ]);
    const found = await store.findContacts(DEFAULT_ACCOUNT, [{ userId: 'DE.1' }, { phone: phone('2') }]);
    expect(found.map((one) => one?.contact.id ?? null)).toEqual([contactId, null]);
    expect(found[0]?.contact).toMatchObject({ phone: phone('1'), userId: 'DE.1' });
    const another = personOf('1', { userId: 'DE.2' });
    expect(await resultsOf(store, [statusOf(senderId, id, 'read', { person: another })])).toEqual(['repeated']);
    expect((await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]))[0]?.contact.userId).toBe('DE.1');
  });

  it('takes no event, as many as a group may have, and no more', async () => {
    const { store, senderId, id } = await inFlight(exam);
    expect(await receive(store, [])).toEqual([]);
    const events = Array.from({ length: EVENTS_MAX + 1 }, () => statusOf(senderId, id, 'delivered'));
    await expect(receive(store, events)).rejects.toMatchObject({ code: 'bug' });
    expect((await resultsOf(store, events.slice(1))).filter((result) => result === 'applied')).toHaveLength(1);
    expect(await linesOf(store, id)).toEqual(['reservation 100 0', 'charge -100 100']);
  });

  exam.needs('several_connections')('counts once what two processes are told', async () => {
    const { store, connect, senderId, id } = await inFlight(exam);
    const [left, right] = [await connect(), await connect()];
    const event = statusOf(senderId, id, 'delivered');
    const results = await Promise.all([resultsOf(left, [event]), resultsOf(right, [event])]);
    expect(results.flat().toSorted()).toEqual(['applied', 'repeated']);
    expect(await linesOf(store, id)).toEqual(['reservation 100 0', 'charge -100 100']);
  });
}

type InFlight = Started & { readonly contactId: ContactId; readonly id: MessageId };

async function inFlight(exam: Exam): Promise<InFlight> {
  const shop = await start(exam);
  const contactId = await addPerson(shop.store, shop.senderId, '1', ['marketing']);
  const id = await queue(shop.store, { senderId: shop.senderId, contactId, template: 'offer' });
  await turn(shop.store, shop.senderId);
  return { ...shop, contactId, id };
}

async function linesOf(store: Started['store'], id: MessageId): Promise<readonly string[]> {
  return (await store.entriesOf(id)).map(({ kind, held, posted }) => `${kind} ${held} ${posted}`);
}

async function countersOf({ store, senderId }: Started) {
  const [row] = (await store.counters({ period: { from: '2026-01-01' as Day, to: '2027-01-01' as Day }, senderId, groupBy: [] })).totals;
  if (row === undefined) throw new Error('something was counted');
  return row.counters;
}

function permutations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) => permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]));
}
