// Events for the exam, as a webhook's reader would make them: correct ones, of which a case changes what it is about.

import { createHash } from 'node:crypto';
import { type AccountNews, type InboundEvent, type InboundPerson, NO_NEWS } from '../../../src/domain/inbound.ts';
import type { Outcome } from '../../../src/domain/outcome.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { ReadInbound, Received } from '../../../src/ports/store/inbound.ts';
import { decideRepricings } from '../../../src/send/reprice.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { MessageId, SenderId } from '../../../src/values/id.ts';
import { type Instant, toInstant } from '../../../src/values/time.ts';
import { outcomeOf } from './crowd.ts';
import { ids, NOON, phone } from './fixture.ts';

type EventOf<Kind extends InboundEvent['kind']> = Extract<InboundEvent, { kind: Kind }>;

/** Reads STOP, START and, as a near miss, whatever begins with "please" or is on a button; the sender's own words go first. */
const readWords: ReadInbound = ({ text, isButton }, own) => {
  if (isButton) return 'near_miss';
  const meaning = own.find(({ word }) => word === text)?.meaning;
  if (meaning === 'opt_out' || meaning === 'opt_in') return meaning;
  if (meaning === 'none') return 'nothing';
  if (text === 'STOP') return 'opt_out';
  if (text === 'START') return 'opt_in';
  return text?.startsWith('please') === true ? 'near_miss' : 'nothing';
};

/** Receives by the real rules, and the words above. */
export function receive(
  store: Store,
  events: readonly InboundEvent[],
  at: Instant = toInstant(NOON + 3_600_000),
): Promise<readonly Received[]> {
  return store.receive({ events, at }, { settle: decideSettlements, read: readWords, reprice: decideRepricings });
}

/** The results of a group, in one word each. */
export async function resultsOf(store: Store, events: readonly InboundEvent[], at?: Instant): Promise<readonly string[]> {
  return (await receive(store, events, at)).map(({ result }) => result);
}

/** Somebody with a German number that ends so. */
export function personOf(number: string, rest: Partial<InboundPerson> = {}): InboundPerson {
  return { newId: ids.sortable(NOON), phone: phone(number), userId: null, name: null, ...rest };
}

/** Somebody who shows a user id alone. */
export function hiddenPerson(userId: string): InboundPerson {
  return personOf('', { phone: null, userId });
}

let events = 0;

// Each event is another one, unless a case gives it the identity of the one before.
function commonOf(senderId: SenderId | null, at: Instant): Pick<InboundEvent, 'senderId' | 'at' | 'digest' | 'body'> {
  events += 1;
  const identity = `event ${events}`;
  return {
    senderId,
    at,
    digest: () => createHash('sha256').update(identity).digest().subarray(0, 16),
    body: () => JSON.stringify({ identity }),
  };
}

/** A status of a message; of none of ours where there is no id. */
export function statusOf(
  senderId: SenderId | null,
  messageId: MessageId | null,
  kind: Outcome['kind'],
  rest: Partial<Outcome> & Partial<Pick<EventOf<'status'>, 'freeEntryUntil' | 'person'>> = {},
): EventOf<'status'> {
  const { freeEntryUntil = null, person = null, ...known } = rest;
  const at = known.at ?? NOON;
  const outcome = messageId === null ? null : outcomeOf(messageId, kind, { at, ...known });
  return { ...commonOf(senderId, at), kind: 'status', outcome, freeEntryUntil, person };
}

/** A message of a customer's. */
export function messageFrom(senderId: SenderId | null, person: InboundPerson, text: string | null, at: Instant = NOON): EventOf<'message'> {
  return { ...commonOf(senderId, at), kind: 'message', person, text, messageType: text === null ? 'image' : 'text' };
}

/** The messenger's own switch, turned. */
export function preferenceOf(
  senderId: SenderId,
  person: InboundPerson,
  marketing: 'stop' | 'resume',
  at: Instant = NOON,
): EventOf<'preference'> {
  return { ...commonOf(senderId, at), kind: 'preference', person, marketing };
}

/** Somebody is somebody else from now on. */
export function identityOf(senderId: SenderId, previous: InboundPerson, person: InboundPerson, at: Instant = NOON): EventOf<'identity'> {
  return { ...commonOf(senderId, at), kind: 'identity', previous, keepsNumber: person.phone === previous.phone, person };
}

/** What the provider says of the English `offer`. */
export function templateTold(
  senderId: SenderId,
  told: Partial<Pick<EventOf<'template'>, 'name' | 'status' | 'quality' | 'category' | 'providerId'>>,
  at: Instant = NOON,
): EventOf<'template'> {
  const nothing = { status: null, quality: null, category: null };
  return {
    ...commonOf(senderId, at),
    kind: 'template',
    newId: ids.short(),
    providerId: '77',
    name: 'offer',
    language: 'en',
    ...nothing,
    ...told,
  };
}

/** An event of the account, or one that is not understood. */
export function otherEvent(
  kind: 'account' | 'other',
  senderId: SenderId | null,
  at: Instant = NOON,
  news: Partial<AccountNews> = {},
): EventOf<'account'> | EventOf<'other'> {
  return kind === 'other' ? { ...commonOf(senderId, at), kind } : { ...commonOf(senderId, at), kind, ...NO_NEWS, ...news };
}
