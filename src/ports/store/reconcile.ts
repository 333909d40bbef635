// Reconciling: what our books say of the deliveries of a month, the messages behind them, and the differences that are accepted.

import type { Category } from '../../domain/consent.ts';
import type { Bucket } from '../../domain/ledger.ts';
import type { MessageState, PricingType } from '../../domain/message.ts';
import type { MessageId, SenderId } from '../../values/id.ts';
import type { Micros } from '../../values/money.ts';
import type { Day, Instant, Month } from '../../values/time.ts';
import type { DecideTiers } from './tiers.ts';

/** What deliveries are told apart by: the day of the delivery in the sender's zone, wherever it is booked, and what the provider prices it by. */
export type DeliveryKind = {
  readonly day: Day;
  readonly market: string;
  /** The calling code and area of the number (`+4915`), or the country of a user id (`DE`); null where the person was forgotten. */
  readonly origin: string | null;
  readonly category: Category;
  /** As it stands now, after what the provider corrected. */
  readonly pricingType: PricingType;
};

/** What deliveries of one kind cost. The last four count those of `units` that are priced on something else than the provider's word and a price row. */
export type BookedLine = DeliveryKind & {
  readonly units: number;
  /** Charges, and what the provider's later word changed of them. */
  readonly charged: Micros;
  /** What people adjusted. */
  readonly byHand: Micros;
  readonly unheard: number;
  readonly unpriced: number;
  readonly openEnded: number;
  /** The provider's word named another category. */
  readonly otherCategory: number;
};

/** What was accepted of an earlier comparison, and of which of its lines. */
export type AcceptedLine = { readonly line: string; readonly amount: Micros };

/** The volume discount of the sender's messages in one market and category: what is booked of it, and what the closing of the month would add. */
export type BookedDiscount = { readonly market: string; readonly category: Category; readonly booked: Micros; readonly pending: Micros };

export type MonthBooks = {
  readonly lines: readonly BookedLine[];
  readonly discounts: readonly BookedDiscount[];
  readonly accepted: readonly AcceptedLine[];
};

/** A message behind a line. One without a delivery is named by the day on which it left last, and may have been delivered without our knowing. */
export type MessageBehind =
  | (DeliveryKind & { readonly id: MessageId; readonly state: null })
  | (Omit<DeliveryKind, 'pricingType'> & { readonly id: MessageId; readonly state: MessageState });

/** An amount of a line that is accepted. `line` names it, `source` what it was compared with. */
export type Acceptance = {
  readonly line: string;
  readonly source: string;
  readonly bucket: Omit<Bucket, 'accountId' | 'senderId' | 'currency'>;
  readonly amount: Micros;
  readonly reason: string;
};

/** `late`: the closed month that the amount belongs to, where it is booked in another one. */
export type Accepted = Acceptance & { readonly sequence: number; readonly bookedOn: Day; readonly late: Month | null };

/** An amount that was accepted, as the ledger has it. */
export type AcceptedEntry = AcceptedLine & {
  readonly sequence: number;
  readonly bookedOn: Day;
  readonly by: string;
  readonly reason: string;
};

type OfMonth = { readonly senderId: SenderId; readonly month: Month };

/** The rule of accepting: what is to be booked so that the books say what was compared. Pure, synchronous, total. */
export type DecideAcceptances = (books: MonthBooks) => readonly Acceptance[];

export type ReconcileStore = {
  /** What the deliveries of a month cost a sender, whenever they were booked. Reads the whole ledger: once a month is often enough. */
  readonly booksOf: (of: OfMonth, tiers: DecideTiers) => Promise<MonthBooks>;
  /** How many entries count for the month and are booked in another one, where a report has them: late deliveries and corrections, also accepted ones. */
  readonly bookedElsewhere: (of: OfMonth) => Promise<number>;
  /** What was accepted of the lines of a month of the sender of a message, oldest first. */
  readonly acceptedOf: (of: { readonly messageId: MessageId; readonly month: Month }) => Promise<readonly AcceptedEntry[]>;
  /** The messages of the month for which `lineOf` names a line, by line, oldest first. Reads as much. */
  readonly messagesBehind: (
    of: OfMonth,
    lineOf: (message: MessageBehind) => string | null,
  ) => Promise<ReadonlyMap<string, readonly Pick<MessageBehind, 'id' | 'state'>[]>>;
  /**
   * Books what is accepted, each as a line of its own that names source and line. The rule sees the books inside the transaction: of two who accept the same,
   * the second finds nothing that differs.
   */
  readonly accept: (
    of: OfMonth & { readonly at: Instant; readonly by: string },
    rules: { readonly tiers: DecideTiers; readonly decide: DecideAcceptances },
  ) => Promise<readonly Accepted[]>;
};
