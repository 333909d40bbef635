// Keys that are made of a campaign and a content: the store keeps them where their person is, and finds them again whoever that person turns out to be.

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { KEY_KINDS, KEY_LAYOUT } from '../../../src/domain/key.ts';
import type { AdmitRequest } from '../../../src/ports/store/admit.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import { type ContactId, createIds, type SenderId } from '../../../src/values/id.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { admit, outcomeOf, requestTo, settle, turn, words } from './crowd.ts';
import type { Exam } from './exam.ts';
import {
  later,
  makeCard,
  makeContact,
  makeEvent,
  makeRate,
  makeSender,
  makeTemplate,
  NOON,
  phone,
  type Started,
  start,
} from './fixture.ts';
import { hiddenPerson, identityOf, messageFrom, personOf, receive } from './webhooks.ts';

/** The cases. */
export function examDerivedKeys(exam: Exam): void {
  it('make one message of a content, also where it is admitted in the same batch, and tell contents apart', async () => {
    const { store, senderId } = await start(exam);
    await addAt(store, senderId, { number: '1', minutes: 1 });
    const first = requestTo(phone('1'), derived('a'));
    const { admissions } = await admit(store, senderId, [first, requestTo(phone('1'), derived('a')), requestTo(phone('1'), derived('b'))]);
    expect(words(admissions)).toEqual(['admitted', 'duplicate', 'admitted']);
    const again = await admit(store, senderId, [requestTo(phone('1'), derived('a')), requestTo(phone('1'), derived('b'))]);
    expect(again.admissions).toMatchObject([{ kind: 'duplicate', kept: { id: first.id } }, { kind: 'duplicate' }]);
    const preview = await admit(store, senderId, [requestTo(phone('1'), derived('a'))], { mode: 'preview' });
    expect(words(preview.admissions)).toEqual(['duplicate']);
  });

  it.each(['queued', 'delivered'] as const)('find what is %s of a contact that turned out to be another', async (state) => {
    const { store, senderId } = await start(exam);
    await addAt(store, senderId, { number: '1', minutes: 1 });
    const former = await addAt(store, senderId, { number: '2', minutes: 90 });
    const first = requestTo(phone('2'), derived('a'));
    await admit(store, senderId, [first], { at: later(91) });
    if (state === 'delivered') {
      await turn(store, senderId, { at: later(92) });
      await settle(store, [outcomeOf(first.id, 'delivered')]);
    }
    await receive(store, [identityOf(senderId, personOf('1'), personOf('2'), later(100))], later(100));
    const [found] = await store.findContacts(DEFAULT_ACCOUNT, [{ phone: phone('2') }]);
    expect(found?.contact.id).not.toBe(former);
    const { admissions } = await admit(store, senderId, [requestTo(phone('2'), derived('a')), requestTo(phone('2'), derived('b'))], {
      at: later(101),
    });
    expect(admissions).toMatchObject([{ kind: 'duplicate', kept: { id: first.id } }, { kind: 'admitted' }]);
  });

  it('find what was sent to somebody without a number, whose number is known by now, and whom it made another contact', async () => {
    const { store, senderId } = await start(exam);
    const hidden = hiddenPerson('DE.1');
    await receive(store, [messageFrom(senderId, hidden, 'Hello')]);
    await optIn(store, hidden.newId, senderId);
    const first = requestTo(phone('0'), { ...derived('i'), to: { contactId: hidden.newId } });
    expect(words((await admit(store, senderId, [first], { at: later(2) })).admissions)).toEqual(['admitted']);
    await turn(store, senderId, { at: later(3) });
    await settle(store, [outcomeOf(first.id, 'delivered')]);
    const known = await addAt(store, senderId, { number: '1', minutes: 90 });
    await receive(store, [messageFrom(senderId, personOf('1', { userId: 'DE.1' }), 'Hello', later(100))], later(100));
    expect((await store.findContacts(DEFAULT_ACCOUNT, [{ contactId: hidden.newId }]))[0]?.contact.id).toBe(known);
    const byNumber = requestTo(phone('1'), { ...derived('n'), aliases: [aliasOf('k'), aliasOf('i')] });
    const stampedBefore = requestTo(phone('0'), { ...derived('i'), to: { contactId: hidden.newId } });
    const { admissions } = await admit(store, senderId, [byNumber, stampedBefore], { at: later(101) });
    const repeat = { kind: 'duplicate', kept: { id: first.id } };
    expect(admissions).toMatchObject([repeat, repeat]);
  });

  it('are those of a number, whoever has it: nobody since its person moved, somebody who is imported under it, or the next one', async () => {
    const { store, senderId } = await start(exam);
    await addAt(store, senderId, { number: '1', minutes: 1 });
    const first = requestTo(phone('1'), derived('a'));
    await admit(store, senderId, [first], { at: later(2) });
    await receive(store, [identityOf(senderId, personOf('1'), personOf('2'), later(3))], later(3));
    const again = () =>
      admit(store, senderId, [requestTo(phone('1'), derived('a')), requestTo(phone('1'), derived('b'))], { at: later(100) });
    expect((await again()).admissions).toMatchObject([{ kind: 'duplicate', kept: { id: first.id } }, { reason: 'no_consent' }]);
    await addAt(store, senderId, { number: '1', minutes: 90 });
    expect((await again()).admissions).toMatchObject([{ kind: 'duplicate', kept: { id: first.id } }, { kind: 'admitted' }]);
  });

  it('are found under the number that a person lost when they became another contact', async () => {
    const { store, senderId } = await start(exam);
    await addAt(store, senderId, { number: '1', minutes: 1 });
    await addAt(store, senderId, { number: '2', minutes: 90 });
    await receive(store, [messageFrom(senderId, personOf('1', { userId: 'DE.1' }), 'Hello', later(91))], later(91));
    await receive(store, [messageFrom(senderId, personOf('2', { userId: 'DE.2' }), 'Hello', later(92))], later(92));
    const first = requestTo(phone('2'), derived('a'));
    await admit(store, senderId, [first], { at: later(93) });
    const one = personOf('1', { userId: 'DE.1' });
    await receive(store, [identityOf(senderId, one, personOf('1', { userId: 'DE.2' }), later(100))], later(100));
    await addAt(store, senderId, { number: '2', minutes: 30_000 });
    const { admissions } = await admit(store, senderId, [requestTo(phone('2'), derived('a'))], { at: later(30_001) });
    expect(admissions).toMatchObject([{ kind: 'duplicate', kept: { id: first.id } }]);
  });

  it('find what was sent to the number of somebody who is named by id, and has none by now', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addAt(store, senderId, { number: '1', minutes: 1 });
    const first = requestTo(phone('1'), { ...derived('n'), aliases: [aliasOf('i')] });
    await admit(store, senderId, [first], { at: later(2) });
    const moved = identityOf(senderId, personOf('1', { userId: 'DE.1' }), hiddenPerson('DE.2'), later(3));
    await receive(store, [moved], later(3));
    const byId = requestTo(phone('1'), { ...derived('i'), to: { contactId } });
    expect((await admit(store, senderId, [byId], { at: later(4) })).admissions).toMatchObject([
      { kind: 'duplicate', kept: { id: first.id } },
    ]);
  });

  it('are not learnt as an alias of what went to the number while somebody else had it', async () => {
    const { store, senderId } = await start(exam);
    await addAt(store, senderId, { number: '1', minutes: 1 });
    const first = requestTo(phone('1'), derived('n'));
    await admit(store, senderId, [first], { at: later(2) });
    await receive(store, [identityOf(senderId, personOf('1'), personOf('2'), later(3))], later(3));
    const contactId = await addAt(store, senderId, { number: '1', minutes: 90 });
    const byId = requestTo(phone('1'), { ...derived('n'), aliases: [aliasOf('i')] });
    expect((await admit(store, senderId, [byId], { at: later(91) })).admissions).toMatchObject([
      { kind: 'duplicate', kept: { id: first.id } },
    ]);
    const hidden = identityOf(senderId, personOf('1', { userId: 'DE.1' }), hiddenPerson('DE.2'), later(92));
    await receive(store, [hidden], later(92));
    const withoutNumber = requestTo(phone('1'), { ...derived('i'), to: { contactId } });
    expect(words((await admit(store, senderId, [withoutNumber], { at: later(93) })).admissions)).toEqual(['admitted']);
  });

  it('are found under the number that a person had, in whichever writing it is asked for', async () => {
    const { store } = await exam.open();
    const sender = makeSender({ isDefault: true });
    await store.found({ keyCheck: '', sender, cards: [makeCard('2026-07-01', [makeRate('marketing', 100n, { market: 'Brazil' })])] });
    await store.putTemplate(makeTemplate(sender.id));
    const [long, short] = ['+5511987654321' as Phone, '+551187654321' as Phone];
    const contacts = [makeContact('', { phone: long, optIns: [makeEvent('opt_in', sender.id)] })];
    await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at: NOON });
    const first = requestTo(long, derived('a'));
    expect(words((await admit(store, sender.id, [first])).admissions)).toEqual(['admitted']);
    await receive(store, [identityOf(sender.id, { ...personOf(''), phone: long }, personOf('2'), later(3))], later(3));
    const { admissions } = await admit(store, sender.id, [requestTo(short, derived('a'))], { at: later(4) });
    expect(admissions).toMatchObject([{ kind: 'duplicate', kept: { id: first.id } }]);
  });

  it('are learnt as an alias once: of two messages of a person, the first has it', async () => {
    const { store, senderId } = await start(exam);
    await addAt(store, senderId, { number: '1', minutes: 1 });
    const aliased = (letter: string) => requestTo(phone('1'), { ...derived(letter), aliases: [aliasOf('i')] });
    await admit(store, senderId, [requestTo(phone('1'), derived('m')), aliased('n')], { at: later(2) });
    const { admissions } = await admit(store, senderId, [aliased('m'), aliased('n')], { at: later(3) });
    expect(words(admissions)).toEqual(['duplicate', 'duplicate']);
  });
}

/** A derived key of the letter, as the sender of a file makes it: its place is empty. */
function derived(letter: string): Pick<AdmitRequest, 'key' | 'fingerprint'> {
  const key = Buffer.alloc(KEY_LAYOUT.end, letter).fill(0, KEY_LAYOUT.place, KEY_LAYOUT.digest);
  key[KEY_LAYOUT.kind] = KEY_KINDS.derived;
  return { key, fingerprint: Buffer.alloc(8, letter) };
}

function aliasOf(letter: string): AdmitRequest['aliases'][number] {
  const { key, fingerprint } = derived(letter);
  return { key: key ?? Buffer.alloc(0), fingerprint };
}

type Newcomer = { readonly number: string; readonly minutes: number };

/** Somebody who agreed to marketing and was added so many minutes later. An id says when, whatever was made before: each has a place of their own. */
async function addAt(store: Started['store'], senderId: SenderId, { number, minutes }: Newcomer): Promise<ContactId> {
  const id = createIds(randomBytes).sortable<'contact'>(later(minutes));
  const contacts = [makeContact(number, { id, optIns: [makeEvent('opt_in', senderId)] })];
  const [written] = await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at: later(minutes) });
  expect(written).toMatchObject({ contactId: id, result: 'added' });
  return id;
}

async function optIn(store: Started['store'], contactId: ContactId, senderId: SenderId): Promise<void> {
  const optIns = [makeEvent('opt_in', senderId)];
  const contacts = [makeContact('', { id: contactId, phone: null, userId: 'DE.1', optIns })];
  expect(await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at: NOON })).toMatchObject([{ contactId }]);
}
