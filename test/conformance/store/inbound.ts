// What customers write: windows, stop and start words, near misses, and the messenger's own switch. Said twice or late, each thing counts once.

import { expect, it } from 'vitest';
import { PURPOSES } from '../../../src/domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { ContactId, MessageId } from '../../../src/values/id.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import { freeFormText } from '../../../src/domain/free-form.ts';
import { admit, queue } from './admission.ts';
import { admit as admitAll, requestTo, words } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, instant, later, makeEvent, NOON, phone, type Started, start } from './fixture.ts';
import { messageFrom, otherEvent, personOf, preferenceOf, receive, resultsOf } from './webhooks.ts';

/** The cases. */
export function examInbound(exam: Exam): void {
  it('adds a person who writes first, without any consent, and opens the window', async () => {
    const { store, senderId } = await start(exam);
    const person = personOf('7', { userId: 'DE.7', name: 'Ana' });
    expect(await resultsOf(store, [messageFrom(senderId, person, 'Hello', later(1))])).toEqual(['applied']);
    const [found] = await store.findContacts(DEFAULT_ACCOUNT, [{ phone: phone('7') }]);
    expect(found).toMatchObject({ contact: { id: person.newId, userId: 'DE.7', name: 'Ana' }, flags: [] });
    expect(await admit(store, { senderId, contactId: person.newId, template: null, at: later(2) })).toMatchObject({ kind: 'admitted' });
    expect(await admit(store, { senderId, contactId: person.newId, template: 'offer', at: later(2) })).toMatchObject({
      reason: 'no_consent',
    });
  });

  it('keeps the window that is open for longer, and the name that it has', async () => {
    const { store, senderId } = await start(exam);
    const person = personOf('7', { name: 'Ana' });
    await receive(store, [messageFrom(senderId, person, 'two', later(30)), messageFrom(senderId, person, 'one', NOON)]);
    expect(await resultsOf(store, [messageFrom(senderId, { ...person, name: 'Bea' }, 'again', NOON)])).toEqual(['repeated']);
    const nextDay = instant('2026-10-16T12:15:00Z');
    expect(await admit(store, { senderId, contactId: person.newId, template: null, at: nextDay })).toMatchObject({ kind: 'admitted' });
    expect((await store.findContacts(DEFAULT_ACCOUNT, [{ contactId: person.newId }]))[0]?.contact.name).toBe('Ana');
  });

  it('opts out of everything at a stop word, cancels what is queued, and names the stop to confirm, once', async () => {
    const shop = await customer(exam);
    const { store, senderId, contactId } = shop;
    const stop = messageFrom(senderId, personOf('1'), 'STOP', later(5));
    const [received] = await receive(store, [stop, stop]);
    expect(received).toMatchObject({ result: 'applied', stop: { senderId, contactId, language: null }, cancelled: expect.any(Array) });
    expect(received?.cancelled.toSorted()).toEqual([shop.offer, shop.notice].toSorted());
    const history = (await store.consentHistory(contactId)).filter(({ kind }) => kind === 'opt_out');
    expect(history.map(({ subject, at, by, source, scope }) => [subject, at, by, source, scope])).toEqual(
      PURPOSES.map((purpose) => [purpose, later(5), 'customer', 'word', senderId]),
    );
    expect(history[0]?.sequence).toBe(received?.stop?.sequence);
    expect(JSON.parse(history[0]?.evidence ?? '')).toMatchObject({ text: 'STOP', message: { identity: expect.any(String) } });
    expect(await receive(store, [stop])).toMatchObject([{ result: 'repeated', stop: null, cancelled: [] }]);
    expect(await receive(store, [messageFrom(senderId, personOf('1'), 'STOP', later(6))])).toMatchObject([{ stop: null }]);
    expect((await store.consentHistory(contactId)).filter(({ kind }) => kind === 'opt_out')).toHaveLength(PURPOSES.length);
  });

  it('does not stop the confirmation of the stop, which a block stops', async () => {
    const { store, senderId, contactId } = await customer(exam);
    const [received] = await receive(store, [messageFrom(senderId, personOf('1'), 'STOP', later(5))]);
    const confirms = received?.stop?.sequence ?? null;
    const request = requestTo(phone('1'), { confirms, checkedFor: null, content: freeFormText({ type: 'text', body: 'Stopped.' }) });
    expect(words((await admitAll(store, senderId, [request], { template: null, at: later(6) })).admissions)).toEqual(['admitted']);
    const say = async (kind: 'opt_out' | 'block') => {
      const events = [makeEvent(kind, senderId, { subject: kind === 'block' ? 'block' : 'service', at: later(7) })];
      const writes = [{ contactId, who: { contactId }, events }];
      return (await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: later(7) }, decideSettlements))[0]?.cancelled;
    };
    expect(await say('opt_out')).toEqual([]);
    expect(await say('block')).toEqual([request.id]);
  });

  it('lets a start give back what a stop took, and nothing that was never agreed to', async () => {
    const { store, senderId, contactId } = await customer(exam);
    await receive(store, [messageFrom(senderId, personOf('1'), 'STOP', later(5)), messageFrom(senderId, personOf('1'), 'START', later(6))]);
    const flags = (await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]))[0]?.flags ?? [];
    const standing = Object.fromEntries(flags.map(({ subject, kind }) => [subject, kind]));
    expect(standing).toMatchObject({ marketing: 'opt_in', utility: 'opt_in', authentication: 'opt_out', ads: 'opt_out' });
    expect(await openReviews(store)).toEqual([]);
  });

  it.each([
    ['STOP', 'START', 'opt_in'],
    ['START', 'STOP', 'opt_out'],
  ] as const)('holds to the order in which %s and %s were written, however they arrive', async (first, second, kind) => {
    for (const arrival of [
      [0, 1],
      [1, 0],
      [0, 1, 0],
      [1, 0, 1, 0],
    ]) {
      const { store, senderId, contactId } = await customer(exam);
      const events = [messageFrom(senderId, personOf('1'), first, later(5)), messageFrom(senderId, personOf('1'), second, later(6))];
      for (const index of arrival) await receive(store, events.slice(index, index + 1));
      const flags = (await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]))[0]?.flags ?? [];
      // A start that comes before the stop that it follows finds nothing to lift: the stricter state stays, and a person looks at it.
      const isBlind = events[arrival[0] ?? 0]?.text === 'START';
      expect(flags.find(({ subject }) => subject === 'marketing')?.kind).toBe(isBlind ? 'opt_out' : kind);
      expect(await openReviews(store)).toHaveLength(isBlind ? 1 : 0);
    }
  });

  it('lets a stop stand against what was agreed here meanwhile, though the provider’s clock is a little behind', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const agreed = { contactId, who: { contactId }, events: [makeEvent('opt_in', senderId, { at: instant('2026-10-15T12:00:58.003Z') })] };
    await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes: [agreed], at: later(1) }, decideSettlements);
    const [received] = await receive(store, [messageFrom(senderId, personOf('1'), 'STOP', instant('2026-10-15T12:00:58Z'))], later(2));
    expect(received?.stop).toMatchObject({ contactId });
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(3) })).toMatchObject({ reason: 'opted_out' });
    const other = await addPerson(store, senderId, '2', ['marketing']);
    const old = messageFrom(senderId, personOf('2'), 'STOP', later(-2));
    await receive(store, [old], later(2));
    expect(await admit(store, { senderId, contactId: other, template: 'offer', at: later(3) })).toMatchObject({ kind: 'admitted' });
  });

  it('asks for no confirmation of a stop that came late, after a newer start', async () => {
    const { store, senderId } = await customer(exam);
    await receive(store, [messageFrom(senderId, personOf('1'), 'STOP', later(5)), messageFrom(senderId, personOf('1'), 'START', later(7))]);
    expect(await receive(store, [messageFrom(senderId, personOf('1'), 'STOP', later(6))])).toMatchObject([
      { result: 'applied', stop: null },
    ]);
  });

  it.each(['button', 'interactive'])('has a label of our own (%s) read as one', async (messageType) => {
    const { store, senderId } = await customer(exam);
    const [received] = await receive(store, [{ ...messageFrom(senderId, personOf('1'), 'STOP', later(5)), messageType }]);
    expect(received).toMatchObject({ result: 'applied', stop: null });
    expect(await openReviews(store)).toMatchObject([{ text: 'STOP' }]);
  });

  it('keeps a near miss, and a start that lifts nothing, for a person to look at, once each', async () => {
    const { store, senderId, contactId, offer } = await customer(exam);
    const events = [
      messageFrom(senderId, personOf('1', { name: 'Ana' }), 'please stop', later(5)),
      messageFrom(senderId, personOf('1'), 'START', later(6)),
      messageFrom(senderId, personOf('1'), 'thanks', later(7)),
    ];
    await receive(store, events);
    await receive(store, events);
    const reviews = await openReviews(store);
    expect(reviews.map(({ text, at }) => [text, at])).toEqual([
      ['please stop', later(5)],
      ['START', later(6)],
    ]);
    expect(reviews[0]).toMatchObject({ senderId, contactId, phone: phone('1'), name: 'Ana' });
    expect((await store.findMessages([offer]))[0]?.state).toBe('queued');
    const [first, second] = reviews;
    if (first === undefined || second === undefined) throw new Error('two wait');
    const page = await store.listReviews({ limit: 1, after: null });
    expect([page.items, page.next]).toEqual([[first], String(first.sequence)]);
    expect(await store.listReviews({ limit: 1, after: page.next })).toEqual({ items: [second], next: null });
    expect(await store.closeReview(first.sequence, 'opted_out', later(9))).toEqual(first);
    expect(await store.closeReview(first.sequence, 'dismissed', later(10))).toBeNull();
    expect(await store.findReview(first.sequence)).toBeNull();
    expect(await store.findReview(second.sequence)).toEqual(second);
    await receive(store, events);
    expect(await openReviews(store)).toEqual([second]);
  });

  it('reads by the words of the sender', async () => {
    const { store, senderId, contactId } = await customer(exam);
    const basta = { word: 'basta', language: 'it', meaning: 'opt_out' } as const;
    expect(await store.putWord(senderId, basta, NOON)).toBe('added');
    expect(await store.putWord(senderId, basta, NOON)).toBe('unchanged');
    expect(await store.putWord(senderId, { ...basta, word: 'STOP', language: '*', meaning: 'none' }, NOON)).toBe('added');
    expect((await store.listWords(senderId)).map(({ word }) => word)).toEqual(['STOP', 'basta']);
    expect(await receive(store, [messageFrom(senderId, personOf('1'), 'STOP', later(5))])).toMatchObject([{ stop: null }]);
    expect(await receive(store, [messageFrom(senderId, personOf('1'), 'basta', later(6))])).toMatchObject([{ stop: { contactId } }]);
    expect(await store.putWord(senderId, { ...basta, meaning: 'opt_in' }, later(7))).toBe('updated');
    expect([await store.removeWord(senderId, 'basta'), await store.removeWord(senderId, 'basta')]).toEqual([true, false]);
  });

  it('takes over the messenger’s own switch, which stops marketing alone and which no agreement lifts', async () => {
    const { store, senderId, contactId, offer } = await customer(exam);
    const stop = preferenceOf(senderId, personOf('1'), 'stop', later(5));
    expect(await receive(store, [stop])).toMatchObject([{ result: 'applied', cancelled: [offer], stop: null }]);
    expect(await resultsOf(store, [stop])).toEqual(['repeated']);
    expect((await store.consentHistory(contactId)).at(-1)).toMatchObject({
      subject: 'messenger',
      kind: 'opt_out',
      by: 'customer',
      source: 'whatsapp user_preferences',
      evidence: stop.body(),
    });
    await store.putContacts({
      accountId: DEFAULT_ACCOUNT,
      contacts: [
        {
          id: contactId,
          phone: phone('1'),
          userId: null,
          name: null,
          language: null,
          attributes: {},
          isReachable: false,
          optIns: [makeEvent('opt_in', senderId, { at: later(6) })],
        },
      ],
      at: later(6),
    });
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(7) })).toMatchObject({ reason: 'opted_out' });
    await receive(store, [preferenceOf(senderId, personOf('1'), 'resume', later(8))]);
    await receive(store, [stop]);
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(9) })).toMatchObject({ kind: 'admitted' });
  });

  it('stops the marketing of somebody who was never seen, and learns nobody by a resumption', async () => {
    const { store, senderId } = await start(exam);
    const [stopped, resumed] = [personOf('8'), personOf('9')];
    expect(await resultsOf(store, [preferenceOf(senderId, stopped, 'stop'), preferenceOf(senderId, resumed, 'resume')])).toEqual([
      'applied',
      'kept',
    ]);
    const found = await store.findContacts(DEFAULT_ACCOUNT, [{ phone: phone('8') }, { phone: phone('9') }]);
    expect(found.map((one) => one?.flags.map(({ subject, kind }) => `${subject} ${kind}`) ?? null)).toEqual([['messenger opt_out'], null]);
  });

  it('keeps once what is of the account, not understood, or of no sender of ours', async () => {
    const { store, senderId } = await start(exam);
    const events = [
      otherEvent('account', senderId),
      otherEvent('other', senderId),
      otherEvent('other', null),
      messageFrom(null, personOf('3'), 'STOP'),
    ];
    expect(await resultsOf(store, events)).toEqual(['kept', 'kept', 'unmatched', 'unmatched']);
    expect(await resultsOf(store, events)).toEqual(['repeated', 'repeated', 'repeated', 'repeated']);
    expect(await store.findContacts(DEFAULT_ACCOUNT, [{ phone: phone('3') }])).toEqual([null]);
  });

  exam.needs('several_connections')('hears a stop once, whichever of two processes is told first', async () => {
    const { store, connect, senderId, contactId } = await customer(exam);
    const stop = messageFrom(senderId, personOf('1'), 'STOP', later(5));
    const answers = await Promise.all([receive(await connect(), [stop]), receive(await connect(), [stop])]);
    expect(answers.flat().filter((answer) => answer.stop !== null)).toHaveLength(1);
    expect((await store.consentHistory(contactId)).filter(({ kind }) => kind === 'opt_out')).toHaveLength(PURPOSES.length);
  });
}

type Customer = Started & { readonly contactId: ContactId; readonly offer: MessageId; readonly notice: MessageId };

/** Somebody who agreed to marketing and utility, with one message of each queued. */
async function customer(exam: Exam): Promise<Customer> {
  const shop = await start(exam);
  const contactId = await addPerson(shop.store, shop.senderId, '1', ['marketing', 'utility']);
  const [offer, notice] = [
    await queue(shop.store, { senderId: shop.senderId, contactId, template: 'offer' }),
    await queue(shop.store, { senderId: shop.senderId, contactId, template: 'notice' }),
  ];
  return { ...shop, contactId, offer, notice };
}

async function openReviews(store: Store) {
  return (await store.listReviews({ limit: 50, after: null })).items;
}
