// Discrepancies: prices that the provider told otherwise than our own view has them.

import { expect, it } from 'vitest';
import type { ReportFilter } from '../../../src/ports/store/report.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { type Month, monthDays } from '../../../src/values/time.ts';
import { queue } from './admission.ts';
import { outcomeOf, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, start } from './fixture.ts';

/** The cases. */
export function examDiscrepancies(exam: Exam): void {
  it('is found in its period, for its sender, as it stood, until a newer word agrees', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1111', ['marketing', 'utility']);
    const [first, second] = [
      await queue(store, { senderId, contactId, template: 'offer' }),
      await queue(store, { senderId, contactId, template: 'notice' }),
    ];
    await turn(store, senderId);
    const of = (rest: Partial<ReportFilter> = {}) =>
      store.discrepancies({ period: monthDays('2026-10' as Month), senderId: null, ...rest });
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
