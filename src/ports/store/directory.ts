// The directory: people and their consent, templates, prices, senders, budgets. Every write is one transaction.

import type { InternationalStart } from '../../domain/auth-international.ts';
import type { Budget, BudgetUse } from '../../domain/budget.ts';
import type { BudgetWarning } from '../../domain/budget-warning.ts';
import type { ConsentEvent, ConsentFlag, ConsentKind, ConsentScope, ConsentSubject } from '../../domain/consent.ts';
import type { ContactWithFlags } from '../../domain/contact.ts';
import type { PriceCard } from '../../domain/price-book.ts';
import type { QuietRule } from '../../domain/quiet-hours.ts';
import type { Sender } from '../../domain/sender.ts';
import type { Template } from '../../domain/template.ts';
import type { AccountId, BudgetId, ContactId, MessageId, PriceBookId, SenderId } from '../../values/id.ts';
import type { Amount, Currency } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import type { DecideSettlements } from './settle.ts';

/** A page of a list: at most `limit` items after the cursor, which is the `next` of the page before. */
export type PageRequest = { readonly limit: number; readonly after: string | null };
export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null };

/** How a person is named: by number, by the provider's user id, or by our id. */
export type ContactRef = { readonly phone: Phone } | { readonly userId: string } | { readonly contactId: ContactId };

/** One event to record about one subject (a purpose or the block). */
export type NewConsentEvent = {
  readonly scope: ConsentScope;
  readonly subject: ConsentSubject;
  readonly kind: ConsentKind;
  readonly at: Instant;
  readonly by: 'customer' | 'business';
  readonly source: string;
  readonly evidence: string | null;
};

/** A contact to add or change. Null fields leave what is there; attributes are merged. `id` is used when the person is new. */
export type ContactWrite = {
  readonly id: ContactId;
  readonly phone: Phone | null;
  readonly userId: string | null;
  readonly name: string | null;
  readonly language: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** Opt-ins that come with it (an import never lifts an opt-out or a block). */
  readonly optIns: readonly NewConsentEvent[];
  /** Somebody knows that the provider can reach them now: takes the mark of an undeliverable number off. */
  readonly isReachable: boolean;
};

/**
 * `refused`: an opt-in was asked for that an opt-out or a block stands against, and the rest was written; or the number and the user id belong to two
 * people, or one of them would take the place of another one, and nothing was.
 */
export type ContactWritten = { readonly contactId: ContactId; readonly result: 'added' | 'updated' | 'unchanged' | 'refused' };

/** An event of this moment where `at` is null: it follows what was said about the subject before, also where the clock was set back since. */
export type SaidEvent = Omit<NewConsentEvent, 'at'> & { readonly at: Instant | null };

/** Events about one person. A person never seen before is created with `contactId`, so that a block holds for unknown numbers too. */
export type ConsentWrite = { readonly contactId: ContactId; readonly who: ContactRef; readonly events: readonly SaidEvent[] };

/**
 * What the events left behind: the flags in the scopes that they name and in the whole account, the queued messages that they cancelled, and those that
 * were already on their way.
 */
export type ConsentWritten = {
  readonly contactId: ContactId;
  readonly phone: Phone | null;
  readonly flags: readonly ConsentFlag[];
  readonly cancelled: readonly MessageId[];
  readonly released: readonly Amount[];
  readonly inFlight: readonly MessageId[];
};

/** A price card as the store keeps it. */
export type StoredPriceCard = {
  readonly id: PriceBookId;
  readonly card: PriceCard;
  /** In words, where its figures come from. */
  readonly source: string;
  /** Hex SHA-256 of the card in canonical form. */
  readonly digest: string;
  readonly addedAt: Instant;
};

/** What a fresh store begins with. `keyCheck` is what it keeps of its key, to tell another one. */
export type Foundation = {
  readonly keyCheck: string;
  readonly sender: Sender;
  readonly cards: readonly StoredPriceCard[];
  readonly template?: Template;
};

export type BudgetPut = { readonly result: 'added' | 'updated' | 'unchanged'; readonly warnings: readonly BudgetWarning[] };

/** `term` is a campaign's name where it is one; `reached`: the thresholds that were reached in it, lowest first. */
export type ListedBudget = BudgetUse & { readonly reached: readonly number[] };

/** What was said of the international rate; null: nothing any more. `toldAt` is in the provider's time, and null where a person says so. */
export type AuthInternationalChange = { readonly start: InternationalStart | null; readonly toldAt: Instant | null };

export type DirectoryStore = {
  /** True until `found` has run, also on a file without tables; a store that a crash left there is founded by the next process. */
  readonly isEmpty: () => Promise<boolean>;
  /** Writes the account, the first sender and its price cards; changes nothing on a store that has them. */
  readonly found: (foundation: Foundation) => Promise<void>;
  /** The `keyCheck` that the store was founded with; null before. */
  readonly keyCheck: () => Promise<string | null>;

  /** Adds or changes at most `BATCH_MAX` contacts; one result per item, in order. */
  readonly putContacts: (batch: {
    readonly accountId: AccountId;
    readonly contacts: readonly ContactWrite[];
    readonly at: Instant;
  }) => Promise<readonly ContactWritten[]>;
  /** One result per reference, null where nobody is found. */
  readonly findContacts: (accountId: AccountId, refs: readonly ContactRef[]) => Promise<readonly (ContactWithFlags | null)[]>;
  /** The ids that contacts had before they turned out to be somebody who was known already; nothing of those who had none. At most `BATCH_MAX`. */
  readonly formerContacts: (contactIds: readonly ContactId[]) => Promise<ReadonlyMap<ContactId, readonly ContactId[]>>;
  readonly listContacts: (accountId: AccountId, page: PageRequest) => Promise<Page<ContactWithFlags>>;

  /**
   * Appends events (at most `BATCH_MAX` people) and updates the flags. A block, and an opt-out, cancels the queued messages that it stands against and
   * releases their reservations in the same transaction. Recording what is already so appends nothing.
   */
  readonly recordConsent: (
    batch: { readonly accountId: AccountId; readonly writes: readonly ConsentWrite[]; readonly at: Instant },
    decide: DecideSettlements,
  ) => Promise<readonly ConsentWritten[]>;
  /** The history of one person, oldest first. */
  readonly consentHistory: (contactId: ContactId) => Promise<readonly ConsentEvent[]>;
  /** Remembers that these people wrote to the sender, which opens the window for free-form replies. */
  readonly recordInbound: (batch: {
    readonly senderId: SenderId;
    readonly messages: readonly { readonly contactId: ContactId; readonly at: Instant }[];
  }) => Promise<void>;

  /**
   * Adds a card. Throws `price_card_conflict` when another card of that currency and day is there and `replace` is false, or when it is another one than that of
   * the digest `madeFrom`: a card that was made from one must not undo what came in between.
   */
  readonly putPriceCard: (
    card: StoredPriceCard,
    options: { readonly replace: boolean; readonly madeFrom?: string | undefined },
  ) => Promise<'added' | 'replaced' | 'unchanged'>;
  /** The cards in force, oldest first. */
  readonly listPriceCards: (filter: { readonly currency: Currency | null }) => Promise<readonly StoredPriceCard[]>;

  /**
   * Adds a sender, or gives the one of that name other settings of its channel. Throws `sender_conflict` when that one has another transport, currency,
   * zone or phone number, or when another sender of the account has the number.
   */
  readonly putSender: (sender: Sender) => Promise<'added' | 'updated' | 'unchanged'>;
  readonly listSenders: (accountId: AccountId) => Promise<readonly Sender[]>;
  /**
   * From now on authentication of a sender costs the international rate from these instants. `unchanged` where that was so, or the provider told it before what is
   * known. Putting the sender again leaves it as it is.
   */
  readonly setAuthInternational: (senderId: SenderId, change: AuthInternationalChange) => Promise<'updated' | 'unchanged'>;
  /** Makes a sender the default one of its account. */
  readonly setDefaultSender: (senderId: SenderId) => Promise<void>;

  /**
   * Sets a budget, or puts it in the place of the one that covers the same. The thresholds that the day, or month, has reached already are warnings at once,
   * but for those that were reached under the cap before; of campaigns the next admission tells.
   */
  readonly putBudget: (budget: Budget) => Promise<BudgetPut>;
  /** The budgets of a sender with what is used of each: of the day or month in which a message counts that is admitted at `at`, or of the fullest campaign. */
  readonly listBudgets: (filter: { readonly senderId: SenderId; readonly at: Instant }) => Promise<readonly ListedBudget[]>;
  /** Sets quiet hours, or puts them in the place of those for the same country and category. What they hold is asked again when it is due. */
  readonly putQuietRule: (rule: QuietRule) => Promise<'added' | 'updated' | 'unchanged'>;
  /** The quiet hours of a sender: by category, those for all countries first. */
  readonly listQuietRules: (senderId: SenderId) => Promise<readonly QuietRule[]>;
  /** Takes quiet hours back; false when there were none. */
  readonly removeQuietRule: (rule: Pick<QuietRule, 'senderId' | 'category' | 'country'>) => Promise<boolean>;
  /** Takes a budget back; false when there is none of that id. */
  readonly removeBudget: (budgetId: BudgetId, at: Instant) => Promise<boolean>;
};
