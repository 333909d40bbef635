// Events come late and in any order, from several processes. A store may be stricter than the whole history, since it does not write down
// what tells nothing new; it must never be more lenient: a stop that nothing newer lifted is in force.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blockOf, type ConsentScope, EVERYWHERE, standingOf } from '../../src/domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import type { Store } from '../../src/ports/store.ts';
import type { NewConsentEvent } from '../../src/ports/store/directory.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import type { SenderId } from '../../src/values/id.ts';
import { ids, later, makeEvent, NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';

type Drawn = { readonly everywhere: boolean; readonly kind: NewConsentEvent['kind']; readonly minute: number };

const arrivals: fc.Arbitrary<Drawn[]> = fc.array(
  fc.record({
    everywhere: fc.boolean(),
    kind: fc.constantFrom('opt_in', 'opt_out', 'block', 'unblock'),
    minute: fc.integer({ min: -4, max: 0 }),
  }),
  { minLength: 1, maxLength: 8 },
);

it('is never more lenient than the whole history, in whatever order it came', async () => {
  const { store, senderId } = await startInMemory();
  await fc.assert(
    fc.asyncProperty(arrivals, async (drawn) => {
      const events = drawn.map((event) => toEvent(event, senderId));
      const flags = await flagsAfter(store, events);
      if (blockOf(events) !== undefined) expect(blockOf(flags)).toBeDefined();
      if (standingOf(flags, 'marketing') === 'opted_in') expect(standingOf(events, 'marketing')).toBe('opted_in');
    }),
    { numRuns: 500 },
  );
  await store.close();
});

it('is exactly the history where that came in its order', async () => {
  const { store, senderId } = await startInMemory();
  await fc.assert(
    fc.asyncProperty(arrivals, async (drawn) => {
      const events = drawn.toSorted((left, right) => left.minute - right.minute).map((event) => toEvent(event, senderId));
      const flags = await flagsAfter(store, events);
      expect(blockOf(flags) === undefined).toBe(blockOf(events) === undefined);
      expect(standingOf(flags, 'marketing')).toBe(standingOf(events, 'marketing'));
    }),
    { numRuns: 300 },
  );
  await store.close();
});

function toEvent({ everywhere, kind, minute }: Drawn, senderId: SenderId): NewConsentEvent {
  const scope: ConsentScope = everywhere ? EVERYWHERE : senderId;
  return makeEvent(kind, scope, { at: later(minute) });
}

async function flagsAfter(store: Store, events: readonly NewConsentEvent[]) {
  const contactId = ids.sortable<'contact'>(NOON);
  const who = { userId: `DE.${contactId}` };
  for (const event of events) {
    const writes = [{ contactId, who, events: [event] }];
    await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: NOON }, decideSettlements);
  }
  const [found] = await store.findContacts(DEFAULT_ACCOUNT, [who]);
  return found?.flags ?? [];
}
