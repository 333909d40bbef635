// Discrepancies: prices that the provider told otherwise than our own view has them.

import { expect, it } from 'vitest';
import type { ReportFilter } from '../../../src/ports/store/report.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { type Month, monthDays, toInstant } from '../../../src/values/time.ts';
import { queue } from './admission.ts';
import { admit, findings, keyed, outcomeOf, requestTo, settle, turn, words } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, makeCard, makeRate, makeSender, makeTemplate, makeWhatsapp, phone, start } from './fixture.ts';

const OCTOBER = monthDays('2026-10' as Month);

/** The cases. */
export function examDiscrepancies(exam: Exam): void {
  it('between the two kinds of authentication is booked as the provider has it, and the books stay sound', async () => {
    const { store } = await start(exam);
    const sender = makeSender({
      name: 'bank',
      transport: 'whatsapp',
      whatsapp: makeWhatsapp({ authInternational: { from: toInstant(Date.UTC(2026, 9, 1)), countries: [], toldAt: null } }),
    });
    await store.putSender(sender);
    const [category, international] = ['authentication', 'authentication-international'] as const;
    await store.putPriceCard(makeCard('2026-10-01', [makeRate(category, 5n), makeRate(international, 30n)]), { replace: false });
    const template = makeTemplate(sender.id, { name: 'code', category });
    await store.putTemplate(template);
    await addPerson(store, sender.id, '1111', [category]);
    const requests = ['a', 'b', 'c'].map((letter) => requestTo(phone('1111'), { ...keyed(letter), checkedFor: template.id }));
    const { admissions } = await admit(store, sender.id, requests, { template: 'code' });
    expect(words(admissions)).toEqual(['admitted', 'admitted', 'admitted']);
    await turn(store, sender.id);
    const [called = '' as MessageId, other = '' as MessageId, silent = '' as MessageId] = requests.map(({ id }) => id);
    const told = (id: MessageId, word: string) => outcomeOf(id, 'delivered', { pricing: { type: 'regular', category: word } });
    await settle(store, [told(called, 'authentication_international'), told(other, category), outcomeOf(silent, 'delivered')]);
    const { rows } = await store.counters({ period: OCTOBER, senderId: sender.id, groupBy: ['category'] });
    expect(rows.map(({ group, counters: { units, charged, reserved } }) => [...group, units, charged, reserved])).toEqual([
      [category, 0, 5n, 0n],
      [international, 3, 60n, 0n],
    ]);
    expect(await store.discrepancies({ period: OCTOBER, senderId: null })).toEqual({ count: 1, messageIds: [other] });
    expect(await findings(store)).toEqual([]);
  });

  it('is found in its period, for its sender, as it stood, until a newer word agrees', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1111', ['marketing', 'utility']);
    const [first, second] = [
      await queue(store, { senderId, contactId, template: 'offer' }),
      await queue(store, { senderId, contactId, template: 'notice' }),
    ];
    await turn(store, senderId);
    const of = (rest: Partial<ReportFilter> = {}) => store.discrepancies({ period: OCTOBER, senderId: null, ...rest });
    expect(await of()).toEqual({ count: 0, messageIds: [] });
    const told = (id: MessageId, kind: 'delivered' | 'read', type: 'regular' | 'free_customer_service') =>
      outcomeOf(id, kind, { at: later(1), pricing: { type, category: 'marketing' } });
    await settle(store, [told(first, 'delivered', 'free_customer_service'), told(second, 'delivered', 'regular')], later(1));
    const both = { count: 2, messageIds: [first, second] };
    expect(await of()).toEqual(both);
    expect(await of({ senderId })).toEqual(both);
    expect(await of({ senderId: ids.short() })).toMatchObject({ count: 0 });
    expect(await of({ period: monthDays('2026-11' as Month) })).toMatchObject({ count: 0 });
    await settle(store, [told(first, 'read', 'regular')], later(3));
    expect(await of()).toEqual({ count: 1, messageIds: [second] });
    expect(await of({ asOf: later(2) })).toEqual(both);
    expect(await of({ asOf: later(0) })).toMatchObject({ count: 0 });
  });
}
