// Reach: how many people an account messages in a day, shared by all its senders and all who claim from the store.

import { expect, it } from 'vitest';
import { type MessagingLimit, REACH_MS } from '../../../src/domain/messaging-limit.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { TurnResult } from '../../../src/ports/store/outbox.ts';
import type { MessageId, WorkerId } from '../../../src/values/id.ts';
import { type Instant, toInstant } from '../../../src/values/time.ts';
import { admit, outcomeOf, requestTo, settle, type TurnAt, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, makeCard, makeRate, makeSender, makeTemplate, makeWhatsapp, NOON, phone, start } from './fixture.ts';
import { otherEvent, receive } from './webhooks.ts';

type Shop = { readonly store: Store; readonly connect: () => Promise<Store>; readonly sender: Sender };

/** A WhatsApp sender whose business may message so many people, and eight people. */
async function open(exam: Exam, limit: MessagingLimit | null): Promise<Shop> {
  const { store, connect } = await start(exam);
  const sender = await addSender(store, 'shop', '1065');
  for (let ending = 1_001; ending <= 1_008; ending += 1) {
    await addPerson(store, sender.id, String(ending), ['marketing', 'authentication']);
  }
  if (limit !== null) await store.setMessagingLimit(DEFAULT_ACCOUNT, { limit, toldAt: null, at: NOON });
  return { store, connect, sender };
}

async function addSender(store: Store, name: string, phoneNumberId: string): Promise<Sender> {
  const sender = makeSender({ name, transport: 'whatsapp', whatsapp: makeWhatsapp({ phoneNumberId, ratePerSecond: 1_000_000 }) });
  await store.putSender(sender);
  await store.putTemplate(makeTemplate(sender.id));
  return sender;
}

async function queueTo(store: Store, { id }: Sender, endings: readonly number[], at = NOON): Promise<readonly MessageId[]> {
  const requests = endings.map((ending) => requestTo(phone(String(ending)), { id: ids.sortable(at) }));
  await admit(store, id, requests, { at });
  return requests.map((request) => request.id);
}

// A number begins with one message after a rest: the second turn of a moment has room for all.
async function sendAll(store: Store, { id }: Sender, at: Instant, rest: TurnAt = {}): Promise<TurnResult> {
  const first = await turn(store, id, { isPaced: true, at, ...rest });
  const second = await turn(store, id, { isPaced: true, at: toInstant(at + 1), ...rest });
  return { ...second, claimed: [...first.claimed, ...second.claimed] };
}

const endingsOf = ({ claimed }: TurnResult): readonly string[] => claimed.map(({ phone: number }) => (number ?? '').slice(-4));

/** The cases. */
export function examReach(exam: Exam): void {
  it('messages as many people as the limit lets it, each of the others at the moment at which there is room for them', async () => {
    const { store, sender } = await open(exam, 3);
    await queueTo(store, sender, [1_001, 1_002, 1_003, 1_004, 1_005]);
    const first = await sendAll(store, sender, NOON);
    expect(endingsOf(first)).toEqual(['1001', '1002', '1003']);
    expect(first.nextDueAt).toBe(NOON + REACH_MS);
    expect(await store.reach(DEFAULT_ACCOUNT, later(1))).toEqual({ limit: 3, toldAt: null, reached: 3, roomAt: NOON + REACH_MS });
    expect(endingsOf(await sendAll(store, sender, toInstant(NOON + REACH_MS - 2)))).toEqual([]);
    const next = await sendAll(store, sender, toInstant(NOON + REACH_MS));
    expect([endingsOf(next), next.nextDueAt]).toEqual([['1004', '1005'], null]);
  });

  it('counts a person once, however often they are messaged', async () => {
    const { store, sender } = await open(exam, 2);
    await queueTo(store, sender, [1_001, 1_002, 1_001, 1_002, 1_003, 1_001]);
    expect(endingsOf(await sendAll(store, sender, NOON))).toEqual(['1001', '1002', '1001', '1002', '1001']);
    expect(await store.reach(DEFAULT_ACCOUNT, NOON)).toMatchObject({ reached: 2 });
  });

  it('counts from the newest message on, and frees each place when its own day is over', async () => {
    const { store, sender } = await open(exam, 2);
    await queueTo(store, sender, [1_001]);
    await sendAll(store, sender, NOON);
    await queueTo(store, sender, [1_002], later(60));
    await sendAll(store, sender, later(60));
    await queueTo(store, sender, [1_001], later(120));
    await sendAll(store, sender, later(120)); // 1001 counts from here now
    await queueTo(store, sender, [1_003, 1_004], later(180));
    const held = await sendAll(store, sender, later(180));
    expect([endingsOf(held), held.nextDueAt]).toEqual([[], later(60) + REACH_MS]);
    const next = await sendAll(store, sender, toInstant(later(60) + REACH_MS));
    expect(endingsOf(next)).toHaveLength(1);
    expect(next.nextDueAt).toBe(later(120) + REACH_MS);
  });

  it('does not count whose window is open', async () => {
    const { store, sender } = await open(exam, 1);
    const contactId = await addPerson(store, sender.id, '1002');
    await store.recordInbound({ senderId: sender.id, messages: [{ contactId, at: NOON }] });
    await queueTo(store, sender, [1_001, 1_002, 1_003]);
    expect(endingsOf(await sendAll(store, sender, NOON))).toEqual(['1001', '1002']);
    expect(await store.reach(DEFAULT_ACCOUNT, NOON)).toMatchObject({ reached: 1 });
  });

  it('takes nobody as reached whom the limit of the provider did not let through, but for an earlier message', async () => {
    const { store, sender } = await open(exam, 2);
    const refuse = (id: MessageId, kind: 'retry' | 'failed') =>
      settle(
        store,
        [outcomeOf(id, kind, { error: { code: '131048', title: '' }, retryAt: kind === 'retry' ? later(90) : null })],
        later(61),
      );
    const [first = '' as MessageId, second = '' as MessageId] = await queueTo(store, sender, [1_001, 1_002]);
    await sendAll(store, sender, NOON);
    await refuse(second, 'retry');
    expect(await store.reach(DEFAULT_ACCOUNT, later(61))).toMatchObject({ reached: 1, roomAt: null });
    await queueTo(store, sender, [1_003], later(62));
    expect(endingsOf(await sendAll(store, sender, later(62)))).toEqual(['1003']);
    expect(endingsOf(await sendAll(store, sender, later(91)))).toEqual([]); // 1002 is due again, and both places of the limit are taken
    const [again = '' as MessageId] = await queueTo(store, sender, [1_001], later(92));
    expect(endingsOf(await sendAll(store, sender, later(92)))).toEqual(['1001']);
    await refuse(again, 'failed');
    await refuse(again, 'failed');
    expect(await store.reach(DEFAULT_ACCOUNT, later(93))).toMatchObject({ reached: 2, roomAt: NOON + REACH_MS });
    await refuse(first, 'failed');
    expect(await store.reach(DEFAULT_ACCOUNT, later(94))).toMatchObject({ reached: 1, roomAt: null });
    await store.setMessagingLimit(DEFAULT_ACCOUNT, { limit: 'unlimited', toldAt: null, at: later(95) });
    await store.setMessagingLimit(DEFAULT_ACCOUNT, { limit: 1, toldAt: null, at: later(95) });
    expect(await store.reach(DEFAULT_ACCOUNT, later(95))).toMatchObject({ reached: 1 });
  });

  it('lets a code for a login have the next place, whoever waits longer', async () => {
    const { store, sender } = await open(exam, 1);
    await store.putPriceCard(makeCard('2026-10-01', [makeRate('marketing', 9n), makeRate('authentication', 4n)]), { replace: false });
    await store.putTemplate(makeTemplate(sender.id, { name: 'code', category: 'authentication', ttlSeconds: 900 }));
    await queueTo(store, sender, [1_001]);
    await sendAll(store, sender, NOON);
    const soon = toInstant(NOON + REACH_MS - 60_000);
    await queueTo(store, sender, [1_002, 1_003], soon);
    await sendAll(store, sender, soon);
    await admit(store, sender.id, [requestTo(phone('1004'), { content: '{"1":"123456"}' })], { template: 'code', at: soon });
    expect((await sendAll(store, sender, soon)).nextDueAt).toBe(NOON + REACH_MS);
    expect(endingsOf(await sendAll(store, sender, toInstant(NOON + REACH_MS + 1)))).toEqual(['1004']);
  });

  it('counts what all numbers of the account send', async () => {
    const { store, sender } = await open(exam, 2);
    const second = await addSender(store, 'bank', '1066');
    for (const ending of ['1001', '1002', '1003']) await addPerson(store, second.id, ending, ['marketing']);
    await queueTo(store, sender, [1_001, 1_002]);
    await queueTo(store, second, [1_002, 1_003]);
    await sendAll(store, sender, NOON);
    expect(endingsOf(await sendAll(store, second, NOON))).toEqual(['1002']);
  });

  exam.needs('several_connections')('is one limit for all processes on the store', async () => {
    const { store, connect, sender } = await open(exam, 3);
    await queueTo(store, sender, [1_001, 1_002, 1_003, 1_004, 1_005, 1_006]);
    const taken: string[] = [];
    for (const [index, connection] of [await connect(), await connect(), await connect(), await connect()].entries()) {
      const workerId: WorkerId = ids.sortable(NOON);
      taken.push(...endingsOf(await turn(connection, sender.id, { isPaced: true, at: toInstant(NOON + index), room: 2, workerId })));
    }
    expect(taken).toHaveLength(3);
    expect(await store.reach(DEFAULT_ACCOUNT, NOON)).toMatchObject({ reached: 3 });
  });

  it('is kept by nobody where it is not known, or there is none', async () => {
    for (const limit of [null, 'unlimited'] as const) {
      const { store, sender } = await open(exam, limit);
      await queueTo(store, sender, [1_001, 1_002, 1_003]);
      expect(endingsOf(await sendAll(store, sender, NOON))).toHaveLength(3);
      expect(await store.reach(DEFAULT_ACCOUNT, NOON)).toEqual({ limit, toldAt: null, reached: 0, roomAt: null });
    }
  });

  it('counts whom it messaged before it was known, and once it is lower waits until enough of them are forgotten', async () => {
    const { store, sender } = await open(exam, null);
    for (const [index, ending] of [1_001, 1_002, 1_003].entries()) {
      await queueTo(store, sender, [ending], later(index));
      await sendAll(store, sender, later(index));
    }
    expect(await store.setMessagingLimit(DEFAULT_ACCOUNT, { limit: 2, toldAt: null, at: later(5) })).toBe('updated');
    await queueTo(store, sender, [1_004], later(6));
    const held = await sendAll(store, sender, later(6));
    expect([endingsOf(held), held.nextDueAt]).toEqual([[], later(1) + REACH_MS]);
    expect(await store.reach(DEFAULT_ACCOUNT, later(6))).toMatchObject({ reached: 3, roomAt: later(1) + REACH_MS });
  });

  it('follows the newest word of the provider on its limit, and a person in between', async () => {
    const { store } = await open(exam, null);
    const told = (limit: MessagingLimit, minutes: number | null) =>
      store.setMessagingLimit(DEFAULT_ACCOUNT, { limit, toldAt: minutes === null ? null : later(minutes), at: later(60) });
    expect(await told(2_000, 10)).toBe('updated');
    expect(await told(2_000, 11)).toBe('unchanged');
    expect(await told(250, 5)).toBe('unchanged');
    expect(await store.reach(DEFAULT_ACCOUNT, NOON)).toMatchObject({ limit: 2_000, toldAt: later(11) });
    expect(await told(500, null)).toBe('updated');
    expect(await told('unlimited', 12)).toBe('updated');
    expect(await store.reach(DEFAULT_ACCOUNT, NOON)).toMatchObject({ limit: 'unlimited', toldAt: later(12) });
  });

  it('puts off many at once, each to a place of its own, and is soon at rest', async () => {
    const { store, sender } = await open(exam, 2);
    await queueTo(store, sender, [1_001, 1_002]);
    await sendAll(store, sender, NOON);
    const waiting = await queueTo(store, sender, [1_003, 1_004, 1_005, 1_006, 1_007]);
    const { claimed, nextDueAt } = await turn(store, sender.id, { isPaced: true, at: later(1), room: 1 });
    expect([claimed, nextDueAt]).toEqual([[], NOON + REACH_MS]);
    const soonest = async (at: Instant) =>
      (await turn(store, sender.id, { isPaced: true, at, scope: { kind: 'messages', ids: waiting.slice(2) } })).nextDueAt;
    expect(await soonest(later(1))).toBe(NOON + 2 * REACH_MS); // two places come free in a day: the third waits for the second day
  });

  it('sends at once what waits for room where the limit is raised, as the provider tells it', async () => {
    const { store, sender } = await open(exam, 1);
    const [, second = '' as MessageId, third = '' as MessageId] = await queueTo(store, sender, [1_001, 1_002, 1_003]);
    await sendAll(store, sender, NOON);
    const stateOf = async (id: MessageId) => (await store.findMessages([id]))[0];
    expect(await stateOf(second)).toMatchObject({ state: 'queued', reason: 'messaging_limit' });
    const [received] = await receive(store, [otherEvent('account', sender.id, later(5), { messagingLimit: 2 })], later(5));
    expect(received).toMatchObject({ result: 'applied', news: { messagingLimit: 2 } });
    expect(endingsOf(await sendAll(store, sender, later(5)))).toEqual(['1002']);
    expect(await stateOf(third)).toMatchObject({ state: 'queued' });
    await store.setMessagingLimit(DEFAULT_ACCOUNT, { limit: 'unlimited', toldAt: later(6), at: later(6) });
    expect(endingsOf(await sendAll(store, sender, later(6)))).toEqual(['1003']);
  });

  it('hears a limit once, and keeps what told it; older news and what tells none change nothing', async () => {
    const { store, sender } = await open(exam, 1);
    const event = otherEvent('account', sender.id, later(5), { messagingLimit: 'unlimited' });
    const older = otherEvent('account', sender.id, later(4), { messagingLimit: 250 });
    const hear = async (...events: Parameters<typeof receive>[1]) =>
      (await receive(store, events, later(9))).map(({ result, news }) => [result, news.messagingLimit]);
    expect(await hear(event, event, older, otherEvent('account', sender.id, later(6)))).toEqual([
      ['applied', 'unlimited'],
      ['repeated', null],
      ['kept', null],
      ['kept', null],
    ]);
    expect(await store.reach(DEFAULT_ACCOUNT, later(9))).toMatchObject({ limit: 'unlimited', toldAt: later(5) });
  });
}
