// The gate at the moment of sending: what was true at the admission must still be true. Pure: the engine calls it inside the claiming transaction.

import { marketMap } from '../catalog/markets.ts';
import { refusalOf, type RefusalReason } from '../domain/consent.ts';
import { marketOf } from '../domain/market.ts';
import { rateInForce } from '../domain/price-book.ts';
import type { ClaimFacts, DecideClaim } from '../ports/store/outbox.ts';
import { dayOf } from '../values/time.ts';

/** Lets a message go, gives it up as expired, or refuses it for what happened while it waited. */
export const decideClaim: DecideClaim = (facts) => {
  if (facts.at >= facts.expiresAt) return { kind: 'expire' };
  const reason = refusalOf(facts.gate) ?? (facts.templateCurrent ? dearerThanHeld(facts) : 'template_unavailable');
  return reason === null ? { kind: 'claim' } : { kind: 'refuse', reason };
};

// A card that came since, or a number that moved, may have raised the price past what was reserved, and so past a budget or a maximum price.
function dearerThanHeld({ at, sender, phone, userId, gate, held, prices }: ClaimFacts): RefusalReason | null {
  const address = phone ?? userId;
  if (address === null) return null;
  const day = dayOf(at, sender.timeZone);
  const rate = rateInForce(prices, {
    currency: sender.currency,
    category: gate.category,
    market: marketOf(marketMap(), address, day),
    day,
  });
  if (rate === undefined) return 'no_price';
  return rate.rate > held ? 'over_budget' : null;
}
