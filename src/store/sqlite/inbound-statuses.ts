// Statuses on SQLite: all of a batch go through the settler together, so that a message is read and written once. The hot path of receiving: nothing else is
// prepared, and nothing is hashed, for a status that is applied.

import { type InboundEvent, type InboundPerson, NO_NEWS } from '../../domain/inbound.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Received } from '../../ports/store/inbound.ts';
import type { DecideSettlements, MessageFacts } from '../../ports/store/settle.ts';
import type { MessageId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { seePerson, type Seen } from './inbound-people.ts';
import { openFreeEntry } from './inbound-windows.ts';
import { keepEvent } from './kept-events.ts';
import { type Applied, movedIds, type Report, type Settler } from './settle.ts';

type Status = Extract<InboundEvent, { kind: 'status' }>;
type StatusParts = { readonly sqlite: Sqlite; readonly settler: Settler };
type Rule = { readonly at: Instant; readonly decide: DecideSettlements };

/**
 * Settles the statuses among the events; what became of each, by its place. One about another sender's message, or about none, is kept and changes nothing.
 * A status without an outcome or a sender is not among them. Call it inside `write`.
 */
export function receiveStatuses(
  { sqlite, settler }: StatusParts,
  events: readonly InboundEvent[],
  { at, decide }: Rule,
): ReadonlyMap<number, Received> {
  const results = new Map<number, Received>();
  const reports: Report[] = [];
  const places: number[] = [];
  for (const [place, event] of events.entries()) {
    if (event.kind !== 'status' || event.outcome === null || event.senderId === null) continue;
    reports.push({ outcome: event.outcome, senderId: event.senderId });
    places.push(place);
  }
  if (reports.length === 0) return results;
  const settle = (cancellations: readonly Outcome[]): readonly MessageId[] => movedIds(settler.apply(cancellations, at, decide));
  for (const [index, applied] of settler.report(reports, at, decide).entries()) {
    const place = places[index] ?? 0;
    results.set(place, toReceived({ sqlite, settle, at }, events[place] as Status, applied));
  }
  return results;
}

type Receiving = {
  readonly sqlite: Sqlite;
  readonly settle: (cancellations: readonly Outcome[]) => readonly MessageId[];
  readonly at: Instant;
};

function toReceived(receiving: Receiving, event: Status, { settlement, isNew, message, cancelled }: Applied): Received {
  const { sqlite, settle, at } = receiving;
  if (message === null) {
    return {
      result: keepEvent(sqlite, event, at) ? 'unmatched' : 'repeated',
      settlement,
      cancelled,
      template: null,
      news: NO_NEWS,
      stop: null,
    };
  }
  const { freeEntryUntil: until, person } = event;
  const isOpened = until !== null && openFreeEntry(sqlite, { contactId: message.contactId, senderId: message.sender.id, until });
  const seen = person === null ? undefined : learn(receiving, message, event, person);
  const result = isNew || isOpened || seen?.isNews === true ? 'applied' : 'repeated';
  const stopped = seen === undefined ? [] : settle(seen.cancellations);
  return {
    result,
    settlement,
    cancelled: stopped.length === 0 ? cancelled : [...cancelled, ...stopped],
    template: null,
    news: NO_NEWS,
    stop: null,
  };
}

// The number that we sent to is theirs, however the provider writes it; the user id is the provider's to tell, and a number where it is told with the user id
// that they have: the one that the message went to may be somebody else's by now. Most contacts have both already, and then
// nothing is looked up.
function learn(
  { sqlite, at: now }: Receiving,
  { sender, phone, userId, hasMoved }: MessageFacts,
  event: Status,
  person: InboundPerson,
): Seen | undefined {
  if (hasMoved) return undefined; // it names who they were, and the user id of the number that they gave up would count as the newer one
  const isTheirs = person.userId !== null && person.userId === userId;
  const whole = { ...person, phone: phone ?? (isTheirs ? person.phone : null), userId: person.userId ?? userId };
  if ((phone === null && userId === null) || (whole.phone === phone && whole.userId === userId)) return undefined;
  return seePerson(sqlite, { accountId: sender.accountId, person: whole, at: event.at, now, evidence: event.body });
}
