// What a preview tells for estimates: whether a message would be free if it were delivered now, by the windows that the store knows.

import { expect, it } from 'vitest';
import { admit, requestTo } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, instant, later, phone, start } from './fixture.ts';
import { messageFrom, personOf, receive, statusOf } from './webhooks.ts';

/** The cases. */
export function examEstimates(exam: Exam): void {
  it.each([
    ['2026-09-30T12:00:00Z', '2026-09-30T11:00:00Z', true],
    ['2026-09-30T12:00:00Z', '2026-09-29T12:00:00Z', false],
    ['2026-10-01T11:59:59Z', '2026-09-30T12:00:00Z', false],
  ])('a utility message at %s to somebody who wrote at %s is free: %s', async (now, wrote, isFree) => {
    const { store, senderId } = await start(exam);
    for (const number of ['1', '2']) await addPerson(store, senderId, number, ['utility']);
    await receive(store, [messageFrom(senderId, personOf('1'), 'Hello', instant(wrote))], instant(wrote));
    const requests = ['1', '2'].map((number) => requestTo(phone(number)));
    const preview = await admit(store, senderId, requests, { mode: 'preview', template: 'notice', at: instant(now) });
    expect(preview.admissions).toMatchObject([{ message: { isFreeNow: isFree } }, { message: { isFreeNow: false } }]);
  });

  it('every message is free while a free entry point is open, and reserves its price all the same', async () => {
    const { store, senderId } = await start(exam);
    await addPerson(store, senderId, '1', ['marketing']);
    const first = requestTo(phone('1'));
    await admit(store, senderId, [first]);
    await receive(store, [statusOf(senderId, first.id, 'sent', { freeEntryUntil: later(60) })]);
    const previewAt = async (minutes: number) =>
      (await admit(store, senderId, [requestTo(phone('1'))], { mode: 'preview', at: later(minutes) })).admissions;
    expect(await previewAt(59)).toMatchObject([{ message: { isFreeNow: true, price: 100n } }]);
    expect(await previewAt(60)).toMatchObject([{ message: { isFreeNow: false, price: 100n } }]);
  });
}
