// Consent: who may be messaged for what. Owns purposes, the flags that events leave, and the gate; a block beats everything.

import type { ContactId, SenderId } from '../values/id.ts';
import { hyphenated } from '../values/text.ts';
import type { Instant } from '../values/time.ts';

/** What a person can agree to. Messages need one of the first four; `ads` is for sponsored stories. */
export const PURPOSES = ['marketing', 'utility', 'authentication', 'service', 'ads'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Reads purposes separated by commas or spaces, each once; `unknown` is the first word that is none of them. */
export function parsePurposes(text: string): { readonly purposes: readonly Purpose[]; readonly unknown: string | null } {
  const words = [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))];
  const purposes = words.flatMap((word) => PURPOSES.find((purpose) => purpose === word) ?? []);
  return { purposes, unknown: words.find((word) => !(PURPOSES as readonly string[]).includes(word)) ?? null };
}

/** The price categories; `service` is a free-form message inside an open window. */
export const CATEGORIES = ['marketing', 'utility', 'authentication', 'authentication-international', 'service'] as const;
export type Category = (typeof CATEGORIES)[number];

/** The category of a name, in whatever place of the provider it is written: `AUTHENTICATION_INTERNATIONAL`, `Authentication-\nInternational`. */
export function categoryNamed(text: string): Category | undefined {
  const name = hyphenated(text);
  return CATEGORIES.find((category) => category === name);
}

/** An event holds for one sender, or for all senders of the account. */
export const EVERYWHERE = '*';
export type ConsentScope = SenderId | typeof EVERYWHERE;

export const CONSENT_KINDS = ['opt_in', 'opt_out', 'block', 'unblock'] as const;
export type ConsentKind = (typeof CONSENT_KINDS)[number];

/**
 * What an event is about: a purpose, the hard stop, or the messenger's own switch for marketing. The switch is the provider's to tell: an opt-in of ours
 * never lifts a stop that the customer made there.
 */
export const CONSENT_SUBJECTS = [...PURPOSES, 'block', 'messenger'] as const;
export type ConsentSubject = (typeof CONSENT_SUBJECTS)[number];

/** One line of the append-only history. */
export type ConsentEvent = {
  readonly sequence: number;
  readonly contactId: ContactId;
  readonly scope: ConsentScope;
  readonly subject: ConsentSubject;
  readonly kind: ConsentKind;
  readonly at: Instant;
  readonly recordedAt: Instant;
  readonly by: 'customer' | 'business';
  readonly source: string;
  readonly evidence: string | null;
};

/** The newest event of one subject in one scope: all that the gate needs to know. */
export type ConsentFlag = Pick<ConsentEvent, 'scope' | 'subject' | 'kind' | 'at'>;

/** Why a message may not be sent. A refusal is counted and may be tried again later; it moves no money. */
export const REFUSAL_REASONS = [
  'no_consent',
  'opted_out',
  'blocked',
  'no_window',
  'quiet_hours',
  'no_price',
  'over_budget',
  'over_max_price',
  'undeliverable',
  'template_unavailable',
  'market_paused',
  'too_late',
  'suppressed',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** True for the name of a refusal. */
export function isRefusalReason(text: string | null): text is RefusalReason {
  return REFUSAL_REASONS.some((reason) => reason === text);
}

export type Standing = 'opted_in' | 'opted_out' | 'no_consent';

/** The purpose whose opt-in a category needs. */
export function purposeOf(category: Category): Purpose {
  return category === 'authentication-international' ? 'authentication' : category;
}

/** True when `next` takes the place of `current`: the newest instant wins, a stop wins a tie. Order of arrival never matters. */
export function supersedes(next: Pick<ConsentFlag, 'kind' | 'at'>, current: Pick<ConsentFlag, 'kind' | 'at'>): boolean {
  return next.at === current.at ? isStop(next.kind) : next.at > current.at;
}

/** The standing of one purpose, from the flags of the sender's own scope and of the whole account. */
export function standingOf(flags: readonly ConsentFlag[], purpose: Purpose): Standing {
  const newest = newestOf(flags, purpose);
  if (newest === undefined) return 'no_consent';
  return newest.kind === 'opt_in' ? 'opted_in' : 'opted_out';
}

/** The block in force, or undefined. */
export function blockOf(flags: readonly ConsentFlag[]): ConsentFlag | undefined {
  const newest = newestOf(flags, 'block');
  return newest?.kind === 'block' ? newest : undefined;
}

/** What the gate is asked: may this contact be sent a message of this category now? */
export type GateQuestion = {
  readonly flags: readonly ConsentFlag[];
  readonly category: Category;
  /** A free-form message; it needs no opt-in, but an open window. */
  readonly freeForm: boolean;
  readonly windowOpen: boolean;
  readonly lastInboundAt: Instant | null;
  /** The one answer that confirms a stop: an opt-out does not stand against it, a block does. */
  readonly confirmsStop: boolean;
};

/**
 * The reason against sending, or null. Asked at admission and again when the message is claimed, so that what arrives while it waits counts.
 * A free-form reply needs no opt-in, since the customer wrote first; their stop of `service` holds until they write again.
 */
export function refusalOf(question: GateQuestion): RefusalReason | null {
  if (blockOf(question.flags) !== undefined) return 'blocked';
  if (question.freeForm) return refusalOfReply(question);
  if (question.category === 'marketing' && isStoppedByMessenger(question.flags)) return 'opted_out';
  const standing = standingOf(question.flags, purposeOf(question.category));
  return standing === 'opted_in' ? null : standing;
}

/** True while the customer has switched marketing off in the messenger itself. */
export function isStoppedByMessenger(flags: readonly ConsentFlag[]): boolean {
  return newestOf(flags, 'messenger')?.kind === 'opt_out';
}

function refusalOfReply(question: GateQuestion): RefusalReason | null {
  const stop = newestOf(question.flags, 'service');
  if (!question.confirmsStop && stop?.kind === 'opt_out' && (question.lastInboundAt ?? 0) <= stop.at) return 'opted_out';
  return question.windowOpen ? null : 'no_window';
}

function newestOf(flags: readonly ConsentFlag[], subject: ConsentSubject): ConsentFlag | undefined {
  let newest: ConsentFlag | undefined;
  for (const flag of flags) {
    if (flag.subject === subject && (newest === undefined || supersedes(flag, newest))) newest = flag;
  }
  return newest;
}

function isStop(kind: ConsentKind): boolean {
  return kind === 'opt_out' || kind === 'block';
}
