// Health: what waits, what is unknown, and what the dead left behind, counted without touching it.

import { expect, it } from 'vitest';
import { decideSettlements } from '../../../src/send/settle.ts';
import { queue } from './admission.ts';
import { outcomeOf, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, later, NOON, start } from './fixture.ts';

/** The cases. */
export function examHealth(exam: Exam): void {
  it('tells of a store with nothing in it', async () => {
    const { store } = await start(exam);
    expect(await store.health()).toMatchObject({
      engine: expect.stringMatching(/\d+\.\d+/) as string,
      schema: expect.any(Number) as number,
      deadClaims: 0,
      unknown: { count: 0, oldestAt: null },
      queued: { count: 0, oldestAt: null },
      scheduled: { count: 0, nextAt: null },
      newestAt: null,
    });
  });

  it('counts what is queued and what is unknown, and since when', async () => {
    const { store, senderId } = await start(exam);
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    for (const minutes of [0, 1, 2]) await queue(store, { senderId, contactId, template: 'offer', at: later(minutes) });
    const { claimed } = await turn(store, senderId, { room: 2, at: later(5) });
    const [unknown, accepted] = claimed.map(({ id }, index) => outcomeOf(id, index === 0 ? 'unknown' : 'accepted', { at: later(7) }));
    if (unknown === undefined || accepted === undefined) throw new Error('two were claimed');
    await store.settle({ outcomes: [unknown, accepted], at: later(7) }, decideSettlements);
    const health = await store.health();
    expect(health).toMatchObject({
      queued: { count: 1, oldestAt: later(2) },
      unknown: { count: 1, oldestAt: later(7) },
      newestAt: later(2),
    });
    const { freeBytes: _, ...ours } = health; // the disk is everybody's
    expect(await store.health()).toMatchObject(ours);
  });

  exam.needs('several_connections')('counts the claims of the dead, not those of the living, and takes none back', async () => {
    const { store, senderId, connect } = await start(exam);
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    await queue(store, { senderId, contactId, template: 'offer', at: NOON });
    const worker = await connect();
    await turn(worker, senderId);
    expect(await store.health()).toMatchObject({ deadClaims: 0, queued: { count: 0 } });
    await worker.close();
    expect(await store.health()).toMatchObject({ deadClaims: 1 });
    expect(await store.health()).toMatchObject({ deadClaims: 1, queued: { count: 0 } });
  });
}
