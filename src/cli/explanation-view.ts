// How the explanation of a message looks to programs: the message, what happened when, and every entry with what made it so.

import * as z from 'zod/mini';
import { DECIDERS, type ExplainedEntry, type Explanation, WINDOW_STATES } from '../billing/explain.ts';
import { pricingRule } from '../catalog/pricing-rules.ts';
import { DISCREPANCIES } from '../domain/ledger.ts';
import { toTierItem } from '../billing/pending.ts';
import { sumOf } from '../billing/tiers.ts';
import { MESSAGE_STATES } from '../domain/message.ts';
import { PRICED_KINDS } from '../domain/outcome.ts';
import type { MessageEvidence, PriceEvidenceRow } from '../ports/store/evidence.ts';
import type { TierGroup } from '../ports/store/tiers.ts';
import type { AcceptedEntry } from '../ports/store/reconcile.ts';
import { formatAmount } from '../values/money.ts';
import { formatInstant, type Instant } from '../values/time.ts';
import { entryItem, messageItem, resolutionItem, toEntryItem, toMessageItem, toResolutionItem } from './message-view.ts';
import { tierFields } from './pending-view.ts';
import { instantTextOut, moneyText } from './shapes.ts';

const priceItem = z.object({
  currency: z.string(),
  effective_from: z.string(),
  source: z.string(),
  replaced_at: z.nullable(instantTextOut).check(z.describe('when a corrected card took its place')),
  market: z.string(),
  category: z.string(),
  tier_from: z.int(),
  tier_to: z.union([z.int(), z.enum(['max', 'unknown'])]).check(z.describe('unknown: the card does not say')),
  rate: moneyText,
});

const ownRuleItem = z.object({
  id: z.int(),
  effective_from: z.nullable(z.string()),
  free_units_before: z
    .nullable(z.int())
    .check(z.describe('deliveries of the month that had used the allowance before this one; null where the row has none')),
});

const explainedItem = z.object({
  ...entryItem.shape,
  category: z.string(),
  day: z.string().check(z.describe("the day on which it counts, in the sender's zone")),
  books_month: z.string(),
  hold_day: z.string(),
  price: z.nullable(priceItem),
  provider: z.nullable(
    z.object({
      type: z.string(),
      category: z.nullable(z.string()),
      told_by: z.nullable(z.enum(PRICED_KINDS)).check(z.describe('null where the status is not kept')),
    }),
  ),
  own_rule: z
    .nullable(ownRuleItem)
    .check(z.describe('the row of the pricing rules that covers a delivery, whether or not the provider said what it costs')),
  discrepancy: z
    .nullable(z.enum(DISCREPANCIES))
    .check(z.describe("in what the provider's word, which is booked, differs from our own view")),
  decided_by: z.nullable(z.enum(DECIDERS)),
  decision: z
    .nullable(z.object({ by: z.string(), reason: z.string() }))
    .check(z.describe('who adjusted the amount with bill-adjust, and why; null for every other entry')),
  market_by: z.nullable(
    z.object({ calling_code: z.nullable(z.string()), area_prefix: z.nullable(z.string()), country: z.nullable(z.string()) }),
  ),
  why: z.array(z.string()),
});

const tierPosition = z.object({
  month: z.string(),
  units: z.int().check(z.describe('the charged messages that are counted together, of all senders of the account')),
  ...tierFields,
  told_tier: z.nullable(z.string()).check(z.describe('the highest tier that the provider told of, as it writes it')),
  shared_with: z.int().check(z.describe('the messages, this one included, that the two amounts are for')),
  booked: moneyText,
  pending: moneyText,
});

const acceptedItem = z.object({
  entry: z.int(),
  line: z.string(),
  amount: moneyText,
  booked_on: z.string(),
  by: z.string(),
  reason: z.string(),
});

export const explanationItem = z.object({
  ...messageItem.shape,
  time_zone: z.string(),
  template_version: z.nullable(z.object({ content_hash: z.string(), added_at: instantTextOut })),
  statuses: z.array(
    z.object({ status: z.enum(MESSAGE_STATES), at: z.nullable(instantTextOut).check(z.describe('null where the store did not keep it')) }),
  ),
  window: z.object({ state: z.enum(WINDOW_STATES), inbound_at: z.nullable(instantTextOut), until: z.nullable(instantTextOut) }),
  tier: z
    .nullable(tierPosition)
    .check(z.describe('where the month of its charge stands in its volume tiers; null without tiers or charge')),
  provider: z.nullable(z.object({ type: z.string(), category: z.string(), told_by: z.enum(PRICED_KINDS) })),
  resolutions: z.array(resolutionItem),
  entries: z.array(explainedItem),
  reserved: moneyText,
  charged: moneyText,
  adjusted: moneyText,
  total: moneyText,
  differences: z.array(z.string()),
  accepted: z
    .array(acceptedItem)
    .check(z.describe('what bill-reconcile booked for the whole line that the message counts in; no part of its total')),
});

export type ExplanationItem = z.output<typeof explanationItem>;

/** The columns of an entry in `csv`. */
export const ENTRY_COLUMNS = [
  'sequence',
  'kind',
  'attempt',
  'event_at',
  'recorded_at',
  'held',
  'posted',
  'currency',
  'day',
  'market',
  'category',
  'pricing_type',
  'rule',
  'cause',
  'price.effective_from',
  'price.rate',
  'provider.type',
  'provider.category',
  'own_rule.id',
  'discrepancy',
  'decided_by',
  'decision.by',
  'decision.reason',
] as const;

/** The explanation as it is shown. */
export function toExplanationItem(
  evidence: MessageEvidence,
  { steps, window, entries, sums, differences }: Explanation,
  { tier, accepted }: { readonly tier: TierGroup | null; readonly accepted: readonly AcceptedEntry[] },
): ExplanationItem {
  const { templateVersion, told, resolutions } = evidence;
  return {
    ...toMessageItem(evidence.record),
    time_zone: evidence.timeZone,
    template_version:
      templateVersion === null ? null : { content_hash: templateVersion.contentHash, added_at: formatInstant(templateVersion.addedAt) },
    statuses: steps.map(({ status, at }) => ({ status, at: momentText(at) })),
    window: { state: window.state, inbound_at: momentText(window.inboundAt), until: momentText(window.until) },
    tier: tier === null ? null : toTierPosition(tier),
    provider: told === null ? null : { type: told.type, category: told.category, told_by: told.toldBy },
    resolutions: resolutions.map(toResolutionItem),
    entries: entries.map(toExplainedItem),
    reserved: formatAmount(sums.reserved),
    charged: formatAmount(sums.charged),
    adjusted: formatAmount(sums.adjusted),
    total: formatAmount(sums.total),
    differences: [...differences],
    accepted: accepted.map(({ sequence, line, amount, bookedOn, by, reason }) => ({
      entry: sequence,
      line,
      amount: formatAmount(amount),
      booked_on: bookedOn,
      by,
      reason,
    })),
  };
}

function toTierPosition({ month, units, reached, told, shares }: TierGroup): z.output<typeof tierPosition> {
  return {
    month,
    units,
    ...toTierItem(reached),
    told_tier: told,
    shared_with: shares.reduce((sum, share) => sum + share.units, 0),
    booked: formatAmount(sumOf(shares, 'adjusted')),
    pending: formatAmount(sumOf(shares, 'pending')),
  };
}

function momentText(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}

function toExplainedItem({ entry, decidedBy, toldBy, origin, why }: ExplainedEntry): z.output<typeof explainedItem> {
  const { providerType, providerCategory } = entry;
  return {
    ...toEntryItem(entry),
    category: entry.category,
    day: entry.day,
    books_month: entry.booksMonth,
    hold_day: entry.holdDay,
    price: entry.price === null ? null : toPriceItem(entry.price),
    provider: providerType === null ? null : { type: providerType, category: providerCategory, told_by: toldBy },
    own_rule: toOwnRule(entry.own),
    discrepancy: entry.discrepancy,
    decided_by: decidedBy,
    decision: entry.decision === null ? null : { ...entry.decision },
    market_by: toMarketBy(origin),
    why: [...why],
  };
}

function toOwnRule(own: ExplainedEntry['entry']['own']): z.output<typeof ownRuleItem> | null {
  if (own === null) return null;
  return { id: own.ruleId, effective_from: pricingRule(own.ruleId)?.from ?? null, free_units_before: own.freeUnitsBefore };
}

function toPriceItem(price: PriceEvidenceRow): z.output<typeof priceItem> {
  return {
    currency: price.currency,
    effective_from: price.effectiveFrom,
    source: price.source,
    replaced_at: momentText(price.replacedAt),
    market: price.market,
    category: price.category,
    tier_from: price.tierFrom,
    tier_to: price.tierTo,
    rate: formatAmount(price.rate),
  };
}

function toMarketBy(origin: ExplainedEntry['origin']): z.output<typeof explainedItem>['market_by'] {
  if (origin === null || origin.by === 'none') return null;
  if (origin.by === 'user_id') return { calling_code: null, area_prefix: null, country: origin.country };
  return { calling_code: origin.callingCode, area_prefix: origin.areaPrefix, country: null };
}
