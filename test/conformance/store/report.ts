// Reports: every grouping, overlapping tags, month ends in the sender's own zone, and sums that no double can hold.

import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import type { Grouping, ReportFilter } from '../../../src/ports/store/report.ts';
import type { CampaignId, MessageId, SenderId } from '../../../src/values/id.ts';
import type { Currency } from '../../../src/values/money.ts';
import { type Day, type Month, monthDays, parseTimeZone, UTC } from '../../../src/values/time.ts';
import { type Notice, queue } from './admission.ts';
import { addCrowd, admit, outcomeOf, requestTo, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, instant, later, makeCard, makeRate, makeSender, makeTemplate, type Started, start } from './fixture.ts';

/** The cases. */
export function examReport(exam: Exam): void {
  describe('a grouping', () => {
    examGroupings(exam);
  });
  describe('a period', () => {
    examPeriods(exam);
  });
  describe('the sums', () => {
    examSums(exam);
  });
  describe('the totals of a run', () => {
    examTotals(exam);
  });
}

const OCTOBER = monthDays('2026-10' as Month);

/** `group: units delivered failed reserved charged` of each row. */
async function report(store: Store, groupBy: readonly Grouping[], rest: Partial<ReportFilter> = {}): Promise<readonly string[]> {
  const { rows } = await store.counters({ period: OCTOBER, senderId: null, groupBy, ...rest });
  return rows.map(
    ({ group, currency, counters: { units, delivered, failed, reserved, charged } }) =>
      `${[...group, currency].join('/')}: ${units} ${delivered} ${failed} ${reserved} ${charged}`,
  );
}

type World = Started & {
  readonly autumn: CampaignId;
  readonly runId: number;
  readonly delivered: MessageId;
  readonly failed: MessageId;
  readonly open: MessageId;
};

// Three messages: one delivered in a campaign, one that failed, one that is still queued. Marketing costs 100, utility 50.
async function traded(exam: Exam): Promise<World> {
  const shop = await start(exam);
  const { store, senderId } = shop;
  const contactId = await addPerson(store, senderId, '1111', ['marketing', 'utility']);
  const run = await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: later(0) });
  const notice: Notice = { senderId, contactId, template: 'offer' };
  const delivered = await queue(store, { ...notice, campaignId: run.campaignId, costCenter: 'shop', tags: ['vip', 'test'] });
  const failed = await queue(store, { ...notice, template: 'notice', tags: ['vip'] });
  await turn(store, senderId);
  const open = await queue(store, { ...notice, costCenter: 'shop' });
  await settle(store, [outcomeOf(delivered, 'delivered'), outcomeOf(failed, 'failed')]);
  return { ...shop, autumn: run.campaignId, runId: run.runId, delivered, failed, open };
}

function examGroupings(exam: Exam): void {
  it.each<[Grouping, readonly string[]]>([
    ['month', ['2026-10/USD: 3 1 1 100 100']],
    ['day', ['2026-10-15/USD: 3 1 1 100 100']],
    ['market', ['Germany/USD: 3 1 1 100 100']],
    ['category', ['marketing/USD: 2 1 0 100 100', 'utility/USD: 1 0 1 0 0']],
    ['sender', ['sandbox/USD: 3 1 1 100 100']],
    ['campaign', ['/USD: 2 0 1 100 0', 'autumn/USD: 1 1 0 0 100']],
    ['cost_center', ['/USD: 1 0 1 0 0', 'shop/USD: 2 1 0 100 100']],
    ['template', ['notice/USD: 1 0 1 0 0', 'offer/USD: 2 1 0 100 100']],
    ['tag', ['/USD: 1 0 0 100 0', 'test/USD: 1 1 0 0 100', 'vip/USD: 2 1 1 0 100']],
  ])('by %s', async (grouping, rows) => {
    const { store } = await traded(exam);
    expect(await report(store, [grouping])).toEqual(rows);
  });

  it('by several things at once is in their order; by tag, a message counts under each of its tags', async () => {
    const { store } = await traded(exam);
    expect(await report(store, ['category', 'campaign'])).toEqual([
      'marketing//USD: 1 0 0 100 0',
      'marketing/autumn/USD: 1 1 0 0 100',
      'utility//USD: 1 0 1 0 0',
    ]);
    expect(await report(store, ['tag', 'category'])).toEqual([
      '/marketing/USD: 1 0 0 100 0',
      'test/marketing/USD: 1 1 0 0 100',
      'vip/marketing/USD: 1 1 0 0 100',
      'vip/utility/USD: 1 0 1 0 0',
    ]);
  });

  it('by nothing is one row for each currency, and none for an empty period', async () => {
    const { store } = await traded(exam);
    expect(await report(store, [])).toEqual(['USD: 3 1 1 100 100']);
    expect(await report(store, [], { period: monthDays('2026-09' as Month) })).toEqual([]);
    expect(await report(store, ['tag'], { period: monthDays('2026-09' as Month) })).toEqual([]);
  });

  it('by tag agrees with the counters where every message has one tag', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    for (const tag of ['one', 'two']) await queue(store, { senderId, contactId, template: 'offer', tags: [tag], at: later(0) });
    const { claimed } = await turn(store, senderId);
    await settle(store, [
      outcomeOf(claimed[0]?.id ?? ('' as MessageId), 'delivered', { pricing: { type: 'free_entry_point', category: 'marketing' } }),
    ]);
    const filter = { period: OCTOBER, senderId: null };
    const { rows: byTag } = await store.counters({ ...filter, groupBy: ['tag'] });
    const [all] = (await store.counters({ ...filter, groupBy: [] })).totals;
    const sum = (column: 'units' | 'delivered' | 'failed' | 'billableUnits' | 'freeUnits') =>
      byTag.reduce((total, row) => total + row.counters[column], 0);
    expect({
      units: sum('units'),
      delivered: sum('delivered'),
      failed: sum('failed'),
      billableUnits: sum('billableUnits'),
      freeUnits: sum('freeUnits'),
    }).toEqual({
      units: 2,
      delivered: 1,
      failed: 0,
      billableUnits: 0,
      freeUnits: 1,
    });
    expect(byTag.reduce((total, row) => total + row.counters.reserved, 0n)).toBe(all?.counters.reserved);
  });
}

function examPeriods(exam: Exam): void {
  it("is of the sender's own days: the month ends at its midnight", async () => {
    const { store } = await start(exam);
    const berlin = makeSender({ name: 'berlin', timeZone: parseTimeZone('Europe/Berlin') ?? UTC });
    await store.putSender(berlin);
    await store.putTemplate(makeTemplate(berlin.id));
    const contactId = await addPerson(store, berlin.id, '1111', ['marketing']);
    // Berlin is an hour ahead of UTC on both sides of this midnight, and two hours a month before.
    for (const at of ['2026-09-30T21:59:59Z', '2026-09-30T22:00:00Z', '2026-10-31T22:59:59Z', '2026-10-31T23:00:00Z']) {
      await queue(store, { senderId: berlin.id, contactId, template: 'offer', at: instant(at) });
    }
    const year = { from: '2026-01-01' as Day, to: '2027-01-01' as Day };
    expect(await report(store, ['month'], { period: year })).toEqual([
      '2026-09/USD: 1 0 0 100 0',
      '2026-10/USD: 2 0 0 200 0',
      '2026-11/USD: 1 0 0 100 0',
    ]);
    expect(await report(store, ['day'])).toEqual(['2026-10-01/USD: 1 0 0 100 0', '2026-10-31/USD: 1 0 0 100 0']);
  });

  it('has the delivery on its own day and the hold on the day of the admission', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    const eve = instant('2026-10-31T23:59:59Z');
    const id = await queue(store, { senderId, contactId, template: 'offer', at: eve });
    await turn(store, senderId, { at: eve });
    const year = { period: { from: '2026-01-01' as Day, to: '2027-01-01' as Day } };
    expect(await report(store, ['month'], year)).toEqual(['2026-10/USD: 1 0 0 100 0']);
    const midnight = instant('2026-11-01T00:00:00Z');
    await settle(store, [outcomeOf(id, 'delivered', { at: midnight })], midnight);
    expect(await report(store, ['month'], year)).toEqual(['2026-10/USD: 1 0 0 0 0', '2026-11/USD: 0 1 0 0 100']);
    expect(await report(store, ['month', 'tag'], year)).toEqual(['2026-10//USD: 1 0 0 0 0', '2026-11//USD: 0 1 0 0 100']);
  });

  it('is of what was recorded by an instant, where one is asked for', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    const id = await queue(store, { senderId, contactId, template: 'offer', tags: ['vip', 'test'], at: later(0) });
    await turn(store, senderId);
    await settle(store, [outcomeOf(id, 'delivered', { at: later(1) })], later(9)); // heard of late
    const asOf = (minutes: number, groupBy: readonly Grouping[]) => report(store, groupBy, { asOf: later(minutes) });
    expect(await asOf(-1, [])).toEqual([]);
    expect(await asOf(8, [])).toEqual(['USD: 1 0 0 100 0']);
    expect(await asOf(9, [])).toEqual(['USD: 1 1 0 0 100']);
    expect(await asOf(8, ['tag'])).toEqual(['test/USD: 1 0 0 100 0', 'vip/USD: 1 0 0 100 0']);
    const { totals } = await store.counters({ period: OCTOBER, senderId: null, groupBy: ['tag'], asOf: later(8) });
    expect(totals[0]?.counters.units).toBe(1);
  });

  it('stays what it was as of an instant, though a writer took its time before that and wrote later', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    await queue(store, { senderId, contactId, template: 'offer', at: later(2) });
    const late = await queue(store, { senderId, contactId, template: 'offer', at: later(1) });
    expect(await report(store, [], { asOf: later(1) })).toEqual([]);
    expect(await report(store, [], { asOf: later(2) })).toEqual(['USD: 2 0 0 200 0']);
    expect(await store.entriesOf(late)).toMatchObject([{ eventAt: later(1), recordedAt: later(2) }]);
  });

  it('includes its first day and not its last', async () => {
    const { store } = await traded(exam);
    const of = (from: string, to: string) => report(store, [], { period: { from: from as Day, to: to as Day } });
    expect(await of('2026-10-15', '2026-10-16')).toHaveLength(1);
    expect(await of('2026-10-14', '2026-10-15')).toEqual([]);
    expect(await of('2026-10-16', '2026-10-17')).toEqual([]);
    expect(await of('2026-10-15', '2026-10-15')).toEqual([]);
  });
}

function examSums(exam: Exam): void {
  it('keep currencies and senders apart', async () => {
    const { store, senderId } = await traded(exam);
    const euro = makeSender({ name: 'euro', currency: 'EUR' as Currency });
    await store.putSender(euro);
    await store.putPriceCard(makeCard('2026-07-01', [makeRate('marketing', 90n)], euro.currency), { replace: false });
    await store.putTemplate(makeTemplate(euro.id));
    const contactId = await addPerson(store, euro.id, '2222', ['marketing']);
    await queue(store, { senderId: euro.id, contactId, template: 'offer' });
    expect(await report(store, [])).toEqual(['EUR: 1 0 0 90 0', 'USD: 3 1 1 100 100']);
    expect(await report(store, [], { senderId: euro.id })).toEqual(['EUR: 1 0 0 90 0']);
    const filter = { period: OCTOBER, senderId: null };
    const { rows } = await store.counters({ ...filter, groupBy: [] });
    for (const groupBy of [[], ['market'], ['sender', 'category'], ['tag']] as const) {
      expect((await store.counters({ ...filter, groupBy })).totals).toEqual(rows);
    }
    expect(await report(store, ['sender'], { senderId })).toEqual(['sandbox/USD: 3 1 1 100 100']);
    expect(await report(store, [], { senderId: 'nobody' as SenderId })).toEqual([]);
  });

  it.each<[string, readonly Grouping[]]>([
    ['the counters', []],
    ['the entries', ['tag']],
  ])('are exact past 2^53 in %s', async (_, groupBy) => {
    const { store, senderId } = await start(exam);
    const huge = 9_007_199_254_740_993n; // 2^53 + 1, which a double rounds
    await store.putPriceCard(makeCard('2026-10-01', [makeRate('marketing', huge)]), { replace: false });
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    for (const _one of [1, 2, 3]) await queue(store, { senderId, contactId, template: 'offer' });
    const { claimed } = await turn(store, senderId);
    await settle(
      store,
      claimed.slice(0, 2).map(({ id }) => outcomeOf(id, 'delivered')),
    );
    const [row] = (await store.counters({ period: OCTOBER, senderId, groupBy })).rows;
    expect(row?.counters).toMatchObject({ reserved: huge, charged: 2n * huge });
  });
}

function examTotals(exam: Exam): void {
  it('are those of the messages that it admitted, and of no other', async () => {
    const { store, senderId, autumn, runId } = await traded(exam);
    const of = (run: number) => store.totals({ kind: 'run', campaignId: autumn, runId: run });
    expect(await of(runId)).toEqual({ states: new Map(), held: 0n, charged: 0n, freeUnits: 0 }); // `queue` admits outside a run
    const requests = (await addCrowd(store, senderId, 3)).map((number) => requestTo(number));
    await admit(store, senderId, requests, { campaignId: autumn, runId });
    const [first, second] = requests.map(({ id }) => id);
    await turn(store, senderId, { scope: { kind: 'messages', ids: [first ?? '', second ?? ''] as MessageId[] } });
    const free = outcomeOf(first ?? ('' as MessageId), 'delivered', { pricing: { type: 'free_entry_point', category: 'marketing' } });
    await settle(store, [free, outcomeOf(second ?? ('' as MessageId), 'delivered')]);
    expect(await of(runId)).toEqual({
      states: new Map([
        ['delivered', 2],
        ['queued', 1],
      ]),
      held: 100n,
      charged: 100n,
      freeUnits: 1,
    });
    expect((await of(runId + 1)).states).toEqual(new Map());
    // What is told of the price afterwards counts in all of them: the totals, the counters, and the entries that a report by tag reads.
    const told = outcomeOf(second ?? ('' as MessageId), 'read', { pricing: { type: 'free_entry_point', category: 'marketing' } });
    await settle(store, [told]);
    expect(await of(runId)).toMatchObject({ charged: 0n, freeUnits: 2 });
    const [bySums, byTag] = await Promise.all(
      [[], ['tag'] as const].map(async (groupBy) => (await store.counters({ period: OCTOBER, senderId, groupBy })).totals),
    );
    expect(byTag).toEqual(bySums);
    const rows = (await store.counters({ period: OCTOBER, senderId, groupBy: ['tag', 'campaign'] })).rows;
    expect(rows.find(({ group }) => group[0] === '' && group[1] === 'autumn')?.counters).toMatchObject({ adjusted: -100n, freeUnits: 2 });
  });

  it('can be asked for certain messages', async () => {
    const { store, delivered, failed, open } = await traded(exam);
    expect(await store.totals({ kind: 'messages', ids: [delivered, failed, open] })).toEqual({
      states: new Map([
        ['delivered', 1],
        ['failed', 1],
        ['queued', 1],
      ]),
      held: 100n,
      charged: 100n,
      freeUnits: 0,
    });
    expect((await store.totals({ kind: 'messages', ids: [open, open] })).held).toBe(100n);
    expect(await store.totals({ kind: 'messages', ids: [] })).toEqual({ states: new Map(), held: 0n, charged: 0n, freeUnits: 0 });
  });
}
