// What comes back: everything that webhooks told, in one transaction per group of posts, so that an answer is given only after the commit.

import type { ConsentWord } from '../../domain/consent-word.ts';
import type { AccountNews, InboundEvent, InboundReading } from '../../domain/inbound.ts';
import type { ContactId, MessageId, SenderId } from '../../values/id.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import type { Page, PageRequest } from './directory.ts';
import type { DecideSettlements, Settlement } from './settle.ts';
import type { DecideRepricings, TemplateChanged } from './templates.ts';

/** How many events of webhooks one transaction takes: ten whole posts of the provider's usual size. */
export const EVENTS_MAX = 1_000;

/** What can be read of an inbound message. `isButton`: the text is a label that the sender wrote, and the customer only tapped it. */
export type ReadableMessage = { readonly text: string | null; readonly isButton: boolean };

/** What an inbound message means for consent, decided by the sender's words. Pure; the engine calls it with the words in force. */
export type ReadInbound = (message: ReadableMessage, words: readonly ConsentWord[]) => InboundReading;

/** What became of one event. `unmatched`: no message or sender of ours; it is kept as it came. `repeated`: it told nothing new. */
export type Received = {
  readonly result: 'applied' | 'repeated' | 'unmatched' | 'kept';
  /** For a status. */
  readonly settlement: Settlement | null;
  /** Queued messages that a stop in this event cancelled. */
  readonly cancelled: readonly MessageId[];
  /** For a template. */
  readonly template: TemplateChanged | null;
  /** What the account told, as far as it is new. */
  readonly news: AccountNews;
  /** The opt-out that a confirmation may answer; null when there is nothing to confirm. */
  readonly stop: {
    readonly senderId: SenderId;
    readonly contactId: ContactId;
    readonly sequence: number;
    readonly language: string | null;
  } | null;
};

/** An inbound message that a person should look at, because it may be a stop. */
export type ReviewItem = {
  readonly sequence: number;
  readonly senderId: SenderId;
  readonly contactId: ContactId;
  readonly phone: Phone | null;
  readonly name: string | null;
  readonly text: string;
  readonly at: Instant;
};

export type InboundStore = {
  /**
   * Applies at most `EVENTS_MAX` events in order in one transaction: statuses settle messages, inbound messages open the window and may stop or start
   * consent, preferences become consent events, a messaging limit and the start of the international rate are taken over, what is unknown is kept. One result per event, in order. Receiving an event again changes nothing. An event
   * without a sender, and a status of a message that is another sender's, changes nothing either: it is `unmatched`.
   */
  readonly receive: (
    batch: { readonly events: readonly InboundEvent[]; readonly at: Instant },
    rules: { readonly settle: DecideSettlements; readonly read: ReadInbound; readonly reprice: DecideRepricings },
  ) => Promise<readonly Received[]>;
  /** The near misses that nobody has decided, oldest first. */
  readonly listReviews: (page: PageRequest) => Promise<Page<ReviewItem>>;
  /** Decides one; null when there is no open one of that number. An opt-out is recorded by the caller, before. */
  readonly closeReview: (sequence: number, decision: 'opted_out' | 'dismissed', at: Instant) => Promise<ReviewItem | null>;
  readonly findReview: (sequence: number) => Promise<ReviewItem | null>;
  /** A sender's own words, by language and word. */
  readonly listWords: (senderId: SenderId) => Promise<readonly ConsentWord[]>;
  /** Adds a word, or changes what it means. */
  readonly putWord: (senderId: SenderId, word: ConsentWord, at: Instant) => Promise<'added' | 'updated' | 'unchanged'>;
  /** Takes a sender's own word back; false when it has none such. */
  readonly removeWord: (senderId: SenderId, word: string) => Promise<boolean>;
};
