// What an opt-out or a block ends: the queued messages that it stands against, with their reservations, in the same transaction.

import { expect, it } from 'vitest';
import { type ConsentSubject, EVERYWHERE } from '../../../src/domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { ConsentWritten, NewConsentEvent } from '../../../src/ports/store/directory.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { ContactId, MessageId, SenderId } from '../../../src/values/id.ts';
import { claim, queue } from './admission.ts';
import type { Exam } from './exam.ts';
import { addPerson, later, makeEvent, makeSender, makeTemplate, NOON, type Started, start } from './fixture.ts';

type Waiting = Started & {
  readonly contactId: ContactId;
  /** Marketing at 100, utility at 50, free-form at 10. */
  readonly offer: MessageId;
  readonly notice: MessageId;
  readonly reply: MessageId;
};

/** The cases. */
export function examStops(exam: Exam): void {
  it('cancels everything that is queued for a person who is blocked, and releases it', async () => {
    const { store, senderId, contactId, offer, notice, reply } = await waiting(exam);
    const written = await stop(store, contactId, makeEvent('block', senderId, { at: later(2) }));
    expect(written.cancelled.toSorted()).toEqual([offer, notice, reply].toSorted());
    expect(written.released).toEqual([{ currency: 'USD', amount: 160n }]);
    expect(written.inFlight).toEqual([]);
    expect(await states(store, [offer, notice, reply])).toEqual(Array.from({ length: 3 }, () => ['cancelled', 'blocked']));
    expect((await store.entriesOf(offer)).map(({ kind, held, cause }) => [kind, held, cause])).toEqual([
      ['reservation', 100n, null],
      ['release', -100n, 'cancelled'],
    ]);
  });

  it.each<[ConsentSubject, keyof Waiting]>([
    ['marketing', 'offer'],
    ['utility', 'notice'],
    ['service', 'reply'],
  ])('cancels after an opt-out of %s what needs it, and nothing else', async (subject, stopped) => {
    const world = await waiting(exam);
    const { store, senderId, contactId, offer, notice, reply } = world;
    const written = await stop(store, contactId, makeEvent('opt_out', senderId, { subject, at: later(2) }));
    expect(written.cancelled).toEqual([world[stopped]]);
    const left = [offer, notice, reply].filter((id) => id !== world[stopped]);
    expect((await states(store, left)).map(([state]) => state)).toEqual(['queued', 'queued']);
    expect((await states(store, written.cancelled))[0]).toEqual(['cancelled', 'opted_out']);
  });

  it('leaves a reply to what the customer wrote after the opt-out', async () => {
    const { store, senderId, contactId, reply } = await waiting(exam);
    await store.recordInbound({
      senderId,
      messages: [
        { contactId, at: later(3) },
        { contactId, at: later(1) },
      ],
    });
    const written = await stop(store, contactId, makeEvent('opt_out', senderId, { subject: 'service', at: later(2) }));
    expect(written.cancelled).toEqual([]);
    expect(await states(store, [reply])).toEqual([['queued', null]]);
  });

  it('cancels for one sender what is said to one, and for all what is said everywhere', async () => {
    const { store, senderId, contactId, offer } = await waiting(exam);
    const shop = await addShop(store, contactId);
    const fromShop = await queue(store, { senderId: shop, contactId, template: 'offer' });
    expect((await stop(store, contactId, makeEvent('opt_out', shop))).cancelled).toEqual([fromShop]);
    expect(await states(store, [offer])).toEqual([['queued', null]]);
    const written = await stop(store, contactId, makeEvent('opt_out', EVERYWHERE, { at: later(1) }));
    expect(written.cancelled).toEqual([offer]);
    expect(senderId).not.toBe(shop);
  });

  it('cancels nothing of others, and nothing after a stop that a newer permission outweighs', async () => {
    const { store, senderId, contactId, offer } = await waiting(exam);
    const other = await addPerson(store, senderId, '2', ['marketing']);
    const theirs = await queue(store, { senderId, contactId: other, template: 'offer' });
    expect((await stop(store, contactId, makeEvent('opt_out', senderId, { at: later(-60) }))).cancelled).toEqual([]);
    expect(await states(store, [offer, theirs])).toEqual([
      ['queued', null],
      ['queued', null],
    ]);
  });

  it('lets what is in flight go, and names it', async () => {
    const { store, senderId, contactId, offer, notice, reply } = await waiting(exam);
    expect(await claim(store, senderId, [offer])).toEqual([offer]);
    const written = await stop(store, contactId, makeEvent('block', senderId, { at: later(2) }));
    expect(written.inFlight).toEqual([offer]);
    expect(written.cancelled.toSorted()).toEqual([notice, reply].toSorted());
    expect(written.released).toEqual([{ currency: 'USD', amount: 60n }]);
    expect(await states(store, [offer])).toEqual([['sending', null]]);
  });

  it('cancels once: the same stop again releases nothing', async () => {
    const { store, senderId, contactId } = await waiting(exam);
    const block = makeEvent('block', senderId, { at: later(2) });
    const writes = [1, 2].map(() => ({ contactId, who: { contactId }, events: [block] }));
    const [first, second] = await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: later(2) }, decideSettlements);
    expect(first?.cancelled).toHaveLength(3);
    expect([second?.cancelled, second?.released]).toEqual([[], []]);
    expect((await stop(store, contactId, block)).cancelled).toEqual([]);
  });

  it('frees the budget that the cancelled messages had taken', async () => {
    const { store, senderId, contactId } = await waiting(exam);
    const report = async () => (await store.counters({ period: PERIOD, senderId, groupBy: [] })).totals.map(({ counters }) => counters);
    expect(await report()).toMatchObject([{ units: 3, reserved: 160n, committed: 160n }]);
    await stop(store, contactId, makeEvent('block', senderId, { at: later(2) }));
    expect(await report()).toMatchObject([{ units: 3, reserved: 0n, committed: 0n, failed: 0 }]);
  });
}

const PERIOD = { from: '2026-10-15', to: '2026-10-16' } as Parameters<Store['counters']>[0]['period'];

async function waiting(exam: Exam): Promise<Waiting> {
  const world = await start(exam);
  const { store, senderId } = world;
  const contactId = await addPerson(store, senderId, '1', ['marketing', 'utility']);
  await store.recordInbound({ senderId, messages: [{ contactId, at: NOON }] });
  return {
    ...world,
    contactId,
    offer: await queue(store, { senderId, contactId, template: 'offer' }),
    notice: await queue(store, { senderId, contactId, template: 'notice' }),
    reply: await queue(store, { senderId, contactId, template: null, at: later(1) }),
  };
}

async function addShop(store: Store, contactId: ContactId): Promise<SenderId> {
  const shop = makeSender({ name: 'shop' });
  await store.putSender(shop);
  await store.putTemplate(makeTemplate(shop.id));
  await stop(store, contactId, makeEvent('opt_in', shop.id, { at: later(-1) }));
  return shop.id;
}

async function stop(store: Store, contactId: ContactId, event: NewConsentEvent): Promise<ConsentWritten> {
  const writes = [{ contactId, who: { contactId }, events: [event] }];
  const [written] = await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: later(5) }, decideSettlements);
  if (written === undefined) throw new Error('one result per write');
  return written;
}

async function states(
  store: Store,
  messageIds: readonly MessageId[],
): Promise<readonly (readonly [string | undefined, string | null | undefined])[]> {
  return (await store.findMessages(messageIds)).map((message) => [message?.state, message?.reason]);
}
