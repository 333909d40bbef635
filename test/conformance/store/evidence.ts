// The evidence behind one message: price rows with their cards, the provider's words, times and windows, as they were when it was decided.

import { expect, it } from 'vitest';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { queue } from './admission.ts';
import { outcomeOf, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, later, makeCard, makeRate, makeSender, makeTemplate, makeWhatsapp, NOON, phone, start } from './fixture.ts';

/** The cases. */
export function examEvidence(exam: Exam): void {
  it('names the price row of each entry with its card, also when the card was replaced since', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const id = await queue(store, { senderId, contactId, template: 'offer' });
    await turn(store, senderId, { at: later(1) });
    const pricing = { type: 'regular', category: 'marketing' } as const;
    await settle(store, [outcomeOf(id, 'delivered', { at: later(2), pricing })], later(3));
    const before = await store.evidenceOf(id);
    const card = before?.entries[0]?.price;
    await store.putPriceCard(
      { ...makeCard(card?.effectiveFrom ?? '', [makeRate('marketing', 90n, { tierTo: 'max' })]), addedAt: later(5) },
      { replace: true },
    );
    const price = {
      id: expect.any(Number),
      market: 'Germany',
      category: 'marketing',
      tierFrom: 0,
      tierTo: 'unknown',
      rate: 100n,
      currency: 'USD',
      effectiveFrom: card?.effectiveFrom,
      source: 'a test',
    };
    expect(card).toEqual({ ...price, replacedAt: null });
    const day = { day: '2026-10-15', holdDay: '2026-10-15', booksMonth: '2026-10', holdCategory: 'marketing' };
    expect((await store.evidenceOf(id))?.entries).toMatchObject([
      { ...day, kind: 'reservation', held: 100n, price: { ...price, replacedAt: later(5) }, providerType: null, providerCategory: null },
      {
        ...day,
        kind: 'charge',
        posted: 100n,
        eventAt: later(2),
        recordedAt: later(3),
        price: { ...price, replacedAt: later(5) },
        providerType: 'regular',
        providerCategory: 'marketing',
      },
    ]);
    expect((await store.evidenceOf(id))?.told).toEqual({ ...pricing, toldBy: 'delivered' });
  });

  it('keeps when the newest request was claimed and accepted, and when it was sent and read', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const id = await queue(store, { senderId, contactId, template: 'offer' });
    expect(await store.evidenceOf(id)).toMatchObject({
      record: { id, state: 'queued' },
      phone: phone('1'),
      held: 100n,
      told: null,
      times: { claimedAt: null, acceptedAt: null, sentAt: null, readAt: null },
    });
    await turn(store, senderId, { at: later(1) });
    await settle(store, [outcomeOf(id, 'retry', { at: later(2), retryAt: later(3) })], later(2));
    await turn(store, senderId, { at: later(4) });
    await settle(store, [outcomeOf(id, 'accepted', { at: later(5) }), outcomeOf(id, 'sent', { at: later(6) })], later(20));
    await settle(store, [outcomeOf(id, 'delivered', { at: later(7) })], later(20));
    await settle(store, [outcomeOf(id, 'read', { at: later(8) })], later(20));
    const times = { claimedAt: later(4), acceptedAt: later(5), sentAt: later(6), readAt: later(8) };
    expect(await store.evidenceOf(id)).toMatchObject({ times, held: 0n, inboundAt: null, freeEntryUntil: null });
  });

  it('keeps the window as it was when the message was claimed', async () => {
    const { store } = await start(exam);
    const shop = makeSender({ name: 'shop', transport: 'whatsapp', whatsapp: makeWhatsapp() });
    await store.putSender(shop);
    await store.putTemplate(makeTemplate(shop.id));
    const contactId = await addPerson(store, shop.id, '1', ['marketing']);
    await store.recordInbound({ senderId: shop.id, messages: [{ contactId, at: NOON }] });
    const id = await queue(store, { senderId: shop.id, contactId, template: 'offer', at: later(1) });
    await turn(store, shop.id, { at: later(2) });
    await store.recordInbound({ senderId: shop.id, messages: [{ contactId, at: later(3) }] });
    expect(await store.evidenceOf(id)).toMatchObject({ inboundAt: NOON, freeEntryUntil: null, times: { claimedAt: later(2) } });
  });

  it('shows who decided, and has nothing of what is not there', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const id = await queue(store, { senderId, contactId, template: 'offer' });
    await turn(store, senderId);
    await settle(store, [outcomeOf(id, 'unknown', { at: later(1) })], later(1));
    const outcome = outcomeOf(id, 'delivered', { at: later(2) });
    await store.resolve({ outcome, by: 'ada', reason: 'asked them', at: later(2) }, decideSettlements);
    expect((await store.evidenceOf(id))?.resolutions).toMatchObject([{ by: 'ada', outcome: 'delivered', at: later(2) }]);
    expect(await store.evidenceOf('none' as MessageId)).toBeNull();
  });
}
