// What is in flight: gathered as it finishes, in whatever order that is.

import { expect, it } from 'vitest';
import type { ClaimedMessage } from '../../src/ports/store/outbox.ts';
import type { Delivery, Transport } from '../../src/ports/transport.ts';
import { createFlight } from '../../src/send/flight.ts';
import type { ContactId, MessageId } from '../../src/values/id.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';
import { NOW } from './facts.ts';

const NEVER = new AbortController().signal;

function claimed(id: string): ClaimedMessage {
  return {
    id: id as MessageId,
    attempt: 1,
    contactId: `contact-${id}` as ContactId,
    phone: null,
    userId: null,
    template: null,
    parameters: {},
    freeForm: null,
    conversation: { windowOpen: false, freeEntryOpen: false, freeUnitsUsed: 0 },
    runId: null,
    uncounted: 0,
  };
}

function delivery(id: string, rest: Partial<Delivery> = {}): Delivery {
  const common = { attempt: 1, at: NOW, providerId: null, error: null, retryAfterMs: null, backoff: 'message', later: [] } as const;
  return { ...common, messageId: id as MessageId, kind: 'accepted', ...rest };
}

/** A transport whose requests end when the test says so. */
function scripted() {
  const ends = new Map<string, { readonly resolve: (delivery: Delivery) => void; readonly reject: (error: unknown) => void }>();
  const transport: Transport = {
    roomMax: 10,
    isPaced: true,
    deliver: (messages) => messages.map(({ id }) => new Promise<Delivery>((resolve, reject) => void ends.set(id, { resolve, reject }))),
    warmUp: async () => undefined,
    close: async () => undefined,
  };
  let now: Instant = NOW;
  const slept: number[] = [];
  const clock = {
    now: () => now,
    yield: () => new Promise<void>((resolve) => void setImmediate(resolve)),
    sleep: async (milliseconds: number) => {
      slept.push(milliseconds);
      now = toInstant(now + milliseconds);
    },
  };
  return { flight: createFlight(transport, clock), ends, slept };
}

it('lands what finished, in the order in which it did, and only once', async () => {
  const { flight, ends } = scripted();
  flight.begin([claimed('a'), claimed('b'), claimed('c')]);
  ends.get('c')?.resolve(delivery('c'));
  ends.get('a')?.resolve(delivery('a', { kind: 'unknown' }));
  await flight.wait(null, NEVER);
  expect(flight.land().outcomes.map(({ messageId, kind }) => [messageId, kind])).toEqual([
    ['c', 'accepted'],
    ['a', 'unknown'],
  ]);
  expect(flight.land().outcomes).toEqual([]);
  expect(flight.size()).toBe(1);
});

it('waits for the instant when nothing finishes before', async () => {
  const { flight, slept } = scripted();
  flight.begin([claimed('a')]);
  await flight.wait(toInstant(NOW + 250), NEVER);
  expect(slept).toEqual([250]);
  expect(flight.land().outcomes).toEqual([]);
});

it('puts back what a transport that cannot send at all had not sent, and keeps its first error', async () => {
  const { flight, ends } = scripted();
  flight.begin([claimed('a'), claimed('b')]);
  ends.get('a')?.reject(new Error('no token'));
  ends.get('b')?.resolve(delivery('b'));
  await flight.wait(null, NEVER);
  expect(flight.land().outcomes.map(({ messageId, kind }) => [messageId, kind])).toEqual([
    ['a', 'retry'],
    ['b', 'accepted'],
  ]);
  expect(flight.failure()).toEqual(new Error('no token'));
});

it('asks the others to wait too when the provider throttles the pair or the number', async () => {
  const { flight, ends } = scripted();
  flight.begin([claimed('a'), claimed('b'), claimed('c')]);
  ends.get('a')?.resolve(delivery('a', { kind: 'retry', backoff: 'pair' }));
  ends.get('b')?.resolve(delivery('b', { kind: 'retry', backoff: 'number', retryAfterMs: 7_000 }));
  ends.get('c')?.resolve(delivery('c', { kind: 'retry' }));
  await flight.wait(null, NEVER);
  expect(flight.land().holds).toEqual([
    { scope: 'pair', contactId: 'contact-a', templateId: null, until: NOW + 4_000, slows: false },
    { scope: 'number', contactId: 'contact-b', templateId: null, until: NOW + 7_000, slows: false },
  ]);
});
