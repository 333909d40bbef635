// Budgets: what they cover, and that walking a batch never passes a cap.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Budget, BUDGET_MODES, BUDGET_PERIODS, covers, createBudgetMeter, type Spending, termOf } from '../../src/domain/budget.ts';
import { CATEGORIES } from '../../src/domain/consent.ts';
import type { BudgetId, CampaignId, SenderId } from '../../src/values/id.ts';
import { type Currency, toMicros, ZERO } from '../../src/values/money.ts';
import { type Day, toInstant } from '../../src/values/time.ts';

const CAMPAIGN = 'campaign' as CampaignId;
const DAY = '2026-10-15' as Day;
const TERM = '2026-10';
const SPENDING: Spending = { category: 'utility', costCenter: null, campaignId: null, day: DAY };

function budget(cap: bigint, rest: Partial<Budget> = {}): Budget {
  return {
    id: 'budget' as BudgetId,
    senderId: 'sender' as SenderId,
    period: 'month',
    cap: toMicros(cap),
    currency: 'USD' as Currency,
    category: null,
    costCenter: null,
    mode: 'hard',
    thresholds: [50, 80, 100],
    createdAt: toInstant(0),
    ...rest,
  };
}

describe('covers', () => {
  it('takes everything where it is not narrowed', () => {
    expect(covers(budget(1n), SPENDING)).toBe(true);
    expect(covers(budget(1n), { ...SPENDING, costCenter: 'shop', campaignId: CAMPAIGN })).toBe(true);
  });

  it('is narrowed by category, by cost centre, and by both', () => {
    expect(covers(budget(1n, { category: 'marketing' }), SPENDING)).toBe(false);
    expect(covers(budget(1n, { category: 'utility' }), SPENDING)).toBe(true);
    expect(covers(budget(1n, { costCenter: 'shop' }), SPENDING)).toBe(false);
    const narrow = budget(1n, { category: 'utility', costCenter: 'shop' });
    expect(covers(narrow, { ...SPENDING, costCenter: 'shop' })).toBe(true);
    expect(covers(narrow, { ...SPENDING, costCenter: 'shop', category: 'marketing' })).toBe(false);
  });

  it('leaves messages without a campaign to the budgets of days and months', () => {
    expect(BUDGET_PERIODS.map((period) => covers(budget(1n, { period }), SPENDING))).toEqual([true, true, false]);
    expect(covers(budget(1n, { period: 'campaign' }), { ...SPENDING, campaignId: CAMPAIGN })).toBe(true);
  });
});

describe('a meter', () => {
  it('lets the last micro through and nothing more', () => {
    const meter = createBudgetMeter([{ budget: budget(10n), term: TERM, used: toMicros(4n) }]);
    expect(meter.take(toMicros(7n), SPENDING)).toBe(false);
    expect(meter.take(toMicros(6n), SPENDING)).toBe(true);
    expect(meter.take(toMicros(1n), SPENDING)).toBe(false);
    expect(meter.take(ZERO, SPENDING)).toBe(true);
    expect(meter.uses()[0]?.used).toBe(10n);
  });

  it('takes from all budgets or from none', () => {
    const wide = budget(100n);
    const narrow = budget(5n, { category: 'utility' });
    const meter = createBudgetMeter([wide, narrow].map((one) => ({ budget: one, term: TERM, used: ZERO })));
    expect(meter.take(toMicros(6n), SPENDING)).toBe(false);
    expect(meter.uses().map(({ used, hasRefused }) => [used, hasRefused])).toEqual([
      [0n, false],
      [0n, true],
    ]);
    expect(meter.take(toMicros(6n), { ...SPENDING, category: 'marketing' })).toBe(true);
    expect(meter.uses().map(({ used }) => used)).toEqual([6n, 0n]);
  });

  it('refuses everything that costs once a lowered cap is below what is used', () => {
    const meter = createBudgetMeter([{ budget: budget(3n), term: TERM, used: toMicros(4n) }]);
    expect(meter.take(toMicros(1n), SPENDING)).toBe(false);
  });

  it('lets through what a budget only warns of, and counts it above the cap', () => {
    const warning = budget(5n, { mode: 'warn' });
    const hard = budget(8n, { category: 'utility' });
    const meter = createBudgetMeter([warning, hard].map((one) => ({ budget: one, term: TERM, used: ZERO })));
    expect(meter.take(toMicros(6n), SPENDING)).toBe(true);
    expect(meter.take(toMicros(6n), SPENDING)).toBe(false);
    expect(meter.exchange({ amount: toMicros(6n), spending: SPENDING }, { amount: toMicros(7n), spending: SPENDING })).toBe(true);
    expect(meter.uses().map(({ used }) => used)).toEqual([7n, 7n]);
  });

  it('counts a message in the term of its own day, in no other of the same budget', () => {
    const december = { ...SPENDING, day: '2026-12-01' as Day };
    const meter = createBudgetMeter([
      { budget: budget(10n), term: TERM, used: toMicros(9n) },
      { budget: budget(10n), term: '2026-12', used: ZERO },
    ]);
    expect(meter.take(toMicros(6n), december)).toBe(true);
    expect(meter.take(toMicros(6n), SPENDING)).toBe(false);
    expect(meter.exchange({ amount: toMicros(6n), spending: december }, { amount: toMicros(8n), spending: december })).toBe(true);
    expect(meter.uses().map(({ used, hasRefused }) => [used, hasRefused])).toEqual([
      [9n, true],
      [8n, false],
    ]);
  });

  it('does not change the uses it was started with', () => {
    const uses = [{ budget: budget(10n), term: TERM, used: ZERO }];
    createBudgetMeter(uses).take(toMicros(5n), SPENDING);
    expect(uses[0]?.used).toBe(0n);
  });

  it('passes no cap and forgets nothing that it let through, whatever is asked of it', () => {
    const budgets = fc.array(
      fc.record({
        cap: fc.bigInt(0n, 50n),
        period: fc.constantFrom(...BUDGET_PERIODS),
        mode: fc.constantFrom(...BUDGET_MODES),
        category: fc.option(fc.constantFrom(...CATEGORIES)),
        costCenter: fc.option(fc.constantFrom('shop', 'care')),
      }),
      { maxLength: 4 },
    );
    const wishes = fc.array(
      fc.tuple(
        fc.bigInt(0n, 20n),
        fc.record({
          category: fc.constantFrom(...CATEGORIES),
          costCenter: fc.option(fc.constantFrom('shop', 'care')),
          campaignId: fc.option(fc.constant(CAMPAIGN)),
          day: fc.constant(DAY),
        }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(budgets, wishes, (drawn, asked) => {
        const all = drawn.map(({ cap, ...rest }) => budget(cap, rest));
        const meter = createBudgetMeter(
          all.map((one) => ({ budget: one, term: termOf(one, { day: DAY, campaignId: CAMPAIGN }), used: ZERO })),
        );
        const taken = asked.filter(([amount, spending]) => meter.take(toMicros(amount), spending));
        for (const { budget: one, used } of meter.uses()) {
          const covered = taken.filter(([, spending]) => covers(one, spending)).reduce((sum, [amount]) => sum + amount, 0n);
          expect(used).toBe(covered);
          expect(one.mode === 'warn' || used <= one.cap).toBe(true);
        }
      }),
    );
  });

  it('exchanges what a message had taken for what it needs now, where that is no more or fits', () => {
    const taken = (amount: bigint, category: Spending['category']) => ({ amount: toMicros(amount), spending: { ...SPENDING, category } });
    const exchange = (used: bigint, cap: bigint, needed: bigint, category: Spending['category'] = 'marketing') => {
      const meter = createBudgetMeter([
        { budget: budget(cap), term: TERM, used: toMicros(used) },
        { budget: budget(100n, { category: 'marketing' }), term: TERM, used: ZERO },
      ]);
      const fits = meter.exchange(taken(5n, 'utility'), taken(needed, category));
      return [fits, ...meter.uses().map((use) => use.used)];
    };
    expect(exchange(20n, 25n, 10n)).toEqual([true, 25n, 10n]);
    expect(exchange(20n, 24n, 10n)).toEqual([false, 15n, 0n]);
    expect(exchange(20n, 1n, 5n)).toEqual([true, 20n, 5n]);
    expect(exchange(20n, 25n, 101n)).toEqual([false, 15n, 0n]);
    expect(exchange(20n, 25n, 10n, 'utility')).toEqual([true, 25n, 0n]);
  });

  it('gives back what a message had taken, in every budget that covers it', () => {
    const meter = createBudgetMeter([
      { budget: budget(9n), term: TERM, used: toMicros(9n) },
      { budget: budget(9n, { category: 'marketing' }), term: TERM, used: toMicros(4n) },
    ]);
    meter.giveBack({ amount: toMicros(3n), spending: SPENDING });
    expect(meter.uses().map(({ used }) => used)).toEqual([6n, 4n]);
  });
});
