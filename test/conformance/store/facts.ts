// What outcomes tell about people: who stopped marketing at the provider, whom it cannot reach, whom it reaches again; and what a person decides about an
// unknown outcome.

import { expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { ContactId, MessageId } from '../../../src/values/id.ts';
import { admit, queue } from './admission.ts';
import { outcomeOf, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, NOON, type Started, start } from './fixture.ts';
import { messageFrom, personOf, receive, resultsOf, statusOf } from './webhooks.ts';

const STOPPED = { error: { code: '131050', title: 'Marketing stopped' } };
const UNDELIVERABLE = { error: { code: '131026', title: 'Undeliverable' } };

/** The cases. */
export function examFacts(exam: Exam): void {
  it('writes a stop of marketing down with its evidence, once, and cancels the marketing that is queued', async () => {
    const { store, senderId, contactId, id } = await inFlight(exam);
    const offer = await queue(store, { senderId, contactId, template: 'offer', at: later(1) });
    const notice = await queue(store, { senderId, contactId, template: 'notice', at: later(1) });
    const failed = statusOf(senderId, id, 'failed', { ...STOPPED, providerId: 'wamid.1', at: later(2) });
    const [first, second] = await receive(store, [failed, failed]);
    expect([first?.result, second?.result]).toEqual(['applied', 'repeated']);
    expect(first?.cancelled).toEqual([offer]);
    expect(await resultsOf(store, [failed])).toEqual(['repeated']);
    const stops = (await store.consentHistory(contactId)).filter(({ subject }) => subject === 'messenger');
    expect(stops).toMatchObject([{ kind: 'opt_out', at: later(2), by: 'customer', source: 'whatsapp 131050', scope: senderId }]);
    expect(JSON.parse(stops[0]?.evidence ?? '')).toEqual({
      code: '131050',
      title: 'Marketing stopped',
      provider_id: 'wamid.1',
      message_id: id,
    });
    expect((await store.findMessages([offer, notice])).map((message) => [message?.state, message?.reason])).toEqual([
      ['cancelled', 'opted_out'],
      ['queued', null],
    ]);
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(3) })).toMatchObject({ reason: 'opted_out' });
    expect(await admit(store, { senderId, contactId, template: 'notice', at: later(3) })).toMatchObject({ kind: 'admitted' });
  });

  it('hears the same from the answer to a request, in the turn that settles it', async () => {
    const { store, senderId, contactId, id } = await inFlight(exam);
    const offer = await queue(store, { senderId, contactId, template: 'offer', at: later(1) });
    const { settled, claimed } = await turn(store, senderId, { outcomes: [outcomeOf(id, 'rejected', STOPPED)], at: later(2) });
    expect(settled.map(({ messageId, to }) => [messageId, to])).toEqual([[id, 'failed']]);
    expect(claimed).toEqual([]);
    expect((await store.findMessages([offer]))[0]).toMatchObject({ state: 'cancelled', reason: 'opted_out' });
  });

  it('marks whom the provider cannot reach, until it reaches them', async () => {
    const { store, senderId, contactId, id } = await inFlight(exam);
    await turn(store, senderId, { outcomes: [outcomeOf(id, 'accepted')], room: 0 });
    const second = await sent({ store, senderId, contactId });
    const failed = outcomeOf(id, 'failed', { ...UNDELIVERABLE, at: later(5) });
    await settle(store, [failed], later(6));
    expect(await markOf({ store, contactId })).toEqual([later(5), '131026: Undeliverable']);
    expect(await admit(store, { senderId, contactId, template: 'offer', at: later(6) })).toMatchObject({ reason: 'undeliverable' });
    await settle(store, [outcomeOf(second, 'delivered', { at: later(7) })], later(8));
    expect(await markOf({ store, contactId })).toEqual([null, null]);
    // What is told again of the time before says nothing any more.
    await settle(store, [failed], later(9));
    expect(await markOf({ store, contactId })).toEqual([null, null]);
  });

  it('knows within a batch what an earlier outcome told of the same person', async () => {
    const { store, senderId, contactId, id } = await inFlight(exam);
    const second = await sent({ store, senderId, contactId });
    const [failed, delivered] = [
      outcomeOf(id, 'failed', { ...UNDELIVERABLE, at: later(5) }),
      outcomeOf(second, 'delivered', { at: later(6) }),
    ];
    await settle(store, [outcomeOf(second, 'sent'), failed, delivered, failed], later(7));
    expect(await markOf({ store, contactId })).toEqual([null, null]);
  });

  it('is told that somebody can be reached by what they write, also before the failure is heard of', async () => {
    const { store, senderId, contactId, id } = await inFlight(exam);
    await settle(store, [outcomeOf(id, 'failed', { ...UNDELIVERABLE, at: later(1) })]);
    await receive(store, [messageFrom(senderId, personOf('1'), 'Hello', later(2))]);
    expect(await markOf({ store, contactId })).toEqual([null, null]);
    const next = await sent({ store, senderId, contactId });
    await settle(store, [outcomeOf(next, 'failed', { ...UNDELIVERABLE, at: later(1) })], later(9));
    expect(await markOf({ store, contactId })).toEqual([null, null]);
  });

  it('leaves nobody marked whom the same message reached, in either order', async () => {
    for (const order of [
      ['failed', 'delivered'],
      ['delivered', 'failed'],
    ] as const) {
      const { store, contactId, id } = await inFlight(exam);
      for (const kind of order) await settle(store, [outcomeOf(id, kind, kind === 'failed' ? UNDELIVERABLE : {})]);
      expect(await markOf({ store, contactId })).toEqual([null, null]);
    }
  });

  it.each([
    ['expired', 'expired', ['reservation 100', 'release -100']],
    ['failed', 'failed', ['reservation 100', 'release -100']],
    ['accepted', 'accepted', ['reservation 100']],
    ['delivered', 'delivered', ['reservation 100', 'charge -100']],
  ] as const)('lets a person decide that an unknown outcome was %s, once', async (kind, state, lines) => {
    const { store, id } = await inFlight(exam);
    const outcome = outcomeOf(id, kind, kind === 'expired' ? { error: { code: 'not_sent', title: '' } } : {});
    const resolution = { outcome, by: 'tom', reason: 'asked them', at: later(9) };
    await expect(store.resolve(resolution, decideSettlements)).rejects.toMatchObject({
      code: 'not_resolvable',
      details: { id, status: 'sending' },
    });
    await settle(store, [outcomeOf(id, 'unknown')]);
    expect(await store.resolve(resolution, decideSettlements)).toMatchObject({ from: 'unknown', to: state });
    expect((await store.entriesOf(id)).map(({ kind: line, held }) => `${line} ${held}`)).toEqual(lines);
    expect((await store.findMessages([id]))[0]?.reason).toBe(kind === 'expired' ? 'not_sent' : null);
    await expect(store.resolve(resolution, decideSettlements)).rejects.toMatchObject({
      code: 'not_resolvable',
      details: { status: state },
    });
    // The truth may still come: it wins.
    expect(await settle(store, [outcomeOf(id, 'read')], later(10))).toMatchObject([{ to: 'read' }]);
  });

  it('lets nobody decide about a message that is not there, or what only the provider can say', async () => {
    const { store, id } = await inFlight(exam);
    const decide = (messageId: MessageId, kind: 'failed' | 'read') =>
      store.resolve({ outcome: outcomeOf(messageId, kind), by: 'tom', reason: '', at: later(1) }, decideSettlements);
    await expect(decide(ids.sortable(NOON), 'failed')).rejects.toMatchObject({ code: 'unknown_message' });
    await expect(decide(id, 'read')).rejects.toMatchObject({ code: 'bug' });
  });
}

type Person = Pick<Started, 'store' | 'senderId'> & { readonly contactId: ContactId };

/** An offer on its way to somebody who agreed to marketing and utility. */
async function inFlight(exam: Exam): Promise<Person & { readonly id: MessageId }> {
  const { store, senderId } = await start(exam);
  const contactId = await addPerson(store, senderId, '1', ['marketing', 'utility']);
  return { store, senderId, contactId, id: await sent({ store, senderId, contactId }) };
}

async function sent({ store, senderId, contactId }: Person): Promise<MessageId> {
  const id = await queue(store, { senderId, contactId, template: 'offer' });
  await turn(store, senderId);
  return id;
}

async function markOf({ store, contactId }: Pick<Person, 'store' | 'contactId'>): Promise<readonly unknown[]> {
  const [found] = await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]);
  return [found?.contact.undeliverableAt, found?.contact.undeliverableReason];
}
