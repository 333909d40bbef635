// What a delivery costs, and why: the provider decides what was free, and our own rule where it says nothing. Both stay with the amount.

import { marketMap } from '../catalog/markets.ts';
import { pricingRules } from '../catalog/pricing-rules.ts';
import { hasBid } from '../domain/bid.ts';
import type { Category } from '../domain/consent.ts';
import type { Bucket, Discrepancy, PriceEvidence } from '../domain/ledger.ts';
import type { Market } from '../domain/market.ts';
import { type ProviderPricing, toldCategory } from '../domain/outcome.ts';
import { rateInForce } from '../domain/price-book.ts';
import { contradicts, type OwnPricing, ownPricing } from '../domain/pricing-rule.ts';
import { chargedCategory } from '../domain/quote.ts';
import { internationalFrom } from '../domain/sender.ts';
import { windowAtClaim } from '../domain/window.ts';
import type { MessageFacts, StoredPrices } from '../ports/store/settle.ts';
import { type Micros, ZERO } from '../values/money.ts';
import { type Day, type Instant, monthOf } from '../values/time.ts';

/** What our own rule says of a delivery on a day. `isCounted`: it is itself among those that used the allowance of that month. */
export function ownPricingOf(message: MessageFacts, day: Day, isCounted = false): OwnPricing | null {
  return ownPricing(pricingRules(), {
    category: message.holdBucket.category,
    window: windowAtClaim(message.windows),
    day,
    freeUnitsBefore: () => message.freeUnitsIn(monthOf(day)) - (isCounted ? 1 : 0),
  });
}

/** The category that a delivery has by our own view: that of its reservation, but for the instant from which authentication is international. */
export function ownCategoryOf(
  { holdBucket, sender }: MessageFacts,
  { prices, market, day, at }: { readonly prices: StoredPrices; readonly market: Market; readonly day: Day; readonly at: Instant },
): Category {
  const { currency, category } = holdBucket;
  return chargedCategory(prices, { currency, category, market, day }, { at, internationalFrom: internationalFrom(sender, marketMap()) });
}

export type Pricing = {
  readonly prices: StoredPrices;
  readonly told: ProviderPricing | null;
  readonly own: OwnPricing | null;
  /** Of the delivery, whenever it is booked. */
  readonly day: Day;
  readonly deliveredAt: Instant;
  /** Its market, its category, and whether it is charged. */
  readonly bucket: Bucket;
};

type Priced = { readonly amount: Micros; readonly evidence: PriceEvidence };

/**
 * The amount with its evidence: the cost that the provider names, else the list rate of the day. What no rate tells, on a day without one or of a bid, is charged
 * as it was reserved, and says so: never zero.
 */
export function priceDelivery(message: MessageFacts, pricing: Pricing): Priced {
  const { prices, told, own, day, deliveredAt: at, bucket } = pricing;
  const { amount, priceId, rule } = amountOf(message, pricing);
  return {
    amount,
    evidence: {
      priceId,
      rule,
      providerType: told?.type ?? null,
      providerCategory: told?.category ?? null,
      own: own === null ? null : { ruleId: own.rule.id, freeUnitsBefore: own.freeUnitsBefore },
      discrepancy:
        told === null
          ? null
          : discrepancyOf(told, { own, ownCategory: ownCategoryOf(message, { prices, market: bucket.market, day, at }), message }),
    },
  };
}

type Amount = Pick<Priced, 'amount'> & Pick<PriceEvidence, 'priceId' | 'rule'>;

function amountOf(message: MessageFacts, { prices, told, day, bucket }: Pricing): Amount {
  if (bucket.pricingType !== 'regular') return { amount: ZERO, priceId: null, rule: 'free' };
  const { currency, market, category } = bucket;
  const cost = told?.cost;
  if (cost?.currency === currency) return { amount: cost.amount, priceId: null, rule: 'told_cost' };
  const isBid = message.template !== null && hasBid(message.template);
  const rate = isBid ? undefined : rateInForce(prices, { currency, market, category, day });
  if (rate === undefined) return { amount: message.price, priceId: null, rule: 'as_reserved' };
  return { amount: rate.rate, priceId: rate.id, rule: 'list' };
}

type Ours = { readonly own: OwnPricing | null; readonly ownCategory: Category; readonly message: MessageFacts };

// In a free entry point every category has the name of the window instead of its own.
function discrepancyOf(told: ProviderPricing, { own, ownCategory, message }: Ours): Discrepancy | null {
  if (own !== null && contradicts(told.type, own)) return 'type';
  if (told.type !== 'regular') return null;
  if (told.cost?.currency === message.holdBucket.currency && told.cost.amount > message.price) return 'cost';
  return toldCategory(told.category) === ownCategory ? null : 'category';
}
