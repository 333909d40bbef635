// The rule of repricing: consent, price and budget of the new category; the reservation moves as a whole, or the message goes.

import { describe, expect, it } from 'vitest';
import type { BudgetUse } from '../../src/domain/budget.ts';
import type { RepricingFacts } from '../../src/ports/store/templates.ts';
import { decideRepricings } from '../../src/send/reprice.ts';
import type { BudgetId, CampaignId, MessageId } from '../../src/values/id.ts';
import { toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { at, flag, message, PRICES, SENDER } from './facts.ts';

const NOW = at('2026-10-22T12:00:00Z');
const AGREED = [flag('utility', 'opt_in'), flag('marketing', 'opt_in')];

/** A marketing message of 90,000 micros whose template is utility now, which costs 55,000, or 60,000 from December on. */
function queued(rest: Partial<RepricingFacts> = {}): RepricingFacts {
  const { phone, holdBucket } = message();
  return {
    at: NOW,
    sender: SENDER,
    messageId: 'message' as MessageId,
    attempt: 0,
    category: 'utility',
    flags: AGREED,
    phone,
    userId: null,
    dueAt: NOW,
    held: toMicros(90_000n),
    maxPrice: null,
    holdBucket: { ...holdBucket, category: 'marketing' },
    prices: PRICES,
    closedThrough: null,
    cap: null,
    ...rest,
  };
}

function budget(used: bigint, cap: bigint, rest: Partial<BudgetUse['budget']> = {}): BudgetUse {
  const id = 'budget' as BudgetId;
  const common = { id, senderId: SENDER.id, currency: SENDER.currency, mode: 'hard', thresholds: [], createdAt: NOW } as const;
  const scope = { period: 'month', category: null, costCenter: null } as const;
  return {
    budget: { ...common, ...scope, cap: toMicros(cap), ...rest },
    term: rest.period === 'campaign' ? 'autumn' : '2026-11',
    used: toMicros(used),
  };
}

function reasons(messages: readonly RepricingFacts[], budgets: readonly BudgetUse[] = []): readonly string[] {
  return decideRepricings(messages, budgets).map((decision) => (decision.kind === 'refused' ? decision.reason : decision.kind));
}

describe('a repricing', () => {
  it('takes the old hold out of its bucket and puts the new one into its own, on the day of the reservation', () => {
    const facts = queued({ attempt: 1 });
    const bucket = { ...facts.holdBucket, category: 'utility' };
    const common = {
      messageId: 'message',
      attempt: 1,
      kind: 'repricing',
      posted: 0n,
      eventAt: NOW,
      recordedAt: NOW,
      booksMonth: '2026-10',
      cause: null,
      reference: null,
    };
    const evidence = { priceId: 2, rule: 'list', providerType: null, providerCategory: null, own: null, discrepancy: null };
    expect(decideRepricings([facts], [])).toEqual([
      {
        kind: 'repriced',
        bucket,
        price: 55_000n,
        entries: [
          { ...common, bucket: facts.holdBucket, holdBucket: facts.holdBucket, held: -90_000n, evidence },
          { ...common, bucket, holdBucket: bucket, held: 55_000n, evidence },
        ],
      },
    ]);
  });

  it.each([
    ['of the days on which the message may be delivered', { dueAt: at('2026-11-22T12:00:00Z') }, 60_000n],
    ['that is in force when it is due, and not before', { at: at('2026-09-01T12:00:00Z'), dueAt: at('2026-10-15T12:00:00Z') }, 55_000n],
    ['that is known then, where none is yet', { at: at('2026-06-01T12:00:00Z'), dueAt: at('2026-07-10T12:00:00Z') }, 50_000n],
  ])('reserves the highest price %s', (_, rest, price) => {
    expect(decideRepricings([queued(rest)], [])).toMatchObject([{ price }]);
  });

  it('finds the price of somebody without a number by the user id', () => {
    const [decision] = decideRepricings([queued({ phone: null, userId: 'BR.9f3kQ2' })], []);
    expect(decision).toMatchObject({ price: 6_800n });
  });

  it('shares one bucket for all messages of one, and keeps categories apart', () => {
    const { holdBucket } = queued();
    const [first, second, other] = decideRepricings(
      [queued({ holdBucket }), queued({ holdBucket }), queued({ holdBucket, category: 'utility', attempt: 2 })],
      [],
    );
    expect(first?.kind === 'repriced' && second?.kind === 'repriced' && first.bucket === second.bucket).toBe(true);
    expect(other?.kind).toBe('repriced');
    expect(
      reasons([queued({ holdBucket }), queued({ holdBucket, category: 'authentication', flags: [flag('authentication', 'opt_in')] })]),
    ).toEqual(['repriced', 'no_price']);
  });
});

describe('a refusal', () => {
  it.each([
    ['blocked', [...AGREED, flag('block', 'block')]],
    ['opted_out', [flag('utility', 'opt_out')]],
    ['no_consent', [flag('marketing', 'opt_in')]],
  ] as const)('is %s where the new category needs what the person did not give', (reason, flags) => {
    expect(reasons([queued({ flags })])).toEqual([reason]);
  });

  it('is no_price where none is known, or nobody is there any more', () => {
    expect(reasons([queued({ dueAt: at('2026-01-01T00:00:00Z') }), queued({ phone: null })])).toEqual(['no_price', 'no_price']);
  });
});

describe('a budget', () => {
  const dearer = (rest: Partial<RepricingFacts> = {}) => queued({ held: toMicros(50_000n), ...rest });

  it('is asked for the difference alone, and what one takes is gone for the next', () => {
    expect(reasons([dearer()], [budget(50_000n, 55_000n)])).toEqual(['repriced']);
    expect(reasons([dearer(), dearer()], [budget(100_000n, 105_000n)])).toEqual(['repriced', 'over_budget']);
    expect(reasons([dearer(), dearer()], [budget(100_000n, 110_000n)])).toEqual(['repriced', 'repriced']);
  });

  it('gets back what a refused message had taken, whatever it is refused for', () => {
    expect(reasons([dearer({ phone: null }), dearer()], [budget(100_000n, 100_000n)])).toEqual(['no_price', 'repriced']);
    expect(reasons([dearer(), dearer()], [budget(100_000n, 100_000n)])).toEqual(['over_budget', 'repriced']);
  });

  it('never stands against less, however far it was lowered', () => {
    expect(reasons([queued()], [budget(90_000n, 10n)])).toEqual(['repriced']);
  });

  it('of the new category alone is asked for the whole price', () => {
    expect(reasons([queued()], [budget(0n, 54_999n, { category: 'utility' })])).toEqual(['over_budget']);
    expect(reasons([queued()], [budget(0n, 55_000n, { category: 'utility' })])).toEqual(['repriced']);
  });

  it('of a campaign or a cost centre is asked where the message has one', () => {
    const campaign = budget(0n, 0n, { period: 'campaign', category: 'utility' });
    expect(reasons([queued()], [campaign])).toEqual(['repriced']);
    const holdBucket = { ...queued().holdBucket, campaignId: 'autumn' as CampaignId, costCenter: '' };
    expect(reasons([queued({ holdBucket })], [campaign])).toEqual(['over_budget']);
    const center = budget(0n, 0n, { costCenter: 'shop', category: 'utility' });
    expect(reasons([queued(), queued({ holdBucket })], [center])).toEqual(['over_budget', 'repriced']);
  });
});

it('refuses where the provider delivers nothing of the new category', () => {
  const [phone, category] = ['+12125550100' as Phone, 'marketing'] as const;
  expect(reasons([queued({ phone, category })])).toEqual(['market_paused']);
});

it('keeps to what a message may cost at most', () => {
  expect(reasons([queued({ maxPrice: toMicros(54_999n) }), queued({ maxPrice: toMicros(55_000n) }), queued()])).toEqual([
    'over_max_price',
    'repriced',
    'repriced',
  ]);
});
