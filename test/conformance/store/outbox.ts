// The outbox: what may be claimed, in which order, by whom, and what the gate says at that moment.

import { describe, expect, it } from 'vitest';
import { DELIVERY_TTL_MS, SILENCE_GRACE_MS } from '../../../src/domain/message.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import { BATCH_MAX } from '../../../src/values/batch.ts';
import type { ContactId, MessageId, SenderId } from '../../../src/values/id.ts';
import { type Instant, toInstant } from '../../../src/values/time.ts';
import { queue } from './admission.ts';
import { outcomeOf, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, makeEvent, makeSender, makeTemplate, NOON, phone, type Started, start } from './fixture.ts';

/** The cases. */
export function examOutbox(exam: Exam): void {
  describe('a turn', () => {
    examTurns(exam);
  });
  describe('the gate at the claim', () => {
    examGate(exam);
  });
  describe('silence', () => {
    examSilence(exam);
  });
}

type Waiting = Started & { readonly contactId: ContactId; readonly messages: readonly MessageId[] };

async function waiting(exam: Exam, count = 1): Promise<Waiting> {
  const shop = await start(exam);
  const contactId = await addPerson(shop.store, shop.senderId, '1111', ['marketing', 'utility']);
  const messages: MessageId[] = [];
  for (let index = 0; index < count; index += 1) {
    messages.push(await queue(shop.store, { senderId: shop.senderId, contactId, template: 'offer', at: later(index) }));
  }
  return { ...shop, contactId, messages };
}

async function states(store: Store, messages: readonly MessageId[]): Promise<readonly unknown[]> {
  return (await store.findMessages(messages)).map((record) => (record?.reason === null ? record.state : [record?.state, record?.reason]));
}

const idsOf = (messages: readonly { readonly id: MessageId }[]): readonly MessageId[] => messages.map(({ id }) => id);

function examTurns(exam: Exam): void {
  it('claims the oldest first, as many as there is room for, each once', async () => {
    const { store, senderId, messages } = await waiting(exam, 3);
    const at = later(10);
    expect(idsOf((await turn(store, senderId, { room: 2, at })).claimed)).toEqual(messages.slice(0, 2));
    expect(idsOf((await turn(store, senderId, { room: 2, at })).claimed)).toEqual(messages.slice(2));
    expect((await turn(store, senderId, { room: 2, at })).claimed).toEqual([]);
    expect(await states(store, messages)).toEqual(['sending', 'sending', 'sending']);
  });

  it('claims a message once, however often its scope names it', async () => {
    const { store, senderId, messages } = await waiting(exam);
    const { claimed } = await turn(store, senderId, { scope: { kind: 'messages', ids: [...messages, ...messages] } });
    expect(idsOf(claimed)).toEqual(messages);
  });

  it('hands over all that a request to the provider needs', async () => {
    const { store, senderId, contactId, messages } = await waiting(exam);
    await store.recordInbound({ senderId, messages: [{ contactId, at: NOON }] });
    const reply = await queue(store, { senderId, contactId, template: null });
    const { claimed } = await turn(store, senderId);
    const common = { attempt: 1, contactId, phone: phone('1111'), userId: null, runId: null };
    expect(claimed).toHaveLength(2);
    expect(claimed).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...common,
          id: messages[0],
          parameters: {},
          freeForm: null,
          template: expect.objectContaining({ name: 'offer' }),
        }),
        expect.objectContaining({ ...common, id: reply, parameters: {}, freeForm: { type: 'text', body: 'Hello' }, template: null }),
      ]),
    );
  });

  it('settles what is finished and claims what comes next in one go', async () => {
    const { store, senderId, messages } = await waiting(exam, 2);
    const [first, second] = messages;
    if (first === undefined || second === undefined) throw new Error('two messages');
    await turn(store, senderId, { room: 1, at: later(5) });
    const { settled, claimed } = await turn(store, senderId, {
      room: 1,
      at: later(5),
      outcomes: [outcomeOf(first, 'delivered', { attempt: 1 })],
    });
    expect(settled).toMatchObject([{ messageId: first, from: 'sending', to: 'delivered', charged: 100n, closed: 100n }]);
    expect(idsOf(claimed)).toEqual([second]);
  });

  it('without room settles only', async () => {
    const { store, senderId, messages } = await waiting(exam);
    expect((await turn(store, senderId, { room: 0 })).claimed).toEqual([]);
    expect(await states(store, messages)).toEqual(['queued']);
  });

  it('of more than its maximum is a bug of the caller', async () => {
    const { store, senderId, messages } = await waiting(exam);
    const outcomes = Array.from({ length: 4 * BATCH_MAX + 1 }, () => outcomeOf(ids.sortable(NOON), 'sent'));
    await expect(turn(store, senderId, { room: BATCH_MAX + 1 })).rejects.toMatchObject({ code: 'bug' });
    await expect(turn(store, senderId, { outcomes })).rejects.toMatchObject({ code: 'bug' });
    expect(await states(store, messages)).toEqual(['queued']);
  });

  it('tells when the next one is due, if it could claim none', async () => {
    const { store, senderId, messages } = await waiting(exam, 2);
    const [first, second] = messages;
    if (first === undefined || second === undefined) throw new Error('two messages');
    expect((await turn(store, senderId, { at: later(5) })).nextDueAt).toBeNull(); // it claimed two
    const retry = (id: MessageId, minutes: number) => outcomeOf(id, 'retry', { attempt: 1, retryAt: later(minutes) });
    const { claimed, nextDueAt } = await turn(store, senderId, { at: later(5), outcomes: [retry(first, 30), retry(second, 20)] });
    expect(claimed).toEqual([]);
    expect(nextDueAt).toBe(later(20));
    expect((await turn(store, senderId, { at: later(5), scope: { kind: 'messages', ids: [first] } })).nextDueAt).toBe(later(30));
    const again = await turn(store, senderId, { at: later(20) });
    expect(again.claimed).toMatchObject([{ id: second, attempt: 2 }]);
    expect((await turn(store, senderId, { at: later(40), scope: { kind: 'messages', ids: [] } })).nextDueAt).toBeNull();
  });

  it('keeps to its scope: a campaign, certain messages, one sender', async () => {
    const { store, senderId, contactId, messages } = await waiting(exam);
    const { campaignId } = await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON });
    const inCampaign = await queue(store, { senderId, contactId, template: 'offer', campaignId });
    const shop = makeSender({ name: 'shop' });
    await store.putSender(shop);
    expect((await turn(store, shop.id, { scope: { kind: 'messages', ids: messages } })).claimed).toEqual([]);
    expect(idsOf((await turn(store, senderId, { scope: { kind: 'campaign', campaignId } })).claimed)).toEqual([inCampaign]);
    expect((await turn(store, senderId, { scope: { kind: 'campaign', campaignId } })).nextDueAt).toBeNull();
    expect(idsOf((await turn(store, senderId, { scope: { kind: 'messages', ids: [inCampaign, ...messages] } })).claimed)).toEqual(messages);
  });
}

function examGate(exam: Exam): void {
  // While it is in flight a stop cannot cancel a message; when the request turns out not to have been sent, the gate must.
  async function backInTheQueue(exam_: Exam, before: (shop: Waiting) => Promise<void>) {
    const shop = await waiting(exam_);
    const [id] = shop.messages;
    if (id === undefined) throw new Error('one message');
    await turn(shop.store, shop.senderId);
    await before(shop);
    const outcomes = [outcomeOf(id, 'retry', { attempt: 1, retryAt: NOON })];
    return { ...shop, id, ...(await turn(shop.store, shop.senderId, { outcomes, at: later(2) })) };
  }

  async function stop(store: Store, contactId: ContactId, event: ReturnType<typeof makeEvent>): Promise<void> {
    const writes = [{ contactId, who: { contactId }, events: [event] }];
    const [written] = await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: later(1) }, decideSettlements);
    expect(written?.cancelled).toEqual([]);
    expect(written?.inFlight).toHaveLength(1);
  }

  it.each(['block', 'opt_out'] as const)('stops what a %s was recorded against meanwhile, and releases it', async (kind) => {
    const { store, claimed, settled, id } = await backInTheQueue(exam, ({ store: open, senderId, contactId }) =>
      stop(open, contactId, makeEvent(kind, senderId, { at: later(1) })),
    );
    const reason = kind === 'block' ? 'blocked' : 'opted_out';
    expect(claimed).toEqual([]);
    expect(settled.at(-1)).toMatchObject({ messageId: id, from: 'queued', to: 'cancelled', closed: 100n, reason });
    expect(await states(store, [id])).toEqual([['cancelled', reason]]);
    expect((await store.entriesOf(id)).map(({ kind: entry, cause }) => cause ?? entry)).toEqual(['reservation', 'cancelled']);
  });

  exam.needs('several_connections')('sees what another process recorded between the admission and the claim', async () => {
    const { store, claimed, id } = await backInTheQueue(exam, async ({ connect, senderId, contactId }) => {
      const other = await connect();
      await stop(other, contactId, makeEvent('block', senderId, { at: later(1) }));
    });
    expect(claimed).toEqual([]);
    expect(await states(store, [id])).toEqual([['cancelled', 'blocked']]);
  });

  it('stops what was admitted with a template that has been replaced', async () => {
    const { store, senderId, messages } = await waiting(exam);
    await store.putTemplate(makeTemplate(senderId, { components: [{ type: 'BODY', text: 'New words' }] }));
    expect((await turn(store, senderId)).claimed).toEqual([]);
    expect(await states(store, messages)).toEqual([['cancelled', 'template_unavailable']]);
  });

  it('lets what waits go on when only the time to live of its template is another one', async () => {
    const { store, senderId, messages } = await waiting(exam);
    await store.putTemplate(makeTemplate(senderId, { ttlSeconds: 43_200 }));
    expect((await turn(store, senderId)).claimed.map(({ id }) => id)).toEqual(messages);
  });

  it('gives up what waited too long', async () => {
    const { store, senderId, messages } = await waiting(exam);
    const expiry = toInstant(NOON + DELIVERY_TTL_MS);
    expect((await turn(store, senderId, { at: expiry })).settled).toMatchObject([{ to: 'expired', closed: 100n }]);
    expect(await states(store, messages)).toEqual(['expired']);
  });

  it('stops a reply when the window has closed', async () => {
    const { store, senderId, contactId } = await waiting(exam);
    await store.recordInbound({ senderId, messages: [{ contactId, at: NOON }] });
    const reply = await queue(store, { senderId, contactId, template: null });
    const { claimed } = await turn(store, senderId, { at: later(24 * 60), scope: { kind: 'messages', ids: [reply] } });
    expect(claimed).toEqual([]);
    expect(await states(store, [reply])).toEqual([['cancelled', 'no_window']]);
  });
}

function examSilence(exam: Exam): void {
  const HORIZON_MS = DELIVERY_TTL_MS + SILENCE_GRACE_MS;

  async function handedOver(store: Store, senderId: SenderId, messages: readonly MessageId[], at: Instant): Promise<void> {
    await turn(store, senderId, { at });
    const kinds = ['accepted', 'sent', 'unknown', 'delivered', 'failed'] as const;
    const outcomes = messages.map((id, index) => outcomeOf(id, kinds[index] ?? 'sent', { at }));
    await turn(store, senderId, { outcomes, room: 0, at });
  }

  it('is what lasted to the horizon after the last word, of messages that may still come', async () => {
    const { store, senderId, messages } = await waiting(exam, 5);
    const at = later(10);
    await handedOver(store, senderId, messages, at);
    expect(await store.silent(toInstant(at + HORIZON_MS - 1))).toEqual([]);
    expect((await store.silent(toInstant(at + HORIZON_MS))).toSorted()).toEqual(messages.slice(0, 3).toSorted());
  });

  it('ends earlier where the template gives less time to deliver', async () => {
    const opened = await start(exam);
    await opened.store.putTemplate(makeTemplate(opened.senderId, { ttlSeconds: 43_200 }));
    const contactId = await addPerson(opened.store, opened.senderId, '1', ['marketing']);
    const id = await queue(opened.store, { senderId: opened.senderId, contactId, template: 'offer' });
    await handedOver(opened.store, opened.senderId, [id], NOON);
    const end = NOON + 43_200_000 + SILENCE_GRACE_MS;
    expect(await opened.store.silent(toInstant(end - 1))).toEqual([]);
    expect(await opened.store.silent(toInstant(end))).toEqual([id]);
  });
}
