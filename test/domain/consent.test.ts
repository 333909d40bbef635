// The gate: who may be messaged for what. Events arrive in any order; the standing must not depend on it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockOf,
  CATEGORIES,
  type ConsentFlag,
  type ConsentScope,
  EVERYWHERE,
  type GateQuestion,
  isStoppedByMessenger,
  PURPOSES,
  purposeOf,
  refusalOf,
  standingOf,
  supersedes,
} from '../../src/domain/consent.ts';
import type { SenderId } from '../../src/values/id.ts';
import { toInstant } from '../../src/values/time.ts';

const SENDER = 'sender' as SenderId;

function flag(kind: ConsentFlag['kind'], at: number, rest: Partial<ConsentFlag> = {}): ConsentFlag {
  const subject = kind === 'block' || kind === 'unblock' ? 'block' : 'utility';
  return { scope: SENDER, subject, kind, at: toInstant(at), ...rest };
}

function ask(flags: readonly ConsentFlag[], rest: Partial<GateQuestion> = {}): ReturnType<typeof refusalOf> {
  return refusalOf({ flags, category: 'utility', freeForm: false, windowOpen: false, lastInboundAt: null, confirmsStop: false, ...rest });
}

// Few instants, so that ties are common.
const purposeFlags: fc.Arbitrary<ConsentFlag> = fc.record({
  scope: fc.constantFrom<ConsentScope>(SENDER, EVERYWHERE),
  subject: fc.constantFrom(...PURPOSES),
  kind: fc.constantFrom('opt_in', 'opt_out'),
  at: fc.nat(4).map(toInstant),
});
const blockFlags: fc.Arbitrary<ConsentFlag> = fc.record({
  scope: fc.constantFrom<ConsentScope>(SENDER, EVERYWHERE),
  subject: fc.constant('block' as const),
  kind: fc.constantFrom('block', 'unblock'),
  at: fc.nat(4).map(toInstant),
});
const histories = fc.array(fc.oneof(purposeFlags, blockFlags), { maxLength: 12 });
const shuffled = histories.chain((history) =>
  fc.tuple(fc.constant(history), fc.shuffledSubarray(history, { minLength: history.length, maxLength: history.length })),
);

describe('the standing', () => {
  it('does not depend on the order in which events arrive', () => {
    fc.assert(
      fc.property(shuffled, fc.constantFrom(...PURPOSES), ([history, otherOrder], purpose) => {
        expect(standingOf(otherOrder, purpose)).toBe(standingOf(history, purpose));
        expect(blockOf(otherOrder)?.at).toBe(blockOf(history)?.at);
      }),
    );
  });

  it('is the same from the newest flag of each scope as from the whole history', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(...CATEGORIES), (history, category) => {
        // What a store keeps: one flag for each subject and scope.
        const kept = new Map<string, ConsentFlag>();
        for (const event of history) {
          const key = `${event.subject} ${event.scope}`;
          const current = kept.get(key);
          if (current === undefined || supersedes(event, current)) kept.set(key, event);
        }
        expect(ask([...kept.values()], { category })).toBe(ask(history, { category }));
      }),
    );
  });

  it('is that of the newest event; a stop wins a tie', () => {
    expect(standingOf([], 'utility')).toBe('no_consent');
    expect(standingOf([flag('opt_in', 1)], 'utility')).toBe('opted_in');
    expect(standingOf([flag('opt_in', 1), flag('opt_out', 2)], 'utility')).toBe('opted_out');
    expect(standingOf([flag('opt_out', 1), flag('opt_in', 2)], 'utility')).toBe('opted_in');
    expect(standingOf([flag('opt_out', 2), flag('opt_in', 2)], 'utility')).toBe('opted_out');
    expect(standingOf([flag('opt_in', 2), flag('opt_out', 2)], 'utility')).toBe('opted_out');
  });

  it('knows each purpose by itself', () => {
    expect(standingOf([flag('opt_in', 1, { subject: 'marketing' })], 'utility')).toBe('no_consent');
    expect(standingOf([flag('opt_in', 1), flag('opt_out', 2, { subject: 'marketing' })], 'utility')).toBe('opted_in');
  });

  it.each([
    ['a stop everywhere ends an older opt-in of the sender', [flag('opt_in', 1), flag('opt_out', 2, { scope: EVERYWHERE })], 'opted_out'],
    ['a newer opt-in of the sender holds for the sender', [flag('opt_out', 1, { scope: EVERYWHERE }), flag('opt_in', 2)], 'opted_in'],
    ['an opt-in everywhere holds for the sender', [flag('opt_in', 1, { scope: EVERYWHERE })], 'opted_in'],
    ['a stop of the sender ends an older opt-in everywhere', [flag('opt_in', 1, { scope: EVERYWHERE }), flag('opt_out', 2)], 'opted_out'],
    ['of two scopes at one instant the stop wins', [flag('opt_out', 1), flag('opt_in', 1, { scope: EVERYWHERE })], 'opted_out'],
  ] as const)('%s', (_, flags, standing) => {
    expect(standingOf(flags, 'utility')).toBe(standing);
    expect(standingOf(flags.toReversed(), 'utility')).toBe(standing);
  });
});

describe('a block', () => {
  it('beats every consent and every open window', () => {
    const block = flag('block', 10);
    fc.assert(
      fc.property(
        fc.array(purposeFlags),
        fc.constantFrom(...CATEGORIES),
        fc.boolean(),
        fc.boolean(),
        (flags, category, freeForm, windowOpen) => {
          expect(ask([...flags, block], { category, freeForm, windowOpen, lastInboundAt: toInstant(20) })).toBe('blocked');
        },
      ),
    );
  });

  it('holds for the sender when it was set everywhere', () => {
    expect(ask([flag('opt_in', 1), flag('block', 2, { scope: EVERYWHERE })])).toBe('blocked');
  });

  it('ends with a newer unblock, which grants nothing; at the same instant it stays', () => {
    expect(blockOf([flag('block', 1), flag('unblock', 2)])).toBeUndefined();
    expect(ask([flag('block', 1), flag('unblock', 2)])).toBe('no_consent');
    expect(ask([flag('block', 1), flag('unblock', 1)])).toBe('blocked');
    expect(blockOf([flag('unblock', 1)])).toBeUndefined();
  });
});

describe('the gate of a template message', () => {
  it('asks for the opt-in of its category', () => {
    expect(ask([])).toBe('no_consent');
    expect(ask([flag('opt_out', 1)])).toBe('opted_out');
    expect(ask([flag('opt_in', 1)])).toBeNull();
    expect(ask([flag('opt_in', 1)], { category: 'marketing' })).toBe('no_consent');
  });

  it('takes authentication abroad for authentication', () => {
    expect(purposeOf('authentication-international')).toBe('authentication');
    expect(ask([flag('opt_in', 1, { subject: 'authentication' })], { category: 'authentication-international' })).toBeNull();
  });

  it('does not count an open window as consent', () => {
    expect(ask([], { windowOpen: true, lastInboundAt: toInstant(1) })).toBe('no_consent');
  });
});

describe('the messenger’s own switch', () => {
  const off = flag('opt_out', 5, { subject: 'messenger' });
  const agreed = [flag('opt_in', 9, { subject: 'marketing' }), off];

  it('stops marketing, whatever was agreed to since, until it is turned back there', () => {
    expect(isStoppedByMessenger(agreed)).toBe(true);
    expect(ask(agreed, { category: 'marketing' })).toBe('opted_out');
    expect(ask([...agreed, flag('opt_in', 6, { subject: 'messenger' })], { category: 'marketing' })).toBeNull();
  });

  it('says nothing about other purposes, and grants nothing where it is on', () => {
    expect(ask([flag('opt_in', 1), off])).toBeNull();
    expect(ask([flag('opt_in', 1, { subject: 'messenger' })], { category: 'marketing' })).toBe('no_consent');
    expect(isStoppedByMessenger([])).toBe(false);
  });
});

describe('the gate of a free-form reply', () => {
  const reply = { category: 'service', freeForm: true, windowOpen: true, lastInboundAt: toInstant(5) } as const;
  const stop = (at: number) => flag('opt_out', at, { subject: 'service' });

  it('needs an open window and no opt-in', () => {
    expect(ask([], reply)).toBeNull();
    expect(ask([], { ...reply, windowOpen: false })).toBe('no_window');
  });

  it('is shut by a stop of service until the customer writes again', () => {
    expect(ask([stop(6)], reply)).toBe('opted_out');
    expect(ask([stop(5)], reply)).toBe('opted_out');
    expect(ask([stop(4)], reply)).toBeNull();
    expect(ask([stop(4)], { ...reply, windowOpen: false, lastInboundAt: null })).toBe('opted_out');
  });

  it('does not care for stops of other purposes', () => {
    expect(ask([flag('opt_out', 9, { subject: 'marketing' })], reply)).toBeNull();
  });
});
