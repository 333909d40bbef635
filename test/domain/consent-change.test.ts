import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockOf,
  type ConsentFlag,
  type ConsentKind,
  type ConsentScope,
  type ConsentSubject,
  EVERYWHERE,
  standingOf,
  supersedes,
} from '../../src/domain/consent.ts';
import { effectOf, flagsFor, instantAfter, isStopped, type KeptFlag, stopOf } from '../../src/domain/consent-change.ts';
import type { SenderId } from '../../src/values/id.ts';
import { toInstant } from '../../src/values/time.ts';

const SHOP = 'shop' as SenderId;
const BANK = 'bank' as SenderId;

function event(kind: ConsentKind, at: number, rest: Partial<ConsentFlag> = {}): ConsentFlag {
  const subject: ConsentSubject = kind === 'block' || kind === 'unblock' ? 'block' : 'marketing';
  return { scope: SHOP, subject, kind, at: toInstant(at), ...rest };
}

function everywhere(kind: ConsentKind, at: number): ConsentFlag {
  return event(kind, at, { scope: EVERYWHERE });
}

function after(...events: readonly ConsentFlag[]): readonly KeptFlag[] {
  return events.reduce<readonly KeptFlag[]>((flags, next) => effectOf(flags, next).flags, []);
}

function isNew(flags: readonly KeptFlag[], next: ConsentFlag): boolean {
  return effectOf(flags, next).isNew;
}

describe('instantAfter', () => {
  const said = (flags: readonly KeptFlag[], kind: ConsentKind) => instantAfter(flags, event(kind, 0), toInstant(5));

  it('is now, where nothing later was said about the subject', () => {
    expect(said([], 'block')).toBe(5);
    expect(said(after(event('block', 4)), 'unblock')).toBe(5);
    expect(said(after(event('opt_in', 9)), 'block')).toBe(5);
  });

  it('puts a stop at the instant of the last thing said in any scope, and what lifts one after it', () => {
    const flags = after(event('unblock', 1), everywhere('block', 7), everywhere('block', 9));
    expect(said(flags, 'block')).toBe(9);
    expect(said(flags, 'unblock')).toBe(10);
  });
});

describe('effectOf', () => {
  it('puts the newest event of a place in force, and a stop where two have the same instant', () => {
    expect(after(event('opt_in', 1), event('opt_out', 2))).toEqual([{ ...event('opt_out', 2), repeatedAt: 2 }]);
    expect(after(event('opt_out', 2), event('opt_in', 1))).toEqual([{ ...event('opt_out', 2), repeatedAt: 2 }]);
    expect(after(event('opt_out', 1), event('opt_in', 1))).toEqual([{ ...event('opt_out', 1), repeatedAt: 1 }]);
    expect(after(event('opt_in', 1), event('opt_out', 1))).toEqual([{ ...event('opt_out', 1), repeatedAt: 1 }]);
  });

  it('keeps purposes and senders apart', () => {
    const flags = after(event('opt_in', 1), event('opt_in', 1, { subject: 'utility' }), event('opt_out', 2, { scope: BANK }));
    expect(flags.map(({ scope, subject, kind }) => [scope, subject, kind])).toEqual([
      [SHOP, 'marketing', 'opt_in'],
      [SHOP, 'utility', 'opt_in'],
      [BANK, 'marketing', 'opt_out'],
    ]);
  });

  it('finds nothing new in what is so already, and keeps the beginning', () => {
    const flags = after(event('block', 1));
    expect(isNew(flags, event('block', 5))).toBe(false);
    expect(after(event('block', 1), event('block', 5))).toEqual([{ ...event('block', 1), repeatedAt: 5 }]);
    expect(after(event('block', 5), event('block', 1))).toEqual([{ ...event('block', 5), repeatedAt: 5 }]);
  });

  it('finds something new where another scope says the opposite since', () => {
    const allowedSince = after(event('opt_out', 1), everywhere('opt_in', 2));
    expect(isNew(allowedSince, event('opt_out', 3))).toBe(true);
    const allowedAgain = after(everywhere('block', 1), event('unblock', 2));
    expect(isNew(allowedAgain, everywhere('block', 3))).toBe(true);
  });

  it('records for the sender what is so everywhere: it would outlast the other', () => {
    expect(isNew(after(everywhere('block', 1)), event('block', 2))).toBe(true);
    expect(isNew(after(event('block', 1)), everywhere('block', 2))).toBe(true);
  });

  it('finds nothing new in lifting a block where none stands', () => {
    expect(isNew([], event('unblock', 1))).toBe(false);
    expect(isNew([], everywhere('unblock', 1))).toBe(false);
    expect(isNew(after(everywhere('block', 1), everywhere('unblock', 2)), event('unblock', 3))).toBe(false);
    expect(isNew(after(event('block', 1)), everywhere('unblock', 2))).toBe(true);
    expect(isNew(after(everywhere('block', 1)), event('unblock', 2))).toBe(true);
  });

  it('does not let a late permission lift a stop that was said again after it', () => {
    const effect = effectOf(after(event('block', 3), event('block', 5)), event('unblock', 4));
    expect(effect.saidAgain).toEqual([{ ...event('block', 5), repeatedAt: 5 }]);
    expect(effect.flags).toEqual(effect.saidAgain);
    const other = effectOf(after(event('opt_out', 3), event('opt_out', 5)), everywhere('opt_in', 4));
    expect(standingOf(other.flags, 'marketing')).toBe('opted_out');
  });

  it('never leaves a person reachable whom the newest event stopped, whatever the order of arrival', () => {
    const events = fc.array(
      fc.record({
        scope: fc.constantFrom<ConsentScope>(SHOP, BANK, EVERYWHERE),
        subject: fc.constantFrom<ConsentSubject>('marketing', 'block'),
        stop: fc.boolean(),
        at: fc.integer({ min: 1, max: 6 }),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(events, fc.constantFrom(SHOP, BANK), (drawn, sender) => {
        const arrived = drawn.map(({ scope, subject, stop, at }) => event(kindOf(subject, stop), at, { scope, subject }));
        const flags = flagsFor(after(...arrived), sender);
        const truth = (subject: ConsentSubject) =>
          flagsFor(arrived, sender)
            .filter((one) => one.subject === subject)
            .reduce<ConsentFlag | undefined>((newest, one) => (newest === undefined || supersedes(one, newest) ? one : newest), undefined);
        if (truth('block')?.kind === 'block') expect(blockOf(flags)).toBeDefined();
        if (truth('marketing')?.kind === 'opt_out') expect(standingOf(flags, 'marketing')).toBe('opted_out');
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('isStopped', () => {
  const optIn = event('opt_in', 9);

  it('is true where an opt-out of the purpose or a block reaches the sender', () => {
    expect(isStopped(after(event('opt_out', 1)), optIn)).toBe(true);
    expect(isStopped(after(everywhere('opt_out', 1)), optIn)).toBe(true);
    expect(isStopped(after(event('block', 1)), optIn)).toBe(true);
    expect(isStopped(after(everywhere('block', 1)), optIn)).toBe(true);
  });

  it('is true for an opt-in everywhere that would reach one sender who was told to stop', () => {
    expect(isStopped(after(event('opt_out', 1)), everywhere('opt_in', 9))).toBe(true);
    expect(isStopped(after(event('block', 1)), everywhere('opt_in', 9))).toBe(true);
  });

  it('is false without a stop, for another purpose, for another sender, and once it was lifted', () => {
    expect(isStopped([], optIn)).toBe(false);
    expect(isStopped(after(event('opt_out', 1, { subject: 'utility' })), optIn)).toBe(false);
    expect(isStopped(after(event('opt_out', 1, { scope: BANK })), optIn)).toBe(false);
    expect(isStopped(after(event('opt_out', 1), event('opt_in', 2)), optIn)).toBe(false);
    expect(isStopped(after(everywhere('block', 1), event('unblock', 2)), optIn)).toBe(false);
  });
});

describe('stopOf', () => {
  const offer = { senderId: SHOP, category: 'marketing', freeForm: false, lastInboundAt: null, confirmsStop: false } as const;
  const reply = { senderId: SHOP, category: 'service', freeForm: true, lastInboundAt: toInstant(5), confirmsStop: false } as const;

  it('is a block, or an opt-out of the purpose of the message', () => {
    expect(stopOf(after(event('block', 1)), offer)).toBe('blocked');
    expect(stopOf(after(everywhere('block', 1)), reply)).toBe('blocked');
    expect(stopOf(after(event('opt_out', 1)), offer)).toBe('opted_out');
    expect(stopOf(after(event('opt_out', 1, { subject: 'authentication' })), { ...offer, category: 'authentication-international' })).toBe(
      'opted_out',
    );
  });

  it('is nothing where only the opt-in is missing, or another sender was told to stop', () => {
    expect(stopOf([], offer)).toBeNull();
    expect(stopOf(after(event('opt_out', 1, { scope: BANK })), offer)).toBeNull();
    expect(stopOf(after(event('opt_out', 1)), reply)).toBeNull();
  });

  it('stops a reply until the customer writes again', () => {
    const stop = (at: number) => after(event('opt_out', at, { subject: 'service' }));
    expect(stopOf(stop(6), reply)).toBe('opted_out');
    expect(stopOf(stop(4), reply)).toBeNull();
  });

  it('is the switch of the messenger for marketing alone, which an opt-in of ours does not turn back', () => {
    const off = after(event('opt_out', 1, { subject: 'messenger' }), event('opt_in', 2), event('opt_in', 2, { subject: 'utility' }));
    expect(stopOf(off, offer)).toBe('opted_out');
    expect(stopOf(off, { ...offer, category: 'utility' })).toBeNull();
    expect(stopOf(off, reply)).toBeNull();
    const on = event('opt_in', 3, { subject: 'messenger' });
    expect(stopOf(effectOf(off, on).flags, offer)).toBeNull();
    expect(stopOf(effectOf(off, { ...on, at: toInstant(1) }).flags, offer)).toBe('opted_out');
  });

  it('lets the confirmation of a stop go, but for a block', () => {
    const confirmation = { ...reply, confirmsStop: true };
    expect(stopOf(after(event('opt_out', 9, { subject: 'service' })), confirmation)).toBeNull();
    expect(stopOf(after(event('block', 9)), confirmation)).toBe('blocked');
  });
});

function kindOf(subject: ConsentSubject, stop: boolean): ConsentKind {
  if (subject === 'block') return stop ? 'block' : 'unblock';
  return stop ? 'opt_out' : 'opt_in';
}
