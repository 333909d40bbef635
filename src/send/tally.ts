// The count of one run: every row exactly once, by what became of it, and the money that moved.

import { REFUSAL_REASONS, type RefusalReason } from '../domain/consent.ts';
import type { MessageState } from '../domain/message.ts';
import type { Settlement } from '../ports/store/settle.ts';
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

export type Tally = {
  read: number;
  readonly counts: Record<RowCount, number>;
  readonly refusals: Record<RefusalReason, number>;
  /** What became of the first messages of the duplicates: they answer with its exit code. */
  readonly repeated: Record<RowCount, number>;
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
}

/** Counts the duplicates again, by what became of their first messages since. */
export function recountRepeated(tally: Tally, states: ReadonlyMap<MessageState, number>): void {
  for (const count of ROW_COUNTS) tally.repeated[count] = 0;
  for (const [state, number] of states) tally.repeated[COUNTED_AS[state]] += number;
}

/** Counts a refusal. */
export function countRefused(tally: Tally, reason: RefusalReason): void {
  tally.counts.refused += 1;
  tally.refusals[reason] += 1;
}

/** Moves a message from one count to another, and its money with it. */
export function countSettled(tally: Tally, settlement: Settlement): void {
  tally.counts[COUNTED_AS[settlement.from]] -= 1;
  tally.counts[COUNTED_AS[settlement.to]] += 1;
  tally.charged = plus(tally.charged, settlement.charged);
  tally.reserved = minus(tally.reserved, settlement.closed);
  tally.freeUnits += settlement.freeUnits;
}

type Outcome = Pick<Tally, 'counts' | 'repeated' | 'refusals'>;

/** Where several causes meet, the first of unknown, failed, refused by money, refused by policy decides. */
export function exitCodeOfTally({ counts, repeated, refusals }: Outcome): number {
  if (counts.unknown + repeated.unknown > 0) return 6;
  if (counts.failed + repeated.failed > 0) return 5;
  if (refusals.no_price + refusals.over_budget + refusals.over_max_price > 0) return 4;
  return counts.refused > 0 ? 3 : 0;
}

/** `success` when all was done that was asked, `failed` when nothing was, `partial` between. */
export function statusOfTally(outcome: Outcome): 'success' | 'partial' | 'failed' {
  const { counts } = outcome;
  if (exitCodeOfTally(outcome) === 0) return 'success';
  return counts.queued + counts.accepted + counts.delivered + counts.duplicate > 0 ? 'partial' : 'failed';
}
