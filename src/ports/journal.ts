// The dispatch journal: what a sending process notes while it sends, for whoever finds it dead. It outlives the process and not the machine: nothing waits
// for a disk.

import type { Delivery, OutgoingMessage } from './transport.ts';

/** Of one worker. What it had claimed and not noted as leaving has surely not left when it is dead. */
export type Journal = {
  /**
   * The first bytes of these requests may follow when this returns: the note is the system's by then. Throws `store_full` and `store_unreadable`; then none of
   * them may leave.
   */
  readonly leave: (requests: readonly Pick<OutgoingMessage, 'id' | 'attempt'>[]) => void;
  /** What came back. Noted with the next request that leaves or the next turn, whichever comes first. */
  readonly answered: (delivery: Delivery) => void;
};

/** Notes nothing: for a store in memory, which dies with its process, and for whoever sends without a store. */
export const NO_JOURNAL: Journal = { leave: () => undefined, answered: () => undefined };
