// The table of states as a lattice: late, repeated and reordered events end where the orderly ones do.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DELIVERY_TTL_MS,
  EVENT_KINDS,
  type EventKind,
  isClosed,
  isDelivered,
  MESSAGE_STATES,
  type MessageState,
  nextState,
  queueExpiry,
  SILENCE_GRACE_MS,
  silenceEnd,
} from '../../src/domain/message.ts';
import { toInstant } from '../../src/values/time.ts';

const states = fc.constantFrom(...MESSAGE_STATES);
const events = fc.constantFrom(...EVENT_KINDS);
const STATUSES = ['accepted', 'sent', 'delivered', 'read'] as const;

function walk(state: MessageState, kinds: readonly EventKind[]): MessageState {
  return kinds.reduce(nextState, state);
}

// Every kind at least once, then repeats, in any order.
function shuffledWithRepeats(kinds: readonly EventKind[]): fc.Arbitrary<EventKind[]> {
  return fc
    .array(fc.constantFrom(...kinds), { maxLength: 6 })
    .chain((repeats) => fc.shuffledSubarray([...kinds, ...repeats], { minLength: kinds.length + repeats.length }));
}

// RELIABILITY.md orders what is known of a message: more is never unlearned.
const RANK: Readonly<Record<MessageState, number>> = {
  queued: 0,
  scheduled: 0,
  sending: 1,
  unknown: 2,
  accepted: 3,
  sent: 4,
  failed: 5,
  expired: 5,
  cancelled: 5,
  delivered: 6,
  read: 7,
};

describe('nextState', () => {
  it('ends in read, whatever the order and the repeats of the statuses', () => {
    const starts = fc.constantFrom<MessageState>('sending', 'unknown', 'accepted', 'sent', 'failed', 'expired', 'cancelled', 'queued');
    fc.assert(fc.property(starts, shuffledWithRepeats(STATUSES), (start, kinds) => walk(start, kinds) === 'read'));
  });

  it('ends in delivered when a failure is reported too, in any order', () => {
    fc.assert(
      fc.property(shuffledWithRepeats(['accepted', 'sent', 'failed', 'delivered']), (kinds) => walk('sending', kinds) === 'delivered'),
    );
    expect(walk('accepted', ['failed', 'delivered'])).toBe('delivered');
    expect(walk('accepted', ['delivered', 'failed'])).toBe('delivered');
  });

  it('ends in failed when there was no delivery, in any order', () => {
    fc.assert(fc.property(shuffledWithRepeats(['accepted', 'sent', 'failed']), (kinds) => walk('sending', kinds) === 'failed'));
  });

  it('is left by a final state for a delivery only', () => {
    const finals = states.filter(isClosed);
    fc.assert(
      fc.property(finals, fc.array(events), (start, kinds) => {
        const end = walk(start, kinds);
        const wasDelivered = kinds.includes('delivered') || kinds.includes('read');
        expect(end === start || (wasDelivered && isDelivered(end))).toBe(true);
      }),
    );
  });

  it('moves forward only; a request that was surely not sent is the one way back to the queue', () => {
    fc.assert(
      fc.property(states, events, (state, event) => {
        const next = nextState(state, event);
        expect(RANK[next] >= RANK[state] || (state === 'sending' && event === 'retry' && next === 'queued')).toBe(true);
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(states, events, (state, event) => {
        const once = nextState(state, event);
        expect(nextState(once, event)).toBe(once);
      }),
    );
  });

  it('never sends an unknown message again by itself', () => {
    fc.assert(fc.property(fc.array(events), (kinds) => !['queued', 'sending'].includes(walk('unknown', kinds))));
  });

  it('cancels what waits, not what is on its way', () => {
    expect(nextState('queued', 'cancelled')).toBe('cancelled');
    expect(nextState('scheduled', 'cancelled')).toBe('cancelled');
    for (const state of ['sending', 'unknown', 'accepted', 'sent'] as const) expect(nextState(state, 'cancelled')).toBe(state);
  });

  it('expires what is silent, not what is in a request', () => {
    for (const state of ['queued', 'unknown', 'accepted', 'sent'] as const) expect(nextState(state, 'expired')).toBe('expired');
    expect(nextState('sending', 'expired')).toBe('sending');
  });
});

describe('the ends', () => {
  it('are five, of which two are billed', () => {
    expect(MESSAGE_STATES.filter(isClosed)).toEqual(['delivered', 'read', 'failed', 'expired', 'cancelled']);
    expect(MESSAGE_STATES.filter(isDelivered)).toEqual(['delivered', 'read']);
  });

  it('of waiting and of silence are counted from their own beginnings', () => {
    const at = toInstant(1_790_000_000_000);
    expect(queueExpiry(at, DELIVERY_TTL_MS)).toBe(at + DELIVERY_TTL_MS);
    expect(silenceEnd(at, 60_000)).toBe(at + 60_000 + SILENCE_GRACE_MS);
  });
});
