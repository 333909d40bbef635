// Pace: what the rates of a number and of its pairs let through, shared by all who claim from the store.

import { expect, it } from 'vitest';
import { DELIVERY_TTL_MS } from '../../../src/domain/message.ts';
import type { Sender } from '../../../src/domain/sender.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { Turn, TurnResult } from '../../../src/ports/store/outbox.ts';
import type { WorkerId } from '../../../src/values/id.ts';
import { type Instant, toInstant } from '../../../src/values/time.ts';
import { queue } from './admission.ts';
import { admit, requestTo, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, makeSender, makeTemplate, makeWhatsapp, NOON, phone, start } from './fixture.ts';

type Paced = { readonly store: Store; readonly connect: () => Promise<Store>; readonly sender: Sender };

/** A WhatsApp sender with `people` messages queued, one to each. */
async function paced(exam: Exam, people: number, ratePerSecond = 80): Promise<Paced> {
  const { store, connect } = await start(exam);
  const sender = makeSender({ name: 'shop', transport: 'whatsapp', whatsapp: makeWhatsapp({ ratePerSecond }) });
  await store.putSender(sender);
  await store.putTemplate(makeTemplate(sender.id));
  const numbers = Array.from({ length: people }, (_, index) => String(index + 1_001));
  for (const number of numbers) await addPerson(store, sender.id, number, ['marketing']);
  await admit(
    store,
    sender.id,
    numbers.map((number) => requestTo(phone(number))),
  );
  return { store, connect, sender };
}

const take = (store: Store, { id }: Sender, at: Instant, rest: Partial<Turn> = {}): Promise<TurnResult> =>
  turn(store, id, { isPaced: true, at, ...rest });

/** Works from `NOON` on, always at the moment that the turn before named; the instants of the claims. */
async function workThrough(stores: readonly Store[], sender: Sender): Promise<readonly Instant[]> {
  const begun: Instant[] = [];
  const workers = stores.map(() => ids.sortable<'worker'>(NOON)); // one for each connection, as processes have
  let at = NOON;
  for (let index = 0; ; index += 1) {
    const which = index % stores.length;
    const { claimed, nextDueAt } = await take(stores[which] as Store, sender, at, { workerId: workers[which] as WorkerId });
    begun.push(...claimed.map(() => at));
    if (nextDueAt === null) return begun;
    at = toInstant(Math.max(at, nextDueAt));
  }
}

function mostInASecond(begun: readonly Instant[]): number {
  return Math.max(...begun.map((from) => begun.filter((at) => at >= from && at < from + 1_000).length));
}

/** The cases. */
export function examPace(exam: Exam): void {
  it('claims no more in any second than the number may send, and hardly less', async () => {
    const { store, sender } = await paced(exam, 200);
    const begun = await workThrough([store], sender);
    expect(begun).toHaveLength(200);
    expect(mostInASecond(begun)).toBeLessThanOrEqual(80);
    expect(Math.max(...begun) - NOON).toBeLessThanOrEqual((200 / 80) * 1_000 * 1.05);
  });

  exam.needs('several_connections')('keeps to a rate that another process changed, once the senders are listed', async () => {
    const { store, connect, sender } = await paced(exam, 200);
    expect((await take(store, sender, NOON, { room: 1 })).claimed).toHaveLength(1); // the old rate is known here
    await (await connect()).putSender({ ...sender, whatsapp: makeWhatsapp({ ratePerSecond: 20 }) });
    await store.listSenders(sender.accountId);
    const begun = await workThrough([store], sender);
    expect(begun).toHaveLength(199);
    expect(mostInASecond(begun)).toBeLessThanOrEqual(20);
  });

  exam.needs('several_connections')('keeps to the rate also where several work on one store', async () => {
    const { store, connect, sender } = await paced(exam, 200);
    const begun = await workThrough([store, await connect(), await connect(), await connect()], sender);
    expect(begun).toHaveLength(200);
    expect(mostInASecond(begun)).toBeLessThanOrEqual(80);
  });

  it('lets a pair have 45 at once and then one in 6 seconds, and everybody else go on', async () => {
    const { store, sender } = await paced(exam, 0, 1_000_000);
    const [one, other] = [
      await addPerson(store, sender.id, '7777', ['marketing']),
      await addPerson(store, sender.id, '8888', ['marketing']),
    ];
    for (let index = 0; index < 47; index += 1) await queue(store, { senderId: sender.id, contactId: one, template: 'offer', at: NOON });
    await queue(store, { senderId: sender.id, contactId: other, template: 'offer', at: NOON });
    const names = async (at: Instant) =>
      (await take(store, sender, at)).claimed.map(({ contactId }) => (contactId === one ? 'one' : 'other'));
    expect(await names(NOON)).toEqual(['one']); // a number begins with one after a rest
    expect(await names(toInstant(NOON + 1))).toEqual([...Array.from({ length: 44 }, () => 'one'), 'other']);
    expect(await names(toInstant(NOON + 5_990))).toEqual([]);
    expect(await names(toInstant(NOON + 6_000))).toEqual(['one']);
    expect(await names(toInstant(NOON + 12_000))).toEqual(['one']);
  });

  it('stops for a hold of the number, says when it goes on, and goes on then', async () => {
    const { store, sender } = await paced(exam, 3);
    const [first] = (await turn(store, sender.id, { isPaced: true, room: 1 })).claimed;
    if (first === undefined) throw new Error('one was claimed');
    const until = later(1);
    const held = await turn(store, sender.id, {
      isPaced: true,
      holds: [{ scope: 'number', contactId: first.contactId, templateId: null, until, slows: false }],
    });
    expect(held).toMatchObject({ claimed: [], nextDueAt: until });
    expect((await take(store, sender, toInstant(until - 1))).claimed).toEqual([]);
    expect((await take(store, sender, until)).claimed).not.toEqual([]);
  });

  exam.needs('several_connections')(
    'goes on at half its rate after it was too fast, whoever sends, and is soon back at the whole',
    async () => {
      const { store, connect, sender } = await paced(exam, 200);
      const [other, workerId] = [await connect(), ids.sortable<'worker'>(NOON)];
      const [first] = (await turn(store, sender.id, { isPaced: true, room: 1 })).claimed;
      if (first === undefined) throw new Error('one was claimed');
      const hold = { scope: 'number', contactId: first.contactId, templateId: null, until: toInstant(NOON + 1_000), slows: true } as const;
      await turn(store, sender.id, { isPaced: true, room: 0, holds: [hold, hold, hold] });
      const countIn = async (from: Instant): Promise<number> => {
        let count = 0;
        for (let at = from; at < from + 1_000; ) {
          const { claimed, nextDueAt } = await turn(other, sender.id, { isPaced: true, at, room: 64, workerId });
          count += claimed.length;
          at = toInstant(Math.max(at + 1, nextDueAt ?? Number.POSITIVE_INFINITY));
        }
        return count;
      };
      const slow = await countIn(toInstant(NOON + 1_000));
      expect([slow > 34, slow <= 43]).toEqual([true, true]); // half of 80, and rising
      expect(await countIn(later(1))).toBeGreaterThan(74);
    },
  );

  it('stops for a hold of one template, and lets the others pass', async () => {
    const { store, sender } = await paced(exam, 1);
    const contactId = await addPerson(store, sender.id, '9999', ['marketing']);
    await store.putTemplate(makeTemplate(sender.id, { name: 'other' }));
    const other = await queue(store, { senderId: sender.id, contactId, template: 'other', at: NOON });
    const [offer] = await store.listTemplates({ senderId: sender.id, name: 'offer' });
    const hold = { scope: 'template', contactId, templateId: offer?.id ?? null, until: later(1), slows: false } as const;
    const held = await turn(store, sender.id, { isPaced: true, at: toInstant(NOON + 500), holds: [hold] });
    expect([...held.claimed, ...(await take(store, sender, toInstant(NOON + 1_000))).claimed].map(({ id }) => id)).toEqual([other]);
    const waiting = { name: 'offer', language: 'en', isPaused: false, units: 1, until: later(1) };
    expect(await store.heldTemplates(sender.id, toInstant(NOON + 1_000))).toEqual([waiting]);
    expect(await store.heldTemplates(sender.id, later(1))).toEqual([]);
    expect((await take(store, sender, toInstant(later(1) - 1))).claimed).toEqual([]);
    expect((await take(store, sender, later(1))).claimed).toHaveLength(1);
  });

  it('puts off all that wait for a held template at once, and none of them beyond its own expiry', async () => {
    const { store, sender } = await paced(exam, 50);
    const [offer] = await store.listTemplates({ senderId: sender.id, name: 'offer' });
    const contactId = await addPerson(store, sender.id, '9999', ['marketing']);
    const until = toInstant(NOON + 40 * 86_400_000);
    const hold = { scope: 'template', contactId, templateId: offer?.id ?? null, until, slows: false } as const;
    expect(await turn(store, sender.id, { isPaced: true, holds: [hold] })).toEqual({
      settled: [],
      claimed: [],
      isPaused: false,
      nextDueAt: NOON,
    });
    expect((await turn(store, sender.id, { isPaced: true })).nextDueAt).toBe(NOON + DELIVERY_TTL_MS);
  });

  it('holds every number of the account where the provider asks for that', async () => {
    const { store, sender } = await paced(exam, 1);
    const second = makeSender({ name: 'bank', transport: 'whatsapp', whatsapp: makeWhatsapp({ phoneNumberId: '1066' }) });
    await store.putSender(second);
    const contactId = await addPerson(store, sender.id, '9999');
    await turn(store, second.id, {
      isPaced: true,
      holds: [{ scope: 'account', contactId, templateId: null, until: later(1), slows: false }],
    });
    expect(await take(store, sender, NOON)).toMatchObject({ claimed: [], nextDueAt: later(1) });
  });

  it('paces nobody where the transport is not paced', async () => {
    const { store, sender } = await paced(exam, 100, 1);
    expect((await turn(store, sender.id)).claimed).toHaveLength(100);
  });
}
