// Ending what silence has outlasted. Recovering the dead takes processes, and is in the exam of the stores.

import { expect, it } from 'vitest';
import { DELIVERY_TTL_MS, SILENCE_GRACE_MS } from '../../src/domain/message.ts';
import type { Store } from '../../src/ports/store.ts';
import { recover } from '../../src/send/recover.ts';
import { BATCH_MAX, slices } from '../../src/values/batch.ts';
import type { MessageId } from '../../src/values/id.ts';
import { type Day, type Instant, toInstant } from '../../src/values/time.ts';
import { addCrowd, admit, outcomeOf, requestTo, settle, turn } from '../conformance/store/crowd.ts';
import { NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';

const HORIZON = toInstant(NOON + DELIVERY_TTL_MS + SILENCE_GRACE_MS);

async function sent(count: number): Promise<{ readonly store: Store; readonly messages: readonly MessageId[] }> {
  const { store, senderId } = await startInMemory();
  const requests = (await addCrowd(store, senderId, count)).map((number) => requestTo(number));
  for (const batch of slices(requests, BATCH_MAX)) {
    await admit(store, senderId, batch);
    const { claimed } = await turn(store, senderId);
    await settle(
      store,
      claimed.map(({ id }) => outcomeOf(id, 'unknown')),
    );
  }
  return { store, messages: requests.map(({ id }) => id) };
}

const recoverAt = (store: Store, at: Instant) => recover(store, { diedWithProcess: [], at });

async function reserved(store: Store): Promise<bigint | undefined> {
  const period = { from: '2026-01-01' as Day, to: '2027-01-01' as Day };
  return (await store.counters({ period, senderId: null, groupBy: [] })).totals[0]?.counters.reserved;
}

it('releases what nobody has heard of, more than a batch of it, at the horizon and not before', async () => {
  const { store, messages } = await sent(BATCH_MAX + 1);
  await recoverAt(store, toInstant(HORIZON - 1));
  expect(await reserved(store)).toBe(100n * BigInt(messages.length));
  await recoverAt(store, HORIZON);
  const records = await store.findMessages(messages);
  expect(records.every((record) => record?.state === 'expired' && record.reason === 'silence')).toBe(true);
  expect(await reserved(store)).toBe(0n);
});

it('has nothing to do the second time', async () => {
  const { store, messages } = await sent(1);
  const [id] = messages;
  if (id === undefined) throw new Error('one message');
  await recoverAt(store, HORIZON);
  const before = await store.entriesOf(id);
  await recoverAt(store, HORIZON);
  expect(await store.entriesOf(id)).toEqual(before);
  expect(before.map(({ kind, cause }) => cause ?? kind)).toEqual(['reservation', 'expired']);
});
