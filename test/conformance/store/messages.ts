// Messages as people ask for them: lists, single ones, their entries.

import { expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import type { MessageFilter } from '../../../src/ports/store/report.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { DELIVERY_TTL_MS } from '../../../src/domain/message.ts';
import { toOutcome } from '../../../src/domain/outcome.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import { toInstant } from '../../../src/values/time.ts';
import { claim, queue, settle } from './admission.ts';
import { admit as admitAll, outcomeOf, requestTo } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, makeSender, makeTemplate, NOON, phone, start } from './fixture.ts';

const ALL: MessageFilter = { senderId: null, state: null, campaignId: null, contactId: null, since: null };

/** The cases. */
export function examMessages(exam: Exam): void {
  it('shows a message with everything that it was admitted with', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const { campaignId } = await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON });
    const tags = ['vip', 'a,b "c"', 'ünïcode'];
    const id = await queue(store, { senderId, contactId, template: 'offer', campaignId, costCenter: 'EU-7', tags });
    expect(await store.findMessages([id])).toEqual([
      {
        id,
        sender: 'sandbox',
        campaign: 'autumn',
        contactId,
        phone: phone('1'),
        template: 'offer',
        language: 'en',
        state: 'queued',
        reason: null,
        category: 'marketing',
        market: 'Germany',
        currency: 'USD',
        price: 100n,
        maxPrice: null,
        attempt: 0,
        uncounted: 0,
        costCenter: 'EU-7',
        tags: expect.arrayContaining(tags),
        providerId: null,
        retryOf: null,
        retriedBy: null,
        createdAt: NOON,
        changedAt: NOON,
        dueAt: NOON,
        expiresAt: toInstant(NOON + DELIVERY_TTL_MS),
      },
    ]);
  });

  it('shows a free-form message outside any campaign with nulls', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1');
    await store.recordInbound({ senderId, messages: [{ contactId, at: NOON }] });
    const id = await queue(store, { senderId, contactId, template: null });
    expect((await store.findMessages([id]))[0]).toMatchObject({
      campaign: null,
      template: null,
      language: null,
      costCenter: null,
      tags: [],
      category: 'service',
    });
  });

  it('answers in the order of the ids, with null where there is none', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const [first, second] = [
      await queue(store, { senderId, contactId, template: 'offer' }),
      await queue(store, { senderId, contactId, template: 'offer' }),
    ];
    const found = await store.findMessages([second, 'none' as MessageId, first, second]);
    expect(found.map((message) => message?.id ?? null)).toEqual([second, null, first, second]);
    expect(await store.findMessages([])).toEqual([]);
  });

  it('lists pages, newest first', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const queued: MessageId[] = [];
    for (const minutes of [1, 2, 3]) queued.push(await queue(store, { senderId, contactId, template: 'offer', at: later(minutes) }));
    const first = await store.listMessages(ALL, { limit: 2, after: null });
    const second = await store.listMessages(ALL, { limit: 2, after: first.next });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(queued.toReversed());
    expect([first.items.length, second.next]).toEqual([2, null]);
    expect((await store.listMessages(ALL, { limit: 3, after: null })).next).toBeNull();
  });

  it('filters by sender, state, campaign, person and time', async () => {
    const { store, senderId } = await start(exam);
    const shop = makeSender({ name: 'shop' });
    await store.putSender(shop);
    await store.putTemplate(makeTemplate(shop.id));
    const ana = await addPerson(store, senderId, '1', ['marketing']);
    const ben = await addPerson(store, shop.id, '2', ['marketing']);
    const { campaignId } = await store.openRun({ id: ids.short(), senderId, campaign: 'autumn', at: NOON });
    const early = await queue(store, { senderId, contactId: ana, template: 'offer', at: later(1) });
    const late = await queue(store, { senderId, contactId: ana, template: 'offer', at: later(2), campaignId });
    const other = await queue(store, { senderId: shop.id, contactId: ben, template: 'offer', at: later(3) });
    await settle(store, early, 'cancelled', later(4));
    expect(await idsOf(store, { senderId: shop.id })).toEqual([other]);
    expect(await idsOf(store, { state: 'cancelled' })).toEqual([early]);
    expect(await idsOf(store, { campaignId })).toEqual([late]);
    expect(await idsOf(store, { contactId: ana })).toEqual([late, early]);
    expect(await idsOf(store, { since: later(2) })).toEqual([other, late]);
    expect(await idsOf(store, { contactId: ana, state: 'queued', since: NOON })).toEqual([late]);
  });

  it('gives what a message says, by id', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    await store.recordInbound({ senderId, messages: [{ contactId, at: NOON }] });
    const [offer, text] = [
      await queue(store, { senderId, contactId, template: 'offer' }),
      await queue(store, { senderId, contactId, template: null }),
    ];
    const [template] = await store.listTemplates({ senderId, name: 'offer' });
    expect(await store.findContents([text, 'none' as MessageId, offer])).toEqual([
      { templateId: null, content: '{"type":"text","body":"Hello"}' },
      null,
      { templateId: template?.id, content: '{}' },
    ]);
  });

  it('shows who decided about an unknown one, and why', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const id = await queue(store, { senderId, contactId, template: 'offer' });
    await claim(store, senderId, [id]);
    await settle(store, id, 'unknown', later(1));
    const outcome = toOutcome({ messageId: id, kind: 'failed', at: later(2) });
    await store.resolve({ outcome, by: 'ada', reason: 'asked them', at: later(2) }, decideSettlements);
    expect(await store.resolutionsOf(id)).toEqual([{ attempt: 1, outcome: 'failed', by: 'ada', reason: 'asked them', at: later(2) }]);
    expect(await store.resolutionsOf('none' as MessageId)).toEqual([]);
  });

  it('shows what was sent again, on both sides', async () => {
    const { store, senderId } = await start(exam);
    const number = phone('1');
    await addPerson(store, senderId, '1', ['marketing']);
    const first = requestTo(number);
    const again = { ...requestTo(number), key: null, retryOf: first.id };
    await admitAll(store, senderId, [first]);
    await admitAll(store, senderId, [again]);
    expect(await store.findMessages([first.id, again.id])).toMatchObject([
      { retryOf: null, retriedBy: again.id },
      { retryOf: first.id, retriedBy: null },
    ]);
  });

  it('does not send again what arrived after all while its retry waited', async () => {
    const { store, senderId } = await start(exam);
    const number = phone('1');
    await addPerson(store, senderId, '1', ['marketing']);
    const first = requestTo(number);
    const again = { ...requestTo(number), retryOf: first.id };
    await admitAll(store, senderId, [first]);
    await claim(store, senderId, [first.id]);
    await settle(store, first.id, 'failed', later(1));
    await admitAll(store, senderId, [again]);
    await settle(store, first.id, 'delivered', later(2));
    expect(await claim(store, senderId, [again.id], later(3))).toEqual([]);
    expect(await store.findMessages([first.id, again.id])).toMatchObject([
      { state: 'delivered', retriedBy: again.id },
      { state: 'cancelled', reason: 'already_sent' },
    ]);
  });

  it('does not send again what arrived after all further back in a chain of retries', async () => {
    const { store, senderId } = await start(exam);
    const number = phone('1');
    await addPerson(store, senderId, '1', ['marketing']);
    const first = requestTo(number);
    const second = { ...requestTo(number), retryOf: first.id };
    const third = { ...requestTo(number), retryOf: second.id };
    for (const request of [first, second]) {
      await admitAll(store, senderId, [request]);
      await claim(store, senderId, [request.id]);
      await settle(store, request.id, 'failed', later(1));
    }
    await admitAll(store, senderId, [third]);
    await settle(store, first.id, 'delivered', later(2));
    expect(await claim(store, senderId, [third.id], later(3))).toEqual([]);
    expect(await store.findMessages([third.id])).toMatchObject([{ state: 'cancelled', reason: 'already_sent' }]);
  });

  it('keeps what the provider says late of a message that was given up', async () => {
    const { store, senderId } = await start(exam);
    const number = phone('1');
    await addPerson(store, senderId, '1', ['marketing']);
    const lost = requestTo(number);
    await admitAll(store, senderId, [lost]);
    await claim(store, senderId, [lost.id]);
    await settle(store, lost.id, 'unknown', later(1));
    await settle(store, lost.id, 'expired', later(2));
    const sent = outcomeOf(lost.id, 'sent', { providerId: 'wamid.1', at: later(3) });
    await store.settle({ outcomes: [sent, sent], at: later(3) }, decideSettlements);
    expect(await store.findMessages([lost.id])).toMatchObject([{ state: 'expired', reason: 'sent_after_all', providerId: 'wamid.1' }]);
    await settle(store, lost.id, 'delivered', later(4));
    expect((await store.entriesOf(lost.id)).map(({ kind, posted }) => [kind, posted])).toEqual([
      ['reservation', 0n],
      ['release', 0n],
      ['charge', 100n],
    ]);
  });

  it('shows the entries of one message, oldest first', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1', ['marketing']);
    const [id, other] = [
      await queue(store, { senderId, contactId, template: 'offer' }),
      await queue(store, { senderId, contactId, template: 'offer' }),
    ];
    await claim(store, senderId, [id]);
    await settle(store, id, 'delivered', later(1));
    const common = {
      currency: 'USD',
      market: 'Germany',
      category: 'marketing',
      pricingType: 'regular',
      sequence: expect.any(Number),
      cause: null,
    };
    const rule = expect.stringMatching(/^list/);
    expect(await store.entriesOf(id)).toEqual([
      { ...common, kind: 'reservation', attempt: 0, held: 100n, posted: 0n, eventAt: NOON, recordedAt: NOON, rule },
      { ...common, kind: 'charge', attempt: 1, held: -100n, posted: 100n, eventAt: later(1), recordedAt: later(1), rule },
    ]);
    expect(await store.entriesOf(other)).toHaveLength(1);
    expect(await store.entriesOf('none' as MessageId)).toEqual([]);
  });
}

async function idsOf(store: Store, filter: Partial<MessageFilter>): Promise<readonly MessageId[]> {
  return (await store.listMessages({ ...ALL, ...filter }, { limit: 50, after: null })).items.map(({ id }) => id);
}
