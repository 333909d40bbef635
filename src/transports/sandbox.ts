// The sandbox: the emulator's world without HTTP. Deterministic, inside the process; windows and allowances come from the store with each message.

import { providerError } from '../catalog/provider-errors.ts';
import { bidCap } from '../domain/bid.ts';
import { type ProviderError, type ProviderPricing, toOutcome } from '../domain/outcome.ts';
import type { Sender } from '../domain/sender.ts';
import { type Fate, fateOf } from '../emulator/fate.ts';
import { costWithin, LITE, type Pricing, pricingOf, usesAllowance } from '../emulator/pricing.ts';
import type { Delivery, OutgoingMessage, Transport } from '../ports/transport.ts';
import type { Currency } from '../values/money.ts';
import { type Instant, type TimeZone, UTC } from '../values/time.ts';

/** That of a scenario that names none. */
const SEED = 1;

const NO_ANSWER: ProviderError = { code: 'no_answer', title: 'The provider took the request and never answered' };

/** The sandbox. Its statuses come with the answer, so they are in the books before the command ends. The zone is the one in which the sender's months change, the currency the one of its bids. */
export function createSandbox(
  { timeZone, currency }: Pick<Sender, 'timeZone' | 'currency'> = { timeZone: UTC, currency: 'USD' as Currency },
): Transport {
  return {
    isPaced: false,
    roomMax: 500,
    deliver: (messages, at) => {
      let freeUnits = 0; // that this batch used: the store learns of them with the next turn
      return messages.map((message) => {
        const { delivery, isFree } = deliverOne(message, { at, timeZone, currency, freeUnits });
        if (isFree) freeUnits += 1;
        return Promise.resolve(delivery);
      });
    },
    warmUp: async () => undefined,
    close: async () => undefined,
  };
}

type Moment = { readonly at: Instant; readonly timeZone: TimeZone; readonly currency: Currency; readonly freeUnits: number };
type Delivered = { readonly delivery: Delivery; readonly isFree: boolean };

function deliverOne(message: OutgoingMessage, moment: Moment): Delivered {
  const fate = fateOf({ phone: message.phone, nth: message.attempt });
  switch (fate.kind) {
    case 'rejected':
      return refused(message, moment, { kind: 'rejected', error: errorOf(fate.code) });
    case 'throttled':
      return refused(message, moment, { kind: 'retry', error: errorOf(fate.code), retryAfterMs: 0 });
    case 'no_answer':
      return refused(message, moment, { kind: 'unknown', error: NO_ANSWER });
    case 'accepted':
      return accepted(message, moment, fate);
  }
}

function refused(message: OutgoingMessage, { at }: Moment, rest: Partial<Delivery>): Delivered {
  return { delivery: { ...toDelivery(message, at, NOT_TAKEN), ...rest }, isFree: false };
}

function accepted(message: OutgoingMessage, moment: Moment, fate: Extract<Fate, { kind: 'accepted' }>): Delivered {
  const { at, timeZone, freeUnits } = moment;
  const { conversation, template, attempt } = message;
  const { windowOpen, freeEntryOpen } = conversation;
  const freeUnitsUsed = conversation.freeUnitsUsed + freeUnits;
  const facts = { windowOpen, freeEntryOpen, freeUnitsUsed, category: template?.category ?? 'service', at, timeZone } as const;
  const pricing = pricingOf(facts);
  const providerId = `wamid.sandbox.${message.id}.${attempt}`;
  const later = fate.statuses.map((kind) =>
    toOutcome({
      messageId: message.id,
      attempt,
      kind,
      at,
      providerId,
      error: kind === 'failed' && fate.code !== null ? errorOf(fate.code) : null,
      pricing: kind === 'delivered' ? toldPricing(message, moment, pricing) : null,
    }),
  );
  const isFree = fate.statuses.includes('delivered') && usesAllowance(pricing, facts);
  return { delivery: toDelivery(message, at, { providerId, later }), isFree };
}

// As of the Marketing Messages API, where it is bid for: the cost is told with it.
function toldPricing(
  { template, phone, userId, attempt }: OutgoingMessage,
  { currency }: Moment,
  { type, category }: Pricing,
): ProviderPricing {
  const cap = bidCap(template, currency);
  if (cap === null || type !== 'regular') return { type, category };
  return { type, category: LITE, cost: { amount: costWithin(cap, { seed: SEED, to: phone ?? userId ?? '', nth: attempt }), currency } };
}

function errorOf(code: number): ProviderError {
  return { code: String(code), title: providerError(code)?.title ?? '' };
}

const NOT_TAKEN = { providerId: null, later: [] };

function toDelivery(
  { id, attempt }: OutgoingMessage,
  at: Instant,
  { providerId, later }: Pick<Delivery, 'providerId' | 'later'>,
): Delivery {
  return { messageId: id, attempt, kind: 'accepted', at, providerId, error: null, retryAfterMs: null, backoff: 'message', later };
}
