// The evidence behind one message: its entries with the price rows that they name, the provider's words, and when what happened. Nothing here writes.

import type { Category } from '../../domain/consent.ts';
import type { Discrepancy, OwnEvidence } from '../../domain/ledger.ts';
import type { ToldPricing } from '../../domain/outcome.ts';
import type { Rate } from '../../domain/price-book.ts';
import type { MessageId } from '../../values/id.ts';
import type { Currency, Micros } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Day, Instant, Month, TimeZone } from '../../values/time.ts';
import type { EntryRecord, MessageRecord, ResolutionRecord } from './report.ts';

/** A row of a price card, with its card. */
export type PriceEvidenceRow = Rate & {
  readonly id: number;
  readonly currency: Currency;
  readonly effectiveFrom: Day;
  readonly source: string;
  /** When a corrected card took its place; null while it is in force. */
  readonly replacedAt: Instant | null;
};

/** A line of the ledger with all that was frozen with it. */
export type EntryEvidence = EntryRecord & {
  /** The day on which it counts, in the sender's zone, and the month of the books that it stands in. */
  readonly day: Day;
  readonly booksMonth: Month;
  /** Where the reservation that it moves was made. */
  readonly holdDay: Day;
  readonly holdCategory: Category;
  readonly price: PriceEvidenceRow | null;
  readonly providerType: string | null;
  readonly providerCategory: string | null;
  /** What our own rule said of it, and in what the provider's word differs. */
  readonly own: OwnEvidence | null;
  readonly discrepancy: Discrepancy | null;
  /** Of an adjustment by hand. */
  readonly decision: EntryDecision | null;
};

/** Who adjusted an amount by hand, and why. */
export type EntryDecision = { readonly by: string; readonly reason: string };

/** Null where it did not happen, or nobody wrote it down; of the newest request. */
export type KeptTimes = {
  readonly claimedAt: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly sentAt: Instant | null;
  readonly readAt: Instant | null;
};

/** What a message's template said when it was admitted, or when it last followed a change of category. */
export type TemplateVersion = { readonly contentHash: string; readonly addedAt: Instant };

export type MessageEvidence = {
  readonly record: MessageRecord;
  readonly timeZone: TimeZone;
  readonly templateVersion: TemplateVersion | null;
  /** Of the person today, whoever they turned out to be; both null when they were forgotten. */
  readonly phone: Phone | null;
  readonly userId: string | null;
  /** What the message itself says that is still held. */
  readonly held: Micros;
  /** The provider's word on the price that weighs most so far. */
  readonly told: ToldPricing | null;
  readonly times: KeptTimes;
  /** What was known of windows when the newest request was claimed. */
  readonly inboundAt: Instant | null;
  readonly freeEntryUntil: Instant | null;
  readonly resolutions: readonly ResolutionRecord[];
  /** Oldest first. */
  readonly entries: readonly EntryEvidence[];
};

export type EvidenceStore = {
  /** All that the store knows of how one message came to its price, as one picture; null where there is no such message. */
  readonly evidenceOf: (messageId: MessageId) => Promise<MessageEvidence | null>;
};
