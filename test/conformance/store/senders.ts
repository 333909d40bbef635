// Senders: founding a store, adding senders, the default one.

import { expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { AccountId, SenderId } from '../../../src/values/id.ts';
import type { Currency } from '../../../src/values/money.ts';
import { parseTimeZone, UTC } from '../../../src/values/time.ts';
import type { Exam } from './exam.ts';
import { makeCard, makeSender, makeWhatsapp, start } from './fixture.ts';

const EUR = 'EUR' as Currency;

const WHATSAPP = makeWhatsapp({ phoneNumberId: '1065', appSecret: null, verifyToken: null });

/** The cases. */
export function examSenders(exam: Exam): void {
  it('is empty until it is founded', async () => {
    const { store } = await exam.open();
    expect(await store.isEmpty()).toBe(true);
    await store.found({ keyCheck: '', sender: makeSender({ isDefault: true }), cards: [makeCard('2026-07-01')] });
    expect(await store.isEmpty()).toBe(false);
  });

  it('is founded once: a second founder changes nothing', async () => {
    const { store } = await exam.open();
    const sender = makeSender({ isDefault: true });
    const card = makeCard('2026-07-01');
    await store.found({ keyCheck: 'ab12', sender, cards: [card] });
    await store.found({ keyCheck: '', sender: makeSender({ name: 'late', isDefault: true }), cards: [makeCard('2026-10-01')] });
    expect(await store.listSenders(DEFAULT_ACCOUNT)).toEqual([sender]);
    expect(await store.listPriceCards({ currency: null })).toEqual([card]);
    expect(await store.keyCheck()).toBe('ab12');
  });

  it('adds a sender once, and keeps the first', async () => {
    const { store } = await start(exam);
    const shop = makeSender({ name: 'shop', timeZone: parseTimeZone('Europe/Berlin') ?? UTC });
    expect(await store.putSender(shop)).toBe('added');
    expect(await store.putSender(makeSender({ ...shop, id: 'another' as SenderId }))).toBe('unchanged');
    expect(await store.listSenders(DEFAULT_ACCOUNT)).toContainEqual(shop);
  });

  it('refuses a name that is taken by a sender with other settings', async () => {
    const { store } = await start(exam);
    await store.putSender(makeSender({ name: 'shop' }));
    await expect(store.putSender(makeSender({ name: 'shop', currency: EUR }))).rejects.toMatchObject({
      code: 'sender_conflict',
      details: { name: 'shop', currency: 'USD', time_zone: 'UTC' },
    });
    await expect(store.putSender(makeSender({ name: 'shop', timeZone: parseTimeZone('Asia/Tokyo') ?? UTC }))).rejects.toMatchObject({
      code: 'sender_conflict',
    });
  });

  it('takes over other settings of the channel, and says so once', async () => {
    const { store } = await start(exam);
    const before = makeSender({ name: 'shop', transport: 'whatsapp', whatsapp: WHATSAPP });
    expect(await store.putSender(before)).toBe('added');
    const faster = { ...WHATSAPP, ratePerSecond: 20, appSecret: { file: '/run/secrets/app' } };
    expect(await store.putSender({ ...before, id: 'another' as SenderId, whatsapp: faster })).toBe('updated');
    expect(await store.putSender({ ...before, whatsapp: { ...faster } })).toBe('unchanged');
    expect(await store.listSenders(DEFAULT_ACCOUNT)).toContainEqual({ ...before, whatsapp: faster });
  });

  it('keeps the number of a sender, and gives it to no other', async () => {
    const { store } = await start(exam);
    await store.putSender(makeSender({ name: 'shop', transport: 'whatsapp', whatsapp: WHATSAPP }));
    const moved = makeSender({ name: 'shop', transport: 'whatsapp', whatsapp: { ...WHATSAPP, phoneNumberId: '1066' } });
    await expect(store.putSender(moved)).rejects.toMatchObject({ code: 'sender_conflict', details: { phone_number_id: '1065' } });
    const twin = makeSender({ name: 'twin', transport: 'whatsapp', whatsapp: WHATSAPP });
    await expect(store.putSender(twin)).rejects.toMatchObject({ code: 'sender_conflict', details: { name: 'shop' } });
    await expect(store.putSender(makeSender({ name: 'shop' }))).rejects.toMatchObject({ code: 'sender_conflict' });
    expect(await store.putSender({ ...twin, whatsapp: { ...WHATSAPP, phoneNumberId: '1067' } })).toBe('added');
  });

  it('keeps accounts apart', async () => {
    const { store } = await start(exam);
    const other = makeSender({ accountId: 'other' as AccountId, currency: EUR, isDefault: true });
    expect(await store.putSender(other)).toBe('added');
    expect(await store.listSenders(other.accountId)).toEqual([other]);
    expect((await store.listSenders(DEFAULT_ACCOUNT)).map(({ currency, isDefault }) => [currency, isDefault])).toEqual([['USD', true]]);
  });

  it('lists senders by name', async () => {
    const { store } = await start(exam);
    for (const name of ['zoo', 'Air', 'bank']) await store.putSender(makeSender({ name }));
    expect((await store.listSenders(DEFAULT_ACCOUNT)).map(({ name }) => name)).toEqual(['Air', 'bank', 'sandbox', 'zoo']);
  });

  it('has one default sender, whoever became it last', async () => {
    const { store, senderId } = await start(exam);
    const defaults = async () => (await store.listSenders(DEFAULT_ACCOUNT)).filter(({ isDefault }) => isDefault).map(({ name }) => name);
    await store.putSender(makeSender({ name: 'shop', isDefault: true }));
    expect(await defaults()).toEqual(['shop']);
    await store.setDefaultSender(senderId);
    await store.setDefaultSender(senderId);
    expect(await defaults()).toEqual(['sandbox']);
  });

  it('cannot make nobody the default', async () => {
    const { store } = await start(exam);
    await expect(store.setDefaultSender('nobody' as SenderId)).rejects.toMatchObject({ code: 'unknown_sender' });
    expect((await store.listSenders(DEFAULT_ACCOUNT)).map(({ isDefault }) => isDefault)).toEqual([true]);
  });
}
