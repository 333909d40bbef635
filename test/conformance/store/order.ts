// The order of the outbox: what is urgent first, whoever sends it; campaigns of one urgency by turns; the oldest of each first.

import { describe, expect, it } from 'vitest';
import type { TemplateCategory } from '../../../src/domain/template.ts';
import type { Sender } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { CampaignId, MessageId } from '../../../src/values/id.ts';
import { type Instant, toInstant } from '../../../src/values/time.ts';
import { admit, outcomeOf, requestTo, turn, words } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, makeCard, makeRate, makeSender, makeTemplate, makeWhatsapp, NOON, phone, start } from './fixture.ts';

/** The cases. */
export function examOrder(exam: Exam): void {
  describe('what is urgent', () => {
    examUrgency(exam);
  });
  describe('campaigns of one urgency', () => {
    examTurns(exam);
  });
  describe('room that others wait for', () => {
    examRoom(exam);
  });
}

const NAMES: Readonly<Record<TemplateCategory, string>> = { marketing: 'offer', utility: 'notice', authentication: 'code' };

const CONTENT: Partial<Record<TemplateCategory, string>> = { authentication: '{"1":"123456"}' };

type Shop = {
  readonly store: Store;
  readonly connect: () => Promise<Store>;
  readonly sender: Sender;
  /** Queues so many messages, the first of them at `at`. */
  readonly fill: (
    category: TemplateCategory,
    count: number,
    rest?: { readonly campaign?: string; readonly at?: Instant },
  ) => Promise<Filled>;
};
type Filled = { readonly messages: readonly MessageId[]; readonly campaignId: CampaignId | null };

async function open(exam: Exam, ratePerSecond = 80): Promise<Shop> {
  const { store, connect } = await start(exam);
  const sender = makeSender({ name: 'shop', transport: 'whatsapp', whatsapp: makeWhatsapp({ ratePerSecond }) });
  await store.putSender(sender);
  await store.putPriceCard(makeCard('2026-10-01', [makeRate('marketing', 9n), makeRate('utility', 5n), makeRate('authentication', 4n)]), {
    replace: false,
  });
  for (const [category, name] of Object.entries(NAMES)) {
    await store.putTemplate(makeTemplate(sender.id, { name, category: category as TemplateCategory }));
  }
  for (let ending = 1_001; ending <= 1_009; ending += 1) {
    await addPerson(store, sender.id, String(ending), ['marketing', 'utility', 'authentication']);
  }
  let next = 0;
  return {
    store,
    connect,
    sender,
    fill: async (category, count, { campaign, at = NOON } = {}) => {
      const id = ids.short<'campaign'>();
      const run = campaign === undefined ? null : await store.openRun({ id, senderId: sender.id, campaign, at });
      const requests = Array.from({ length: count }, () =>
        requestTo(phone(String(1_001 + (next++ % 9))), { id: ids.sortable(at), content: CONTENT[category] ?? '{}' }),
      );
      const { admissions } = await admit(store, sender.id, requests, {
        template: NAMES[category],
        campaignId: run?.campaignId ?? null,
        at,
      });
      expect(words(admissions)).toEqual(requests.map(() => 'admitted'));
      return { messages: requests.map((request) => request.id), campaignId: run?.campaignId ?? null };
    },
  };
}

const take = async ({ store, sender }: Shop, room: number, at = later(10)): Promise<readonly MessageId[]> =>
  (await turn(store, sender.id, { room, at })).claimed.map(({ id }) => id);

function examUrgency(exam: Exam): void {
  it('goes first: codes for logins before what customers wait for, and that before marketing', async () => {
    const shop = await open(exam);
    const offers = await shop.fill('marketing', 3, { campaign: 'sale' });
    const notices = await shop.fill('utility', 2, { campaign: 'orders', at: later(1) });
    const codes = await shop.fill('authentication', 2, { at: later(2) });
    expect(await take(shop, 3)).toEqual([...codes.messages, notices.messages[0]]);
    expect(await take(shop, 9)).toEqual([notices.messages[1], ...offers.messages]);
  });

  it('goes first within one campaign too', async () => {
    const shop = await open(exam);
    const offers = await shop.fill('marketing', 2, { campaign: 'mixed' });
    const notices = await shop.fill('utility', 1, { campaign: 'mixed', at: later(1) });
    const scope = { kind: 'campaign', campaignId: offers.campaignId as CampaignId } as const;
    const { claimed } = await turn(shop.store, shop.sender.id, { scope, at: later(10), room: 2 });
    expect(claimed.map(({ id }) => id)).toEqual([notices.messages[0], offers.messages[0]]);
  });

  it('and later is passed over by what is due now; when it is due is told', async () => {
    const shop = await open(exam);
    const [code] = (await shop.fill('authentication', 1)).messages;
    const [offer] = (await shop.fill('marketing', 1, { campaign: 'sale' })).messages;
    if (code === undefined || offer === undefined) throw new Error('both were queued');
    await take(shop, 1, NOON);
    await turn(shop.store, shop.sender.id, { room: 0, outcomes: [outcomeOf(code, 'retry', { attempt: 1, retryAt: later(5) })] });
    const { claimed, nextDueAt } = await turn(shop.store, shop.sender.id, { room: 9, at: NOON });
    expect([claimed.map(({ id }) => id), nextDueAt]).toEqual([[offer], later(5)]);
  });
}

function examTurns(exam: Exam): void {
  it('take turns, what is in none of them too, and each has its oldest sent first', async () => {
    const shop = await open(exam);
    const lanes = [
      await shop.fill('marketing', 4, { campaign: 'a' }),
      await shop.fill('marketing', 4, { campaign: 'b' }),
      await shop.fill('marketing', 4),
    ].map(({ messages }) => messages);
    const laneOf = (id: MessageId): number => lanes.findIndex((messages) => messages.includes(id));
    const taken: MessageId[] = [];
    for (let index = 0; index < 12; index += 1) taken.push(...(await take(shop, 1)));
    for (let round = 0; round < 12; round += 3) expect(new Set(taken.slice(round, round + 3).map(laneOf)).size).toBe(3);
    for (const messages of lanes) expect(taken.filter((id) => messages.includes(id))).toEqual(messages);
  });

  it('get the same share of one turn; what one has no use for, others get', async () => {
    const shop = await open(exam);
    const lanes = [await shop.fill('marketing', 9, { campaign: 'a' }), await shop.fill('marketing', 9, { campaign: 'b' })];
    const small = await shop.fill('marketing', 1, { campaign: 'c' });
    const shareOf = (taken: readonly MessageId[]) =>
      [...lanes, small].map(({ messages }) => taken.filter((id) => messages.includes(id)).length);
    const first = await take(shop, 7);
    expect(first).toHaveLength(7);
    const [a = 0, b = 0, c = 0] = shareOf(first);
    expect([c, Math.min(a, b) >= 2]).toEqual([1, true]);
    expect(shareOf([...first, ...(await take(shop, 20))])).toEqual([9, 9, 1]);
  });

  it('do not wait for one whose messages are due later; the earliest of all is told', async () => {
    const shop = await open(exam);
    await shop.fill('marketing', 2, { campaign: 'a', at: later(30) });
    await shop.fill('utility', 2, { campaign: 'b', at: later(20) });
    const now = await shop.fill('marketing', 1, { campaign: 'c' });
    const { claimed, nextDueAt } = await turn(shop.store, shop.sender.id, { room: 5 });
    expect([claimed.map(({ id }) => id), nextDueAt]).toEqual([now.messages, later(20)]);
  });
}

// A campaign is worked on by one process and codes are sent by others, each on a connection of its own. Where both come at the same moment, the campaign is
// always the quicker one.
function examRoom(exam: Exam): void {
  exam.needs('several_connections')('is theirs: a code waits for none of a campaign that takes all that its number may send', async () => {
    const shop = await open(exam);
    const { campaignId } = await shop.fill('marketing', 500, { campaign: 'sale' });
    const [bulk, single] = [await shop.connect(), await shop.connect()];
    const [one, other] = [ids.sortable<'worker'>(NOON), ids.sortable<'worker'>(NOON)];
    const begun: Instant[] = [];
    const waits: number[] = [];
    let [bulkAt, codeAt, asked]: [Instant, Instant, { readonly id: MessageId; readonly at: Instant } | null] = [
      NOON,
      toInstant(NOON + 777),
      null,
    ];
    while (waits.length < 40) {
      if (bulkAt <= codeAt) {
        const scope = { kind: 'campaign', campaignId: campaignId as CampaignId } as const;
        const end = await turn(bulk, shop.sender.id, { scope, isPaced: true, room: 64, at: bulkAt, workerId: one });
        begun.push(...end.claimed.map(() => bulkAt));
        bulkAt = toInstant(Math.max(bulkAt + 1, end.nextDueAt ?? Number.POSITIVE_INFINITY));
        continue;
      }
      const at = codeAt;
      asked ??= { id: (await shop.fill('authentication', 1, { at })).messages[0] as MessageId, at };
      const end = await turn(single, shop.sender.id, {
        scope: { kind: 'messages', ids: [asked.id] },
        isPaced: true,
        room: 64,
        at,
        workerId: other,
      });
      if (end.claimed.length === 1) {
        begun.push(at);
        waits.push(at - asked.at);
        [asked, codeAt] = [null, toInstant(at + 97)];
      } else codeAt = toInstant(Math.max(at + 1, end.nextDueAt ?? at));
    }
    const inOneSecond = begun.map((from) => begun.filter((at) => at >= from && at < from + 1_000).length);
    expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(80);
    expect(Math.max(...waits)).toBeLessThan(50);
    const seconds = (Math.max(...begun) - NOON) / 1_000;
    expect(begun.length / seconds).toBeGreaterThan(70); // and hardly any of it is left unused
  });

  exam.needs('several_connections')('is anybody’s again when whoever waited for it does not come', async () => {
    const shop = await open(exam);
    const offers = await shop.fill('marketing', 9, { campaign: 'sale' });
    const codes = await shop.fill('authentication', 2);
    const other = await shop.connect();
    const scope = { kind: 'messages', ids: codes.messages } as const;
    const workerId = ids.sortable<'worker'>(NOON);
    const first = await turn(other, shop.sender.id, { scope, isPaced: true, at: NOON, workerId });
    expect(first.claimed).toHaveLength(1); // a number begins with one; the other code waits
    const bulk = { scope: { kind: 'campaign', campaignId: offers.campaignId as CampaignId }, isPaced: true } as const;
    const given = await turn(shop.store, shop.sender.id, { ...bulk, at: toInstant(NOON + 100) });
    expect(given.claimed).toEqual([]);
    expect(given.nextDueAt).toBeGreaterThan(NOON + 100);
    expect((await turn(shop.store, shop.sender.id, { ...bulk, at: toInstant(NOON + 600) })).claimed).not.toEqual([]);
  });
}
