// Budgets: put, listed with their use, taken back.

import { expect, it } from 'vitest';
import type { Budget } from '../../../src/domain/budget.ts';
import type { Store } from '../../../src/ports/store.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { BudgetId, ContactId, SenderId } from '../../../src/values/id.ts';
import { type Currency, toMicros } from '../../../src/values/money.ts';
import { type Instant, parseTimeZone, UTC } from '../../../src/values/time.ts';
import { admit, claim, queue, settle } from './admission.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, instant, later, makeEvent, makeSender, makeTemplate, NOON, phone, start, USD } from './fixture.ts';

/** The cases. */
export function examBudgets(exam: Exam): void {
  it('adds a budget, changes its cap, and finds nothing to change', async () => {
    const { store, senderId } = await start(exam);
    const budget = makeBudget(senderId, { category: 'marketing', costCenter: 'EU-7' });
    expect(await store.putBudget(budget)).toEqual({ result: 'added', warnings: [] });
    expect(await store.putBudget(makeBudget(senderId, { category: 'marketing', costCenter: 'EU-7' }))).toEqual({
      result: 'unchanged',
      warnings: [],
    });
    const lower = makeBudget(senderId, { category: 'marketing', costCenter: 'EU-7', cap: toMicros(10n), createdAt: later(1) });
    expect(await store.putBudget(lower)).toEqual({ result: 'updated', warnings: [] });
    expect(await store.listBudgets({ senderId, at: NOON })).toEqual([{ budget: lower, term: '2026-10', used: 0n, reached: [] }]);
  });

  it('keeps budgets apart that cover different things', async () => {
    const { store, senderId } = await start(exam);
    const budgets = [
      makeBudget(senderId, { period: 'day' }),
      makeBudget(senderId, { period: 'month' }),
      makeBudget(senderId, { period: 'month', category: 'utility' }),
      makeBudget(senderId, { period: 'month', costCenter: 'EU-7' }),
      makeBudget(senderId, { period: 'campaign' }),
    ];
    for (const budget of budgets) expect(await store.putBudget(budget)).toMatchObject({ result: 'added' });
    expect((await store.listBudgets({ senderId, at: NOON })).map(({ budget }) => budget.id).toSorted()).toEqual(
      budgets.map(({ id }) => id).toSorted(),
    );
  });

  it('takes a budget back once', async () => {
    const { store, senderId } = await start(exam);
    const budget = makeBudget(senderId);
    await store.putBudget(budget);
    expect(await store.removeBudget(budget.id, later(1))).toBe(true);
    expect(await store.removeBudget(budget.id, later(2))).toBe(false);
    expect(await store.removeBudget('none' as BudgetId, later(2))).toBe(false);
    expect(await store.listBudgets({ senderId, at: NOON })).toEqual([]);
    expect(await store.putBudget(makeBudget(senderId))).toMatchObject({ result: 'added' });
  });

  it('keeps a cap past 2^53 exactly', async () => {
    const { store, senderId } = await start(exam);
    const cap = toMicros(9_007_199_254_740_993n);
    await store.putBudget(makeBudget(senderId, { cap }));
    expect((await store.listBudgets({ senderId, at: NOON }))[0]?.budget.cap).toBe(cap);
  });

  it("refuses another currency than the sender's", async () => {
    const { store, senderId } = await start(exam);
    await expect(store.putBudget(makeBudget(senderId, { currency: 'EUR' as Currency }))).rejects.toMatchObject({ code: 'bug' });
  });

  it('counts what the period has promised and spent, also from before the budget was set', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing', 'utility']);
    const at = (text: string, template = 'offer') => queue(store, { senderId, contactId, template, at: instant(text) });
    await at('2026-09-30T23:59:59Z');
    const first = await at('2026-10-01T00:00:00Z');
    await at('2026-10-15T00:00:00Z', 'notice');
    for (const period of ['day', 'month'] as const) await store.putBudget(makeBudget(senderId, { period }));
    await store.putBudget(makeBudget(senderId, { period: 'month', category: 'utility' }));
    expect(await used(store, senderId, NOON)).toEqual({ 'day -': 50n, 'month -': 150n, 'month utility': 50n });
    await settle(store, first, 'cancelled', NOON);
    expect(await used(store, senderId, NOON)).toEqual({ 'day -': 50n, 'month -': 50n, 'month utility': 50n });
    expect(await used(store, senderId, instant('2026-11-01T00:00:00Z'))).toEqual({ 'day -': 0n, 'month -': 0n, 'month utility': 0n });
  });

  it('counts a message in the period of its admission, wherever it is delivered', async () => {
    const { store, senderId } = await start(exam);
    await store.putBudget(makeBudget(senderId, { period: 'month' }));
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const eve = instant('2026-10-31T23:59:00Z');
    const id = await queue(store, { senderId, contactId, template: 'offer', at: eve });
    await claim(store, senderId, [id], eve);
    await settle(store, id, 'delivered', instant('2026-11-01T00:01:00Z'));
    expect(await used(store, senderId, eve)).toEqual({ 'month -': 100n });
    expect(await used(store, senderId, instant('2026-11-01T00:01:00Z'))).toEqual({ 'month -': 0n });
  });

  it("begins and ends the day in the sender's zone", async () => {
    const { store } = await start(exam);
    const shop = makeSender({ name: 'shop', timeZone: parseTimeZone('Europe/Berlin') ?? UTC });
    await store.putSender(shop);
    await store.putTemplate(makeTemplate(shop.id));
    await store.putBudget(makeBudget(shop.id, { period: 'day' }));
    const contactId = await addPerson(store, shop.id, '1', ['marketing']);
    // Summer time ends on 2026-10-25: that day has 25 hours, from 22:00 to 23:00 in UTC.
    for (const at of ['2026-10-24T21:59:59Z', '2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z', '2026-10-25T23:00:00Z']) {
      await queue(store, { senderId: shop.id, contactId, template: 'offer', at: instant(at) });
    }
    expect(await used(store, shop.id, instant('2026-10-25T12:00:00Z'))).toEqual({ 'day -': 200n });
  });

  it('narrows by cost centre, and keeps senders apart', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    await queue(store, { senderId, contactId, template: 'offer', costCenter: 'EU-7' });
    await queue(store, { senderId, contactId, template: 'offer' });
    await store.putBudget(makeBudget(senderId, { period: 'month', costCenter: 'EU-7' }));
    const shop = makeSender({ name: 'shop' });
    await store.putSender(shop);
    await store.putBudget(makeBudget(shop.id, { period: 'month' }));
    expect(await used(store, senderId, NOON)).toEqual({ 'month EU-7': 100n });
    expect(await used(store, shop.id, NOON)).toEqual({ 'month -': 0n });
  });

  it('shows the fullest campaign, on whatever day', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    await store.putBudget(makeBudget(senderId, { period: 'campaign' }));
    await campaign(store, { senderId, contactId, name: 'spring', days: ['2026-08-01'] });
    await campaign(store, { senderId, contactId, name: 'autumn', days: ['2026-08-31', '2026-10-01'] });
    for (const _ of [1, 2, 3]) await queue(store, { senderId, contactId, template: 'offer' });
    expect(await used(store, senderId, NOON)).toEqual({ 'campaign -': 200n });
  });

  it('stops an admission at each cap that covers it, and not before', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing', 'utility']);
    await store.putBudget(makeBudget(senderId, { period: 'day', category: 'marketing', cap: toMicros(200n) }));
    for (const _ of [1, 2]) await queue(store, { senderId, contactId, template: 'offer' });
    expect(await admit(store, { senderId, contactId, template: 'offer' })).toMatchObject({ kind: 'refused', reason: 'over_budget' });
    await queue(store, { senderId, contactId, template: 'notice' });
    await queue(store, { senderId, contactId, template: 'offer', at: instant('2026-10-16T00:00:00Z') });
  });

  it('gives back what a stop cancelled', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    await store.putBudget(makeBudget(senderId, { period: 'month' }));
    const id = await queue(store, { senderId, contactId, template: 'offer' });
    expect(await used(store, senderId, NOON)).toEqual({ 'month -': 100n });
    const write = { contactId, who: { phone: phone('1') }, events: [makeEvent('block', senderId, { at: later(1) })] };
    const [written] = await store.recordConsent({ accountId: makeSender().accountId, writes: [write], at: later(1) }, decideSettlements);
    expect(written?.cancelled).toEqual([id]);
    expect(await used(store, senderId, NOON)).toEqual({ 'month -': 0n });
  });
}

function makeBudget(senderId: SenderId, rest: Partial<Budget> = {}): Budget {
  return {
    id: ids.short(),
    senderId,
    period: 'month',
    cap: toMicros(1_000n),
    currency: USD,
    category: null,
    costCenter: null,
    mode: 'hard',
    thresholds: [50, 80, 100],
    createdAt: NOON,
    ...rest,
  };
}

async function used(store: Store, senderId: SenderId, at: Instant): Promise<Readonly<Record<string, bigint>>> {
  const uses = await store.listBudgets({ senderId, at });
  return Object.fromEntries(
    uses.map(({ budget, used: amount }) => [`${budget.period} ${budget.category ?? budget.costCenter ?? '-'}`, amount]),
  );
}

type CampaignDays = { readonly senderId: SenderId; readonly contactId: ContactId; readonly name: string; readonly days: readonly string[] };

async function campaign(store: Store, { senderId, contactId, name, days }: CampaignDays): Promise<void> {
  const { campaignId } = await store.openRun({ id: ids.short(), senderId, campaign: name, at: NOON });
  for (const day of days) await queue(store, { senderId, contactId, template: 'offer', campaignId, at: instant(`${day}T08:00:00Z`) });
}
