// Receiving on SQLite: a group of events in one transaction. Statuses go through the settler together; everything else one by one, in order.

import { type AccountNews, type InboundEvent, isButtonType, NO_NEWS } from '../../domain/inbound.ts';
import { assert } from '../../errors.ts';
import { EVENTS_MAX, type InboundStore, type Received } from '../../ports/store/inbound.ts';
import type { SenderId } from '../../values/id.ts';
import { type Instant, toInstant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { hearMessage, hearPreference, type Said } from './inbound-consent.ts';
import { changeIdentity, meetPerson, seePerson, type Seen, type Sighting } from './inbound-people.ts';
import { receiveStatuses } from './inbound-statuses.ts';
import { openWindow } from './inbound-windows.ts';
import { isKept, keepEvent } from './kept-events.ts';
import type { ReachKeeper } from './reach.ts';
import { createReviewStore } from './reviews.ts';
import type { SenderStore } from './senders.ts';
import { movedIds, type Settler } from './settle.ts';
import type { TemplateChanger } from './template-changes.ts';
import type { WordStore } from './words.ts';

export type InboundParts = {
  readonly sqlite: Sqlite;
  readonly settler: Settler;
  readonly senders: SenderStore;
  readonly words: WordStore;
  readonly changer: TemplateChanger;
  readonly reach: Pick<ReachKeeper, 'change'>;
};

type Rules = Parameters<InboundStore['receive']>[1];
type EventOf<Kind extends InboundEvent['kind']> = Extract<InboundEvent, { kind: Kind }>;

const NOTHING: Omit<Received, 'result'> = { settlement: null, cancelled: [], template: null, news: NO_NEWS, stop: null };

/** The inbound slice of the port. */
export function createInboundStore(parts: InboundParts): InboundStore {
  const { sqlite, words } = parts;
  return {
    receive: async ({ events, at }, rules) => {
      assert(events.length <= EVENTS_MAX, `at most ${EVENTS_MAX} events in a batch`);
      if (events.some(({ kind }) => kind === 'template')) await parts.changer.prepare();
      return sqlite.write(() => {
        const batch = startBatch(parts, rules, at);
        const past = events.map((event) => notAfter(event, at));
        const statuses = receiveStatuses(parts, past, { at, decide: rules.settle });
        return past.map((event, index) => statuses.get(index) ?? receive(batch, event));
      });
    },
    ...createReviewStore(sqlite),
    ...words.store,
  };
}

type Batch = { readonly parts: InboundParts; readonly rules: Rules; readonly at: Instant; readonly wordsOf: WordStore['wordsOf'] };

function startBatch(parts: InboundParts, rules: Rules, at: Instant): Batch {
  const known = new Map<SenderId, ReturnType<WordStore['wordsOf']>>();
  const wordsOf: WordStore['wordsOf'] = (senderId) => {
    const words = known.get(senderId) ?? parts.words.wordsOf(senderId);
    known.set(senderId, words);
    return words;
  };
  return { parts, rules, at, wordsOf };
}

// What says that it comes from the future would hold against everything until then.
function notAfter(event: InboundEvent, at: Instant): InboundEvent {
  if (event.kind === 'status' && event.outcome !== null && event.outcome.at > at) {
    return { ...event, at: toInstant(Math.min(event.at, at)), outcome: { ...event.outcome, at } };
  }
  return event.at > at ? { ...event, at } : event;
}

function receive(batch: Batch, event: InboundEvent): Received {
  if (event.senderId === null) return kept(batch, event, 'unmatched');
  switch (event.kind) {
    case 'status':
      return kept(batch, event, 'unmatched');
    case 'message':
      return receiveMessage(batch, event, event.senderId);
    case 'preference':
      return receivePreference(batch, event, event.senderId);
    case 'identity':
      return receiveIdentity(batch, event, event.senderId);
    case 'template':
      return receiveTemplate(batch, event, event.senderId);
    case 'account':
      return receiveAccount(batch, event, event.senderId);
    case 'other':
      return kept(batch, event, 'kept');
  }
}

function kept({ parts, at }: Batch, event: InboundEvent, result: 'kept' | 'unmatched'): Received {
  return { ...NOTHING, result: keepEvent(parts.sqlite, event, at) ? result : 'repeated' };
}

function receiveMessage(batch: Batch, event: EventOf<'message'>, senderId: SenderId): Received {
  const { sqlite } = batch.parts;
  const seen = meetPerson(sqlite, sightingOf(batch, event, senderId));
  const isOpened = openWindow(sqlite, { contactId: seen.contact.id, senderId, at: event.at }, batch.at);
  const reading = batch.rules.read({ text: event.text, isButton: isButtonType(event.messageType) }, batch.wordsOf(senderId));
  return answer(batch, seen, hearMessage(sqlite, event, heardOf(batch, seen, senderId), reading), isOpened);
}

// A stop holds for people who were never seen before; a resumption says nothing about them.
function receivePreference(batch: Batch, event: EventOf<'preference'>, senderId: SenderId): Received {
  const { sqlite } = batch.parts;
  const sighting = sightingOf(batch, event, senderId);
  const seen = event.marketing === 'stop' ? meetPerson(sqlite, sighting) : seePerson(sqlite, sighting);
  if (seen === undefined) return kept(batch, event, 'kept');
  return answer(batch, seen, hearPreference(sqlite, event, heardOf(batch, seen, senderId)));
}

// Once: who is who may have changed again since.
function receiveIdentity(batch: Batch, event: EventOf<'identity'>, senderId: SenderId): Received {
  const { sqlite } = batch.parts;
  if (isKept(sqlite, event)) return { ...NOTHING, result: 'repeated' };
  const seen = changeIdentity(sqlite, sightingOf(batch, event, senderId), event);
  keepEvent(sqlite, event, batch.at, { contactId: seen?.contact.id ?? null, review: null });
  if (seen === undefined) return { ...NOTHING, result: 'kept' };
  return answer(batch, seen, { isNews: true, stop: null, cancellations: [] });
}

// Once: what it told may have been taken back since.
function receiveTemplate({ parts, rules, at }: Batch, event: EventOf<'template'>, senderId: SenderId): Received {
  if (!keepEvent(parts.sqlite, event, at)) return { ...NOTHING, result: 'repeated' };
  const { newId: id, name, language, providerId, status, quality, category } = event;
  const change = { id, name, language, whole: null, providerId, status, quality, category };
  const template = parts.changer.change(senderId, change, { at, toldAt: event.at }, rules);
  const result = template.result === 'unknown' ? 'unmatched' : template.result === 'unchanged' ? 'repeated' : 'applied';
  return { ...NOTHING, result, template, cancelled: template.cancelled };
}

// Once, as with templates. The evidence is kept whatever it tells.
function receiveAccount(batch: Batch, event: EventOf<'account'>, senderId: SenderId): Received {
  const received = kept(batch, event, 'kept');
  if (received.result !== 'kept') return received;
  const news = takeOver(batch, event, senderId);
  const isNews = news.messagingLimit !== null || news.authInternational !== null;
  return isNews ? { ...received, result: 'applied', news } : received;
}

function takeOver(
  { parts: { senders, reach }, at }: Batch,
  { messagingLimit: limit, authInternational: start, at: toldAt }: EventOf<'account'>,
  senderId: SenderId,
): AccountNews {
  const limited = limit !== null && reach.change(senders.byId(senderId).accountId, { limit, toldAt, at }) === 'updated';
  const started = start !== null && senders.changeInternational(senderId, { start, toldAt }) === 'updated';
  return { messagingLimit: limited ? limit : null, authInternational: started ? start : null };
}

function sightingOf({ parts, at: now }: Batch, event: EventOf<'message' | 'preference' | 'identity'>, senderId: SenderId): Sighting {
  return { accountId: parts.senders.byId(senderId).accountId, person: event.person, at: event.at, now, evidence: event.body };
}

function heardOf({ at }: Batch, { contact, other }: Seen, senderId: SenderId): Parameters<typeof hearMessage>[2] {
  return { senderId, people: other === null ? [contact] : [contact, other], now: at };
}

function answer({ parts, rules, at }: Batch, seen: Seen, said: Said, isMore = false): Received {
  const cancelled = movedIds(parts.settler.apply([...seen.cancellations, ...said.cancellations], at, rules.settle));
  const isNews = isMore || seen.isNews || said.isNews || cancelled.length > 0;
  return { ...NOTHING, result: isNews ? 'applied' : 'repeated', cancelled, stop: said.stop };
}
