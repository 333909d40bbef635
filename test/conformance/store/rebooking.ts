// What is learned of a delivery after its charge: everything that counts deliveries or money follows it from where it was booked to where it belongs.

import { expect, it } from 'vitest';
import { closeMonth } from '../../../src/billing/close.ts';
import { explain } from '../../../src/billing/explain.ts';
import { decideTiers } from '../../../src/billing/tiers.ts';
import { verify } from '../../../src/billing/verify.ts';
import type { Outcome } from '../../../src/domain/outcome.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { toMicros } from '../../../src/values/money.ts';
import { type Day, type Instant, type Month, toInstant } from '../../../src/values/time.ts';
import { addCrowd, admit, outcomeOf, requestTo, settle, turn, words } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, instant, makeCard, makeRate, makeSender, makeTemplate, phone, type Started, start, USD } from './fixture.ts';

const [OCTOBER, NOVEMBER, DECEMBER] = ['2026-10', '2026-11', '2026-12'] as Month[] as [Month, Month, Month];
const ALL = { from: '2026-10-01' as Day, to: '2027-01-01' as Day };
const DELIVERED = instant('2026-10-31T23:59:58Z');
const READ = instant('2026-11-01T00:00:05Z');
const IN_NOVEMBER = instant('2026-11-03T09:00:00Z');
const IN_DECEMBER = instant('2026-12-03T09:00:00Z');

/** The cases. */
export function examRebooking(exam: Exam): void {
  it('moves a delivery to its own day and price that was dated by its reading, as often as it is told', async () => {
    const shop = await sent(exam, 3);
    await hear(shop, 'read', READ);
    const before = await dayLines(shop);
    expect(before).toEqual(['2026-10-15: 0 of 3, 0 + 0', '2026-11-01: 3 of 0, 390 + 0']);
    const settlements = await hear(shop, 'delivered', DELIVERED, IN_NOVEMBER);
    expect(settlements).toMatchObject([{ charged: -30n, freeUnits: 0 }, { charged: -30n }, { charged: -30n }]);
    for (const again of await hear(shop, 'delivered', DELIVERED, IN_NOVEMBER)) expect(again).toMatchObject({ charged: 0n });
    const after = ['2026-10-15: 0 of 3, 0 + 0', '2026-10-31: 3 of 0, 0 + 300', '2026-11-01: 0 of 0, 390 + -390'];
    expect(await dayLines(shop)).toEqual(after);
    expect(await dayLines(shop, IN_NOVEMBER)).toEqual(after);
    expect(await dayLines(shop, toInstant(IN_NOVEMBER - 1))).toEqual(before);
    expect(await shop.store.totals({ kind: 'messages', ids: shop.messages })).toMatchObject({ charged: 300n, freeUnits: 0 });
    expect(await theirLines(shop, OCTOBER)).toEqual(['2026-10-31 regular: 3 at 300']);
    expect(await theirLines(shop, NOVEMBER)).toEqual([]);
    expect(await close(shop, OCTOBER, IN_NOVEMBER)).toBe(-50n); // the third of October costs half
    expect(await close(shop, NOVEMBER, IN_DECEMBER)).toBe(0n);
    await expectSound(shop);
  });

  it('in one batch comes to the same as in several', async () => {
    const shop = await sent(exam, 1);
    const [id = '' as MessageId] = shop.messages;
    const words = [outcomeOf(id, 'read', { at: READ }), outcomeOf(id, 'delivered', { at: DELIVERED }), free(id, 'read', READ)];
    await settle(shop.store, words, IN_NOVEMBER);
    expect(await dayLines(shop)).toEqual([
      '2026-10-15: 0 of 1, 0 + 0',
      '2026-10-31: 1 (1 free) of 0, 0 + 0',
      '2026-11-01: 0 of 0, 130 + -130',
    ]);
    expect(await kindsOf(shop, id)).toEqual(['reservation', 'charge', 'taken_back', 'list', 'taken_back', 'free']);
    await expectSound(shop);
  });

  it('books it in an open month where its own is closed, of which it is all the same', async () => {
    const shop = await sent(exam, 3);
    await hear(shop, 'read', READ);
    expect(await close(shop, OCTOBER, IN_NOVEMBER)).toBe(0n);
    await hear(shop, 'delivered', DELIVERED, IN_NOVEMBER);
    expect(await dayLines(shop)).toEqual(['2026-10-15: 0 of 3, 0 + 0', '2026-11-01: 0 of 0, 390 + -390', '2026-11-03: 3 of 0, 0 + 300']);
    expect(await theirLines(shop, OCTOBER)).toEqual(['2026-10-31 regular: 3 at 300']);
    expect(await theirLines(shop, NOVEMBER)).toEqual([]);
    expect(await Promise.all([OCTOBER, NOVEMBER].map((month) => shop.store.bookedElsewhere({ ...shop, month })))).toEqual([3, 0]);
    expect(await close(shop, NOVEMBER, IN_DECEMBER)).toBe(-50n); // October's discount, in December
    expect((await dayLines(shop)).at(-1)).toBe('2026-12-03: 0 of 0, 0 + -50');
    // Free after all, which is heard of when November is closed too.
    await settle(
      shop.store,
      shop.messages.slice(1).map((id) => free(id, 'read', READ)),
      IN_DECEMBER,
    );
    expect((await dayLines(shop)).at(-1)).toBe('2026-12-03: 0 (2 free) of 0, 0 + -250');
    expect(await theirLines(shop, OCTOBER)).toEqual(['2026-10-31 free_entry_point: 2 at 0', '2026-10-31 regular: 1 at 100']);
    expect(await close(shop, DECEMBER, instant('2027-01-02T09:00:00Z'))).toBe(50n); // one alone has no discount
    await expectSound(shop);
  });

  it('takes it off a closed month in an open one', async () => {
    const shop = await sent(exam, 1);
    await hear(shop, 'read', READ);
    await close(shop, NOVEMBER, IN_DECEMBER, OCTOBER);
    await hear(shop, 'delivered', DELIVERED, IN_DECEMBER);
    expect((await dayLines(shop)).slice(1)).toEqual(['2026-11-01: 1 of 0, 130 + 0', '2026-12-03: 0 of 0, 0 + -30']);
    expect(await theirLines(shop, OCTOBER)).toEqual(['2026-10-31 regular: 1 at 100']);
    expect(await theirLines(shop, NOVEMBER)).toEqual([]);
    await expectSound(shop);
  });

  it('books another cost, and what a person adjusted stays with the delivery', async () => {
    const shop = await sent(exam, 1);
    const [id = '' as MessageId] = shop.messages;
    await hear(shop, 'read', READ);
    await shop.store.adjust({ messageId: id, amount: toMicros(-7n), by: 'ada', reason: 'goodwill', at: IN_NOVEMBER });
    const cost = { amount: toMicros(61n), currency: USD };
    const told = outcomeOf(id, 'read', { at: READ, pricing: { type: 'regular', category: 'utility', cost } });
    expect(await settle(shop.store, [told, told], IN_NOVEMBER)).toMatchObject([{ charged: -69n }, { charged: 0n }]);
    expect(await theirLines(shop, NOVEMBER)).toEqual(['2026-11-01 regular: 1 at 61 and -7 by hand']);
    await hear(shop, 'delivered', DELIVERED, IN_NOVEMBER);
    expect(await theirLines(shop, OCTOBER)).toEqual(['2026-10-31 regular: 1 at 61 and -7 by hand']);
    const { bucket } = (await shop.store.adjust({ messageId: id, amount: toMicros(-4n), by: 'ada', reason: 'more', at: IN_NOVEMBER })) as {
      readonly bucket: { readonly day: Day };
    };
    expect(bucket.day).toBe('2026-10-31');
    expect(await Promise.all([OCTOBER, NOVEMBER].map((month) => shop.store.bookedElsewhere({ ...shop, month })))).toEqual([1, 0]);
    await expectSound(shop);
  });

  it('makes the one kind of authentication the other, also for the tiers', async () => {
    const shop = await start(exam);
    const rates = [
      makeRate('authentication', 5n),
      makeRate('authentication-international', 30n, { tierTo: 2 }),
      makeRate('authentication-international', 20n, { tierFrom: 3, tierTo: 'max' }),
    ];
    await shop.store.putPriceCard(makeCard('2026-10-02', rates), { replace: false });
    const template = makeTemplate(shop.senderId, { name: 'code', category: 'authentication' });
    await shop.store.putTemplate(template);
    await addPerson(shop.store, shop.senderId, '1111', ['authentication']);
    const request = requestTo(phone('1111'), { checkedFor: template.id });
    expect(words((await admit(shop.store, shop.senderId, [request], { template: 'code' })).admissions)).toEqual(['admitted']);
    const { id } = request;
    await turn(shop.store, shop.senderId);
    const named = (kind: Outcome['kind'], category: string) => outcomeOf(id, kind, { pricing: { type: 'regular', category } });
    await settle(shop.store, [named('delivered', 'authentication')]);
    expect(await settle(shop.store, [named('read', 'authentication_international')])).toMatchObject([{ charged: 25n }]);
    const { rows } = await shop.store.counters({ period: ALL, senderId: null, groupBy: ['category'] });
    expect(
      rows.map(({ group, counters: { delivered, billableUnits, charged, adjusted } }) => [
        ...group,
        delivered,
        billableUnits,
        charged,
        adjusted,
      ]),
    ).toEqual([
      ['authentication', 0, 0, 5n, -5n],
      ['authentication-international', 1, 1, 0n, 30n],
    ]);
    expect(await shop.store.discrepancies({ period: ALL, senderId: null })).toEqual({ count: 1, messageIds: [id] });
    expect(await shop.store.tierOf(id, decideTiers)).toMatchObject({ category: 'authentication-international', units: 1 });
    await expectSound({ ...shop, messages: [id] });
  });
}

type Shop = Started & { readonly messages: readonly MessageId[] };

// In October two at list price, then half of it; dearer in November.
async function sent(exam: Exam, count: number): Promise<Shop> {
  const shop = await start(exam);
  const tiers = [makeRate('utility', 100n, { tierTo: 2 }), makeRate('utility', 50n, { tierFrom: 3, tierTo: 'max' })];
  await shop.store.putPriceCard(makeCard('2026-07-01', tiers), { replace: true });
  await shop.store.putPriceCard(makeCard('2026-11-01', [makeRate('utility', 130n)]), { replace: false });
  await shop.store.putTemplate(makeTemplate(shop.senderId, { name: 'notice', category: 'utility' }));
  const requests = (await addCrowd(shop.store, shop.senderId, count)).map((number) => requestTo(number));
  await admit(shop.store, shop.senderId, requests, { template: 'notice' });
  await turn(shop.store, shop.senderId);
  return { ...shop, messages: requests.map(({ id }) => id) };
}

function hear({ store, messages }: Shop, kind: 'read' | 'delivered', at: Instant, heardAt = at) {
  return settle(
    store,
    messages.map((id) => outcomeOf(id, kind, { at })),
    heardAt,
  );
}

function free(id: MessageId, kind: 'read', at: Instant): Outcome {
  return outcomeOf(id, kind, { at, pricing: { type: 'free_entry_point', category: 'referral_conversion' } });
}

async function dayLines({ store }: Shop, asOf: Instant | null = null): Promise<readonly string[]> {
  const { rows } = await store.counters({ period: ALL, senderId: null, groupBy: ['day'], asOf });
  return rows
    .filter(({ counters: { units, charged, adjusted, delivered } }) => units !== 0 || delivered !== 0 || charged !== 0n || adjusted !== 0n)
    .map(({ group, counters: { units, delivered, freeUnits, billableUnits, charged, adjusted } }) => {
      expect(billableUnits + freeUnits).toBe(delivered);
      return `${group.join()}: ${delivered}${freeUnits === 0 ? '' : ` (${freeUnits} free)`} of ${units}, ${charged} + ${adjusted}`;
    });
}

async function theirLines(shop: Shop, month: Month): Promise<readonly string[]> {
  const { lines } = await shop.store.booksOf({ ...shop, month }, decideTiers);
  return lines
    .map(
      ({ day, pricingType, units, charged, byHand }) =>
        `${day} ${pricingType}: ${units} at ${charged}${byHand === 0n ? '' : ` and ${byHand} by hand`}`,
    )
    .toSorted();
}

async function kindsOf({ store }: Shop, id: MessageId): Promise<readonly string[]> {
  return (await store.entriesOf(id)).map(({ kind, rule }) => (kind === 'adjustment' ? (rule ?? '') : kind));
}

async function close({ store, senderId }: Shop, month: Month, at: Instant, ...earlier: readonly Month[]): Promise<bigint> {
  const sender = makeSender({ id: senderId });
  for (const each of earlier) await closeMonth(store, { sender, month: each, at, by: 'ada' });
  return (await closeMonth(store, { sender, month, at, by: 'ada' })).adjusted;
}

// What `verify` finds wrong, and what of the story of a message does not agree.
async function expectSound({ store, messages }: Shop): Promise<void> {
  const verdicts = await verify(store, { now: () => instant('2027-01-03T00:00:00Z'), before: async () => undefined });
  expect(verdicts.flatMap(({ findings }) => findings.filter(({ isNote }) => !isNote))).toEqual([]);
  for (const id of messages) {
    const evidence = await store.evidenceOf(id);
    expect(evidence === null ? null : explain(evidence).differences).toEqual([]);
  }
}
