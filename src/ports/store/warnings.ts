// Warnings of budgets that were recorded with the admission, or the repricing, that reached them: told of once by a check, and posted until a hook has them.

import type { BudgetWarning } from '../../domain/budget-warning.ts';
import type { SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';

/** A warning that this process alone posts now. */
export type Posting = { readonly id: number; readonly claimedAt: Instant; readonly warning: BudgetWarning };

export type WarningStore = {
  /** The warnings of a sender that no check has told of yet, in the order in which they came; they are told of then. Of two checks at once one tells of each. */
  readonly checkWarnings: (check: { readonly senderId: SenderId; readonly at: Instant }) => Promise<readonly BudgetWarning[]>;
  /**
   * The oldest warning of the last seven days that no hook has taken, whatever its sender; null where there is none. No other process gets it, until this one
   * ends the posting or has been silent for a minute.
   */
  readonly claimPosting: (at: Instant) => Promise<Posting | null>;
  /** Says when the hook took it; null gives it back, to be posted later. */
  readonly endPosting: (posting: Pick<Posting, 'id' | 'claimedAt'>, postedAt: Instant | null) => Promise<void>;
};
