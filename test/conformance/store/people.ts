// Who somebody is: numbers and user ids that are learnt, change, and turn out to be one person's. The stricter state of both is kept, and nothing is lost.

import { expect, it } from 'vitest';
import type { InboundPerson } from '../../../src/domain/inbound.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { ContactRef } from '../../../src/ports/store/directory.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { ContactId } from '../../../src/values/id.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { admit, queue } from './admission.ts';
import { admit as admitAll, findings, outcomeOf, requestTo, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, makeContact, makeEvent, NOON, phone, type Started, start } from './fixture.ts';
import { hiddenPerson, identityOf, messageFrom, personOf, receive, resultsOf, statusOf } from './webhooks.ts';

/** The cases. */
export function examPeople(exam: Exam): void {
  it('makes the contact of a number and the one of a user id one, with the stops of both', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing', 'utility']);
    const hidden = hiddenPerson('DE.1');
    await receive(store, [messageFrom(senderId, hidden, 'STOP', later(1))]);
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(2) })).toMatchObject({ kind: 'admitted' });
    const whole = personOf('1', { userId: 'DE.1', name: 'Ana' });
    const [received] = await receive(store, [messageFrom(senderId, whole, 'Hello', later(3))]);
    expect(received?.cancelled).toHaveLength(1);
    expect(await found({ store }, [{ phone: phone('1') }, { userId: 'DE.1' }, { contactId: hidden.newId }])).toEqual([
      contactId,
      contactId,
      contactId,
    ]);
    expect((await store.listContacts(DEFAULT_ACCOUNT, { limit: 9, after: null })).items.map(({ contact }) => contact.id)).toEqual([
      contactId,
    ]);
    const history = await store.consentHistory(contactId);
    expect(history.filter(({ contactId: id }) => id === hidden.newId).map(({ source }) => source)).toContain('word');
    const merged = history.filter(({ source }) => source === 'merged');
    expect(merged.map(({ subject, kind, by, contactId: id }) => [subject, kind, by, id])).toContainEqual([
      'marketing',
      'opt_out',
      'customer',
      contactId,
    ]);
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(4) })).toMatchObject({ reason: 'opted_out' });
    // Whoever still names the contact that was given up means the person.
    expect(await admit(store, { senderId, contactId: hidden.newId, template: 'offer', at: later(4) })).toMatchObject({
      reason: 'opted_out',
    });
  });

  it('moves what is queued to the person who stays, and lets no stop of theirs be passed', async () => {
    const { store, senderId, contactId } = await shopWith(exam, []);
    await store.putContacts({
      accountId: DEFAULT_ACCOUNT,
      contacts: [
        makeContact('', {
          phone: null,
          userId: 'DE.1',
          optIns: [makeEvent('opt_in', senderId), makeEvent('opt_in', senderId, { subject: 'utility' })],
        }),
      ],
      at: NOON,
    });
    const [hidden] = await found({ store }, [{ userId: 'DE.1' }]);
    await store.recordInbound({ senderId, messages: [{ contactId: hidden as ContactId, at: NOON }] });
    const reply = await queue(store, { senderId, contactId: hidden as ContactId, template: null, at: later(1) });
    await block(store, contactId, senderId);
    const [received] = await receive(store, [messageFrom(senderId, personOf('1', { userId: 'DE.1' }), 'Hello', later(3))]);
    expect(received?.cancelled).toEqual([reply]);
    expect((await store.findMessages([reply]))[0]).toMatchObject({ state: 'cancelled', reason: 'blocked', contactId });
    // What one contact agreed to is not carried over.
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(4) })).toMatchObject({ reason: 'blocked' });
  });

  it('gives the contact the number that its person moved to, with its consent, once', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    const moved = identityOf(senderId, personOf('1'), personOf('2'), later(1));
    expect(await resultsOf(store, [moved, moved])).toEqual(['applied', 'repeated']);
    expect(await found({ store }, [{ phone: phone('1') }, { phone: phone('2') }])).toEqual([null, contactId]);
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(2) })).toMatchObject({ kind: 'admitted' });
    // Who they are may have changed again since: what is told again changes nothing.
    await receive(store, [identityOf(senderId, personOf('2'), personOf('3'), later(3))]);
    await receive(store, [moved]);
    expect(await found({ store }, [{ phone: phone('3') }])).toEqual([contactId]);
  });

  it('forgets the user id of a number that was given up, since the provider makes another', async () => {
    const { store, senderId } = await start(exam);
    const before = personOf('1', { userId: 'DE.1' });
    await receive(store, [messageFrom(senderId, before, 'Hello'), identityOf(senderId, before, personOf('2'), later(1))]);
    expect(await found({ store }, [{ userId: 'DE.1' }, { phone: phone('2') }])).toEqual([null, before.newId]);
    await receive(store, [identityOf(senderId, personOf('2'), personOf('2', { userId: 'DE.2' }), later(2))]);
    expect(await found({ store }, [{ userId: 'DE.2' }])).toEqual([before.newId]);
  });

  it('takes over the stops of whoever had the new number, and none of their agreements', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    const other = await addPerson(store, senderId, '2', ['utility']);
    await block(store, other, senderId);
    const offer = await queue(store, { senderId, contactId, template: 'offer' });
    const [received] = await receive(store, [identityOf(senderId, personOf('1'), personOf('2'), later(5))]);
    expect(received).toMatchObject({ result: 'applied', cancelled: [offer] });
    expect(await found({ store }, [{ phone: phone('2') }, { contactId: other }])).toEqual([contactId, contactId]);
    const [person] = await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]);
    expect(person?.flags.map(({ subject, kind }) => `${subject} ${kind}`).toSorted()).toEqual(['block block', 'marketing opt_in']);
  });

  it('follows a person who turned out to be another one, and then another one again', async () => {
    const { store, senderId } = await start(exam);
    const people = ['1', '2', '3'].map((number) => personOf(number));
    await receive(
      store,
      people.map((person) => messageFrom(senderId, person, 'Hello')),
    );
    const [first = personOf(''), second = personOf(''), third = personOf('')] = people;
    await receive(store, [identityOf(senderId, second, first, later(1)), identityOf(senderId, third, personOf('1'), later(2))]);
    const refs = people.map(({ newId }) => ({ contactId: newId }));
    expect(await found({ store }, refs)).toEqual([third.newId, third.newId, third.newId]);
  });

  it('raises no alarm for a message that was on its way to somebody who was merged into a second contact, and later into a third', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    const offer = await queue(store, { senderId, contactId, template: 'offer' });
    expect((await turn(store, senderId)).claimed).toHaveLength(1);
    const [second, third] = ['2', '3'].map((number) => personOf(number)) as [InboundPerson, InboundPerson];
    await receive(store, [messageFrom(senderId, second, 'Hello'), messageFrom(senderId, third, 'Hello')]);
    await receive(store, [identityOf(senderId, second, personOf('1'), later(1))]);
    expect((await store.findMessages([offer]))[0]).toMatchObject({ state: 'sending', contactId: second.newId });
    await settle(store, [outcomeOf(offer, 'rejected')]);
    await receive(store, [identityOf(senderId, third, personOf('1'), later(2))]);
    expect(await found({ store }, [{ contactId }, { contactId: second.newId }])).toEqual([third.newId, third.newId]);
    expect(await findings(store)).toEqual([]);
  });

  it('sends nothing to a number that was given up, also where the new one is not told', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    await receive(store, [identityOf(senderId, personOf('1', { userId: 'DE.1' }), hiddenPerson('DE.2'), later(1))]);
    expect(await found({ store }, [{ phone: phone('1') }, { userId: 'DE.1' }, { userId: 'DE.2' }])).toEqual([null, null, contactId]);
  });

  it('leaves the next owner of a number alone when the change is heard of once more, or late', async () => {
    const { store, senderId } = await start(exam);
    const before = personOf('1', { userId: 'DE.1' });
    const after = personOf('2', { userId: 'DE.2' });
    const next = personOf('1', { userId: 'DE.9' });
    const moved = identityOf(senderId, before, after, later(1));
    await receive(store, [messageFrom(senderId, before, 'Hello'), moved, messageFrom(senderId, next, 'Hello', later(2))]);
    await receive(store, [{ ...moved, digest: () => Buffer.alloc(16, 'again') }]);
    await receive(store, [{ ...identityOf(senderId, personOf('1'), after, later(1)), digest: () => Buffer.alloc(16, 'late') }]);
    expect(await found({ store }, [{ phone: phone('1') }, { userId: 'DE.9' }, { phone: phone('2') }, { userId: 'DE.2' }])).toEqual([
      next.newId,
      next.newId,
      before.newId,
      before.newId,
    ]);
  });

  it('leaves the owner of the new number alone where they came to it after the change', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    const next = personOf('2', { userId: 'DE.9' });
    await receive(store, [messageFrom(senderId, next, 'Hello', later(12))]);
    await receive(store, [identityOf(senderId, personOf('1', { userId: 'DE.1' }), personOf('2', { userId: 'DE.2' }), later(10))]);
    expect(await found({ store }, [{ phone: phone('2') }, { userId: 'DE.9' }, { userId: 'DE.2' }, { phone: phone('1') }])).toEqual([
      next.newId,
      next.newId,
      contactId,
      null,
    ]);
  });

  it('does not learn a number that was given up from the status of a message that went there', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    const id = await queue(store, { senderId, contactId, template: 'offer' });
    await turn(store, senderId);
    await receive(store, [identityOf(senderId, personOf('1', { userId: 'DE.1' }), hiddenPerson('DE.2'), later(1))]);
    await receive(store, [statusOf(senderId, id, 'sent', { person: personOf('1'), at: later(0) })]);
    await receive(store, [statusOf(senderId, id, 'delivered', { person: personOf('1'), at: later(2) })]);
    expect(await found({ store }, [{ phone: phone('1') }, { userId: 'DE.2' }])).toEqual([null, contactId]);
  });

  it('learns no user id that was given up from the status of a message that went to the old number, so that a block moves on', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    const [one, two, three] = [1, 2, 3].map((number) => personOf(`${number}`, { userId: `DE.${number}` }));
    if (one === undefined || two === undefined || three === undefined) throw new Error('three people');
    const id = await queue(store, { senderId, contactId, template: 'offer' });
    await turn(store, senderId);
    await block(store, contactId, senderId);
    await receive(store, [identityOf(senderId, one, two, later(10))], later(10));
    await receive(store, [statusOf(senderId, id, 'delivered', { person: one, at: later(11) })], later(11));
    await receive(store, [identityOf(senderId, two, three, later(12))], later(12));
    expect(await found({ store }, [{ phone: phone('3') }, { userId: 'DE.3' }, { userId: 'DE.1' }])).toEqual([contactId, contactId, null]);
  });

  it('lets no older event fill what a newer one emptied, or turn the time back', async () => {
    const { store, senderId, contactId } = await shopWith(exam, []);
    const say = (person: ReturnType<typeof personOf>, minutes: number) =>
      receive(store, [messageFrom(senderId, person, `Hello ${minutes}`, later(minutes))]);
    await say(personOf('1', { userId: 'DE.new' }), 20);
    await say(personOf('1'), 15);
    await say(personOf('1', { userId: 'DE.old' }), 17);
    expect(await found({ store }, [{ userId: 'DE.new' }, { userId: 'DE.old' }])).toEqual([contactId, null]);
  });

  it('knows a number by the newest user id that was told with it, so that a stop under it holds', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    const old = messageFrom(senderId, personOf('1', { userId: 'DE.1' }), 'Hello', later(1));
    const recent = messageFrom(senderId, personOf('1', { userId: 'DE.2' }), 'Hello', later(2));
    await receive(store, [old, recent, { ...old, text: 'Hello again' }]);
    expect(await found({ store }, [{ userId: 'DE.1' }, { userId: 'DE.2' }])).toEqual([null, contactId]);
    await receive(store, [messageFrom(senderId, hiddenPerson('DE.2'), 'STOP', later(3))]);
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(4) })).toMatchObject({ reason: 'opted_out' });
  });

  it('finds a number that the provider writes in another way', async () => {
    const { store, senderId } = await start(exam);
    const contacts = [makeContact('', { phone: '+5511987654321' as Phone, optIns: [makeEvent('opt_in', senderId)] })];
    const [written] = await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at: NOON });
    const person = { ...personOf(''), phone: '+551187654321' as Phone };
    await receive(store, [messageFrom(senderId, person, 'STOP', later(1))]);
    expect(await found({ store }, [{ phone: person.phone }, { phone: '+5511987654321' as Phone }])).toEqual([
      written?.contactId,
      written?.contactId,
    ]);
    const to = { phone: person.phone };
    const { admissions } = await admitAll(store, senderId, [requestTo(person.phone, { to })], { at: later(2) });
    expect(admissions).toMatchObject([{ reason: 'opted_out' }]);
  });

  it('keeps a change of somebody who is not known', async () => {
    const { store, senderId } = await start(exam);
    expect(await resultsOf(store, [identityOf(senderId, personOf('1'), personOf('2'))])).toEqual(['kept']);
    expect(await found({ store }, [{ phone: phone('2') }])).toEqual([null]);
  });

  it('hears a stop for both, where a number and a user id belong to two contacts that each have more', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    await receive(store, [statusOf(senderId, null, 'sent'), messageFrom(senderId, personOf('2', { userId: 'DE.2' }), 'Hello')]);
    await receive(store, [messageFrom(senderId, personOf('1', { userId: 'DE.2' }), 'STOP', later(1))]);
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(2) })).toMatchObject({ reason: 'opted_out' });
    const [other] = await store.findContacts(DEFAULT_ACCOUNT, [{ userId: 'DE.2' }]);
    expect(other?.contact.phone).toBe(phone('2'));
    expect(other?.flags.some(({ subject, kind }) => subject === 'marketing' && kind === 'opt_out')).toBe(true);
  });

  it('lets what was stopped under another spelling of the number stop the number that was sent to', async () => {
    const { store, senderId, contactId } = await shopWith(exam, ['marketing']);
    const asWritten = personOf('2', { userId: 'DE.1' });
    await receive(store, [messageFrom(senderId, asWritten, 'STOP', later(1))]);
    const sent = await queue(store, { senderId, contactId, template: 'offer', at: later(2) });
    await turn(store, senderId, { at: later(2) });
    const waiting = await queue(store, { senderId, contactId, template: 'offer', at: later(3) });
    const [received] = await receive(store, [statusOf(senderId, sent, 'sent', { person: asWritten })]);
    expect(received?.cancelled).toEqual([waiting]);
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(4) })).toMatchObject({ reason: 'opted_out' });
  });

  it('tells the person who stays what became known of a message to the one who gave way', async () => {
    const { store, senderId } = await start(exam);
    const [left, right] = [await addPerson(store, senderId, '1', ['marketing']), await addPerson(store, senderId, '2', ['marketing'])];
    const id = await queue(store, { senderId, contactId: right, template: 'offer' });
    await turn(store, senderId);
    await receive(store, [statusOf(senderId, id, 'accepted'), identityOf(senderId, personOf('1'), personOf('2'), later(1))]);
    await receive(store, [statusOf(senderId, id, 'failed', { error: { code: '131050', title: 'Stopped' } })]);
    expect((await store.consentHistory(left)).at(-1)).toMatchObject({ contactId: left, subject: 'messenger', kind: 'opt_out' });
  });
}

type Shop = Started & { readonly contactId: ContactId };

async function shopWith(exam: Exam, purposes: Parameters<typeof addPerson>[3]): Promise<Shop> {
  const shop = await start(exam);
  return { ...shop, contactId: await addPerson(shop.store, shop.senderId, '1', purposes) };
}

async function found({ store }: Pick<Started, 'store'>, refs: readonly ContactRef[]): Promise<readonly (ContactId | null)[]> {
  return (await store.findContacts(DEFAULT_ACCOUNT, refs)).map((one) => one?.contact.id ?? null);
}

async function block(store: Started['store'], contactId: ContactId, senderId: Started['senderId']): Promise<void> {
  const writes = [
    { contactId: ids.sortable<'contact'>(NOON), who: { contactId }, events: [makeEvent('block', senderId, { at: later(2) })] },
  ];
  await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: later(2) }, decideSettlements);
}
