// People: added, changed, found, listed; and the opt-ins that come with an import.

import { expect, it } from 'vitest';
import { EVERYWHERE } from '../../../src/domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { ContactRef, ContactWrite, ContactWritten, NewConsentEvent } from '../../../src/ports/store/directory.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import { BATCH_MAX } from '../../../src/values/batch.ts';
import type { AccountId, ContactId } from '../../../src/values/id.ts';
import type { Exam } from './exam.ts';
import { addPerson, flagFor, ids, later, makeContact, makeEvent, NOON, phone, start } from './fixture.ts';

const REACHABLE = { undeliverableAt: null, undeliverableReason: null };

/** The cases. */
export function examContacts(exam: Exam): void {
  it('adds a person, and finds them by number, user id and id', async () => {
    const { store } = await start(exam);
    const ana = makeContact('1', { userId: 'BR.9f3kQ2', name: 'Ana ✓', language: 'pt_BR', attributes: { city: 'São Paulo' } });
    expect(await put(store, [ana])).toEqual([{ contactId: ana.id, result: 'added' }]);
    const { optIns: _, isReachable: __, ...known } = ana;
    const contact = { ...known, ...REACHABLE, accountId: DEFAULT_ACCOUNT, createdAt: NOON, updatedAt: NOON };
    const refs: ContactRef[] = [{ phone: phone('1') }, { userId: 'BR.9f3kQ2' }, { contactId: ana.id }];
    expect(await store.findContacts(DEFAULT_ACCOUNT, refs)).toEqual(refs.map(() => ({ contact, flags: [] })));
  });

  it('answers in the order of the references, with null where nobody is found', async () => {
    const { store, senderId } = await start(exam);
    const second = await addPerson(store, senderId, '2');
    const refs: ContactRef[] = [{ phone: phone('1') }, { phone: phone('2') }, { userId: 'DE.1' }, { contactId: 'x' as ContactId }];
    const found = await store.findContacts(DEFAULT_ACCOUNT, refs);
    expect(found.map((one) => one?.contact.id ?? null)).toEqual([null, second, null, null]);
  });

  it('changes what is given, leaves what is null, and merges attributes', async () => {
    const { store } = await start(exam);
    const first = makeContact('1', { name: 'Ana', language: 'pt_BR', attributes: { city: 'Rio', tier: 'gold' } });
    await put(store, [first]);
    const change = makeContact('1', { userId: 'BR.1', language: 'en', attributes: { city: 'Recife' } });
    expect(await put(store, [change], later(5))).toEqual([{ contactId: first.id, result: 'updated' }]);
    expect((await find(store, { phone: phone('1') }))?.contact).toMatchObject({
      id: first.id,
      userId: 'BR.1',
      name: 'Ana',
      language: 'en',
      attributes: { city: 'Recife', tier: 'gold' },
      createdAt: NOON,
      updatedAt: later(5),
    });
  });

  it('finds nothing to change where all is so already', async () => {
    const { store } = await start(exam);
    const ana = makeContact('1', { name: 'Ana', attributes: { city: 'Rio' } });
    await put(store, [ana]);
    expect(await put(store, [makeContact('1'), { ...ana, id: ids.sortable(NOON) }], later(5))).toEqual([
      { contactId: ana.id, result: 'unchanged' },
      { contactId: ana.id, result: 'unchanged' },
    ]);
    expect((await find(store, { phone: phone('1') }))?.contact.updatedAt).toBe(NOON);
  });

  it('takes the same person twice in a batch, one after the other', async () => {
    const { store } = await start(exam);
    const [first, again, changed] = [makeContact('1'), makeContact('1'), makeContact('1', { name: 'Ana' })];
    expect(await put(store, [first, again, changed])).toEqual([
      { contactId: first.id, result: 'added' },
      { contactId: first.id, result: 'unchanged' },
      { contactId: first.id, result: 'updated' },
    ]);
  });

  it('knows a person by user id alone, and learns the number later', async () => {
    const { store } = await start(exam);
    const hidden = makeContact('1', { phone: null, userId: 'DE.1' });
    await put(store, [hidden]);
    expect(await put(store, [makeContact('1', { userId: 'DE.1' })])).toEqual([{ contactId: hidden.id, result: 'updated' }]);
    expect((await find(store, { phone: phone('1') }))?.contact.id).toBe(hidden.id);
  });

  it('does not make one person of two', async () => {
    const { store } = await start(exam);
    const ana = makeContact('1', { name: 'Ana' });
    const hidden = makeContact('2', { phone: null, userId: 'DE.1' });
    await put(store, [ana, hidden]);
    const both = makeContact('1', { userId: 'DE.1', name: 'Someone' });
    expect(await put(store, [both])).toEqual([{ contactId: ana.id, result: 'refused' }]);
    expect((await find(store, { phone: phone('1') }))?.contact).toMatchObject({ name: 'Ana', userId: null });
    expect((await find(store, { userId: 'DE.1' }))?.contact).toMatchObject({ id: hidden.id, phone: null });
  });

  it.each<[string, Partial<ContactWrite>]>([
    ['another number', { phone: phone('2') }],
    ['another user id', { userId: 'DE.2' }],
  ])('does not give a person %s, or a stop would stay behind with the old one', async (_what, change) => {
    const { store, senderId } = await start(exam);
    const ana = makeContact('1', { userId: 'DE.1', name: 'Ana' });
    await put(store, [ana]);
    const row = makeContact('1', { userId: 'DE.1', name: 'Someone', optIns: [makeEvent('opt_in', senderId)], ...change });
    expect(await put(store, [row], later(5))).toEqual([{ contactId: ana.id, result: 'refused' }]);
    const { optIns: _, isReachable: __, ...known } = ana;
    const contact = { ...known, ...REACHABLE, accountId: DEFAULT_ACCOUNT, createdAt: NOON, updatedAt: NOON };
    expect(await store.findContacts(DEFAULT_ACCOUNT, [{ contactId: ana.id }, { phone: phone('2') }, { userId: 'DE.2' }])).toEqual([
      { contact, flags: [] },
      null,
      null,
    ]);
  });

  it('keeps accounts apart', async () => {
    const { store, senderId } = await start(exam);
    await addPerson(store, senderId, '1');
    const other = 'other' as AccountId;
    expect(await store.findContacts(other, [{ phone: phone('1') }])).toEqual([null]);
    expect(await store.listContacts(other, { limit: 10, after: null })).toEqual({ items: [], next: null });
  });

  it('takes a batch of none and a full one, and refuses more', async () => {
    const { store } = await start(exam);
    const people = Array.from({ length: BATCH_MAX + 1 }, (_, index) => makeContact(String(index)));
    expect(await put(store, [])).toEqual([]);
    await expect(put(store, people)).rejects.toMatchObject({ code: 'bug' });
    const written = await put(store, people.slice(1));
    expect(written).toEqual(people.slice(1).map(({ id }) => ({ contactId: id, result: 'added' })));
  });

  it('lists pages in the order of joining', async () => {
    const { store, senderId } = await start(exam);
    const everyone: ContactId[] = [];
    for (const number of ['5', '3', '4']) everyone.push(await addPerson(store, senderId, number, ['marketing']));
    const first = await store.listContacts(DEFAULT_ACCOUNT, { limit: 2, after: null });
    const second = await store.listContacts(DEFAULT_ACCOUNT, { limit: 2, after: first.next });
    expect([...first.items, ...second.items].map(({ contact }) => contact.id)).toEqual(everyone);
    expect(first.items.map(({ flags }) => flags.length)).toEqual([1, 1]);
    expect(second.next).toBeNull();
    expect((await store.listContacts(DEFAULT_ACCOUNT, { limit: 3, after: null })).next).toBeNull();
  });

  it('records the opt-ins of an import once, with their evidence', async () => {
    const { store, senderId } = await start(exam);
    const optIn = makeEvent('opt_in', senderId, { subject: 'utility', source: 'web form', evidence: 'ticked on page 3' });
    const ana = makeContact('1', { optIns: [optIn, makeEvent('opt_in', EVERYWHERE)] });
    expect(await put(store, [ana], later(5))).toMatchObject([{ result: 'added' }]);
    expect(await put(store, [makeContact('1', { optIns: [optIn] })], later(6))).toMatchObject([{ result: 'unchanged' }]);
    expect(await put(store, [makeContact('1', { optIns: [makeEvent('opt_in', senderId)] })])).toMatchObject([{ result: 'updated' }]);
    const history = await store.consentHistory(ana.id);
    expect(history[0]).toMatchObject({ ...optIn, recordedAt: later(5) });
    expect(history.map(({ subject, scope }) => [subject, scope === EVERYWHERE])).toEqual([
      ['utility', false],
      ['marketing', true],
      ['marketing', false],
    ]);
  });

  it.each<[string, Partial<NewConsentEvent>]>([
    ['opt-out', { kind: 'opt_out', subject: 'marketing' }],
    ['opt-out everywhere', { kind: 'opt_out', subject: 'marketing', scope: EVERYWHERE }],
    ['block', { kind: 'block', subject: 'block' }],
    ['block everywhere', { kind: 'block', subject: 'block', scope: EVERYWHERE }],
  ])('never lifts an %s by an import, and writes the rest of the row', async (_what, change) => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const stop = { ...makeEvent('opt_out', senderId, { at: later(1) }), ...change };
    await store.recordConsent(
      { accountId: DEFAULT_ACCOUNT, writes: [{ contactId, who: { contactId }, events: [stop] }], at: later(1) },
      decideSettlements,
    );
    const before = await store.consentHistory(contactId);
    const row = makeContact('1', { name: 'Ana', optIns: [makeEvent('opt_in', senderId, { at: later(9) })] });
    expect(await put(store, [row], later(9))).toEqual([{ contactId, result: 'refused' }]);
    expect(await store.consentHistory(contactId)).toEqual(before);
    expect(await find(store, { contactId })).toMatchObject({ contact: { name: 'Ana' }, flags: expect.arrayContaining([flagFor(stop)]) });
  });

  it('takes the opt-ins that nothing stands against', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1');
    const stop = makeEvent('opt_out', senderId);
    await store.recordConsent(
      { accountId: DEFAULT_ACCOUNT, writes: [{ contactId, who: { contactId }, events: [stop] }], at: NOON },
      decideSettlements,
    );
    const optIns = [makeEvent('opt_in', senderId, { at: later(1) }), makeEvent('opt_in', senderId, { at: later(1), subject: 'utility' })];
    expect(await put(store, [makeContact('1', { optIns })])).toMatchObject([{ result: 'refused' }]);
    expect((await find(store, { contactId }))?.flags.map(({ subject, kind }) => [subject, kind]).toSorted()).toEqual([
      ['marketing', 'opt_out'],
      ['utility', 'opt_in'],
    ]);
  });
}

async function put(store: Store, contacts: readonly ContactWrite[], at = NOON): Promise<readonly ContactWritten[]> {
  return store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at });
}

async function find(store: Store, ref: ContactRef) {
  const [found] = await store.findContacts(DEFAULT_ACCOUNT, [ref]);
  return found;
}
