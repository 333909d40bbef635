// Settling on SQLite: outcomes in, messages moved, entries posted. Also used by whoever settles inside a larger transaction.

import { monthOfEvent } from '../../domain/closing.ts';
import { allowanceUse, eventCounts, type LedgerEntry } from '../../domain/ledger.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type {
  DecideSettlements,
  MessageChange,
  MessageFacts,
  Settlement,
  SettlementDecision,
  SettleStore,
} from '../../ports/store/settle.ts';
import type { ContactId, MessageId, SenderId } from '../../values/id.ts';
import { type Currency, type Micros, minus, plus, ZERO } from '../../values/money.ts';
import type { Instant } from '../../values/time.ts';
import { createAllowanceMeter } from './allowance.ts';
import type { Book } from './book.ts';
import type { ClosingReader } from './closings.ts';
import type { Sqlite } from './database.ts';
import { applyFact, type Told } from './facts.ts';
import { createMessageFactStore, mergeChanges, type MessageFactStore } from './message-facts.ts';
import type { PriceStore } from './prices.ts';
import { onceEach } from './once-each.ts';
import { createResolve } from './resolve.ts';
import type { SenderStore } from './senders.ts';
import type { TemplateStore } from './templates.ts';

/** An outcome, and the sender whose message it must be about; null for whichever. */
export type Report = { readonly outcome: Outcome; readonly senderId: SenderId | null };

/** What became of a report. `message` is what it was before, null where it is nobody's, or another sender's. */
export type Applied = {
  readonly settlement: Settlement;
  /** False where it told nothing new, neither of the message nor of the person. */
  readonly isNew: boolean;
  readonly message: MessageFacts | null;
  /** Queued messages that a stop of the person's cancelled. */
  readonly cancelled: readonly MessageId[];
};

export type Settler = {
  /** Applies outcomes in order; one settlement each. Call it inside `write`. */
  readonly apply: (outcomes: readonly Outcome[], at: Instant, decide: DecideSettlements) => readonly Settlement[];
  /** The same, and more of what became of each. */
  readonly report: (reports: readonly Report[], at: Instant, decide: DecideSettlements) => readonly Applied[];
};

type SettlerParts = {
  readonly sqlite: Sqlite;
  readonly book: Book;
  readonly prices: PriceStore;
  readonly senders: SenderStore;
  readonly templates: TemplateStore;
  readonly closings: ClosingReader;
};

const NOBODY: readonly never[] = [];

/** The settler of one connection. */
export function createSettler(parts: SettlerParts): Settler {
  const messages = createMessageFactStore(parts);
  const report = (reports: readonly Report[], at: Instant, decide: DecideSettlements): readonly Applied[] => {
    const batch = startBatch(parts, messages, { at, decide });
    const applied = reports.map(batch.apply);
    messages.change(batch.changes);
    parts.book.post(batch.entries);
    // Written before, so that what the batch itself cancelled or sent is not stopped once more.
    return batch.stops.length === 0 ? applied : stopAll(applied, batch.stops);
  };
  const stopAll = (applied: readonly Applied[], stops: readonly Stop[]): readonly Applied[] => {
    const results = [...applied];
    for (const { index, told, at, decide } of stops) {
      const { isNew, stopped } = applyFact(parts.sqlite, told, at);
      const result = results[index];
      if (!isNew || result === undefined) continue;
      const cancelled = movedIds(apply(stopped.cancellations, at, decide));
      results[index] = { ...result, isNew, cancelled };
    }
    return results;
  };
  const apply: Settler['apply'] = (outcomes, at, decide) =>
    outcomes.length === 0
      ? NOBODY
      : report(
          outcomes.map((outcome) => ({ outcome, senderId: null })),
          at,
          decide,
        ).map(({ settlement }) => settlement);
  return { apply, report };
}

/** The ids of those that an outcome moved. */
export function movedIds(settlements: readonly Settlement[]): readonly MessageId[] {
  return settlements.flatMap(({ messageId, from, to }) => (from === to ? [] : [messageId]));
}

type Rule = { readonly at: Instant; readonly decide: DecideSettlements };
type Stop = Rule & { readonly index: number; readonly told: Told };

type Batch = {
  readonly apply: (report: Report, index: number) => Applied;
  readonly changes: ReadonlyMap<MessageId, MessageChange>;
  readonly entries: readonly LedgerEntry[];
  /** Facts that stop messages. */
  readonly stops: readonly Stop[];
};

function startBatch({ sqlite, prices, closings }: SettlerParts, { load }: MessageFactStore, rule: Rule): Batch {
  const inForce = prices.book(); // asked once: looking whether the cards changed takes longer than deciding
  const closedThrough = onceEach(closings.closedThrough);
  const allowance = createAllowanceMeter(sqlite);
  const messages = new Map<MessageId, MessageFacts | undefined>();
  const undeliverable = new Map<ContactId, boolean>();
  const changes = new Map<MessageId, MessageChange>();
  const entries: LedgerEntry[] = [];
  const stops: Stop[] = [];

  const find = (id: MessageId): MessageFacts | undefined => {
    const message = messages.has(id) ? messages.get(id) : load(id, { closedThrough, freeUnitsIn: allowance.freeUnitsIn });
    const marked = message === undefined ? undefined : undeliverable.get(message.contactId);
    return message === undefined || marked === undefined ? message : { ...message, undeliverable: marked };
  };

  // What an outcome says of the person holds for the outcomes that follow, also of other messages.
  const learn = (told: Told, index: number): boolean => {
    if (told.fact === 'marketing_stopped') {
      stops.push({ ...rule, index, told });
      return false; // not known before what it stops is
    }
    const { isNew } = applyFact(sqlite, told, rule.at);
    if (isNew && told.fact !== 'not_reached') undeliverable.set(told.message.contactId, told.fact === 'undeliverable');
    return isNew;
  };

  const apply = ({ outcome, senderId }: Report, index: number): Applied => {
    const message = find(outcome.messageId);
    if (message === undefined || (senderId !== null && senderId !== message.sender.id)) return notOurs(outcome);
    const decision = rule.decide(message, outcome, inForce, rule.at);
    const { change, fact } = decision;
    for (const entry of decision.entries) {
      entries.push(entry);
      const used = allowanceUse(entry);
      if (used !== 0) allowance.add(message.sender.id, monthOfEvent(entry), used);
    }
    if (change !== null) changes.set(message.id, mergeChanges(changes.get(message.id), change));
    messages.set(message.id, change === null ? message : changedBy(message, change, decision.entries));
    const learned = fact !== null && learn({ fact, message, outcome }, index);
    return { settlement: toSettlement(message, decision), isNew: change !== null || learned, message, cancelled: NOBODY };
  };
  return { apply, changes, entries, stops };
}

function changedBy(
  message: MessageFacts,
  { state, held, reason, pricing, providerId, readAt }: MessageChange,
  entries: readonly LedgerEntry[],
): MessageFacts {
  return {
    ...message,
    state,
    held,
    reason,
    pricing: pricing ?? message.pricing,
    providerId: providerId ?? message.providerId,
    readAt: readAt ?? message.readAt,
    charge: chargeAfter(message.charge, entries),
  };
}

// What is not written yet.
function chargeAfter(before: MessageFacts['charge'], entries: readonly LedgerEntry[]): MessageFacts['charge'] {
  const booked = entries.findLast((entry) => eventCounts(entry).delivered > 0);
  if (booked === undefined) return before;
  const { posted: amount, bucket, eventAt: at, attempt } = booked;
  return () => ({ amount, bucket, at, attempt });
}

/** The settle slice of the port. */
export function createSettleStore({ sqlite, settler }: { readonly sqlite: Sqlite; readonly settler: Settler }): SettleStore {
  return {
    settle: async ({ outcomes, at }, decide) => sqlite.write(() => settler.apply(outcomes, at, decide)),
    resolve: createResolve({ sqlite, settler }),
  };
}

function toSettlement(message: MessageFacts, { change, entries }: SettlementDecision): Settlement {
  return {
    messageId: message.id,
    known: true,
    from: message.state,
    to: change?.state ?? message.state,
    runId: message.runId,
    reason: change?.reason ?? null,
    currency: message.sender.currency,
    charged: entries.reduce<Micros>((sum, { posted }) => plus(sum, posted), ZERO),
    closed: entries.reduce<Micros>((sum, { held }) => minus(sum, held), ZERO),
    freeUnits: entries.reduce((sum, entry) => sum + eventCounts(entry).freeUnits, 0),
  };
}

function notOurs({ messageId }: Outcome): Applied {
  return { settlement: unknownMessage(messageId), isNew: false, message: null, cancelled: NOBODY };
}

function unknownMessage(messageId: MessageId): Settlement {
  return {
    messageId,
    known: false,
    from: 'unknown',
    to: 'unknown',
    runId: null,
    reason: null,
    currency: '' as Currency,
    charged: ZERO,
    closed: ZERO,
    freeUnits: 0,
  };
}
