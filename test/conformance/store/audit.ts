// The audit: a sound store is called sound, whatever is going on in it; what a dead process left is told and not touched.

import { expect, it } from 'vitest';
import { verify } from '../../../src/billing/verify.ts';
import type { Store } from '../../../src/ports/store.ts';
import { AUDIT_PARTS, CHECKS } from '../../../src/ports/store/audit.ts';
import { queue } from './admission.ts';
import { findings, makeBudget, outcomeOf, settle, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, later, NOON, start } from './fixture.ts';

const audit = (store: Store) => verify(store, { now: () => later(60), before: async () => undefined });

/** The cases. */
export function examAudit(exam: Exam): void {
  it('makes every check, also of a store with nothing in it', async () => {
    const { store } = await start(exam);
    const verdicts = await audit(store);
    expect(verdicts.map(({ check }) => check)).toEqual([...CHECKS]);
    expect(verdicts.flatMap(({ findings: found }) => found)).toEqual([]);
  });

  it('finds nothing wrong while messages wait, are on their way, and are over', async () => {
    const { store, senderId } = await start(exam);
    await store.putBudget(makeBudget(senderId, 1_000n));
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    for (const minutes of [0, 1, 2, 3]) await queue(store, { senderId, contactId, template: 'offer', at: later(minutes) });
    const { claimed } = await turn(store, senderId, { room: 3, at: later(5) });
    const kinds = ['delivered', 'failed', 'unknown'] as const;
    await settle(
      store,
      claimed.map(({ id }, index) => outcomeOf(id, kinds[index] ?? 'unknown', { at: later(6) })),
      later(6),
    );
    expect(await findings(store)).toEqual([]);
    const counted = Object.fromEntries((await audit(store)).map(({ check, checked }) => [check, checked]));
    expect(counted).toMatchObject({ charges: 4, counters: 1, budgets: 1 });
  });

  it('takes each look by itself', async () => {
    const { store } = await start(exam);
    for (const part of AUDIT_PARTS) expect((await store.audit(part, NOON)).flatMap((look) => look.findings)).toEqual([]);
  });

  exam.needs('several_connections')('notes the claims of the dead, not those of the living, and takes none back', async () => {
    const { store, senderId, connect } = await start(exam);
    const contactId = await addPerson(store, senderId, '1111', ['marketing']);
    await queue(store, { senderId, contactId, template: 'offer', at: NOON });
    const worker = await connect();
    await turn(worker, senderId);
    expect(await findings(store)).toEqual([]);
    await worker.close();
    const note = 'A process died while it was sending this; the next tollbell dispatch takes it back.';
    expect(await findings(store)).toEqual([note]);
    expect(await findings(store)).toEqual([note]);
  });
}
