// Quiet hours: set, listed, taken back; and what they hold, at the admission and at the claim.

import { expect, it } from 'vitest';
import type { QuietRule } from '../../../src/domain/quiet-hours.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { MessageId, SenderId } from '../../../src/values/id.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { addCrowd, admit, outcomeOf, requestTo, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { instant, later, makeContact, makeEvent, NOON, start } from './fixture.ts';

/** It is noon in UTC: 14:00 in Germany, where this is quiet, and 21:00 in Tokyo. */
const SIESTA = '12:00-16:00';
const OVER = instant('2026-10-15T14:00:00Z');

/** The cases. */
export function examQuiet(exam: Exam): void {
  examRules(exam);
  examHolding(exam);
}

function rule(senderId: SenderId, rest: Partial<QuietRule> = {}): QuietRule {
  return { senderId, category: 'marketing', country: null, hours: SIESTA, areAllowed: false, setAt: NOON, ...rest };
}

async function states(store: Store, ids: readonly MessageId[]): Promise<readonly unknown[]> {
  return (await store.findMessages(ids)).map((record) => [record?.state, record?.reason, record?.dueAt]);
}

function examRules(exam: Exam): void {
  it('are one for each category and country, and say whether they changed', async () => {
    const { store, senderId } = await start(exam);
    expect(await store.putQuietRule(rule(senderId))).toBe('added');
    expect(await store.putQuietRule(rule(senderId, { setAt: later(1) }))).toBe('unchanged');
    expect(await store.putQuietRule(rule(senderId, { areAllowed: true, setAt: later(2) }))).toBe('updated');
    expect(await store.putQuietRule(rule(senderId, { country: 'FR', hours: 'sun' }))).toBe('added');
    expect(await store.putQuietRule(rule(senderId, { category: 'utility' }))).toBe('added');
    expect(await store.listQuietRules(senderId)).toEqual([
      rule(senderId, { areAllowed: true, setAt: later(2) }),
      rule(senderId, { country: 'FR', hours: 'sun' }),
      rule(senderId, { category: 'utility' }),
    ]);
    expect(await store.listQuietRules('another' as SenderId)).toEqual([]);
  });

  it('are taken back once', async () => {
    const { store, senderId } = await start(exam);
    await store.putQuietRule(rule(senderId, { country: 'FR' }));
    expect(await store.removeQuietRule(rule(senderId))).toBe(false);
    expect(await store.removeQuietRule(rule(senderId, { country: 'FR' }))).toBe(true);
    expect(await store.removeQuietRule(rule(senderId, { country: 'FR' }))).toBe(false);
  });
}

function examHolding(exam: Exam): void {
  it('hold at the admission, by the zone of each person, and let go when they are over', async () => {
    const { store, senderId } = await start(exam);
    await store.putQuietRule(rule(senderId));
    const optIns = [makeEvent('opt_in', senderId)];
    const people = [makeContact('1', { optIns }), makeContact('2', { optIns, attributes: { time_zone: 'Asia/Tokyo' } })];
    await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts: people, at: NOON });
    const requests = people.map(({ phone }) => requestTo(phone ?? ('' as Phone)));
    const ids = requests.map(({ id }) => id);
    await admit(store, senderId, requests);
    expect(await states(store, ids)).toEqual([
      ['scheduled', 'quiet_hours', OVER],
      ['queued', null, NOON],
    ]);
    expect(await store.scheduled({ kind: 'messages', ids })).toEqual({ units: 1, quietUnits: 1, firstAt: OVER, lastAt: OVER });
    expect((await turn(store, senderId)).claimed.map(({ id }) => id)).toEqual(ids.slice(1));
    expect((await turn(store, senderId, { at: OVER })).claimed.map(({ id }) => id)).toEqual(ids.slice(0, 1));
    expect((await store.findMessages(ids))[0]).toMatchObject({ state: 'sending', reason: null });
  });

  it('hold at the claim each message by itself, also those that come after, and let the others of the template go', async () => {
    const { store, senderId } = await start(exam);
    const numbers = await addCrowd(store, senderId, 30);
    const japanese = makeContact('9', { optIns: [makeEvent('opt_in', senderId)], attributes: { time_zone: 'Asia/Tokyo' } });
    await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts: [japanese], at: NOON });
    const requests = [...numbers, japanese.phone ?? ('' as Phone)].map((number) => requestTo(number));
    await admit(store, senderId, requests);
    await store.putQuietRule(rule(senderId));
    const first = await turn(store, senderId, { room: 3 });
    expect([first.claimed, first.settled]).toEqual([[], []]);
    const second = await turn(store, senderId, { room: 3 });
    expect(second.claimed.map(({ id }) => id)).toEqual(requests.slice(-1).map(({ id }) => id));
    expect(second.nextDueAt).toBe(OVER);
    const held = requests.slice(0, -1).map(({ id }) => id);
    expect(await store.scheduled({ kind: 'messages', ids: held })).toMatchObject({ units: 30, quietUnits: 30, lastAt: OVER });
    expect((await turn(store, senderId, { at: OVER })).claimed).toHaveLength(30);
  });

  it('hear what came of an earlier request of what they hold', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    const request = requestTo(number ?? ('' as Phone));
    await admit(store, senderId, [request]);
    await turn(store, senderId);
    await store.putQuietRule(rule(senderId));
    await turn(store, senderId, { outcomes: [outcomeOf(request.id, 'retry', { retryAt: later(1) })], room: 0 });
    expect((await turn(store, senderId, { at: later(1) })).claimed).toEqual([]);
    expect(await states(store, [request.id])).toEqual([['scheduled', 'quiet_hours', OVER]]);
    const { settled } = await turn(store, senderId, { outcomes: [outcomeOf(request.id, 'sent', { at: later(2) })], room: 0, at: later(2) });
    expect(settled).toMatchObject([{ from: 'scheduled', to: 'sent' }]);
  });

  it('refuse what would not outlive them, and give back what was reserved', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    const request = requestTo(number ?? ('' as Phone), { timing: { sendAt: null, expiresInMs: 3_600_000 } });
    await admit(store, senderId, [request]);
    await store.putQuietRule(rule(senderId));
    expect((await turn(store, senderId)).settled).toMatchObject([{ to: 'cancelled', closed: 100n }]);
    expect((await store.findMessages([request.id]))[0]).toMatchObject({ state: 'cancelled', reason: 'quiet_hours' });
    expect(
      (await admit(store, senderId, [requestTo(number ?? ('' as Phone), request.timing === undefined ? {} : { timing: request.timing })]))
        .admissions,
    ).toMatchObject([{ kind: 'refused', reason: 'quiet_hours' }]);
  });
}
