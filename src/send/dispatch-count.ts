// The count of one dispatch: every message that was handed over once, whoever settled it first.

import type { MessageState } from '../domain/message.ts';
import type { ReportStore } from '../ports/store/report.ts';
import type { Settlement } from '../ports/store/settle.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { MessageId } from '../values/id.ts';
import { plus } from '../values/money.ts';
import { COUNTED_AS, countSettled, createTally, type Tally } from './tally.ts';

export type DispatchCount = {
  /** What is known so far; `close` completes it. */
  readonly tally: Tally;
  /** How many messages were handed to the provider. */
  readonly sent: () => number;
  /** How many the gate stopped at the moment of sending. */
  readonly stopped: () => number;
  /** What those are now. */
  readonly stoppedAs: () => ReadonlySet<MessageState>;
  readonly onSettled: (settlements: readonly Settlement[]) => void;
  /** Counts those of which somebody else was told before we were, by what the store says of them now. */
  readonly close: (store: Pick<ReportStore, 'totals'>) => Promise<void>;
};

/** Begins to count. */
export function createDispatchCount(): DispatchCount {
  const tally = createTally();
  const late = new Set<MessageId>();
  const stoppedAs = new Set<MessageState>();
  let [sent, stopped] = [0, 0];

  const count = (settlement: Settlement): void => {
    const { from, to } = settlement;
    if (from === 'queued') {
      stopped += 1;
      stoppedAs.add(to);
    } else countSettled(tally, settlement);
    if (from === 'sending' && to !== 'queued') sent += 1;
  };

  return {
    tally,
    sent: () => sent,
    stopped: () => stopped,
    stoppedAs: () => stoppedAs,
    // A message is in one turn with all that its own answer told. Where the first of it does not find it as sending, a webhook has been here: `serve`
    // hears of a delivery while our request still waits for its answer.
    onSettled: (settlements) => {
      const begun = new Set<MessageId>();
      for (const settlement of settlements) {
        const { messageId, from } = settlement;
        if (!begun.has(messageId) && from !== 'sending' && from !== 'queued') late.add(messageId);
        begun.add(messageId);
        if (!late.has(messageId)) count(settlement);
      }
    },
    close: async (store) => {
      for (const ids of slices([...late], BATCH_MAX)) {
        const { states, charged, freeUnits } = await store.totals({ kind: 'messages', ids });
        for (const [state, number] of states) {
          tally.counts[COUNTED_AS[state]] += number;
          if (COUNTED_AS[state] !== 'queued') sent += number;
        }
        tally.charged = plus(tally.charged, charged);
        tally.freeUnits += freeUnits;
      }
      late.clear();
    },
  };
}
