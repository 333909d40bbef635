// Consent: the history that is only added to, and the flags that it leaves. What a stop cancels is in stops.ts.

import { expect, it } from 'vitest';
import { EVERYWHERE } from '../../../src/domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { ConsentWrite, ConsentWritten } from '../../../src/ports/store/directory.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import { BATCH_MAX } from '../../../src/values/batch.ts';
import type { ContactId } from '../../../src/values/id.ts';
import { toInstant } from '../../../src/values/time.ts';
import type { Exam } from './exam.ts';
import { addPerson, flagFor, ids, later, makeEvent, makeSender, NOON, phone, start } from './fixture.ts';

/** The cases. */
export function examConsent(exam: Exam): void {
  it('keeps an event with its source and evidence, and the flag that it leaves', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1');
    const stop = makeEvent('opt_out', senderId, { at: later(1), by: 'business', source: 'telephone', evidence: 'asked Tom' });
    const [written] = await recordFor(store, contactId, [stop], 2);
    expect(written).toEqual({ contactId, phone: phone('1'), flags: [flagFor(stop)], cancelled: [], released: [], inFlight: [] });
    expect(await store.consentHistory(contactId)).toEqual([{ ...stop, sequence: expect.any(Number), contactId, recordedAt: later(2) }]);
    expect((await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]))[0]?.flags).toEqual([flagFor(stop)]);
  });

  it('lets what is said now follow what was said before, whatever the clock shows', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1');
    const now = (kind: 'block' | 'unblock') => ({ ...makeEvent(kind, senderId), at: null });
    await recordFor(
      store,
      contactId,
      [makeEvent('unblock', EVERYWHERE, { at: later(5) }), makeEvent('block', senderId, { at: later(5) })],
      5,
    );
    const [lifted] = await recordFor(store, contactId, [now('unblock')], 0);
    const unblock = { ...makeEvent('unblock', senderId), at: toInstant(later(5) + 1) };
    expect(lifted?.flags).toContainEqual(flagFor(unblock));
    const [blocked] = await recordFor(store, contactId, [now('block')], 0);
    expect(blocked?.flags).toContainEqual(flagFor({ ...unblock, kind: 'block' }));
  });

  it('appends nothing for what is so already', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const block = makeEvent('block', senderId, { at: later(1) });
    await recordFor(store, contactId, [makeEvent('opt_in', senderId, { at: later(1) }), block], 1);
    const [again] = await recordFor(
      store,
      contactId,
      [
        { ...block, at: later(5) },
        { ...block, at: later(6) },
      ],
      6,
    );
    expect(again?.flags).toContainEqual(flagFor(block));
    expect((await store.consentHistory(contactId)).map(({ kind }) => kind)).toEqual(['opt_in', 'block']);
  });

  it('appends nothing for lifting a block where none stands', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1');
    await recordFor(store, contactId, [makeEvent('unblock', senderId)], 1);
    expect(await store.consentHistory(contactId)).toEqual([]);
  });

  it('keeps an older event that arrives late, once, and leaves what is in force', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1');
    const stop = makeEvent('opt_out', senderId, { at: later(5) });
    const older = makeEvent('opt_in', senderId, { at: later(2) });
    await recordFor(store, contactId, [stop], 5);
    for (const minutes of [6, 7]) expect((await recordFor(store, contactId, [older], minutes))[0]?.flags).toEqual([flagFor(stop)]);
    expect((await store.consentHistory(contactId)).map(({ kind, at }) => [kind, at])).toEqual([
      ['opt_out', later(5)],
      ['opt_in', later(2)],
    ]);
  });

  it('lets a stop win where two events have the same instant', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const stop = makeEvent('opt_out', senderId);
    await recordFor(store, contactId, [stop, makeEvent('opt_in', senderId)], 1);
    expect((await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]))[0]?.flags).toEqual([flagFor(stop)]);
  });

  it('does not let a late permission lift a stop that was said again after it, and writes that down', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1');
    const stop = makeEvent('opt_out', senderId, { at: later(3) });
    await recordFor(store, contactId, [stop], 3);
    await recordFor(store, contactId, [{ ...stop, at: later(5) }], 5);
    const [written] = await recordFor(store, contactId, [makeEvent('opt_in', senderId, { at: later(4) })], 9);
    expect(written?.flags).toEqual([{ ...flagFor(stop), at: later(5) }]);
    expect((await store.consentHistory(contactId)).map(({ kind, at, by }) => [kind, at, by])).toEqual([
      ['opt_out', later(3), 'customer'],
      ['opt_in', later(4), 'customer'],
      ['opt_out', later(5), 'customer'],
    ]);
  });

  it('returns the flags of the scopes that were written to and of the whole account', async () => {
    const { store, senderId } = await start(exam);
    const shop = makeSender({ name: 'shop' });
    await store.putSender(shop);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const [here, everywhere] = [makeEvent('block', shop.id), makeEvent('block', EVERYWHERE, { at: later(1) })];
    expect((await recordFor(store, contactId, [here], 0))[0]?.flags).toEqual([flagFor(here)]);
    expect((await recordFor(store, contactId, [everywhere], 1))[0]?.flags).toEqual([flagFor(everywhere)]);
    const [found] = await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]);
    expect(found?.flags).toHaveLength(3);
  });

  it('blocks a number, and a user id, that was never seen before', async () => {
    const { store, senderId } = await start(exam);
    const events = [makeEvent('block', senderId)];
    const [byPhone, byUser] = [ids.sortable<'contact'>(NOON), ids.sortable<'contact'>(NOON)];
    const written = await record(store, [
      { contactId: byPhone, who: { phone: phone('9') }, events },
      { contactId: byUser, who: { userId: 'DE.9' }, events },
      { contactId: ids.sortable(NOON), who: { phone: phone('9') }, events: [] },
    ]);
    expect(written.map(({ contactId, phone: number }) => [contactId, number])).toEqual([
      [byPhone, phone('9')],
      [byUser, null],
      [byPhone, phone('9')],
    ]);
    const found = await store.findContacts(DEFAULT_ACCOUNT, [{ phone: phone('9') }, { userId: 'DE.9' }]);
    expect(found.map((one) => one?.flags.map(({ kind }) => kind))).toEqual([['block'], ['block']]);
  });

  it('refuses a contact id that is not there, and then the whole batch', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1');
    const events = [makeEvent('block', senderId)];
    const nobody = 'nobody' as ContactId;
    const writes = [
      { contactId, who: { contactId }, events },
      { contactId: nobody, who: { contactId: nobody }, events },
    ];
    await expect(record(store, writes)).rejects.toMatchObject({ code: 'unknown_contact' });
    expect(await store.consentHistory(contactId)).toEqual([]);
  });

  it('takes a batch of none and a full one, and refuses more', async () => {
    const { store, senderId } = await start(exam);
    const writes = Array.from(
      { length: BATCH_MAX + 1 },
      (_, index): ConsentWrite => ({
        contactId: ids.sortable(NOON),
        who: { phone: phone(String(index)) },
        events: [makeEvent('opt_out', senderId)],
      }),
    );
    expect(await record(store, [])).toEqual([]);
    await expect(record(store, writes)).rejects.toMatchObject({ code: 'bug' });
    const written = await record(store, writes.slice(1));
    expect(written.map(({ contactId }) => contactId)).toEqual(writes.slice(1).map(({ contactId }) => contactId));
  });

  it('keeps instants exactly', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1');
    const at = toInstant(8_640_000_000_000_000);
    await recordFor(store, contactId, [makeEvent('opt_in', senderId, { at })], 0);
    expect((await store.consentHistory(contactId))[0]?.at).toBe(at);
  });
}

async function record(store: Store, writes: readonly ConsentWrite[], minutes = 0): Promise<readonly ConsentWritten[]> {
  return store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: later(minutes) }, decideSettlements);
}

async function recordFor(
  store: Store,
  contactId: ContactId,
  events: ConsentWrite['events'],
  minutes: number,
): Promise<readonly ConsentWritten[]> {
  return record(store, [{ contactId, who: { contactId }, events }], minutes);
}
