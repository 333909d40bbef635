// What waits for its time: apart from the queue until it is due, woken then, and asked everything again.

import { expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { AdmitBatch } from '../../../src/ports/store/admit.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import { BATCH_MAX } from '../../../src/values/batch.ts';
import type { MessageId, SenderId } from '../../../src/values/id.ts';
import { type Instant, toInstant } from '../../../src/values/time.ts';
import { addCrowd, admit, keyed, makeBudget, outcomeOf, requestTo, settle, turn, words } from './crowd.ts';
import type { Exam } from './exam.ts';
import { ids, instant, later, makeCard, makeEvent, makeRate, NOON, start, type Started } from './fixture.ts';

const HOUR = 60;

/** The cases. */
export function examSchedule(exam: Exam): void {
  examWaiting(exam);
  examRuns(exam);
  examDue(exam);
  examMoney(exam);
}

type Scheduled = Started & { readonly ids: readonly MessageId[] };

// So many messages for one instant, each to another person.
async function scheduled(
  exam: Exam,
  sendAt: Instant,
  { count = 1, expiresInMs = null }: { count?: number; expiresInMs?: number | null } = {},
): Promise<Scheduled> {
  const shop = await start(exam);
  const numbers = await addCrowd(shop.store, shop.senderId, count);
  const requests = numbers.map((number) => requestTo(number, { timing: { sendAt, expiresInMs } }));
  await admit(shop.store, shop.senderId, requests);
  return { ...shop, ids: requests.map(({ id }) => id) };
}

async function states(store: Store, messages: readonly MessageId[]): Promise<readonly unknown[]> {
  return (await store.findMessages(messages)).map((record) => (record?.reason === null ? record.state : [record?.state, record?.reason]));
}

async function claimed(store: Store, senderId: SenderId, at: Instant): Promise<readonly MessageId[]> {
  return (await turn(store, senderId, { at })).claimed.map(({ id }) => id);
}

function examWaiting(exam: Exam): void {
  it('is not claimed before its time, to the millisecond, and a dispatcher hears when that is', async () => {
    const { store, senderId, ids: messages } = await scheduled(exam, later(HOUR));
    expect(await states(store, messages)).toEqual(['scheduled']);
    const early = await turn(store, senderId, { at: toInstant(later(HOUR) - 1) });
    expect([early.claimed, early.nextDueAt]).toEqual([[], later(HOUR)]);
    expect(await claimed(store, senderId, later(HOUR))).toEqual(messages);
    expect(await states(store, messages)).toEqual(['sending']);
  });

  it('is not waited for by whoever sends one of their own, and is theirs when it is due', async () => {
    const { store, senderId, ids: messages } = await scheduled(exam, later(HOUR));
    const scope = { kind: 'messages', ids: messages } as const;
    expect(await turn(store, senderId, { scope })).toMatchObject({ claimed: [], nextDueAt: null });
    expect((await turn(store, senderId, { scope, at: later(HOUR) })).claimed.map(({ id }) => id)).toEqual(messages);
  });

  it('says when the next of all is due, queued or scheduled', async () => {
    const { store, senderId, ids: messages } = await scheduled(exam, later(2 * HOUR));
    const [number] = await addCrowd(store, senderId, 2);
    if (number === undefined) throw new Error('a crowd has people');
    await admit(store, senderId, [requestTo(number, { timing: { sendAt: later(3 * HOUR), expiresInMs: null } })]);
    expect((await turn(store, senderId)).nextDueAt).toBe(later(2 * HOUR));
    await claimed(store, senderId, later(2 * HOUR));
    await turn(store, senderId, {
      at: later(2 * HOUR),
      outcomes: messages.map((id) => outcomeOf(id, 'retry', { retryAt: later(2.5 * HOUR) })),
      room: 0,
    });
    expect((await turn(store, senderId, { at: later(2 * HOUR) })).nextDueAt).toBe(later(2.5 * HOUR));
  });

  it('wakes all that is due at once, also more than a turn takes', async () => {
    const { store, senderId, ids: messages } = await scheduled(exam, later(HOUR), { count: 40 });
    const seen: MessageId[] = [];
    for (let turns = 0; turns < 10; turns += 1) {
      const { claimed: some, nextDueAt } = await turn(store, senderId, { at: later(HOUR), room: 7 });
      seen.push(...some.map(({ id }) => id));
      if (nextDueAt === null) break;
      expect(nextDueAt).toBe(later(HOUR));
    }
    expect(seen.toSorted()).toEqual(messages.toSorted());
  });

  it('is counted and shown as scheduled, for a campaign, for one message and in the health of the store', async () => {
    const { store, senderId, ids: messages } = await scheduled(exam, later(HOUR), { count: 3 });
    const one = { units: 1, quietUnits: 0, firstAt: later(HOUR), lastAt: later(HOUR) };
    expect(await store.scheduled({ kind: 'messages', ids: messages.slice(0, 1) })).toEqual(one);
    expect(await store.scheduled({ kind: 'messages', ids: messages })).toEqual({ ...one, units: 3 });
    expect(await store.health()).toMatchObject({ queued: { count: 0 }, scheduled: { count: 3, nextAt: later(HOUR) } });
    const list = { senderId, state: 'scheduled', campaignId: null, contactId: null, since: null } as const;
    expect((await store.listMessages(list, { limit: 10, after: null })).items[0]).toMatchObject({ state: 'scheduled', dueAt: later(HOUR) });
    await claimed(store, senderId, later(HOUR));
    expect(await store.scheduled({ kind: 'messages', ids: messages })).toBeNull();
  });

  it('can be cancelled, and what its person stops is', async () => {
    const { store, senderId, ids: messages } = await scheduled(exam, later(HOUR), { count: 2 });
    const [first, second] = messages;
    if (first === undefined || second === undefined) throw new Error('two were scheduled');
    await settle(store, [outcomeOf(first, 'cancelled')], later(1));
    const [record] = await store.findMessages([second]);
    if (record === null || record === undefined) throw new Error('it is there');
    const events = [makeEvent('opt_out', senderId, { at: later(2) })];
    const writes = [{ contactId: record.contactId, who: { contactId: record.contactId }, events }];
    const [written] = await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: later(2) }, decideSettlements);
    expect(written?.cancelled).toEqual([second]);
    expect(await claimed(store, senderId, later(2 * HOUR))).toEqual([]);
  });
}

function examRuns(exam: Exam): void {
  it('belongs to the run that meets it again, and is counted there', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    if (number === undefined) throw new Error('a crowd has people');
    const open = () => store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON });
    const timing = { sendAt: later(HOUR), expiresInMs: null };
    const first = await open();
    await admit(store, senderId, [requestTo(number, { ...keyed('a'), timing })], first);
    const again = await open();
    const { admissions } = await admit(store, senderId, [requestTo(number, { ...keyed('a'), timing })], again);
    expect(admissions).toMatchObject([{ kind: 'duplicate', resumable: true, kept: { state: 'scheduled', dueAt: later(HOUR) } }]);
    expect(await store.scheduled({ kind: 'run', ...first })).toBeNull();
    expect(await store.scheduled({ kind: 'run', ...again })).toMatchObject({ units: 1, firstAt: later(HOUR) });
    const scope = { kind: 'campaign', campaignId: again.campaignId } as const;
    expect(await turn(store, senderId, { scope })).toMatchObject({ claimed: [], nextDueAt: null });
    expect((await turn(store, senderId, { scope, at: later(HOUR) })).claimed).toMatchObject([{ runId: again.runId }]);
  });

  it('wakes a whole campaign in turns of a bounded size', async () => {
    const { store, senderId } = await start(exam);
    const run = await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON });
    const numbers = await addCrowd(store, senderId, BATCH_MAX + 20);
    const timing = { sendAt: later(HOUR), expiresInMs: null };
    for (const part of [numbers.slice(0, BATCH_MAX), numbers.slice(BATCH_MAX)])
      await admit(
        store,
        senderId,
        part.map((number) => requestTo(number, { timing })),
        run,
      );
    const scope = { kind: 'campaign', campaignId: run.campaignId } as const;
    const all = { units: numbers.length, quietUnits: 0, firstAt: later(HOUR), lastAt: later(HOUR) };
    expect([await store.scheduled(scope), await store.scheduled({ kind: 'run', ...run })]).toEqual([all, all]);
    const first = await turn(store, senderId, { scope, at: later(HOUR) });
    const second = await turn(store, senderId, { scope, at: later(HOUR) });
    expect([first.claimed.length, first.nextDueAt, second.claimed.length, second.nextDueAt]).toEqual([BATCH_MAX, later(HOUR), 20, null]);
  });
}

function examDue(exam: Exam): void {
  it('expires where it was not sent in the time that it had from then on, and gives back what was reserved', async () => {
    const { store, senderId, ids: messages } = await scheduled(exam, later(HOUR), { expiresInMs: 30 * 60_000 });
    expect((await store.findMessages(messages))[0]).toMatchObject({ dueAt: later(HOUR), expiresAt: later(1.5 * HOUR) });
    const { claimed: none, settled } = await turn(store, senderId, { at: later(1.5 * HOUR) });
    expect([none, settled]).toMatchObject([[], [{ from: 'queued', to: 'expired', closed: 100n }]]);
    expect(await states(store, messages)).toEqual(['expired']);
  });

  it('is sent as long as it has not expired', async () => {
    const { store, senderId, ids: messages } = await scheduled(exam, later(HOUR), { expiresInMs: 30 * 60_000 });
    expect(await claimed(store, senderId, toInstant(later(1.5 * HOUR) - 1))).toEqual(messages);
  });

  it('is refused where it has become dearer than what was reserved, and goes where it has not', async () => {
    const { store, senderId, ids: messages } = await scheduled(exam, later(HOUR));
    await store.putPriceCard(makeCard('2026-10-15', [makeRate('marketing', 101n)]), { replace: false });
    const { settled } = await turn(store, senderId, { at: later(HOUR) });
    expect(settled).toMatchObject([{ to: 'cancelled', closed: 100n }]);
    expect(await states(store, messages)).toEqual([['cancelled', 'over_budget']]);
    const cheaper = await scheduled(exam, later(HOUR));
    await cheaper.store.putPriceCard(makeCard('2026-10-15', [makeRate('marketing', 99n)]), { replace: false });
    expect(await claimed(cheaper.store, cheaper.senderId, later(HOUR))).toEqual(cheaper.ids);
  });
}

function examMoney(exam: Exam): void {
  const DECEMBER = instant('2026-12-01T09:00:00Z');

  it('counts in the day, the month and the budget for which it is scheduled, not in those of its admission', async () => {
    const { store, senderId } = await start(exam);
    await store.putBudget(makeBudget(senderId, 250n));
    await store.putBudget(makeBudget(senderId, 150n, { period: 'day' }));
    const numbers = await addCrowd(store, senderId, 6);
    const times = [NOON, DECEMBER, DECEMBER, toInstant(DECEMBER + 24 * HOUR * 60_000), toInstant(DECEMBER + 48 * HOUR * 60_000), NOON];
    const requests = numbers.map((number, index) => requestTo(number, { timing: { sendAt: times[index] ?? NOON, expiresInMs: null } }));
    const { admissions } = await admit(store, senderId, requests);
    expect(words(admissions)).toEqual(['admitted', 'admitted', 'over_budget', 'admitted', 'over_budget', 'over_budget']);
    const used = async (at: Instant) =>
      (await store.listBudgets({ senderId, at })).map(({ budget, term, used: sum }) => [budget.period, term, sum]);
    expect(await used(NOON)).toEqual([
      ['day', '2026-10-15', 100n],
      ['month', '2026-10', 100n],
    ]);
    expect(await used(DECEMBER)).toEqual([
      ['day', '2026-12-01', 100n],
      ['month', '2026-12', 200n],
    ]);
  });

  it('is carried from batch to batch of a preview, for every day of its own', async () => {
    const { store, senderId } = await start(exam);
    await store.putBudget(makeBudget(senderId, 150n));
    const numbers = await addCrowd(store, senderId, 3);
    const requests = [DECEMBER, NOON, DECEMBER].map((sendAt, index) =>
      requestTo(numbers[index] ?? ('' as never), { timing: { sendAt, expiresInMs: null } }),
    );
    let spent: AdmitBatch['spent'] = new Map();
    const answers: string[] = [];
    for (const request of requests) {
      const preview = await admit(store, senderId, [request], { mode: 'preview', spent });
      spent = preview.spent;
      answers.push(...words(preview.admissions));
    }
    expect(answers).toEqual(['admitted', 'admitted', 'over_budget']);
  });
}
