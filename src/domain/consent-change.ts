// What a consent event changes: whether it tells anything new, which flags it leaves, whom an import may not opt in, and which
// waiting messages a stop stands against. The gate itself is consent.ts's.

import type { SenderId } from '../values/id.ts';
import { type Instant, toInstant } from '../values/time.ts';
import {
  blockOf,
  type Category,
  type ConsentEvent,
  type ConsentFlag,
  type ConsentKind,
  type ConsentScope,
  type ConsentSubject,
  EVERYWHERE,
  type Purpose,
  refusalOf,
  supersedes,
} from './consent.ts';

/**
 * A flag with the last time that the same was said. A repetition is not recorded, so that a block has one beginning; but it must not be
 * lost, or an older permission that arrives after it would lift a stop that was said again since.
 */
export type KeptFlag = ConsentFlag & { readonly repeatedAt: Instant };

/** What an event does: the flags that it leaves, and what joins the history. */
export type ConsentEffect = {
  readonly flags: readonly KeptFlag[];
  /** False when the event tells nothing new. */
  readonly isNew: boolean;
  /** Stops that were said again after the event, which arrived late: they follow it in the history. */
  readonly saidAgain: readonly KeptFlag[];
};

/** What an event does to the flags of one person. Whatever the order of arrival, a stop that nothing newer lifted is in force. */
export function effectOf(flags: readonly KeptFlag[], event: ConsentFlag): ConsentEffect {
  if (isAlreadySo(flags, event)) return { flags: repeated(flags, event), isNew: false, saidAgain: [] };
  const saidAgain = flags
    .filter(
      (flag) => isReached(flag, event) && isStop(flag.kind) && !isStop(event.kind) && flag.at < event.at && event.at <= flag.repeatedAt,
    )
    .map((flag) => ({ ...flag, at: flag.repeatedAt }));
  return { flags: saidAgain.reduce(withFlag, withFlag(flags, { ...event, repeatedAt: event.at })), isNew: true, saidAgain };
}

/** An event before it has its place in a history. */
type SaidOnce = Omit<ConsentEvent, 'sequence' | 'contactId' | 'recordedAt'>;

/** The events of one agreement: an opt-in for each purpose. */
export function toOptIns(purposes: readonly Purpose[], agreed: Omit<SaidOnce, 'subject' | 'kind'>): readonly SaidOnce[] {
  return purposes.map((subject) => ({ ...agreed, subject, kind: 'opt_in' }));
}

/**
 * When what is said now is said: what is said last holds, also where the clock stands still or was set back since the event before. A stop wins a tie,
 * so what lifts one needs a millisecond more.
 */
export function instantAfter(flags: readonly KeptFlag[], { subject, kind }: Pick<ConsentFlag, 'subject' | 'kind'>, now: Instant): Instant {
  const earlier = flags.filter((flag) => flag.subject === subject).map((flag) => Math.max(flag.at, flag.repeatedAt));
  return toInstant(Math.max(now, ...earlier.map((at) => (isStop(kind) ? at : at + 1))));
}

/** The flags that count for one sender: those of its own scope and of the whole account. */
export function flagsFor<Flag extends ConsentFlag>(flags: readonly Flag[], scope: ConsentScope): readonly Flag[] {
  return flags.filter((flag) => flag.scope === scope || flag.scope === EVERYWHERE);
}

/** True when an opt-in that comes with an import must not be recorded: an opt-out of the purpose, or a block, stands in a scope that it would reach. */
export function isStopped(flags: readonly ConsentFlag[], optIn: Place): boolean {
  return scopesReached(flags, optIn.scope).some(
    (scope) => newestFor(flags, optIn.subject, scope)?.kind === 'opt_out' || blockOf(flagsFor(flags, scope)) !== undefined,
  );
}

/** A message that has not been sent yet, as far as consent is concerned. */
export type WaitingMessage = {
  readonly senderId: SenderId;
  readonly category: Category;
  readonly freeForm: boolean;
  /** When the contact last wrote to the sender. */
  readonly lastInboundAt: Instant | null;
  readonly confirmsStop: boolean;
};

/** The stop that stands against a waiting message, or null. The same gate that the message passed at its admission, asked about stops alone. */
export function stopOf(flags: readonly ConsentFlag[], message: WaitingMessage): 'blocked' | 'opted_out' | null {
  const reason = refusalOf({ ...message, flags: flagsFor(flags, message.senderId), windowOpen: true });
  return reason === 'blocked' || reason === 'opted_out' ? reason : null;
}

/** True for the two kinds that end something. */
export function isStop(kind: ConsentKind): boolean {
  return kind === 'opt_out' || kind === 'block';
}

type Place = Pick<ConsentFlag, 'scope' | 'subject'>;

// Its own scope must say the same already, and in no scope that it reaches may something newer say the opposite: "stop everywhere", said
// again after one sender was allowed again, is new. Lifting a block where none stands is not.
function isAlreadySo(flags: readonly ConsentFlag[], event: ConsentFlag): boolean {
  const own = flags.find((flag) => isSamePlace(flag, event));
  if (own?.kind !== event.kind && event.kind !== 'unblock') return false;
  return scopesReached(flags, event.scope).every((scope) => {
    const newest = newestFor(flags, event.subject, scope);
    return newest === undefined ? event.kind === 'unblock' : newest.kind === event.kind;
  });
}

function repeated(flags: readonly KeptFlag[], event: ConsentFlag): readonly KeptFlag[] {
  const own = flags.find((flag) => isSamePlace(flag, event));
  if (own?.kind !== event.kind || event.at <= own.repeatedAt) return flags;
  return flags.map((flag) => (flag === own ? { ...flag, repeatedAt: event.at } : flag));
}

/** The flags with one in its place, unless the one that is there is newer or the same. */
function withFlag(flags: readonly KeptFlag[], next: KeptFlag): readonly KeptFlag[] {
  const own = flags.find((flag) => isSamePlace(flag, next));
  const kept: KeptFlag = { scope: next.scope, subject: next.subject, kind: next.kind, at: next.at, repeatedAt: next.repeatedAt };
  if (own === undefined) return [...flags, kept];
  if ((own.kind === next.kind && own.at === next.at) || !supersedes(next, own)) return flags;
  return flags.map((flag) => (flag === own ? kept : flag));
}

// An event everywhere reaches every scope that has a flag of its own.
function scopesReached(flags: readonly ConsentFlag[], scope: ConsentScope): readonly ConsentScope[] {
  return scope === EVERYWHERE ? [...new Set([scope, ...flags.map((flag) => flag.scope)])] : [scope];
}

function isReached(flag: ConsentFlag, { scope, subject }: Place): boolean {
  return flag.subject === subject && (flag.scope === scope || flag.scope === EVERYWHERE || scope === EVERYWHERE);
}

function isSamePlace(left: Place, right: Place): boolean {
  return left.scope === right.scope && left.subject === right.subject;
}

function newestFor(flags: readonly ConsentFlag[], subject: ConsentSubject, scope: ConsentScope): ConsentFlag | undefined {
  return flagsFor(flags, scope)
    .filter((flag) => flag.subject === subject)
    .reduce<ConsentFlag | undefined>((newest, flag) => (newest === undefined || supersedes(flag, newest) ? flag : newest), undefined);
}
