// Admission: a batch once, a key once for ever, a budget never passed, and a preview that changes nothing and is right.

import { describe, expect, it } from 'vitest';
import { BATCH_MAX } from '../../../src/values/batch.ts';
import type { CampaignId, MessageId } from '../../../src/values/id.ts';
import { type Micros, toMicros } from '../../../src/values/money.ts';
import type { Day } from '../../../src/values/time.ts';
import { addCrowd, admit, keyed, makeBudget, outcomeOf, requestTo, settle, turn, words } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, instant, makeTemplate, NOON, phone, type Started, start } from './fixture.ts';

/** The cases. */
export function examAdmit(exam: Exam): void {
  describe('a batch', () => {
    examBatches(exam);
  });
  describe('a key', () => {
    examKeys(exam);
  });
  describe('a run', () => {
    examRuns(exam);
  });
  describe('a preview', () => {
    examPreviews(exam);
  });
}

async function unitsOf({ store }: Started): Promise<number> {
  const [row] = (await store.counters({ period: YEAR, senderId: null, groupBy: [] })).totals;
  return row?.counters.units ?? 0;
}

const YEAR = { from: '2026-01-01' as Day, to: '2027-01-01' as Day };

function examBatches(exam: Exam): void {
  it('of nothing changes nothing', async () => {
    const shop = await start(exam);
    expect(await admit(shop.store, shop.senderId, [])).toEqual({ admissions: [], spent: new Map(), warnings: [] });
  });

  it.each([1, BATCH_MAX])('of %s is admitted whole, each with its content and reservation', async (count) => {
    const shop = await start(exam);
    const requests = (await addCrowd(shop.store, shop.senderId, count)).map((number, index) =>
      requestTo(number, { content: `{"n":"${index}"}` }),
    );
    const { admissions } = await admit(shop.store, shop.senderId, requests);
    expect(words(admissions).every((word) => word === 'template_unavailable')).toBe(true); // `offer` takes no parameters
    const correct = requests.map((request) => ({ ...request, content: '{}' }));
    expect(words((await admit(shop.store, shop.senderId, correct)).admissions).every((word) => word === 'admitted')).toBe(true);
    expect(await unitsOf(shop)).toBe(count);
    const last = requests.at(-1)?.id ?? ('' as MessageId);
    expect((await shop.store.entriesOf(last)).map(({ kind, held }) => [kind, held])).toEqual([['reservation', 100n]]);
  });

  it('larger than the maximum is a bug of the caller, and changes nothing', async () => {
    const shop = await start(exam);
    const [number = phone('1')] = await addCrowd(shop.store, shop.senderId, 1);
    const requests = Array.from({ length: BATCH_MAX + 1 }, () => requestTo(number));
    await expect(admit(shop.store, shop.senderId, requests)).rejects.toMatchObject({ code: 'bug' });
    expect(await unitsOf(shop)).toBe(0);
  });

  it('without keys, given again after an answer that was lost, is the same messages', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    const requests = [requestTo(number ?? phone('1'))];
    await admit(store, senderId, requests);
    expect((await admit(store, senderId, requests)).admissions).toMatchObject([{ kind: 'duplicate', kept: { id: requests[0]?.id } }]);
  });

  it('is answered in the order of its requests; refusals move no money', async () => {
    const shop = await start(exam);
    const { store, senderId } = shop;
    const [friend = phone('1')] = await addCrowd(store, senderId, 1);
    await addPerson(store, senderId, '7777', ['utility']);
    const requests = [phone('9999'), friend, phone('7777'), friend].map((number) => requestTo(number));
    const { admissions } = await admit(store, senderId, requests);
    expect(words(admissions)).toEqual(['no_consent', 'admitted', 'no_consent', 'admitted']);
    const found = await store.findMessages(requests.map(({ id }) => id));
    expect(found.map((record) => record?.id ?? null)).toEqual([null, requests[1]?.id, null, requests[3]?.id]);
    expect((await store.counters({ period: YEAR, senderId, groupBy: [] })).totals[0]?.counters).toMatchObject({
      units: 2,
      reserved: 200n,
      committed: 200n,
    });
  });

  it('finds people by number and by id, and the language that they speak', async () => {
    const { store, senderId } = await start(exam);
    await store.putTemplate(makeTemplate(senderId, { language: 'de', components: [{ type: 'BODY', text: 'Hallo' }] }));
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const requests = [
      requestTo(phone('1'), { language: 'de' }),
      requestTo(phone('1'), { to: { contactId }, language: 'en' }),
      requestTo(phone('1')),
    ];
    expect(words((await admit(store, senderId, requests)).admissions)).toEqual(['admitted', 'admitted', 'template_unavailable']);
    const found = await store.findMessages(requests.map(({ id }) => id));
    expect(found.map((record) => record?.language)).toEqual(['de', 'en', undefined]);
  });

  it('stops at a cap in the middle, and says what it used', async () => {
    const shop = await start(exam);
    const { store, senderId } = shop;
    const budget = makeBudget(senderId, 250n);
    await store.putBudget(budget);
    const requests = (await addCrowd(store, senderId, 4)).map((number) => requestTo(number));
    const { admissions, spent } = await admit(store, senderId, requests);
    expect(words(admissions)).toEqual(['admitted', 'admitted', 'over_budget', 'over_budget']);
    expect(spent).toEqual(new Map([[`${budget.id} 2026-10`, 200n]]));
    expect(await unitsOf(shop)).toBe(2);
  });
}

function examKeys(exam: Exam): void {
  it('makes the same batch twice one batch: the second answers with the first messages', async () => {
    const shop = await start(exam);
    const { store, senderId } = shop;
    const numbers = await addCrowd(store, senderId, 3);
    const requests = () => numbers.map((number, index) => requestTo(number, keyed('abc'.charAt(index))));
    const first = requests();
    await admit(store, senderId, first);
    const { admissions } = await admit(store, senderId, requests());
    expect(admissions).toMatchObject(
      first.map(({ id }) => ({ kind: 'duplicate', kept: { id, state: 'queued', price: 100n, runId: null }, resumable: true })),
    );
    expect(await unitsOf(shop)).toBe(3);
  });

  it('is found by its aliases too: the person may be named in another way by now', async () => {
    const { store, senderId } = await start(exam);
    const [before = phone('1'), after = phone('2')] = await addCrowd(store, senderId, 2);
    const aliasOf = (letter: string) => ({ aliases: [{ ...keyed(letter, 'two'), key: Buffer.alloc(16, letter) }] });
    const first = requestTo(before, { ...keyed('a'), ...aliasOf('i') });
    const hidden = requestTo(before, keyed('h', 'two'));
    await admit(store, senderId, [first, hidden]);
    const { admissions } = await admit(store, senderId, [
      requestTo(after, { ...keyed('b'), ...aliasOf('i') }), // the number changed
      requestTo(after, { ...keyed('c'), ...aliasOf('h') }), // it had none
      requestTo(after, { ...keyed('d'), ...aliasOf('j') }),
    ]);
    expect(admissions).toMatchObject([
      { kind: 'duplicate', kept: { id: first.id } },
      { kind: 'duplicate', kept: { id: hidden.id } },
      { kind: 'admitted' },
    ]);
  });

  it('learns an alias of a message that is there, so that it is found when the number changes', async () => {
    const { store, senderId } = await start(exam);
    const [before = phone('1'), after = phone('2')] = await addCrowd(store, senderId, 2);
    const byNumber = requestTo(before, keyed('a'));
    const aliases = [{ ...keyed('i', 'two'), key: Buffer.alloc(16, 'i') }];
    await admit(store, senderId, [byNumber]);
    await admit(store, senderId, [requestTo(before, { ...keyed('a'), aliases })]);
    const { admissions } = await admit(store, senderId, [requestTo(after, { ...keyed('b'), aliases })]);
    expect(admissions).toMatchObject([{ kind: 'duplicate', kept: { id: byNumber.id } }]);
  });

  it('that is twice in a batch is one message', async () => {
    const shop = await start(exam);
    const [number = phone('1')] = await addCrowd(shop.store, shop.senderId, 1);
    const requests = [requestTo(number, keyed('a')), requestTo(number, keyed('a')), requestTo(number, keyed('a', 'other'))];
    const { admissions } = await admit(shop.store, shop.senderId, requests);
    expect(words(admissions)).toEqual(['admitted', 'duplicate', 'key_conflict']);
    expect(admissions[1]).toMatchObject({ kept: { id: requests[0]?.id, price: 100n }, resumable: false });
    expect(await unitsOf(shop)).toBe(1);
  });

  it('with other content is a conflict, which names the first message and changes nothing', async () => {
    const shop = await start(exam);
    const [number = phone('1')] = await addCrowd(shop.store, shop.senderId, 1);
    const first = requestTo(number, keyed('a'));
    await admit(shop.store, shop.senderId, [first]);
    const { admissions } = await admit(shop.store, shop.senderId, [requestTo(number, keyed('a', 'other'))]);
    expect(admissions).toMatchObject([{ kind: 'key_conflict', kept: { id: first.id } }]);
    expect(await unitsOf(shop)).toBe(1);
  });

  it('is answered with the state of today, and free again after a refusal', async () => {
    const { store, senderId } = await start(exam);
    const [number = phone('1')] = await addCrowd(store, senderId, 1);
    const first = requestTo(number, keyed('a'));
    expect(words((await admit(store, senderId, [requestTo(phone('9'), keyed('a'))])).admissions)).toEqual(['no_consent']);
    await admit(store, senderId, [first]);
    await turn(store, senderId);
    await settle(store, [outcomeOf(first.id, 'delivered')]);
    const { admissions } = await admit(store, senderId, [requestTo(number, keyed('a'))]);
    expect(admissions).toMatchObject([{ kind: 'duplicate', kept: { state: 'delivered' }, resumable: false }]);
  });

  it('belongs to its sender, and can be looked up', async () => {
    const { store, senderId } = await start(exam);
    const [number = phone('1')] = await addCrowd(store, senderId, 1);
    const first = requestTo(number, keyed('a'));
    await admit(store, senderId, [first]);
    const keys = [Buffer.alloc(16, 'b'), Buffer.alloc(16, 'a')];
    const found = await store.findKeys({ senderId, keys });
    expect(found).toMatchObject([null, { id: first.id, state: 'queued', price: 100n }]);
    expect(Buffer.from(found[1]?.fingerprint ?? []).equals(Buffer.from(first.fingerprint))).toBe(true);
    expect(await store.findKeys({ senderId: ids.short(), keys })).toEqual([null, null]);
    expect(await store.findKeys({ senderId, keys: [] })).toEqual([]);
  });
}

function examRuns(exam: Exam): void {
  it('is numbered anew each time, in one campaign of that name', async () => {
    const { store, senderId } = await start(exam);
    const open = (campaign: string) => store.openRun({ id: ids.short(), senderId, campaign, at: NOON });
    expect(await store.findCampaign({ senderId, name: 'autumn' })).toBeNull();
    const [first, second, other] = [await open('autumn'), await open('autumn'), await open('winter')];
    expect(second.campaignId).toBe(first.campaignId);
    expect(other.campaignId).not.toBe(first.campaignId);
    expect(new Set([first.runId, second.runId, other.runId]).size).toBe(3);
    expect(await store.findCampaign({ senderId, name: 'autumn' })).toBe(first.campaignId);
  });

  it('must send what an earlier one left queued, not what it admitted itself', async () => {
    const { store, senderId } = await start(exam);
    const [number = phone('1')] = await addCrowd(store, senderId, 1);
    const runs = [1, 2].map(() => store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON }));
    const [first, second] = await Promise.all(runs);
    const again = async (run: typeof first) => {
      const { admissions } = await admit(store, senderId, [requestTo(number, keyed('a'))], {
        campaignId: run?.campaignId ?? null,
        runId: run?.runId ?? null,
      });
      return admissions[0];
    };
    expect(await again(first)).toMatchObject({ kind: 'admitted' });
    expect(await again(first)).toMatchObject({ kind: 'duplicate', kept: { runId: first?.runId }, resumable: false });
    expect(await again(second)).toMatchObject({ kind: 'duplicate', kept: { runId: first?.runId }, resumable: true });
  });
}

function examPreviews(exam: Exam): void {
  it('changes nothing, and the commit then says the same', async () => {
    const shop = await start(exam);
    const { store, senderId } = shop;
    const [friend = phone('1')] = await addCrowd(store, senderId, 1);
    await store.putBudget(makeBudget(senderId, 250n));
    const requests = [
      requestTo(friend, keyed('a')),
      requestTo(friend, keyed('a')),
      requestTo(phone('9')),
      requestTo(friend),
      requestTo(friend, { maxPrice: toMicros(99n) }),
      requestTo(friend),
    ];
    const preview = await admit(store, senderId, requests, { mode: 'preview' });
    expect(words(preview.admissions)).toEqual(['admitted', 'duplicate', 'no_consent', 'admitted', 'over_max_price', 'over_budget']);
    expect(await unitsOf(shop)).toBe(0);
    expect(await store.findMessages(requests.map(({ id }) => id))).toEqual(requests.map(() => null));
    const { warnings, ...committed } = await admit(store, senderId, requests);
    expect({ ...committed, warnings: [] }).toEqual(preview);
    expect(warnings.map(({ threshold, byRefusal }) => [threshold, byRefusal])).toEqual([
      [50, false],
      [80, false],
      [100, true],
    ]);
  });

  it('carries from batch to batch what it would have spent', async () => {
    const { store, senderId } = await start(exam);
    const numbers = await addCrowd(store, senderId, 3);
    await store.putBudget(makeBudget(senderId, 250n));
    await store.putBudget(makeBudget(senderId, 100_000n, { period: 'day' }));
    let spent: ReadonlyMap<string, Micros> = new Map();
    const answers: string[] = [];
    for (const number of numbers) {
      const preview = await admit(store, senderId, [requestTo(number)], { mode: 'preview', spent });
      answers.push(...words(preview.admissions));
      spent = preview.spent;
    }
    expect(answers).toEqual(['admitted', 'admitted', 'over_budget']);
    expect([...spent.values()]).toEqual([200n, 200n]);
  });

  it('asks the budget of a campaign that does not exist yet', async () => {
    const { store, senderId } = await start(exam);
    const numbers = await addCrowd(store, senderId, 3);
    await store.putBudget(makeBudget(senderId, 250n, { period: 'campaign' }));
    const requests = numbers.map((number) => requestTo(number));
    const preview = await admit(store, senderId, requests, { mode: 'preview', campaignId: 'none' as CampaignId });
    expect(words(preview.admissions)).toEqual(['admitted', 'admitted', 'over_budget']);
    expect(words((await admit(store, senderId, requests, { mode: 'preview' })).admissions)).toEqual(['admitted', 'admitted', 'admitted']);
  });

  it('asks about another day than today', async () => {
    const { store, senderId } = await start(exam);
    const [number = phone('1')] = await addCrowd(store, senderId, 1);
    const early = await admit(store, senderId, [requestTo(number)], { mode: 'preview', at: instant('2026-06-30T00:00:00Z') });
    expect(words(early.admissions)).toEqual(['no_price']);
  });
}
