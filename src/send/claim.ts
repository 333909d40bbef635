// The gate at the moment of sending: what was true at the admission must still be true. Pure: the engine calls it inside the claiming transaction.

import { marketPauses } from '../catalog/market-pauses.ts';
import { marketMap } from '../catalog/markets.ts';
import { pricingRules } from '../catalog/pricing-rules.ts';
import { CAMPAIGN_CANCELLED } from '../domain/campaign.ts';
import { refusalOf, type RefusalReason } from '../domain/consent.ts';
import { marketOf } from '../domain/market.ts';
import { isPaused } from '../domain/market-pause.ts';
import { isDelivered } from '../domain/message.ts';
import { rateInForce } from '../domain/price-book.ts';
import { isAlwaysFree } from '../domain/pricing-rule.ts';
import { chargedCategory } from '../domain/quote.ts';
import { internationalFrom } from '../domain/sender.ts';
import type { ClaimDecision, ClaimFacts, DecideClaim } from '../ports/store/outbox.ts';
import { quietUntil } from './quiet.ts';
import { SENT_AFTER_ALL } from './settle.ts';
import { dayOf, SECOND_MS, toInstant } from '../values/time.ts';

/** How long what waits for a paused template is left alone, unless it expires before: a pause is of three hours or six (the provider's page on template pausing). */
export const PAUSED_MS = 30 * 60 * SECOND_MS;

/** Lets a message go, lets it wait, alone or with its template, gives it up as expired, or refuses it for what happened while it waited. */
export const decideClaim: DecideClaim = (facts) => {
  const { at, expiresAt, template, isCampaignCancelled, retried } = facts;
  if (isCampaignCancelled) return { kind: 'drop', reason: CAMPAIGN_CANCELLED };
  if (at >= expiresAt) return { kind: 'expire' };
  if (retried.some(({ state, reason }) => isDelivered(state) || reason === SENT_AFTER_ALL)) return { kind: 'drop', reason: 'already_sent' };
  const refusal = refusalOf(facts.gate);
  if (refusal === null && template === 'paused') return { kind: 'wait', until: toInstant(at + PAUSED_MS) };
  const reason = refusal ?? (template === 'gone' ? 'template_unavailable' : pausedOrDearer(facts));
  return reason === null ? goOrHold(facts) : { kind: 'refuse', reason };
};

// What would be held for longer than it lives is refused at once: then it may be sent again.
function goOrHold({ at, expiresAt, sender, phone, userId, gate, quietHours, timeZone }: ClaimFacts): ClaimDecision {
  const until = quietUntil({ quietHours, sender, category: gate.category, address: phone ?? userId, timeZone }, at);
  if (until === null) return { kind: 'claim' };
  return until < expiresAt ? { kind: 'hold', until } : { kind: 'refuse', reason: 'quiet_hours' };
}

// The provider may have paused its market since; and a card that came, a number that moved, or a day from which authentication is international, may have raised the
// price past what was reserved, and so past a budget or a maximum price. Of a bid the card says nothing.
function pausedOrDearer({ at, sender, phone, userId, gate, held, prices, cap }: ClaimFacts): RefusalReason | null {
  const address = phone ?? userId;
  if (address === null) return null;
  const day = dayOf(at, sender.timeZone);
  const { category } = gate;
  if (isPaused(marketPauses(), { category, address, day, markets: marketMap() })) return 'market_paused';
  if (cap !== null) return cap > held ? 'over_budget' : null;
  const { currency } = sender;
  const market = marketOf(marketMap(), address, day);
  const charged = chargedCategory(
    prices,
    { currency, category, market, day },
    { at, internationalFrom: internationalFrom(sender, marketMap()) },
  );
  const rate = rateInForce(prices, { currency, category: charged, market, day });
  if (rate === undefined) return isAlwaysFree(pricingRules(), { category, day }) ? null : 'no_price';
  return rate.rate > held ? 'over_budget' : null;
}
