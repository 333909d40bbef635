// Warnings of budgets: recorded with the admission that reaches a threshold, each once in a term; told of once by a check, and posted until they are taken.

import { expect, it } from 'vitest';
import type { BudgetWarning } from '../../../src/domain/budget-warning.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { SenderId } from '../../../src/values/id.ts';
import { toMicros } from '../../../src/values/money.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { DAY_MS, type Instant, toInstant } from '../../../src/values/time.ts';
import { admit, addCrowd, makeBudget, outcomeOf, requestTo, settle, words } from './crowd.ts';
import type { Exam } from './exam.ts';
import { ids, instant, later, makeSender, makeTemplate, NOON, start } from './fixture.ts';

/** The cases. A message of the template `offer` costs 100. */
export function examBudgetWarnings(exam: Exam): void {
  examReaching(exam);
  examSetting(exam);
  examTelling(exam);
}

function examReaching(exam: Exam): void {
  it('warns of each threshold once, with the batch that reaches it, whatever is released and admitted again', async () => {
    const { store, senderId } = await start(exam);
    await store.putBudget(makeBudget(senderId, 1_000n));
    const [number] = await addCrowd(store, senderId, 1);
    const send = sender(store, senderId, number);
    expect(await send(4)).toEqual([]);
    expect(await send(1)).toEqual(['2026-10 50 500']);
    const { admissions } = await admit(store, senderId, [requestTo(number ?? NOBODY)]);
    const [last] = admissions;
    if (last?.kind !== 'admitted') throw new Error('it was admitted');
    await settle(store, [outcomeOf(last.message.request.id, 'cancelled')]);
    expect(await send(3)).toEqual(['2026-10 80 800']);
    expect(await send(2)).toEqual(['2026-10 100 1000']);
    expect(await send(1)).toEqual([]);
  });

  it('warns of all that one batch reaches, lowest first, of every budget that covers it', async () => {
    const { store, senderId } = await start(exam);
    await store.putBudget(makeBudget(senderId, 200n, { period: 'day' }));
    await store.putBudget(makeBudget(senderId, 300n, { category: 'marketing', thresholds: [60] }));
    await store.putBudget(makeBudget(senderId, 100n, { category: 'utility' }));
    const [number] = await addCrowd(store, senderId, 1);
    const send = sender(store, senderId, number);
    expect(await send(2)).toEqual(['2026-10-15 50 200', '2026-10-15 80 200', '2026-10-15 100 200', '2026-10 60 200']);
  });

  it('only warns where the budget only warns, and counts on above its cap', async () => {
    const { store, senderId } = await start(exam);
    await store.putBudget(makeBudget(senderId, 200n, { mode: 'warn', thresholds: [100, 200] }));
    const [number = NOBODY] = await addCrowd(store, senderId, 1);
    const { admissions, warnings } = await admit(
      store,
      senderId,
      [1, 2, 3, 4].map(() => requestTo(number)),
    );
    expect(words(admissions)).toEqual(['admitted', 'admitted', 'admitted', 'admitted']);
    expect(warnings.map(brief)).toEqual(['2026-10 100 400', '2026-10 200 400']);
    expect(await store.listBudgets({ senderId, at: NOON })).toMatchObject([{ used: 400n, reached: [100, 200] }]);
  });

  it('begins anew with each day, month and campaign, and keeps senders apart', async () => {
    const { store, senderId } = await start(exam);
    const shop = makeSender({ name: 'shop' });
    await store.putSender(shop);
    await store.putTemplate(makeTemplate(shop.id));
    const [number] = await addCrowd(store, senderId, 1);
    for (const period of ['day', 'month', 'campaign'] as const) {
      await store.putBudget(makeBudget(senderId, 1_000n, { period, thresholds: [10] }));
    }
    await store.putBudget(makeBudget(shop.id, 1_000n, { thresholds: [10] }));
    const send = sender(store, senderId, number);
    expect(await send(1)).toEqual(['2026-10-15 10 100', '2026-10 10 100']);
    expect(await send(1, { at: instant('2026-10-16T00:00:00Z') })).toEqual(['2026-10-16 10 100']);
    const { campaignId } = await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON });
    expect(await send(1, { campaignId, at: instant('2026-11-01T00:00:00Z') })).toEqual([
      'autumn 10 100',
      '2026-11-01 10 100',
      '2026-11 10 100',
    ]);
  });

  it('a preview warns of nothing and records nothing', async () => {
    const { store, senderId } = await start(exam);
    await store.putBudget(makeBudget(senderId, 100n));
    const [number = NOBODY] = await addCrowd(store, senderId, 1);
    expect((await admit(store, senderId, [requestTo(number)], { mode: 'preview' })).warnings).toEqual([]);
    expect((await admit(store, senderId, [requestTo(number)])).warnings).toHaveLength(3);
  });
}

function examSetting(exam: Exam): void {
  it('warns when it is set of what is reached already, in the day or month at hand', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    await sender(store, senderId, number)(6);
    expect((await store.putBudget(makeBudget(senderId, 1_000n))).warnings.map(brief)).toEqual(['2026-10 50 600']);
    expect((await store.putBudget(makeBudget(senderId, 1_000n))).result).toBe('unchanged');
  });

  it('when its cap is raised, warns again of what is not reached any more, and of nothing that still is', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    const send = sender(store, senderId, number);
    await store.putBudget(makeBudget(senderId, 1_000n));
    expect(await send(9)).toEqual(['2026-10 50 900', '2026-10 80 900']);
    expect((await store.putBudget(makeBudget(senderId, 1_500n))).warnings).toEqual([]);
    expect(await store.listBudgets({ senderId, at: NOON })).toMatchObject([{ reached: [50] }]);
    expect(await send(3)).toEqual(['2026-10 80 1200']);
  });

  it('when its cap is lowered, warns at once of what is reached by that', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    await store.putBudget(makeBudget(senderId, 1_000n));
    await sender(store, senderId, number)(6);
    expect((await store.putBudget(makeBudget(senderId, 500n))).warnings.map(brief)).toEqual(['2026-10 80 600', '2026-10 100 600']);
  });

  it('keeps what campaigns were told when its thresholds change', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    const { campaignId } = await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON });
    const send = sender(store, senderId, number);
    await store.putBudget(makeBudget(senderId, 1_000n, { period: 'campaign' }));
    expect(await send(5, { campaignId })).toEqual(['autumn 50 500']);
    const changed = makeBudget(senderId, 1_000n, { period: 'campaign', thresholds: [30, 50, 60] });
    expect(await store.putBudget(changed)).toMatchObject({ result: 'updated', warnings: [] });
    expect(await send(1, { campaignId })).toEqual(['autumn 30 600', 'autumn 60 600']);
  });
}

function examTelling(exam: Exam): void {
  it('a check tells of each warning of its sender once', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    const send = sender(store, senderId, number);
    await store.putBudget(makeBudget(senderId, 1_000n));
    await send(8);
    const check = async () => (await store.checkWarnings({ senderId, at: NOON })).map(brief);
    expect(await store.checkWarnings({ senderId: makeSender().id, at: NOON })).toEqual([]);
    expect(await check()).toEqual(['2026-10 50 800', '2026-10 80 800']);
    expect(await check()).toEqual([]);
    await send(2);
    expect(await check()).toEqual(['2026-10 100 1000']);
    await store.putBudget(makeBudget(senderId, 1_001n));
    expect(await check()).toEqual([]);
  });

  it('a posting is one process’s until it ends, and comes back where nobody took it', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    await store.putBudget(makeBudget(senderId, 200n, { thresholds: [50, 100] }));
    await sender(store, senderId, number)(2);
    const first = await claimPosting(store);
    const second = await claimPosting(store);
    expect([first, second].map(({ warning }) => brief(warning))).toEqual(['2026-10 50 200', '2026-10 100 200']);
    expect(await store.claimPosting(NOON)).toBeNull();
    await store.endPosting(first, NOON);
    await store.endPosting(second, null);
    expect((await claimPosting(store)).id).toBe(second.id);
  });

  it('a posting of a process that died comes back after a minute, and its late end changes nothing', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    await store.putBudget(makeBudget(senderId, 100n, { thresholds: [100] }));
    await sender(store, senderId, number)(1);
    const dead = await claimPosting(store);
    expect(await store.claimPosting(toInstant(later(1) - 1))).toBeNull();
    const next = await claimPosting(store, later(1));
    await store.endPosting(dead, null);
    expect(await store.claimPosting(later(1))).toBeNull();
    await store.endPosting(next, later(1));
    expect(await store.claimPosting(later(9))).toBeNull();
  });

  it('nothing is posted that is older than a week', async () => {
    const { store, senderId } = await start(exam);
    const [number] = await addCrowd(store, senderId, 1);
    await store.putBudget(makeBudget(senderId, 100n, { thresholds: [100] }));
    await sender(store, senderId, number)(1);
    const week = toInstant(NOON + 7 * DAY_MS);
    expect(await store.claimPosting(week)).toBeNull();
    expect(await store.claimPosting(toInstant(week - 1))).not.toBeNull();
  });
}

const NOBODY = '' as Phone;

type Batch = Parameters<typeof admit>[3];

/** Admits so many messages in one batch, and gives the warnings in brief. */
function sender(store: Store, senderId: SenderId, number: Phone = NOBODY) {
  return async (count: number, rest: Batch = {}): Promise<readonly string[]> => {
    const requests = Array.from({ length: count }, () => requestTo(number));
    return (await admit(store, senderId, requests, rest)).warnings.map(brief);
  };
}

function brief({ term, threshold, used }: BudgetWarning): string {
  return `${term} ${threshold} ${toMicros(used)}`;
}

async function claimPosting(store: Store, at: Instant = NOON) {
  const posting = await store.claimPosting(at);
  if (posting === null) throw new Error('there is something to post');
  return posting;
}
