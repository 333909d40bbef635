// Several processes on one store: a cap is never passed, a message never claimed twice, and the claims of the dead are taken back once.

import { afterAll, beforeAll, expect } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import type { Recovery } from '../../../src/ports/store/outbox.ts';
import { SILENCE_GRACE_MS } from '../../../src/domain/message.ts';
import type { MessageId, SenderId } from '../../../src/values/id.ts';
import { type Day, SECOND_MS, toInstant } from '../../../src/values/time.ts';
import { addCrowd, admit, makeBudget, recoverDead, requestTo, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { later, makeTemplate, NOON, type Started, start } from './fixture.ts';
import { prepareWorkers, type Worker, type Workers } from './processes.ts';

const PROCESSES = 4;
const YEAR = { from: '2026-01-01' as Day, to: '2027-01-01' as Day };

/** The cases. */
export function examConcurrency(exam: Exam): void {
  let workers: Workers | undefined;
  beforeAll(async () => {
    workers = await prepareWorkers();
  });
  afterAll(() => workers?.close());
  const prepared = (): Workers => {
    if (workers === undefined) throw new Error('the workers are prepared before the cases');
    return workers;
  };
  const it = exam.needs('several_processes');

  it('never passes a cap, and uses it to the last message', async () => {
    const { store, senderId, place } = await start(exam);
    const numbers = numbersOf(await addCrowd(store, senderId, 40));
    await store.putBudget(makeBudget(senderId, 5_049n));
    const task = { do: 'admit', place, senderId, numbers, batch: 7, keys: null } as const;
    const answers = await prepared().together(times(PROCESSES, task));
    expect(countOf(answers)).toEqual({ admitted: 50, over_budget: PROCESSES * 40 - 50 });
    expect((await store.listBudgets({ senderId, at: NOON }))[0]?.used).toBe(5_000n);
    expect(await countersOf(store)).toMatchObject({ units: 50, reserved: 5_000n, committed: 5_000n });
  });

  it('makes one message of a key, whoever comes first', async () => {
    const { store, senderId, place } = await start(exam);
    const keys = 'abcdefghijkl';
    const numbers = numbersOf(await addCrowd(store, senderId, keys.length));
    const answers = await prepared().together(times(PROCESSES, { do: 'admit', place, senderId, numbers, batch: 3, keys } as const));
    expect(countOf(answers)).toMatchObject({ admitted: keys.length });
    expect(await countersOf(store)).toMatchObject({ units: keys.length });
  });

  it('never gives one message to two workers, and charges each once', async () => {
    const { store, senderId, place } = await start(exam);
    const messages = await queueCrowd(store, senderId, 90);
    const answers = (await prepared().together(
      times(PROCESSES, { do: 'work', place, senderId, room: 4 } as const),
    )) as readonly MessageId[][];
    expect(answers.flat().sort()).toEqual([...messages].sort());
    expect(await countersOf(store)).toMatchObject({ units: 90, delivered: 90, charged: 9_000n, reserved: 0n, committed: 9_000n });
  });

  it('never recovers what a living process holds, even one that is stopped; what a dead one held, once', async () => {
    const { store, senderId, place, worker, claimed } = await held(prepared(), exam);
    const recovery = { diedWithProcess: ['sandbox'], at: later(60) };
    expect(claimed).toHaveLength(3);
    expect(await recoverDead(store, recovery)).toEqual([]);
    worker.child.kill('SIGSTOP');
    expect(await recoverDead(store, recovery)).toEqual([]);
    worker.child.kill('SIGKILL');
    await worker.ended;
    const recoverers = times(PROCESSES, { do: 'recover', place, senderId, diedWithProcess: ['sandbox'] } as const);
    const recovered = ((await prepared().together(recoverers)) as readonly Recovery[][]).flat();
    // Whoever meets another one at the grave leaves it to them; the last word is said by the next look.
    const all = [...recovered, ...(await recoverDead(store, recovery))];
    expect(all.map(({ messageId }) => messageId).sort()).toEqual([...claimed].sort());
    expect(all.every(({ to }) => to === 'queued')).toBe(true);
    expect(await recoverDead(store, recovery)).toEqual([]);
    const again = await turn(store, senderId, { at: later(60), scope: { kind: 'messages', ids: claimed } });
    expect(again.claimed.map(({ attempt }) => attempt)).toEqual([2, 2, 2]);
  });

  examJournal(prepared, exam);

  it('holds for unknown, and never sends again, what may have left a process that died', async () => {
    const { store, senderId, worker, claimed } = await held(prepared(), exam);
    worker.child.kill('SIGKILL');
    await worker.ended;
    const recovered = await recoverDead(store, { diedWithProcess: [], at: later(60) });
    expect(recovered.map(({ to }) => to)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(await recoverDead(store, { diedWithProcess: [], at: later(60) })).toEqual([]);
    const end = later(60) + TTL_SECONDS * SECOND_MS + SILENCE_GRACE_MS;
    expect(await store.silent(toInstant(end - 1))).toEqual([]);
    expect((await store.silent(toInstant(end))).toSorted()).toEqual([...claimed].toSorted());
    expect((await store.findMessages(claimed)).map((record) => record?.state)).toEqual(['unknown', 'unknown', 'unknown']);
    expect((await turn(store, senderId, { at: later(60), scope: { kind: 'messages', ids: claimed } })).claimed).toEqual([]);
    expect(await countersOf(store)).toMatchObject({ reserved: 500n, charged: 0n });
  });
}

/** What the journal of the dead says of each of its claims: nothing, that it left, or what came back. */
const NOTES = '-lartu-';

function examJournal(prepared: () => Workers, exam: Exam): void {
  const it = exam.needs('several_processes');

  it('puts back what the journal of the dead does not note, settles what came back, and holds the rest for unknown', async () => {
    const { store, senderId, worker, claimed } = await held(prepared(), exam, NOTES);
    worker.child.kill('SIGKILL');
    await worker.ended;
    const recovered = await recoverDead(store, { diedWithProcess: [], at: later(60) });
    const ends = new Map(recovered.map(({ messageId, to }) => [messageId, to]));
    expect(claimed.map((id) => ends.get(id))).toEqual(['queued', 'unknown', 'accepted', 'failed', 'queued', 'unknown', 'queued']);
    const records = await store.findMessages(claimed);
    expect(records.map((record) => record?.reason ?? null)).toEqual([null, 'process_died', null, '131026', '130429', 'no_answer', null]);
    expect(records.map((record) => record?.uncounted)).toEqual([1, 0, 0, 0, 0, 0, 1]);
    expect(await countersOf(store)).toMatchObject({ units: 9, failed: 1, reserved: 800n, committed: 800n });
    expect(await recoverDead(store, { diedWithProcess: [], at: later(60) })).toEqual([]);
    const again = await turn(store, senderId, { at: later(61), scope: { kind: 'messages', ids: claimed } });
    expect(again.claimed.map(({ id }) => claimed.indexOf(id)).toSorted()).toEqual([0, 4, 6]);
  });

  it('does so once, however many look at the same time', async () => {
    const { store, senderId, place, worker, claimed } = await held(prepared(), exam, NOTES);
    worker.child.kill('SIGKILL');
    await worker.ended;
    const recoverers = times(PROCESSES, { do: 'recover', place, senderId, diedWithProcess: [] } as const);
    const recovered = ((await prepared().together(recoverers)) as readonly Recovery[][]).flat();
    const all = [...recovered, ...(await recoverDead(store, { diedWithProcess: [], at: later(60) }))];
    expect(all.map(({ messageId }) => messageId).toSorted()).toEqual([...claimed].toSorted());
    expect((await store.findMessages(claimed)).map((record) => record?.uncounted)).toEqual([1, 0, 0, 0, 0, 0, 1]);
  });
}

/** The least that a marketing template may give. */
const TTL_SECONDS = 43_200;

type Held = Started & { readonly worker: Worker; readonly claimed: readonly MessageId[] };

// Some messages are queued; a process has claimed three of them, or as many as it notes, and hangs.
async function held(workers: Workers, exam: Exam, notes: string | null = null): Promise<Held> {
  const shop = await start(exam);
  const { store, senderId, place } = shop;
  await store.putTemplate(makeTemplate(senderId, { ttlSeconds: TTL_SECONDS }));
  const room = notes?.length ?? 3;
  await queueCrowd(store, senderId, room + 2);
  const worker = workers.start({ do: 'claim_and_hang', place, senderId, room, notes, startAt: 0 });
  return { ...shop, worker, claimed: (await worker.answer) as readonly MessageId[] };
}

async function queueCrowd(store: Store, senderId: SenderId, count: number): Promise<readonly MessageId[]> {
  const requests = (await addCrowd(store, senderId, count)).map((number) => requestTo(number));
  await admit(store, senderId, requests);
  return requests.map(({ id }) => id);
}

/** The endings that the worker makes numbers of again. */
function numbersOf(phones: readonly string[]): readonly string[] {
  return phones.map((phone) => phone.slice(-8));
}

function times<Item>(count: number, item: Item): readonly Item[] {
  return Array.from({ length: count }, () => item);
}

function countOf(answers: readonly unknown[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of (answers as readonly string[][]).flat()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

async function countersOf(store: Store) {
  return (await store.counters({ period: YEAR, senderId: null, groupBy: [] })).totals[0]?.counters;
}
