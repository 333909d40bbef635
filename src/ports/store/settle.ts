// Settling: what became known about messages moves their state and their money. Replies, webhooks and people all come this way.

import type { BidFacts } from '../../domain/bid.ts';
import type { Bucket, LedgerEntry } from '../../domain/ledger.ts';
import type { MessageState } from '../../domain/message.ts';
import type { PriceBook, Rate } from '../../domain/price-book.ts';
import type { Sender } from '../../domain/sender.ts';
import type { TtlFacts } from '../../domain/template-ttl.ts';
import type { ContactId, MessageId } from '../../values/id.ts';
import type { Currency, Micros } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant, Month } from '../../values/time.ts';
import type { Outcome, ToldPricing } from '../../domain/outcome.ts';
import type { KeptWindows } from '../../domain/window.ts';

/** A rate with the number of its row, which every amount that it explains will name. */
export type StoredRate = Rate & { readonly id: number };
export type StoredPrices = PriceBook<StoredRate>;

/** A message as the rule of settling sees it. */
export type MessageFacts = {
  readonly id: MessageId;
  readonly sender: Sender;
  readonly state: MessageState;
  readonly attempt: number;
  /** How many of the attempts do not count as tries. */
  readonly uncounted: number;
  readonly reason: string | null;
  readonly runId: number | null;
  readonly contactId: ContactId;
  /** Both null when the person was forgotten. */
  readonly phone: Phone | null;
  readonly userId: string | null;
  /** They have another number than the one that the newest request went to. */
  readonly hasMoved: boolean;
  /** The provider could not reach this person before. */
  readonly undeliverable: boolean;
  /** The provider's word on the price that came with an earlier status. */
  readonly pricing: ToldPricing | null;
  /** Null before the provider accepted it. */
  readonly providerId: string | null;
  /** Where its delivery is booked; null where it has none. Read when it is asked for, since hardly an outcome needs it. */
  readonly charge: () => ChargeFacts | null;
  /** When it was read, as the first status said that told of it. */
  readonly readAt: Instant | null;
  /** Of the newest request. */
  readonly windows: KeptWindows;
  /** How many deliveries of a month used the sender's allowance so far, those of the same batch included; counted when it is asked for. */
  readonly freeUnitsIn: (month: Month) => number;
  /** What its template says of its time to live and its bid; null for free form. */
  readonly template: (TtlFacts & BidFacts) | null;
  /** What was promised at the admission. */
  readonly price: Micros;
  /** What is still promised. */
  readonly held: Micros;
  readonly holdBucket: Bucket;
  /** The newest month of the sender that is closed; null before the first. */
  readonly closedThrough: Month | null;
};

/** What a delivery is charged as it stands now, where, when it was delivered, and which request it was. */
export type ChargeFacts = { readonly amount: Micros; readonly bucket: Bucket; readonly at: Instant; readonly attempt: number };

/** What an outcome changes in a message. Null instants and provider ids stay as they are. */
export type MessageChange = {
  readonly state: MessageState;
  readonly held: Micros;
  readonly reason: string | null;
  /** Queued again, and not to be claimed before this instant. */
  readonly notBefore: Instant | null;
  /** Its request does not count as a try: it never left, or its template was paused. */
  readonly isUncounted: boolean;
  /** When silence about it ends its reservation. */
  readonly expiresAt: Instant | null;
  readonly providerId: string | null;
  /** The word on the price to keep from now on; null leaves what is there. */
  readonly pricing: ToldPricing | null;
  /** When it was accepted, sent or read, by whoever told it; null leaves what is there. */
  readonly acceptedAt: Instant | null;
  readonly sentAt: Instant | null;
  readonly readAt: Instant | null;
  /** Gives the key back: nothing was ever sent under it, and what stood against it may be gone when the send is tried again. */
  readonly freesKey: boolean;
  readonly at: Instant;
};

/**
 * What an outcome tells about the person: `marketing_stopped` in the messenger (the provider's 131050), which is consent and cancels what is queued;
 * `undeliverable` (131026), which is neither consent nor block; `reachable` again; `not_reached` by this message, which the messaging limit did not let through
 * (131048).
 */
export const CONTACT_FACTS = ['marketing_stopped', 'undeliverable', 'reachable', 'not_reached'] as const;
export type ContactFact = (typeof CONTACT_FACTS)[number];

/** What the rule says of one outcome: nothing where it tells nothing new. */
export type SettlementDecision = {
  readonly change: MessageChange | null;
  /** None, one, or the two of a delivery that is booked anew. */
  readonly entries: readonly LedgerEntry[];
  readonly fact: ContactFact | null;
};

/** The rule of settling: pure, synchronous, total. The engine calls it once per outcome, each time with the message as the one before left it. */
export type DecideSettlements = (message: MessageFacts, outcome: Outcome, prices: StoredPrices, at: Instant) => SettlementDecision;

/** What became of one outcome. `known` is false when no message has that id. */
export type Settlement = {
  readonly messageId: MessageId;
  readonly known: boolean;
  readonly from: MessageState;
  readonly to: MessageState;
  readonly runId: number | null;
  readonly reason: string | null;
  readonly currency: Currency;
  readonly charged: Micros;
  /** How much of the reservation it ended: what was charged, released, or both. */
  readonly closed: Micros;
  /** 1 for a delivery that turned out to be free, -1 for one that turned out to be charged after all. */
  readonly freeUnits: number;
};

export type SettleStore = {
  /** Applies at most `BATCH_MAX` outcomes in order, in one transaction, with their ledger entries and counters. Repeating it changes nothing. */
  readonly settle: (
    batch: { readonly outcomes: readonly Outcome[]; readonly at: Instant },
    decide: DecideSettlements,
  ) => Promise<readonly Settlement[]>;
  /** A person's decision about an unknown outcome: settles it, and keeps who decided and why, in one transaction. */
  readonly resolve: (
    resolution: { readonly outcome: Outcome; readonly by: string; readonly reason: string; readonly at: Instant },
    decide: DecideSettlements,
  ) => Promise<Settlement>;
};
