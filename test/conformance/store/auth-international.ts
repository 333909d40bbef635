// The start of the international rate: what the provider tells of it, what a person says, and that neither undoes the other out of turn.

import { expect, it } from 'vitest';
import type { InternationalStart } from '../../../src/domain/auth-international.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { SenderId } from '../../../src/values/id.ts';
import type { Exam } from './exam.ts';
import { instant, later, makeSender, makeWhatsapp, start } from './fixture.ts';
import { otherEvent, receive } from './webhooks.ts';

const DECEMBER: InternationalStart = { from: instant('2026-12-01T00:00:00Z'), countries: [] };
const JANUARY: InternationalStart = { from: instant('2027-01-01T00:00:00Z'), countries: [{ country: 'IN', from: later(0) }] };

const BANK = makeSender({ name: 'bank', transport: 'whatsapp', whatsapp: makeWhatsapp() });

async function open(exam: Exam): Promise<{ readonly store: Store }> {
  const { store } = await start(exam);
  await store.putSender(BANK);
  return { store };
}

const known = async (store: Store, id: SenderId = BANK.id) =>
  (await store.listSenders(DEFAULT_ACCOUNT)).find((sender) => sender.id === id)?.whatsapp?.authInternational;

const told = (at: number, authInternational: InternationalStart | null, senderId: SenderId | null = BANK.id) =>
  otherEvent('account', senderId, later(at), { authInternational });

/** The cases. */
export function examAuthInternational(exam: Exam): void {
  it('is taken over once, and kept as evidence; older news, repetitions and what tells none change nothing', async () => {
    const { store } = await open(exam);
    const news = told(5, DECEMBER);
    const hear = async (...events: Parameters<typeof receive>[1]) =>
      (await receive(store, events, later(9))).map(({ result, news: { authInternational } }) => [result, authInternational]);
    expect(await hear(news, news, told(4, JANUARY), told(6, null), told(7, DECEMBER))).toEqual([
      ['applied', DECEMBER],
      ['repeated', null],
      ['kept', null],
      ['kept', null],
      ['kept', null], // the same again: nothing new, but told later
    ]);
    expect(await known(store)).toEqual({ ...DECEMBER, toldAt: later(7) });
    expect(await hear(told(6.5, JANUARY), told(8, JANUARY))).toEqual([
      ['kept', null],
      ['applied', JANUARY],
    ]);
    expect(await known(store)).toEqual({ ...JANUARY, toldAt: later(8) });
  });

  it('changes nobody else, and nothing where no sender of ours is told', async () => {
    const { store } = await open(exam);
    const other = makeSender({ name: 'shop', transport: 'whatsapp', whatsapp: makeWhatsapp({ phoneNumberId: '1066' }) });
    await store.putSender(other);
    expect(await receive(store, [told(5, DECEMBER, null), told(5, DECEMBER)], later(9))).toMatchObject([
      { result: 'unmatched', news: { authInternational: null } },
      { result: 'applied', news: { authInternational: DECEMBER } },
    ]);
    expect(await known(store, other.id)).toBeNull();
  });

  it('is what a person says until the provider tells something newer than it told before', async () => {
    const { store } = await open(exam);
    await receive(store, [told(5, DECEMBER)], later(5));
    expect(await store.setAuthInternational(BANK.id, { start: JANUARY, toldAt: null })).toBe('updated');
    expect(await store.setAuthInternational(BANK.id, { start: JANUARY, toldAt: null })).toBe('unchanged');
    expect(await known(store)).toEqual({ ...JANUARY, toldAt: null });
    expect(await store.setAuthInternational(BANK.id, { start: DECEMBER, toldAt: later(4) })).toBe('unchanged');
    expect(await known(store)).toEqual({ ...JANUARY, toldAt: null });
    expect(await store.setAuthInternational(BANK.id, { start: null, toldAt: null })).toBe('updated');
    expect(await known(store)).toBeNull();
    expect(await store.setAuthInternational(BANK.id, { start: DECEMBER, toldAt: later(6) })).toBe('updated');
    await expect(store.setAuthInternational('nobody' as SenderId, { start: null, toldAt: null })).rejects.toMatchObject({
      code: 'unknown_sender',
    });
  });

  it('stays where the other settings of the sender change', async () => {
    const { store } = await open(exam);
    await receive(store, [told(5, DECEMBER)], later(5));
    expect(await store.putSender(BANK)).toBe('unchanged');
    expect(await store.putSender({ ...BANK, whatsapp: makeWhatsapp({ ratePerSecond: 20 }) })).toBe('updated');
    expect(await known(store)).toEqual({ ...DECEMBER, toldAt: later(5) });
  });
}
