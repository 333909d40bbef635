// Templates: what may be sent, in the state in which the provider has it. A change of the provider's reaches what is queued, in the same transaction.

import type { BudgetUse } from '../../domain/budget.ts';
import type { ConsentFlag, RefusalReason } from '../../domain/consent.ts';
import type { Bucket, LedgerEntry } from '../../domain/ledger.ts';
import type { Sender } from '../../domain/sender.ts';
import type { Template, TemplateCategory, TemplateQuality, TemplateStatus } from '../../domain/template.ts';
import type { MessageId, SenderId, TemplateId } from '../../values/id.ts';
import type { Micros } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant, Month } from '../../values/time.ts';
import type { DecideSettlements, StoredPrices } from './settle.ts';

/**
 * What became known of one template of one sender. `whole` is all that the provider has of it, and adds or replaces; the others change one side of what
 * is there. `id` is for the new version, if one is needed.
 */
export type TemplateChange = { readonly id: TemplateId; readonly name: string; readonly language: string } & (
  | { readonly whole: Template; readonly providerId: string; readonly quality: TemplateQuality }
  | {
      readonly whole: null;
      readonly providerId: string | null;
      readonly status: TemplateStatus | null;
      readonly quality: TemplateQuality | null;
      readonly category: TemplateCategory | null;
    }
);

/** One side of a template before and after; `time_to_live` in seconds, or `default`; `bid` for 1,000 deliveries in the smallest unit of the currency, or `none`. */
export type Drift = {
  readonly what: 'content' | 'time_to_live' | 'bid' | 'status' | 'quality' | 'category';
  readonly from: string;
  readonly to: string;
};

/** What a change did. `unknown`: the sender has no such template, and nothing was done. */
export type TemplateChanged = {
  readonly result: 'added' | 'changed' | 'unchanged' | 'unknown';
  readonly drift: readonly Drift[];
  /** Queued messages whose reservation follows the new category or bid, and by how much that raised what is reserved (negative: lowered). */
  readonly repriced: readonly MessageId[];
  readonly difference: Micros;
  /** Queued messages that the consent, price or budget of the new category or bid does not allow, cancelled and released. */
  readonly cancelled: readonly MessageId[];
};

/** A queued message whose template is now of another category, or has another bid. */
export type RepricingFacts = {
  readonly at: Instant;
  readonly sender: Sender;
  readonly messageId: MessageId;
  readonly attempt: number;
  readonly category: TemplateCategory;
  readonly flags: readonly ConsentFlag[];
  readonly phone: Phone | null;
  readonly userId: string | null;
  /** Now, or the time that it waits for. */
  readonly dueAt: Instant;
  readonly held: Micros;
  /** What the message may cost at most; null where nobody said. */
  readonly maxPrice: Micros | null;
  readonly holdBucket: Bucket;
  /** The newest closed month of the sender. */
  readonly closedThrough: Month | null;
  readonly prices: StoredPrices;
  /** The most that a delivery may cost by the template's bid; null where the price card decides. */
  readonly cap: Micros | null;
};

/**
 * The rule: moves the reservation to the category's bucket at its price, or says why the message may not be sent any more. `entries` take the old hold
 * out of its bucket and put the new one into its own.
 */
export type RepricingDecision =
  | { readonly kind: 'repriced'; readonly bucket: Bucket; readonly price: Micros; readonly entries: readonly LedgerEntry[] }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

/** One decision per message, in order; what one takes of a budget is gone for the next. Pure, synchronous, total. */
export type DecideRepricings = (messages: readonly RepricingFacts[], budgets: readonly BudgetUse[]) => readonly RepricingDecision[];

export type TemplateStore = {
  /** Adds a template or replaces its content; a message keeps the content it was admitted with. */
  readonly putTemplate: (template: Template) => Promise<'added' | 'updated' | 'unchanged'>;
  /** The templates in force, by name and language; of one name where given. */
  readonly listTemplates: (filter: { readonly senderId: SenderId; readonly name: string | null }) => Promise<readonly Template[]>;
  /**
   * Takes over what the provider says, in order, in one transaction; one result per change. What is queued follows a template whose content stayed the same;
   * where its category or its bid changed, consent is asked again and the reservation follows the new price.
   */
  readonly changeTemplates: (
    batch: { readonly senderId: SenderId; readonly changes: readonly TemplateChange[]; readonly at: Instant },
    rules: { readonly settle: DecideSettlements; readonly reprice: DecideRepricings },
  ) => Promise<readonly TemplateChanged[]>;
};
