// What reading a webhook needs from outside, and the parts that all its events have.

import { type AccountNews, type InboundEvent, type InboundPerson, NO_NEWS } from '../domain/inbound.ts';
import type { KeyedDigest } from '../ports/host.ts';
import type { IdSource, SenderId } from '../values/id.ts';
import type { Instant } from '../values/time.ts';

/** Whose a number or an account is: senders whose own secret signed the post. */
export type SenderLookup = {
  /** The sender of a business phone number id; null where there is none. */
  readonly byNumber: (phoneNumberId: string) => SenderId | null;
  /** The senders of an account (WABA). */
  readonly byAccount: (accountId: string) => readonly SenderId[];
};

export type ReadingHost = {
  /** When the post came. */
  readonly at: Instant;
  readonly ids: IdSource;
  /** Under the store's key: knows our own callback data. */
  readonly keyedDigest: KeyedDigest;
  /** SHA-256 of what tells one event from another. */
  readonly sha256: (text: string) => Uint8Array;
  readonly senders: SenderLookup;
};

const DIGEST_BYTES = 16;

type Told = {
  readonly senderId: SenderId | null;
  readonly at: Instant;
  /** What tells this event from all others of its sender. */
  readonly identity: () => string;
  /** What it was read from. */
  readonly evidence: unknown;
};

/**
 * What all events have. The digest holds the sender, so that what another company's secret signed can never pass for a repetition of what is ours. Each
 * is made when it is asked for.
 */
export function commonOf(
  host: ReadingHost,
  { senderId, at, identity, evidence }: Told,
): Pick<InboundEvent, 'senderId' | 'at' | 'digest' | 'body'> {
  return {
    senderId,
    at,
    digest: () => host.sha256(`${senderId ?? ''}\n${identity()}`).subarray(0, DIGEST_BYTES),
    body: () => jsonText(evidence),
  };
}

type Kept = { readonly kind: 'account' | 'other'; readonly news?: AccountNews };

/** An event that is kept as it came: of the account, or not understood. */
export function keptEvent(
  host: ReadingHost,
  { kind, senderId, at, evidence, news = NO_NEWS }: Omit<Told, 'identity'> & Kept,
): InboundEvent {
  const common = commonOf(host, { senderId, at, identity: () => `${kind}\n${jsonText(evidence)}`, evidence });
  return kind === 'other' ? { ...common, kind } : { ...common, kind, ...news };
}

/** One event for each sender of an account; one for nobody where it has none. */
export function forEachSender(
  host: ReadingHost,
  accountId: string | null,
  tell: (senderId: SenderId | null) => InboundEvent,
): readonly InboundEvent[] {
  const senders = accountId === null ? [] : host.senders.byAccount(accountId);
  return senders.length === 0 ? [tell(null)] : senders.map(tell);
}

/** A person of whom a number or a user id is known; null without either. */
export function personOf(host: ReadingHost, known: Omit<InboundPerson, 'newId'>): InboundPerson | null {
  const { phone, userId, name } = known;
  return phone === null && userId === null ? null : { newId: host.ids.sortable(host.at), phone, userId, name };
}

// What was parsed can be written, unless it is nested deeper than the stack: parsing takes no stack, writing does.
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '{"left_out":"nested too deeply"}';
  }
}
