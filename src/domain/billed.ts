// What the provider says it billed, line by line, in its own dimensions: what our books are compared with.

import type { Micros } from '../values/money.ts';
import { hyphenated } from '../values/text.ts';
import type { Day, Month } from '../values/time.ts';
import type { Category } from './consent.ts';
import type { Market } from './market.ts';
import { PRICING_TYPES, type PricingType } from './message.ts';
import { toldCategory } from './outcome.ts';

/** The provider's categories. In a free-entry-point window everything is `referral-conversion`; `ai-bot` is a surcharge that this program books nothing as. */
export type BilledCategory = Category | 'referral-conversion' | 'ai-bot';

/** How many messages of one kind the provider delivered in one place on a day, or in a month, and what it asks for them together. */
export type BilledLine = {
  readonly period: Day | Month;
  /** ISO 3166, two capitals; null where only the market is told. */
  readonly country: string | null;
  /** Null where only the country is told. */
  readonly market: Market | null;
  readonly category: BilledCategory;
  readonly type: PricingType;
  /** The first message of the volume tier; null where it is not told. */
  readonly tierFrom: number | null;
  readonly units: number;
  /** Null where the provider does not tell: on the credit line of a partner. */
  readonly amount: Micros | null;
};

/** A category by any of its spellings: `AUTHENTICATION_INTERNATIONAL`, `marketing lite`. Undefined for one that there is not. */
export function parseBilledCategory(text: string): BilledCategory | undefined {
  const name = hyphenated(text);
  return toldCategory(text) ?? (['referral-conversion', 'ai-bot'] as const).find((known) => known === name);
}

/** A pricing type by any of its spellings. Undefined for one that there is not. */
export function parsePricingType(text: string): PricingType | undefined {
  const word = text.trim().toLowerCase().replace(/[ -]/g, '_');
  return PRICING_TYPES.find((known) => known === word);
}
