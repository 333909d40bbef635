// What a live send owes: an answer for every row that it took, and an eye on each message until it is at rest or its answer cannot wait any longer.

import type { MessageState } from '../domain/message.ts';
import { plusScheduled } from '../domain/schedule.ts';
import type { Clock } from '../ports/host.ts';
import type { Admission, AdmitRequest } from '../ports/store/admit.ts';
import type { MessageRecord, ReportStore } from '../ports/store/report.ts';
import type { Settlement } from '../ports/store/settle.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { MessageId } from '../values/id.ts';
import { type Micros, minus, plus, ZERO } from '../values/money.ts';
import type { Instant } from '../values/time.ts';
import type { Answers, Ticket } from './answers.ts';
import type { LiveRow } from './live-rows.ts';
import { countAdmission, leftQueued } from './send.ts';
import { COUNTED_AS, countSettled, type Tally } from './tally.ts';

/** What became of a row. The admission is null for one that cannot be used; the record is what the store says of its message now. */
export type LiveOutcome = {
  readonly row: LiveRow;
  readonly admitted: { readonly request: AdmitRequest; readonly admission: Admission } | null;
  readonly record: MessageRecord | null;
};

export type Desk = {
  /** Answers a row that cannot be used. */
  readonly refuse: (ticket: Ticket, row: LiveRow) => void;
  /** Takes over a row that was admitted or refused: answered at once, or when its message is at rest. */
  readonly take: (ticket: Ticket, row: LiveRow, admitted: NonNullable<LiveOutcome['admitted']>) => void;
  /** Counts and answers what these settled. */
  readonly settled: (settlements: readonly Settlement[]) => Promise<void>;
  /** Looks for what others settled, and answers as they stand those that waited as long as they may. */
  readonly look: () => Promise<void>;
  /** Answers all that wait, as they stand. */
  readonly close: () => Promise<void>;
  /** Messages of ours that may have to be sent, oldest first. */
  readonly unsent: () => readonly MessageId[];
  /** Messages that an answer waits for. */
  readonly waiting: () => number;
};

type DeskParts = {
  readonly store: Pick<ReportStore, 'findMessages' | 'totals'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly answers: Answers;
  readonly tally: Tally;
  /** How long a message may keep its answer waiting, and with it those behind it. */
  readonly patienceMs: number;
  /** Answer what is queued at once. */
  readonly queueOnly: boolean;
  readonly toText: (outcome: LiveOutcome) => string;
};

/** A row whose message is not at rest. A duplicate waits for the first message of its key. */
type Waiting = {
  readonly ticket: Ticket;
  readonly row: LiveRow;
  readonly admitted: NonNullable<LiveOutcome['admitted']>;
  readonly since: Instant;
};

const RESTLESS: ReadonlySet<MessageState> = new Set(['queued', 'sending']);

/** After so long without news another process may have settled it. */
const LOOK_AFTER_MS = 1_000;

type State = DeskParts & {
  readonly waiting: Map<MessageId, Waiting[]>;
  /** Ours until they are at rest and answered, as they are counted; also those that were answered before. */
  readonly own: Map<MessageId, Counted>;
};

/** How a message is counted so far. */
type Counted = Pick<Settlement, 'charged' | 'freeUnits'> & {
  readonly state: MessageState;
  readonly reserved: Micros;
  /** When the store was asked for it last. */
  readonly lookedAt: Instant;
};

/** A desk with nothing on it. */
export function createDesk(parts: DeskParts): Desk {
  const state: State = { ...parts, waiting: new Map(), own: new Map() };
  const { answers, tally, toText, waiting, own } = state;
  return {
    refuse: (ticket, row) => {
      tally.read += 1;
      tally.counts.invalid += 1;
      answers.fill(ticket, toText({ row, admitted: null, record: null }));
    },
    take: (ticket, row, admitted) => take(state, { ticket, row, admitted, since: parts.clock.now() }),
    settled: (settlements) => settled(state, settlements),
    look: () => look(state),
    close: () => answerAll(state, [...new Set([...waiting.keys(), ...own.keys()])], () => true),
    unsent: () => [...own.keys()],
    waiting: () => waiting.size,
  };
}

function take({ tally, answers, queueOnly, waiting, own, toText }: State, entry: Waiting): void {
  const { ticket, row, admitted: asked, since } = entry;
  const admitted = queueOnly ? { ...asked, admission: leftQueued(asked.admission) } : asked;
  const { request, admission } = admitted;
  const isOwn = admission.kind === 'admitted' || (admission.kind === 'duplicate' && admission.resumable);
  const id = admission.kind === 'duplicate' ? admission.kept.id : request.id;
  const waits = !queueOnly && !isForLater(admission) && (isOwn || (admission.kind === 'duplicate' && RESTLESS.has(admission.kept.state)));
  if (isOwn || !waits) countAdmission(tally, admission);
  if (isOwn && waits) {
    const { price } = admission.kind === 'admitted' ? admission.message : admission.kept;
    own.set(id, { state: 'queued', reserved: price, charged: ZERO, freeUnits: 0, lookedAt: since });
  }
  if (waits) waiting.set(id, [...(waiting.get(id) ?? []), entry]);
  else answers.fill(ticket, toText({ row, admitted, record: null }));
}

// What is scheduled is answered at once: a dispatcher sends it when it is due. When that is, only its record tells of what was scheduled before.
function isForLater(admission: Admission): boolean {
  return admission.kind === 'admitted' && admission.message.dueAt !== null;
}

function wasAtRest({ admitted: { admission } }: Waiting): boolean {
  return admission.kind === 'duplicate' && !RESTLESS.has(admission.kept.state);
}

async function settled(state: State, settlements: readonly Settlement[]): Promise<void> {
  const { own, waiting } = state;
  const touched = new Set<MessageId>();
  for (const settlement of settlements) {
    const { messageId: id, from, to } = settlement;
    const counted = own.get(id);
    // What another process moved meanwhile is not where we know it: its record tells all of it.
    if (counted !== undefined && COUNTED_AS[from] === COUNTED_AS[counted.state]) count(state, id, counted, settlement);
    if (!RESTLESS.has(to) && (counted !== undefined || waiting.has(id))) touched.add(id);
  }
  await answerAll(state, [...touched], () => true);
}

async function look(state: State): Promise<void> {
  const { waiting, own, clock, patienceMs } = state;
  const now = clock.now();
  const waited = (id: MessageId): number => now - (waiting.get(id)?.[0]?.since ?? now);
  const old = [...waiting].flatMap(([id, entries]) => (waited(id) >= LOOK_AFTER_MS || entries.some(wasAtRest) ? [id] : []));
  const answered = [...own].flatMap(([id, { lookedAt }]) => (!waiting.has(id) && now - lookedAt >= LOOK_AFTER_MS ? [id] : []));
  for (const id of answered) own.set(id, { ...(own.get(id) as Counted), lookedAt: now });
  await answerAll(state, [...old, ...answered], (record) => isAtRest(record) || (record !== null && waited(record.id) >= patienceMs));
}

async function answerAll(state: State, ids: readonly MessageId[], isDue: (record: MessageRecord | null) => boolean): Promise<void> {
  for (const batch of slices(ids, BATCH_MAX)) {
    for (const [index, record] of (await state.store.findMessages(batch)).entries()) {
      const id = batch[index] as MessageId;
      if (isAtRest(record)) await countAsRecorded(state, id, record);
      if (isDue(record)) answer(state, id, record);
    }
  }
}

function answer({ waiting, tally, answers, toText }: State, id: MessageId, record: MessageRecord | null): void {
  for (const { ticket, row, admitted } of waiting.get(id) ?? []) {
    const { admission } = admitted;
    if (admission.kind === 'duplicate' && !admission.resumable) countAdmission(tally, withState(admission, record));
    answers.fill(ticket, toText({ row, admitted, record }));
  }
  waiting.delete(id);
}

function count({ tally, own }: State, id: MessageId, counted: Counted, change: Parameters<typeof countSettled>[1]): void {
  countSettled(tally, change);
  own.set(id, {
    ...counted,
    state: change.to,
    reserved: minus(counted.reserved, change.closed),
    charged: plus(counted.charged, change.charged),
    freeUnits: counted.freeUnits + change.freeUnits,
  });
}

// The summary says what the answer says. Where they differ it was settled by another process, before us or after us, or held by quiet hours that began
// meanwhile, so that nobody told us what moved.
async function countAsRecorded(state: State, id: MessageId, record: MessageRecord | null): Promise<void> {
  const { store, tally, own } = state;
  const counted = own.get(id);
  own.delete(id);
  if (counted === undefined || record === null || record.state === counted.state) return;
  if (record.state === 'scheduled' && record.dueAt !== null)
    tally.scheduled = plusScheduled(tally.scheduled, record.dueAt, record.reason === 'quiet_hours');
  const { held, charged, freeUnits } = await store.totals({ kind: 'messages', ids: [id] });
  countSettled(tally, {
    from: counted.state,
    to: record.state,
    charged: minus(charged, counted.charged),
    closed: minus(counted.reserved, held),
    freeUnits: freeUnits - counted.freeUnits,
  });
}

function isAtRest(record: MessageRecord | null): boolean {
  return record === null || !RESTLESS.has(record.state);
}

function withState(admission: Extract<Admission, { kind: 'duplicate' }>, record: MessageRecord | null): Admission {
  return record === null ? admission : { ...admission, kept: { ...admission.kept, state: record.state } };
}
