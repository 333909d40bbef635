// The count of one run: every row exactly once, by what became of it, and the money that moved.

import type { BudgetWarning } from '../domain/budget-warning.ts';
import { REFUSAL_REASONS, type RefusalReason } from '../domain/consent.ts';
import type { MessageState } from '../domain/message.ts';
import type { Scheduled } from '../domain/schedule.ts';
import type { Settlement } from '../ports/store/settle.ts';
import type { MessageId } from '../values/id.ts';
import { type Micros, minus, plus, ZERO } from '../values/money.ts';

/** What a row can become in the summary. */
export const ROW_COUNTS = ['invalid', 'duplicate', 'refused', 'queued', 'accepted', 'delivered', 'failed', 'unknown'] as const;
export type RowCount = (typeof ROW_COUNTS)[number];

/** The summary shows fewer states than there are: sent counts as accepted, read as delivered, cancelled and expired as failed. */
export const COUNTED_AS: Readonly<Record<MessageState, RowCount>> = {
  queued: 'queued',
  scheduled: 'queued',
  sending: 'queued',
  accepted: 'accepted',
  sent: 'accepted',
  delivered: 'delivered',
  read: 'delivered',
  failed: 'failed',
  expired: 'failed',
  cancelled: 'failed',
  unknown: 'unknown',
};

/** What a message that came to nothing can be. */
export const FAILED_STATES = ['failed', 'cancelled', 'expired'] as const satisfies readonly MessageState[];
export type FailedState = (typeof FAILED_STATES)[number];

export type Tally = {
  read: number;
  readonly counts: Record<RowCount, number>;
  readonly refusals: Record<RefusalReason, number>;
  /** What became of the first messages of the duplicates: they answer with its exit code. */
  readonly repeated: Record<RowCount, number>;
  /** What the failed ones are, with the first messages of the duplicates. */
  readonly failedAs: { readonly own: Record<FailedState, number>; readonly repeated: Record<FailedState, number> };
  /** Whatever a dead process had under way, and nobody knows the outcome of: told by the command that found them, whoever they belong to. */
  readonly recovered: MessageId[];
  /** The thresholds of budgets that this run reached, before anybody else did. */
  readonly budgetWarnings: BudgetWarning[];
  /** What of the queued ones waits for its time; null where nothing does. */
  scheduled: Scheduled | null;
  /** Rows whose message was scheduled before, for another time than they have now: it keeps its own. */
  keptTimes: number;
  /** Promised and not yet charged. */
  reserved: Micros;
  charged: Micros;
  freeUnits: number;
};

/** A tally of nothing. */
export function createTally(): Tally {
  const zeros = <Key extends string>(keys: readonly Key[]): Record<Key, number> =>
    Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
  return {
    read: 0,
    counts: zeros(ROW_COUNTS),
    refusals: zeros(REFUSAL_REASONS),
    repeated: zeros(ROW_COUNTS),
    failedAs: { own: zeros(FAILED_STATES), repeated: zeros(FAILED_STATES) },
    recovered: [],
    budgetWarnings: [],
    scheduled: null,
    keptTimes: 0,
    reserved: ZERO,
    charged: ZERO,
    freeUnits: 0,
  };
}

/** Counts a message that waits to be sent, with its reservation. */
export function countQueued(tally: Tally, price: Micros): void {
  tally.counts.queued += 1;
  tally.reserved = plus(tally.reserved, price);
}

/** Counts a row whose message is there already, in this state. */
export function countDuplicate(tally: Tally, state: MessageState): void {
  tally.counts.duplicate += 1;
  tally.repeated[COUNTED_AS[state]] += 1;
  move(tally.failedAs.repeated, state, 1);
}

function move(failedAs: Record<FailedState, number>, state: MessageState, count: number): void {
  const failed = FAILED_STATES.find((candidate) => candidate === state);
  if (failed !== undefined) failedAs[failed] += count;
}

/** Counts the duplicates again, by what became of their first messages since. */
export function recountRepeated(tally: Tally, states: ReadonlyMap<MessageState, number>): void {
  for (const count of ROW_COUNTS) tally.repeated[count] = 0;
  for (const state of FAILED_STATES) tally.failedAs.repeated[state] = 0;
  for (const [state, number] of states) {
    tally.repeated[COUNTED_AS[state]] += number;
    move(tally.failedAs.repeated, state, number);
  }
}

const SENT_COUNTS = ['queued', 'accepted', 'delivered', 'failed', 'unknown'] as const;

/** Counts the command's own messages anew, by their states. Returns by how many they are more than before. */
export function countStates(tally: Tally, states: ReadonlyMap<MessageState, number>): number {
  const before = SENT_COUNTS.reduce((sum, count) => sum + tally.counts[count], 0);
  for (const count of SENT_COUNTS) tally.counts[count] = 0;
  for (const state of FAILED_STATES) tally.failedAs.own[state] = 0;
  let own = 0;
  for (const [state, number] of states) {
    tally.counts[COUNTED_AS[state]] += number;
    move(tally.failedAs.own, state, number);
    own += number;
  }
  return own - before;
}

/** Notes what a dead process left behind with an outcome that nobody knows. */
export function countRecovered(tally: Tally, unknown: readonly MessageId[]): void {
  tally.recovered.push(...unknown);
}

/** Counts a refusal. */
export function countRefused(tally: Tally, reason: RefusalReason): void {
  tally.counts.refused += 1;
  tally.refusals[reason] += 1;
}

/** Moves a message from one count to another, and its money with it. */
export function countSettled(tally: Tally, settlement: Pick<Settlement, 'from' | 'to' | 'charged' | 'closed' | 'freeUnits'>): void {
  tally.counts[COUNTED_AS[settlement.from]] -= 1;
  tally.counts[COUNTED_AS[settlement.to]] += 1;
  move(tally.failedAs.own, settlement.from, -1);
  move(tally.failedAs.own, settlement.to, 1);
  tally.charged = plus(tally.charged, settlement.charged);
  tally.reserved = minus(tally.reserved, settlement.closed);
  tally.freeUnits += settlement.freeUnits;
}

type Outcome = Pick<Tally, 'counts' | 'repeated' | 'refusals'>;

/** Where several causes meet, the first of unknown, failed, refused by money, refused by policy decides. What was recovered is unknown too. */
export function exitCodeOfTally(tally: Outcome & Pick<Tally, 'recovered'>): number {
  return tally.recovered.length > 0 ? 6 : exitCodeOfRows(tally);
}

function exitCodeOfRows({ counts, repeated, refusals }: Outcome): number {
  if (counts.unknown + repeated.unknown > 0) return 6;
  if (counts.failed + repeated.failed > 0) return 5;
  if (refusals.no_price + refusals.over_budget + refusals.over_max_price > 0) return 4;
  return counts.refused > 0 ? 3 : 0;
}

/** Whether invalid rows count as not done: where nobody agreed to leave them out. */
type InvalidRows = { readonly countsInvalid?: boolean };

/** `success` when all was done that was asked, `failed` when nothing was, `partial` between. Of the invalid rows it is told whether they count. */
export function statusOfTally(outcome: Outcome, { countsInvalid = false }: InvalidRows = {}): 'success' | 'partial' | 'failed' {
  const { counts } = outcome;
  if (exitCodeOfRows(outcome) === 0 && !(countsInvalid && counts.invalid > 0)) return 'success';
  return counts.queued + counts.accepted + counts.delivered + counts.duplicate > 0 ? 'partial' : 'failed';
}
