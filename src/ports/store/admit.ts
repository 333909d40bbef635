// Admission: a batch of requests becomes messages with reservations, or refusals. The rule runs inside the engine's transaction.

import type { BudgetUse } from '../../domain/budget.ts';
import type { BudgetWarning } from '../../domain/budget-warning.ts';
import type { Category, ConsentFlag, RefusalReason } from '../../domain/consent.ts';
import type { Bucket, LedgerEntry } from '../../domain/ledger.ts';
import type { MessageState } from '../../domain/message.ts';
import type { ContactRef } from './directory.ts';
import type { StoredPrices } from './settle.ts';
import type { QuietHours } from '../../domain/quiet-hours.ts';
import type { Timing } from '../../domain/schedule.ts';
import type { Sender } from '../../domain/sender.ts';
import type { Template } from '../../domain/template.ts';
import type { CampaignId, ContactId, MessageId, SenderId, TemplateId } from '../../values/id.ts';
import type { Micros } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant, Month } from '../../values/time.ts';

/** Whom a request names: a number, a user id of the provider, or a contact that the store knows. */
export type Addressee = ContactRef;

/** A key with the content that it stands for. */
export type KeyedContent = { readonly key: Uint8Array; readonly fingerprint: Uint8Array };

/** One message that is wanted. The caller makes its id before the first write, so that repeating is harmless. */
export type AdmitRequest = {
  readonly id: MessageId;
  /**
   * 16 bytes that make this send happen once for ever per sender; null for a send that is new each time. A derived one comes with its place empty (domain/key.ts) and is
   * found under every contact that has or had the number, and, where the person is named by an id (`to`, or aliases), under those that became this person.
   */
  readonly key: Uint8Array | null;
  /** 8 bytes that tell the content: the same key with another fingerprint is a conflict. */
  readonly fingerprint: Uint8Array;
  /**
   * The same for other names of the person, who may have been named so when this was sent before: a message that holds one of these keys is this send too. Of a derived
   * key the first one is kept beside it.
   */
  readonly aliases: readonly KeyedContent[];
  readonly to: Addressee;
  /** The language that was asked for; null leaves it to the contact and the template. */
  readonly language: string | null;
  /** The template whose parameters the content was checked against; null for free-form text. */
  readonly checkedFor: TemplateId | null;
  /** Parameter values by name, as JSON, or the text of a free-form message. The only place where content is kept. */
  readonly content: string;
  readonly maxPrice: Micros | null;
  /** When it is to be sent, and how long it may wait; absent: at once, as long as is usual. */
  readonly timing?: Timing;
  /** The message that a person decided to send again; it is sent again once. */
  readonly retryOf: MessageId | null;
  /** The number of the opt-out that this message confirms; it is confirmed once. */
  readonly confirms: number | null;
  readonly costCenter: string | null;
  readonly tags: readonly string[];
};

/** One run of a file under a campaign: tells what this run admitted from what an earlier one left. */
export type Run = { readonly runId: number; readonly campaignId: CampaignId };

/** At most `BATCH_MAX` requests of one sender, one template and one campaign. */
export type AdmitBatch = {
  /** `preview` asks the same questions in a read transaction and changes nothing. */
  readonly mode: 'commit' | 'preview';
  readonly senderId: SenderId;
  /** The template's name; null for free-form text. */
  readonly template: string | null;
  readonly campaignId: CampaignId | null;
  readonly runId: number | null;
  readonly at: Instant;
  readonly requests: readonly AdmitRequest[];
  /** What earlier batches of the same preview would have spent of each budget, by `useKey`. Empty when committing. */
  readonly spent: ReadonlyMap<string, Micros>;
};

/** What the store knows of the addressee. */
export type AddresseeFacts = {
  readonly contactId: ContactId;
  readonly phone: Phone | null;
  readonly userId: string | null;
  readonly language: string | null;
  readonly flags: readonly ConsentFlag[];
  /**
   * Null where the person never wrote, and also where nobody looked: only free-form messages and previews need the windows, and the look-up would cost every other
   * admission a join. So is the end of a free entry point.
   */
  readonly lastInboundAt: Instant | null;
  readonly freeEntryUntil: Instant | null;
  readonly undeliverable: boolean;
  /** True where a message to them would count against the messaging limit of the account, and they do not yet. Only a preview looks. */
  readonly isNewcomer: boolean;
  /** The zone that is written of them; null where none is, and where their sender has no quiet hours, so that nobody looked. */
  readonly timeZone: string | null;
};

/** A message that holds the request's key already, or is the retry or the confirmation that it asks for. */
export type KeptMessage = {
  readonly id: MessageId;
  readonly fingerprint: Uint8Array;
  readonly state: MessageState;
  readonly runId: number | null;
  readonly price: Micros;
  /** The time for which it is scheduled; null where it is not, or where quiet hours hold it, for a time that nobody asked for. */
  readonly dueAt: Instant | null;
};

export type AdmissionFacts = {
  readonly at: Instant;
  readonly sender: Sender;
  readonly campaignId: CampaignId | null;
  readonly runId: number | null;
  /** The languages of the named template that may be sent; null for free-form text. */
  readonly templates: readonly Template[] | null;
  readonly prices: StoredPrices;
  readonly quietHours: QuietHours;
  /** The newest closed month of the sender: nothing is reserved in it any more. */
  readonly closedThrough: Month | null;
  /** In the terms of every day on which one of the batch is reserved. */
  readonly budgets: readonly BudgetUse[];
  readonly requests: readonly {
    readonly request: AdmitRequest;
    readonly addressee: AddresseeFacts | null;
    readonly kept: KeptMessage | null;
  }[];
};

/** A message that the rule lets in, with its reservation. */
export type AdmittedMessage = {
  readonly request: AdmitRequest;
  readonly contactId: ContactId;
  readonly template: Template | null;
  readonly category: Category;
  readonly market: string;
  readonly price: Micros;
  /** True where it would be free if it were delivered now, as far as the windows were looked up: only in a preview it can be trusted, for estimates. Its reservation is made all the same. */
  readonly isFreeNow: boolean;
  /** As in the facts. */
  readonly isNewcomer: boolean;
  readonly bucket: Bucket;
  /** From when it may be sent; null for at once. */
  readonly dueAt: Instant | null;
  /** Quiet hours put that off. */
  readonly isHeld: boolean;
  readonly expiresAt: Instant;
  readonly reservation: LedgerEntry;
};

/**
 * What became of one request. `kept` on a duplicate is the first message; it is `resumable` when another run left it queued or scheduled: it belongs to this run from
 * then on, which must send it. `key_conflict` means the same key with other content. A refusal is a value: it moves no money and may be tried again.
 */
export type Admission =
  | { readonly kind: 'admitted'; readonly message: AdmittedMessage }
  | { readonly kind: 'duplicate'; readonly kept: KeptMessage; readonly resumable: boolean }
  | { readonly kind: 'key_conflict'; readonly kept: KeptMessage }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly category: Category | null; readonly market: string | null };

/** The rule of admission: pure, synchronous, total; one result per request, in order. */
export type DecideAdmissions = (facts: AdmissionFacts) => {
  readonly admissions: readonly Admission[];
  readonly budgets: readonly BudgetUse[];
};

/** What became of a batch. */
export type Admitted = {
  readonly admissions: readonly Admission[];
  /** What is used of each budget now, by `useKey`: for the next batch of a preview. */
  readonly spent: ReadonlyMap<string, Micros>;
  /** The thresholds of budgets that were reached with this batch and never before, recorded in the same transaction. A preview records none. */
  readonly warnings: readonly BudgetWarning[];
};

export type AdmitStore = {
  /**
   * Finds the campaign of that name, or creates it with this id, and numbers this run of it. `source` names the file that is going to be read; without it the
   * run is of single recipients, and whole at once. Throws `campaign_cancelled`.
   */
  readonly openRun: (run: {
    readonly id: CampaignId;
    readonly senderId: SenderId;
    readonly campaign: string;
    readonly source?: string | null;
    readonly at: Instant;
  }) => Promise<Run>;
  /** The file of this run was admitted to its end. A run that is never closed was cut short. */
  readonly closeRun: (run: { readonly runId: number; readonly at: Instant }) => Promise<void>;
  /** The messages that hold these keys, which users chose, in order; null where a key is free. At most `BATCH_MAX`. */
  readonly findKeys: (query: {
    readonly senderId: SenderId;
    readonly keys: readonly Uint8Array[];
  }) => Promise<readonly (KeptMessage | null)[]>;
  /** The campaign of that name, or null; changes nothing. */
  readonly findCampaign: (campaign: { readonly senderId: SenderId; readonly name: string }) => Promise<CampaignId | null>;
  /**
   * Decides and writes a batch in one transaction: messages, content, reservations and counters, or nothing. Repeating a batch answers `duplicate` with the
   * first messages. Throws `campaign_cancelled` where somebody cancelled its campaign, `store_busy`, `store_full`.
   */
  readonly admit: (batch: AdmitBatch, decide: DecideAdmissions) => Promise<Admitted>;
};
