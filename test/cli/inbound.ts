// What customers and the provider tell, put into the store of a world as a webhook would.

import { createHash } from 'node:crypto';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import { type Outcome, toOutcome } from '../../src/domain/outcome.ts';
import type { EventKind } from '../../src/domain/message.ts';
import { readInbound } from '../../src/inbound/reading.ts';
import { decideRepricings } from '../../src/send/reprice.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import type { InboundEvent } from '../../src/domain/inbound.ts';
import type { Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { MessageId, SenderId } from '../../src/values/id.ts';
import { parsePhone } from '../../src/values/phone.ts';
import type { Instant } from '../../src/values/time.ts';
import { ids, instant } from '../conformance/store/fixture.ts';
import type { World } from '../world.ts';

/** Does something with the store of a world, at its clock. */
async function withStore<Result>({ db, env }: World, work: (store: Store, at: Instant) => Promise<Result>): Promise<Result> {
  const store = await openSqliteStore({ path: db, readOnly: false, busyTimeoutMs: 1_000 });
  try {
    return await work(store, instant(env['TOLLBELL_NOW'] ?? ''));
  } finally {
    await store.close();
  }
}

/** A person writes to the default sender, which opens the window. */
export function customerWrites(world: World, from: string, text: string): Promise<void> {
  return withStore(world, async (store, at) => {
    const senderId = (await store.listSenders(DEFAULT_ACCOUNT)).find(({ isDefault }) => isDefault)?.id as SenderId;
    const person = { newId: ids.sortable<'contact'>(at), phone: parsePhone(from) ?? null, userId: null, name: 'Ada ✓' };
    await receive(store, at, { kind: 'message', senderId, at, person, text, messageType: 'text', ...evidence(`${from} ${at} ${text}`) });
  });
}

/** A person switches marketing off in the messenger. */
export function customerStopsMarketing(world: World, from: string): Promise<void> {
  return withStore(world, async (store, at) => {
    const senderId = (await store.listSenders(DEFAULT_ACCOUNT)).find(({ isDefault }) => isDefault)?.id as SenderId;
    const person = { newId: ids.sortable<'contact'>(at), phone: parsePhone(from) ?? null, userId: null, name: null };
    await receive(store, at, { kind: 'preference', senderId, at, person, marketing: 'stop', ...evidence(`${from} ${at} stop`) });
  });
}

/** The provider tells what became of a message, and perhaps how it is priced. */
export function providerTells(world: World, messageId: string, kind: EventKind, pricing: Outcome['pricing'] = null): Promise<void> {
  return withStore(world, async (store, at) => {
    const outcome = toOutcome({ messageId: messageId as MessageId, attempt: 1, kind, at, pricing });
    await store.settle({ outcomes: [outcome], at }, decideSettlements);
  });
}

async function receive(store: Store, at: Instant, event: InboundEvent): Promise<void> {
  await store.receive({ events: [event], at }, { settle: decideSettlements, read: readInbound, reprice: decideRepricings });
}

function evidence(text: string): Pick<InboundEvent, 'digest' | 'body'> {
  return { digest: () => createHash('sha256').update(text).digest().subarray(0, 16), body: () => JSON.stringify({ text }) };
}
