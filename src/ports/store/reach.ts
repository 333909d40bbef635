// Reach: the provider's messaging limit of an account, and how many people count against it. What it lets through is decided where messages are claimed.

import type { MessagingLimit, Reach } from '../../domain/messaging-limit.ts';
import type { AccountId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';

/** A limit that was told. `toldAt` is in the provider's time, and null where a person says so. */
export type MessagingLimitChange = { readonly limit: MessagingLimit; readonly toldAt: Instant | null; readonly at: Instant };

export type ReachStore = {
  /** The limit of an account, how many people count against it at that moment, and when there is room. */
  readonly reach: (accountId: AccountId, at: Instant) => Promise<Reach>;
  /**
   * From now on claims keep to this limit. `unchanged` where it was the same, or was told by the provider before what is known. Where nothing limited the account
   * until now, whom it messaged in the last day is counted first.
   */
  readonly setMessagingLimit: (accountId: AccountId, change: MessagingLimitChange) => Promise<'updated' | 'unchanged'>;
};
