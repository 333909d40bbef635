// Reading the books: counters by group, and single messages with their entries. Nothing here writes.

import type { Category } from '../../domain/consent.ts';
import type { Counters, EntryKind } from '../../domain/ledger.ts';
import type { EventKind, MessageState, PricingType } from '../../domain/message.ts';
import type { Scheduled } from '../../domain/schedule.ts';
import type { CampaignId, ContactId, MessageId, SenderId, TemplateId } from '../../values/id.ts';
import type { Currency, Micros } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { DayPeriod, Instant } from '../../values/time.ts';
import type { Page, PageRequest } from './directory.ts';

/** What a report can be grouped by. `tag` needs the entries themselves; all others come from the counters, unless an earlier moment is asked for. */
export const GROUPINGS = ['month', 'day', 'market', 'category', 'sender', 'campaign', 'cost_center', 'template', 'tag'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export type ReportFilter = {
  readonly period: DayPeriod;
  /** Null for all senders of the store. */
  readonly senderId: SenderId | null;
  readonly groupBy: readonly Grouping[];
  /**
   * The books as they stood then: what was recorded up to this instant, itself included. Final once it is past by longer than a writer may wait for its turn,
   * since entries are dated by when their writer began, and never before what is recorded already. Null or absent: as they stand now.
   */
  readonly asOf?: Instant | null;
};

/** One row: the value of each grouping in the order asked, the currency, and the sums. */
export type ReportRow = { readonly group: readonly string[]; readonly currency: Currency; readonly counters: Counters };

/** One total per currency, in the order of the currencies, as if there were no groups. */
export type Report = { readonly rows: readonly ReportRow[]; readonly totals: readonly ReportRow[] };

/** Deliveries whose price the provider told otherwise than our own view has it: how many, and the ids of the first few messages, oldest first. */
export type Discrepancies = { readonly count: number; readonly messageIds: readonly MessageId[] };

export type MessageFilter = {
  readonly senderId: SenderId | null;
  readonly state: MessageState | null;
  readonly campaignId: CampaignId | null;
  readonly contactId: ContactId | null;
  readonly since: Instant | null;
};

/** A message as a person asks for it. */
export type MessageRecord = {
  readonly id: MessageId;
  readonly sender: string;
  readonly campaign: string | null;
  readonly contactId: ContactId;
  readonly phone: Phone | null;
  readonly template: string | null;
  readonly language: string | null;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly category: Category;
  readonly market: string;
  readonly currency: Currency;
  /** The amount that was reserved. */
  readonly price: Micros;
  /** What it may cost at most; null where nobody said. */
  readonly maxPrice: Micros | null;
  readonly attempt: number;
  /** How many of the attempts do not count as tries. */
  readonly uncounted: number;
  readonly costCenter: string | null;
  readonly tags: readonly string[];
  readonly providerId: string | null;
  /** The message that this one sends again, and the one that sends this one again. */
  readonly retryOf: MessageId | null;
  readonly retriedBy: MessageId | null;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  /** From when it may be sent, and when it is given up if it was not; null once it is not waiting any more. */
  readonly dueAt: Instant | null;
  readonly expiresAt: Instant | null;
};

/** What a message says: the version of the template that it was admitted with, null for free-form, and its parameters or its free form as JSON. */
export type MessageContent = { readonly templateId: TemplateId | null; readonly content: string };

/** A person's decision about a message whose outcome was unknown. */
export type ResolutionRecord = {
  readonly attempt: number;
  readonly outcome: EventKind;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
};

/** A line of the ledger as a person asks for it. */
export type EntryRecord = {
  readonly sequence: number;
  readonly kind: EntryKind;
  readonly attempt: number;
  readonly held: Micros;
  readonly posted: Micros;
  readonly currency: Currency;
  readonly market: string;
  readonly category: Category;
  readonly pricingType: PricingType;
  readonly eventAt: Instant;
  readonly recordedAt: Instant;
  readonly cause: string | null;
  readonly rule: string | null;
};

export type TotalsFilter =
  | { readonly kind: 'run'; readonly campaignId: CampaignId; readonly runId: number }
  | { readonly kind: 'messages'; readonly ids: readonly MessageId[] };

/** Of which messages it is asked what waits for its time. */
export type ScheduledFilter = TotalsFilter | { readonly kind: 'campaign'; readonly campaignId: CampaignId };

/** States and money of some messages of one sender. */
export type Totals = {
  readonly states: ReadonlyMap<MessageState, number>;
  readonly held: Micros;
  readonly charged: Micros;
  readonly freeUnits: number;
};

export type ReportStore = {
  /** The counters of the period, summed by group, in the order of the groups, and their totals at the same moment. Rows by `tag` overlap, totals never do. */
  readonly counters: (filter: ReportFilter) => Promise<Report>;
  /** Those of a period that stand: where the provider's newest word agrees with our view, an older one is none any more. Groups play no part. */
  readonly discrepancies: (filter: Omit<ReportFilter, 'groupBy'>) => Promise<Discrepancies>;
  /** Newest first. */
  readonly listMessages: (filter: MessageFilter, page: PageRequest) => Promise<Page<MessageRecord>>;
  /** One result per id, null where there is none. */
  readonly findMessages: (ids: readonly MessageId[]) => Promise<readonly (MessageRecord | null)[]>;
  /** One result per id, null where there is no such message or its content was erased. */
  readonly findContents: (ids: readonly MessageId[]) => Promise<readonly (MessageContent | null)[]>;
  /** Who decided about one message, and why, oldest first. */
  readonly resolutionsOf: (messageId: MessageId) => Promise<readonly ResolutionRecord[]>;
  /** The entries of one message, oldest first. */
  readonly entriesOf: (messageId: MessageId) => Promise<readonly EntryRecord[]>;
  /**
   * What became of the messages of a run, or of certain ones, whoever sent them. A run is found by a scan: for the rare case that other processes
   * worked on it too.
   */
  readonly totals: (of: TotalsFilter) => Promise<Totals>;
  /** What of them waits for its time; null where nothing does. */
  readonly scheduled: (of: ScheduledFilter) => Promise<Scheduled | null>;
};
