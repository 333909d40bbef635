// Templates that bid: versions by their bid, what is queued when it changes, and what a delivery costs.

import { expect, it } from 'vitest';
import { decideRepricings } from '../../../src/send/reprice.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { type Micros, toMicros } from '../../../src/values/money.ts';
import type { Day } from '../../../src/values/time.ts';
import { verify } from '../../../src/billing/verify.ts';
import { queue } from './admission.ts';
import { makeBudget, outcomeOf, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, makeTemplate, NOON, type Started, start, USD } from './fixture.ts';

type Bidding = Started & { readonly messages: readonly MessageId[] };

/** The cases. A bid of 100 is 1,000 micros for a message. */
export function examBids(exam: Exam): void {
  it('keeps the bid with its version', async () => {
    const shop = await bidding(exam, 0);
    expect(await bidsOf(shop)).toEqual([100]);
    expect(await shop.store.putTemplate(makeTemplate(shop.senderId, { bidAmount: 100 }))).toBe('unchanged');
    expect(await shop.store.putTemplate(makeTemplate(shop.senderId, { bidAmount: 101 }))).toBe('updated');
    expect(await shop.store.putTemplate(makeTemplate(shop.senderId))).toBe('updated');
    expect(await bidsOf(shop)).toEqual([null]);
  });

  it('reserves what is bid, and books what the provider tells of it, flagged where that is more', async () => {
    const shop = await bidding(exam, 3);
    const { store, messages } = shop;
    const [first, second, third] = messages as readonly [MessageId, MessageId, MessageId];
    expect(await reservedAnd(shop, 'charged')).toEqual([3_000n, 0n]);
    await turn(store, shop.senderId);
    const told = (amount: bigint) =>
      ({ type: 'regular', category: 'marketing_lite', cost: { amount: toMicros(amount), currency: USD } }) as const;
    await settle(store, [
      outcomeOf(first, 'delivered', { pricing: told(700n) }),
      outcomeOf(second, 'delivered', { pricing: told(1_001n) }),
      outcomeOf(third, 'delivered'),
    ]);
    expect(await Promise.all(messages.map((id) => linesOf(shop, id)))).toEqual([
      ['reservation 1000 0 bid_cap', 'charge -1000 700 told_cost'],
      ['reservation 1000 0 bid_cap', 'charge -1000 1001 told_cost'],
      ['reservation 1000 0 bid_cap', 'charge -1000 1000 as_reserved'],
    ]);
    expect(await reservedAnd(shop, 'charged')).toEqual([0n, 2_701n]);
    expect(await store.discrepancies({ ...YEAR, senderId: shop.senderId })).toEqual({ count: 1, messageIds: [second] });
    expect(await findings(shop)).toEqual([]);
  });

  it('lets what is queued follow another bid, up, down and to none, and books no more than the difference', async () => {
    const shop = await bidding(exam, 2);
    expect(await change(shop, 150)).toMatchObject({ drift: [{ what: 'bid', from: '100', to: '150' }], difference: 1_000n, cancelled: [] });
    expect(await reservedAnd(shop, 'committed')).toEqual([3_000n, 3_000n]);
    expect(await change(shop, 20)).toMatchObject({ difference: -2_600n });
    expect(await change(shop, null)).toMatchObject({ drift: [{ to: 'none' }], difference: -200n });
    expect(await reservedAnd(shop, 'committed')).toEqual([200n, 200n]);
    expect(await change(shop, 100)).toMatchObject({ difference: 1_800n });
    expect((await turn(shop.store, shop.senderId)).claimed.map(({ template }) => template?.bidAmount)).toEqual([100, 100]);
    expect(await findings(shop)).toEqual([]);
  });

  it('cancels what the budget does not allow at the new bid', async () => {
    const shop = await bidding(exam, 2);
    await shop.store.putBudget(makeBudget(shop.senderId, 2_500n));
    const changed = await change(shop, 150);
    expect([changed?.repriced.length, changed?.cancelled.length, changed?.difference]).toEqual([1, 1, 500n]);
    const records = await shop.store.findMessages(shop.messages);
    expect(records.map((record) => record?.reason ?? null).toSorted()).toEqual([null, 'over_budget'].toSorted());
    expect(await findings(shop)).toEqual([]);
  });

  it('lets what was on its way, or was queued when a person changed the bid, follow when it is its turn', async () => {
    const shop = await bidding(exam, 1);
    const { store, senderId, messages } = shop;
    await store.putTemplate(makeTemplate(senderId, { bidAmount: 150 }));
    expect((await turn(store, senderId)).claimed).toMatchObject([{ template: { bidAmount: 150 } }]);
    await change(shop, 40);
    expect(await reservedAnd(shop, 'committed')).toEqual([1_500n, 1_500n]);
    const retry = messages.map((id) => outcomeOf(id, 'retry', { attempt: 1, retryAt: NOON }));
    expect((await turn(store, senderId, { outcomes: retry })).claimed).toMatchObject([{ attempt: 2, template: { bidAmount: 40 } }]);
    expect(await reservedAnd(shop, 'committed')).toEqual([400n, 400n]);
    expect(await findings(shop)).toEqual([]);
  });

  it('goes by the card once the provider moved the template to another category, and by the bid when it came back', async () => {
    const shop = await bidding(exam, 1);
    const move = (category: 'utility' | 'marketing') =>
      shop.store.changeTemplates(
        { senderId: shop.senderId, changes: [{ id: ids.short(), ...OFFER, ...NOTHING, category }], at: later(5) },
        { settle: decideSettlements, reprice: decideRepricings },
      );
    expect(await move('utility')).toMatchObject([{ difference: -950n, drift: [{ what: 'category' }] }]);
    expect(await move('marketing')).toMatchObject([{ difference: 950n }]);
    expect(await findings(shop)).toEqual([]);
  });
}

const OFFER = { name: 'offer', language: 'en' } as const;
const NOTHING = { whole: null, providerId: null, status: null, quality: null } as const;
const YEAR = { period: { from: '2026-01-01' as Day, to: '2027-01-01' as Day } };

async function bidding(exam: Exam, count: number): Promise<Bidding> {
  const shop = await start(exam);
  await shop.store.putTemplate(makeTemplate(shop.senderId, { bidAmount: 100 }));
  const messages: MessageId[] = [];
  for (let index = 0; index < count; index += 1) {
    const contactId = await addPerson(shop.store, shop.senderId, `${index}`, ['marketing', 'utility']);
    messages.push(await queue(shop.store, { senderId: shop.senderId, contactId, template: 'offer' }));
  }
  return { ...shop, messages };
}

async function change({ store, senderId }: Bidding, bidAmount: number | null) {
  const whole = makeTemplate(senderId, { bidAmount });
  const [changed] = await store.changeTemplates(
    { senderId, changes: [{ id: ids.short(), ...OFFER, whole, providerId: '77', quality: 'unknown' }], at: later(5) },
    { settle: decideSettlements, reprice: decideRepricings },
  );
  return changed;
}

async function bidsOf({ store, senderId }: Bidding): Promise<readonly (number | null)[]> {
  return (await store.listTemplates({ senderId, name: 'offer' })).map(({ bidAmount }) => bidAmount);
}

async function linesOf({ store }: Bidding, id: MessageId): Promise<readonly string[]> {
  return (await store.entriesOf(id)).map(({ kind, held, posted, rule }) => `${kind} ${held} ${posted} ${rule}`);
}

async function reservedAnd({ store, senderId }: Bidding, other: 'charged' | 'committed'): Promise<readonly (Micros | undefined)[]> {
  const { totals } = await store.counters({ ...YEAR, senderId, groupBy: [] });
  return [totals[0]?.counters.reserved, totals[0]?.counters[other]];
}

async function findings({ store }: Bidding): Promise<readonly unknown[]> {
  const verdicts = await verify(store, { now: () => later(60), before: async () => undefined });
  return verdicts.flatMap((verdict) => verdict.findings).filter(({ isNote }) => !isNote);
}
