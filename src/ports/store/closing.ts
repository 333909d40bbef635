// Closing: the lines of a month that is over, the volume discount that is settled with it, and amounts that a person adjusts.

import type { Closing } from '../../domain/closing.ts';
import type { Bucket } from '../../domain/ledger.ts';
import type { Sender } from '../../domain/sender.ts';
import type { MessageId, SenderId } from '../../values/id.ts';
import type { Micros } from '../../values/money.ts';
import type { Instant, Month } from '../../values/time.ts';
import type { DecideTiers } from './tiers.ts';

export type CloseFacts = {
  readonly sender: Sender;
  readonly month: Month;
  readonly at: Instant;
  readonly closings: readonly Closing[];
  readonly firstMonth: Month | null;
};

/** Whether a month may be closed: now, before, not yet, only after an earlier one, or no more, since a later one is closed that had nothing before it. */
export type CloseDecision =
  | { readonly kind: 'close' }
  | { readonly kind: 'closed_before'; readonly closing: Closing }
  | { readonly kind: 'still_open' }
  | { readonly kind: 'earlier_open'; readonly earlier: Month }
  | { readonly kind: 'passed_over'; readonly newest: Month };
export type DecideClose = (facts: CloseFacts) => CloseDecision;

export type CloseRules = { readonly close: DecideClose; readonly tiers: DecideTiers };

/** What became of a closing. `adjusted` is what its volume discounts came to, of this month and of earlier ones that changed since. */
export type Closed =
  | { readonly decision: Exclude<CloseDecision, { kind: 'close' | 'closed_before' }> }
  | {
      readonly decision: Extract<CloseDecision, { kind: 'close' | 'closed_before' }>;
      readonly closing: Closing;
      readonly adjusted: Micros;
    };

/** `late`: the closed month that the message belongs to, where the line is booked in another one. `net`: what the message costs now. */
export type Adjusted = { readonly sequence: number; readonly bucket: Bucket; readonly late: Month | null; readonly net: Micros };

export type ClosingStore = {
  /**
   * Closes a month of a sender: settles its volume discounts and freezes its lines, in one transaction; of two who close at once one does. Then the digest is
   * computed, which repeating it completes.
   */
  readonly closeMonth: (
    closing: { readonly senderId: SenderId; readonly month: Month; readonly at: Instant; readonly by: string },
    rules: CloseRules,
  ) => Promise<Closed>;
  /** The closed months of a sender, oldest first. */
  readonly closings: (senderId: SenderId) => Promise<readonly Closing[]>;
  /** Adds an amount to what a message cost, or takes it off, with who decided it and why. Nothing is done for a message that is not there, or that would cost less than nothing. */
  readonly adjust: (adjustment: {
    readonly messageId: MessageId;
    readonly amount: Micros;
    readonly by: string;
    readonly reason: string;
    readonly at: Instant;
  }) => Promise<Adjusted | 'unknown' | 'below_zero'>;
};
