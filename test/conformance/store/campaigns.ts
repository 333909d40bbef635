// Campaigns: what a pause and an end do to claims and admissions, and what the store tells of how far they are.

import { describe, expect, it } from 'vitest';
import { CAMPAIGN_CANCELLED, type CampaignChange, decideCampaignChange } from '../../../src/domain/campaign.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { CampaignRecord } from '../../../src/ports/store/campaigns.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { CampaignId, MessageId, SenderId } from '../../../src/values/id.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { addCrowd, admit, makeBudget, outcomeOf, requestTo, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { ids, later, NOON, type Started, start } from './fixture.ts';

/** The cases. */
export function examCampaigns(exam: Exam): void {
  describe('a paused campaign', () => {
    examPause(exam);
  });
  describe('a cancelled campaign', () => {
    examCancel(exam);
  });
  describe('how far a campaign is', () => {
    examRecords(exam);
  });
}

type Campaign = { readonly id: CampaignId; readonly runId: number; readonly messages: readonly MessageId[] };

type Shop = Started & {
  readonly add: (name: string, count: number) => Promise<Campaign>;
  readonly change: (id: CampaignId, change: CampaignChange) => Promise<'changed' | 'unchanged'>;
  readonly show: (id: CampaignId) => Promise<CampaignRecord>;
};

const PEOPLE = 8;

async function open(exam: Exam): Promise<Shop> {
  const shop = await start(exam);
  const { store, senderId } = shop;
  const people = await addCrowd(store, senderId, PEOPLE);
  return {
    ...shop,
    add: (name, count) => addCampaign(store, senderId, { name, people: people.slice(0, count) }),
    change: (campaignId, change) =>
      store.changeCampaign({ campaignId, change, now: () => later(1), by: 'ada', reason: `to ${change}` }, decideCampaignChange),
    show: (campaignId) => store.showCampaign({ senderId, campaignId }),
  };
}

type Wanted = { readonly name: string; readonly people: readonly Phone[] };

async function addCampaign(store: Store, senderId: SenderId, { name, people }: Wanted): Promise<Campaign> {
  const { campaignId, runId } = await store.openRun({ id: ids.short(), senderId, campaign: name, source: `${name}.csv`, at: NOON });
  const requests = people.map((phone) => requestTo(phone));
  await admit(store, senderId, requests, { campaignId, runId });
  return { id: campaignId, runId, messages: requests.map(({ id }) => id) };
}

const idsOf = (claimed: readonly { readonly id: MessageId }[]): readonly MessageId[] => claimed.map(({ id }) => id).toSorted();

function examPause(exam: Exam): void {
  it('is claimed by nobody, in whatever scope, and the others are', async () => {
    const { store, senderId, add, change } = await open(exam);
    const [first, second, third] = [await add('first', 3), await add('second', 2), await add('third', 2)];
    const free = requestTo((await addCrowd(store, senderId, 1))[0] as Phone);
    await admit(store, senderId, [free]);
    expect(await change(first.id, 'pause')).toBe('changed');
    expect(await change(second.id, 'pause')).toBe('changed');
    const own = { kind: 'campaign', campaignId: first.id } as const;
    expect(await turn(store, senderId, { scope: own, at: later(2) })).toMatchObject({ claimed: [], nextDueAt: null, isPaused: true });
    const named = { kind: 'messages', ids: [...first.messages, free.id] } as const;
    expect(await turn(store, senderId, { scope: named, room: 1, at: later(2) })).toMatchObject({
      claimed: [{ id: free.id }],
      isPaused: false,
    });
    const all = await turn(store, senderId, { at: later(2) });
    expect(idsOf(all.claimed)).toEqual(third.messages.toSorted());
    expect(await turn(store, senderId, { at: later(2) })).toMatchObject({ claimed: [], nextDueAt: null, isPaused: true });
  });

  it('is passed over by the time at which more is due', async () => {
    const { store, senderId, add, change } = await open(exam);
    const [first, second] = [await add('first', 1), await add('second', 1)];
    await turn(store, senderId);
    const again = (campaign: Campaign, minutes: number) =>
      campaign.messages.map((id) => outcomeOf(id, 'retry', { attempt: 1, retryAt: later(minutes) }));
    await settle(store, [...again(first, 10), ...again(second, 20)]);
    expect(await turn(store, senderId)).toMatchObject({ nextDueAt: later(10), isPaused: false });
    await change(first.id, 'pause');
    expect(await turn(store, senderId)).toMatchObject({ nextDueAt: later(20), isPaused: false });
    await change(second.id, 'pause');
    expect(await turn(store, senderId)).toMatchObject({ nextDueAt: null, isPaused: true });
    await change(first.id, 'resume');
    expect(await turn(store, senderId)).toMatchObject({ nextDueAt: later(10), isPaused: false });
  });

  it('holds nothing back when nothing of it is queued, or there is no room', async () => {
    const { store, senderId, add, change } = await open(exam);
    const { id } = await add('autumn', 2);
    await change(id, 'pause');
    expect(await turn(store, senderId, { room: 0 })).toMatchObject({ claimed: [], isPaused: false });
    await change(id, 'resume');
    expect((await turn(store, senderId)).claimed).toHaveLength(2);
    await change(id, 'pause');
    expect(await turn(store, senderId)).toMatchObject({ claimed: [], nextDueAt: null, isPaused: false });
  });

  it('still settles what was on its way, and takes on more, which waits', async () => {
    const { store, senderId, add, change } = await open(exam);
    const { id, messages } = await add('autumn', 2);
    await turn(store, senderId, { room: 1 });
    await change(id, 'pause');
    const [sent = ids.sortable<'message'>(NOON)] = messages;
    const { settled, isPaused } = await turn(store, senderId, { outcomes: [outcomeOf(sent, 'delivered', { attempt: 1 })] });
    expect([settled[0]?.to, isPaused]).toEqual(['delivered', true]);
    await add('autumn', 3);
    expect((await turn(store, senderId)).claimed).toEqual([]);
  });

  it('is noted once, with who and why, however often it is said', async () => {
    const { add, change, show } = await open(exam);
    const { id } = await add('autumn', 1);
    expect([await change(id, 'pause'), await change(id, 'pause')]).toEqual(['changed', 'unchanged']);
    expect(await show(id)).toMatchObject({ status: 'paused', pausedAt: later(1) });
    expect([await change(id, 'resume'), await change(id, 'resume')]).toEqual(['changed', 'unchanged']);
    const { status, pausedAt, history } = await show(id);
    expect([status, pausedAt]).toEqual(['active', null]);
    expect(history).toEqual(['pause', 'resume'].map((word) => ({ change: word, at: later(1), by: 'ada', reason: `to ${word}` })));
  });

  exam.needs('several_connections')('is so for every process from the commit on', async () => {
    const { store, senderId, add, change, connect } = await open(exam);
    const { id } = await add('autumn', 2);
    const other = await connect();
    expect((await turn(other, senderId, { room: 1 })).claimed).toHaveLength(1);
    await change(id, 'pause');
    expect(await turn(other, senderId)).toMatchObject({ claimed: [], isPaused: true });
    expect((await turn(store, senderId, { workerId: ids.sortable(later(1)) })).claimed).toEqual([]);
  });
}

function examCancel(exam: Exam): void {
  const refusal = { code: 'campaign_cancelled', exit: 2 };

  it('takes nothing on, neither a new run nor what a run goes on with, and asks nobody', async () => {
    const { store, senderId, add, change, show } = await open(exam);
    const { id, runId } = await add('autumn', 1);
    await change(id, 'cancel');
    await expect(add('autumn', 1)).rejects.toMatchObject(refusal);
    const [phone] = await addCrowd(store, senderId, 1);
    const more = [requestTo(phone as Phone)];
    await expect(admit(store, senderId, more, { campaignId: id, runId })).rejects.toMatchObject(refusal);
    await expect(admit(store, senderId, more, { campaignId: id, mode: 'preview' })).rejects.toMatchObject(refusal);
    expect((await show(id)).messages).toBe(1);
  });

  it('is never paused or resumed, and cancelled once', async () => {
    const { add, change, show } = await open(exam);
    const { id } = await add('autumn', 1);
    await change(id, 'pause');
    expect([await change(id, 'cancel'), await change(id, 'cancel')]).toEqual(['changed', 'unchanged']);
    await expect(change(id, 'pause')).rejects.toMatchObject(refusal);
    await expect(change(id, 'resume')).rejects.toMatchObject(refusal);
    const { status, pausedAt, cancelledAt, history } = await show(id);
    expect([status, pausedAt, cancelledAt]).toEqual(['cancelled', null, later(1)]);
    expect(history.map((event) => event.change)).toEqual(['pause', 'cancel']);
  });

  it('lets go of what is queued, and of nothing else', async () => {
    const { store, senderId, add, change, show } = await open(exam);
    const [{ id }, other] = [await add('autumn', 4), await add('spring', 1)];
    await turn(store, senderId, { room: 1, scope: { kind: 'campaign', campaignId: id } });
    await change(id, 'cancel');
    const cancel = { senderId, campaignId: id, reason: CAMPAIGN_CANCELLED, at: later(2) };
    const settled = await store.cancelQueued(cancel, decideSettlements);
    expect(settled.map(({ to, reason, closed }) => [to, reason, closed])).toEqual(
      Array.from({ length: 3 }, () => ['cancelled', CAMPAIGN_CANCELLED, 100n]),
    );
    expect(await store.cancelQueued(cancel, decideSettlements)).toEqual([]);
    expect(await store.inFlightOf(id)).toHaveLength(1);
    expect(await show(id)).toMatchObject({
      messages: 4,
      cancelled: 3,
      expired: 0,
      open: new Map([
        ['queued', 0],
        ['scheduled', 0],
        ['sending', 1],
      ]),
      reserved: 100n,
    });
    expect(await show(other.id)).toMatchObject({ status: 'active', reserved: 100n });
  });

  it('loses what comes back to its queue, when its turn comes', async () => {
    const { store, senderId, add, change } = await open(exam);
    const { id, messages } = await add('autumn', 1);
    await turn(store, senderId);
    await change(id, 'cancel');
    const outcomes = messages.map((messageId) => outcomeOf(messageId, 'retry', { attempt: 1, retryAt: NOON }));
    const { claimed, settled, isPaused } = await turn(store, senderId, { outcomes });
    expect([claimed, isPaused]).toEqual([[], false]);
    expect(settled.at(-1)).toMatchObject({ from: 'queued', to: 'cancelled', reason: CAMPAIGN_CANCELLED, closed: 100n });
  });
}

function examRecords(exam: Exam): void {
  it('is counted by state, with its money and the cap of a campaign', async () => {
    const { store, senderId, add, show } = await open(exam);
    await store.putBudget(makeBudget(senderId, 5_000n, { period: 'campaign' }));
    await store.putBudget(makeBudget(senderId, 1n, { period: 'campaign', mode: 'warn', costCenter: 'care' }));
    const { id, messages } = await add('autumn', 8);
    await add('spring', 2);
    await turn(store, senderId, { room: 7, scope: { kind: 'campaign', campaignId: id } });
    const kinds = ['accepted', 'sent', 'delivered', 'read', 'failed', 'unknown'] as const;
    const claimed = await store.inFlightOf(id);
    await settle(
      store,
      kinds.map((kind, index) => outcomeOf(claimed[index] ?? ids.sortable<'message'>(NOON), kind)),
    );
    expect(messages).toHaveLength(8);
    expect(await show(id)).toMatchObject({
      name: 'autumn',
      status: 'active',
      messages: 8,
      delivered: 2,
      reserved: 500n,
      charged: 200n,
      used: 700n,
      cap: 5_000n,
    });
    expect(Object.fromEntries((await show(id)).open)).toEqual({ queued: 1, scheduled: 0, sending: 1, accepted: 1, sent: 1, unknown: 1 });
  });

  it('has its runs: which file, whether to its end, and the pulse of the claims', async () => {
    const { store, senderId, add, show } = await open(exam);
    const { id, runId } = await add('autumn', 3);
    expect((await show(id)).runs).toEqual([{ startedAt: NOON, source: 'autumn.csv', admittedAt: null, lastClaimAt: null, pulse: null }]);
    await store.closeRun({ runId, at: later(1) });
    await turn(store, senderId, { room: 2, at: later(2) });
    await turn(store, senderId, { room: 1, at: later(3) });
    await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: later(4) });
    const [first, single] = (await show(id)).runs;
    expect(first).toMatchObject({
      admittedAt: later(1),
      lastClaimAt: later(3),
      pulse: { firstClaimAt: later(2), spanClaims: 1, beforeClaims: 0 },
    });
    expect(single).toMatchObject({ source: null, admittedAt: later(4) });
  });

  it('counts the claims of a span, and keeps those of the span before', async () => {
    const { store, senderId, add, show } = await open(exam);
    const { id } = await add('autumn', 6);
    for (const [room, seconds] of [
      [1, 0],
      [2, 5],
      [3, 10],
    ] as const)
      await turn(store, senderId, { room, at: later(seconds / 60) });
    expect((await show(id)).runs[0]?.pulse).toMatchObject({ spanClaims: 3, beforeClaims: 3 });
  });

  it('is listed newest first, by page and by status', async () => {
    const { store, senderId, add, change } = await open(exam);
    const [first, second] = [await add('first', 1), await add('second', 1)];
    await change(first.id, 'pause');
    await turn(store, senderId);
    await settle(
      store,
      second.messages.map((id) => outcomeOf(id, 'delivered')),
    );
    const third = await store.openRun({ id: ids.short(), senderId, campaign: 'third', at: later(5) });
    await change(third.campaignId, 'cancel');
    const names = async (status: CampaignRecord['status'] | null, limit = 50, after: string | null = null) => {
      const { items, next } = await store.listCampaigns({ senderId, status }, { limit, after });
      return [items.map(({ name }) => name), next];
    };
    expect((await names(null))[0]).toEqual(expect.arrayContaining(['first', 'second', 'third']));
    const [page, next] = await names(null, 1);
    expect([page, next]).toEqual([['third'], 'third']);
    const [rest, end] = await names(null, 2, 'third');
    expect([(rest as string[]).toSorted(), end]).toEqual([['first', 'second'], null]);
    expect(await names('paused')).toEqual([['first'], null]);
    expect(await names('unfinished')).toEqual([['second'], null]);
    expect(await names('done')).toEqual([[], null]);
    await store.closeRun({ runId: second.runId, at: later(6) });
    expect(await names('unfinished')).toEqual([[], null]);
    expect(await names('done')).toEqual([['second'], null]);
    expect(await names('cancelled')).toEqual([['third'], null]);
    expect(await names('active')).toEqual([[], null]);
  });
}
