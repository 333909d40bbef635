// The rule of reconciling: each verdict, with its likely cause; what is compared how finely; and what is booked of a difference.

import { describe, expect, it } from 'vitest';
import { acceptances, isDifference, type Judged, lineFinder, reconcile } from '../../src/billing/reconcile.ts';
import { causesOf } from '../../src/billing/reconcile-causes.ts';
import type { BilledMonth } from '../../src/billing/reconcile-lines.ts';
import type { BilledLine } from '../../src/domain/billed.ts';
import type { BookedLine, MonthBooks } from '../../src/ports/store/reconcile.ts';
import type { MessageId } from '../../src/values/id.ts';
import { toMicros } from '../../src/values/money.ts';
import type { Day } from '../../src/values/time.ts';
import { billed, booked, books, OCTOBER, told } from './billed.ts';

const SIXTH = '2026-10-06' as Day;
const FREE = { pricingType: 'free_customer_service', charged: toMicros(0n) } as const;
const SOURCE = { name: 'the provider', digest: 'd1' };

const short = (lines: readonly Judged[]) =>
  lines.map((line) => [line.name, line.verdict, line.difference, causesOf(line, []).map(({ code }) => code)[0] ?? null]);
const judge = (ours: readonly BookedLine[], theirs: readonly BilledLine[]) => short(reconcile(books(ours), billed(theirs)));

const DE = '2026-10-05/Germany/DE/utility/regular';

describe('verdicts and causes', () => {
  it('what is the same matches', () => {
    expect(judge([booked()], [told()])).toEqual([[DE, 'matched', 0n, null]]);
  });

  it('more of theirs, more of ours', () => {
    expect(judge([booked()], [told({ units: 3, amount: toMicros(300n) })])).toEqual([[DE, 'only_theirs', 100n, 'unknown_here']]);
    expect(judge([booked()], [])).toEqual([[DE, 'only_ours', -200n, 'not_billed_yet']]);
  });

  it('the messages behind tell why something is only theirs', () => {
    const [line] = reconcile(books([]), billed([told()])) as [Judged];
    const causes = (state: 'unknown' | 'sent' | 'failed') => causesOf(line, [{ state }, { state }]).map(({ code, words }) => [code, words]);
    expect(causes('sent')).toEqual([['status_missing', 'a status is missing for 2 messages of that time: a webhook was lost, or is late']]);
    expect(causes('unknown')[0]?.[0]).toBe('status_missing');
    expect(causes('failed')[0]?.[0]).toBe('ended_here');
  });

  it('as many on the day beside are a matter of the zone', () => {
    expect(judge([booked()], [told({ period: SIXTH })])).toEqual([
      [DE, 'only_ours', -200n, 'other_day'],
      ['2026-10-06/Germany/DE/utility/regular', 'only_theirs', 200n, 'other_day'],
    ]);
  });

  it('as many in another category', () => {
    expect(judge([booked()], [told({ category: 'marketing', amount: toMicros(500n) })])).toEqual([
      ['2026-10-05/Germany/DE/marketing/regular', 'category_differs', 500n, 'category_changed'],
      [DE, 'category_differs', -200n, 'category_changed'],
    ]);
  });

  it('charged here and free there', () => {
    const free = told({ type: 'free_customer_service', amount: toMicros(0n), tierFrom: null });
    expect(judge([booked({ unheard: 2 })], [free]).map(([, verdict, , cause]) => [verdict, cause])).toEqual([
      ['charging_differs', 'told_otherwise'],
      ['charging_differs', 'own_rule'],
    ]);
    expect(judge([booked(FREE)], [free])[0]?.[1]).toBe('matched');
  });

  it('charged here and free by an entry point there, beside a message that was lost', () => {
    const entered = told({ type: 'free_entry_point', category: 'referral-conversion', units: 1, amount: toMicros(0n), tierFrom: null });
    const ours = [booked({ units: 1, charged: toMicros(100n), unheard: 1 })];
    const lost = told({ category: 'marketing', units: 1, amount: toMicros(500n) });
    expect(judge(ours, [entered, lost]).map(([name, verdict, , cause]) => [name, verdict, cause])).toEqual([
      ['2026-10-05/Germany/DE/marketing/regular', 'only_theirs', 'unknown_here'],
      ['2026-10-05/Germany/DE/referral-conversion/free_entry_point', 'charging_differs', 'told_otherwise'],
      [DE, 'charging_differs', 'own_rule'],
    ]);
  });

  it.each([
    ['no_price', { unpriced: 2 }, 220n],
    ['category_told', { otherCategory: 1 }, 220n],
    ['other_price', {}, 220n],
    ['by_hand', { byHand: toMicros(-50n) }, 200n],
    ['volume_tier', { openEnded: 2 }, 190n],
    ['rounding', { charged: toMicros(10_100n) }, 10_000n],
  ] as const)('another amount: %s', (cause, ours, amount) => {
    expect(judge([booked(ours)], [told({ amount: toMicros(amount) })])).toEqual([[DE, 'price_differs', expect.any(BigInt), cause]]);
  });

  it('pairs what is recategorised although one more is lost', () => {
    const marketing = told({ category: 'marketing', units: 3, amount: toMicros(900n) });
    expect(judge([booked()], [marketing]).map(([, verdict]) => verdict)).toEqual(['category_differs', 'category_differs']);
  });

  it('without their costs only counts are compared', () => {
    expect(judge([booked()], [told({ amount: null })])).toEqual([[DE, 'matched', null, null]]);
    expect(judge([booked()], [told({ amount: null, units: 1 })])[0]?.[1]).toBe('only_ours');
  });
});

describe('lines are as fine as both sides', () => {
  it('by month where their rows are', () => {
    const ours = [booked(), booked({ day: SIXTH })];
    expect(judge(ours, [told({ period: OCTOBER, units: 4, amount: toMicros(400n) })])).toEqual([
      ['2026-10/Germany/DE/utility/regular', 'matched', 0n, null],
    ]);
  });

  it('by market where a country is not known for some of ours, or for some of theirs', () => {
    expect(judge([booked(), booked({ origin: null })], [told({ units: 4, amount: toMicros(400n) })])[0]).toEqual([
      '2026-10-05/Germany/*/utility/regular',
      'matched',
      0n,
      null,
    ]);
    expect(judge([booked()], [told({ country: null, market: 'Germany' })])[0]?.[1]).toBe('matched');
  });

  it('a territory counts with the country whose calling code it has, a user id with its own country', () => {
    expect(judge([booked({ market: 'United Kingdom', origin: '+4478' })], [told({ country: 'GG' })])[0]?.[1]).toBe('matched');
    expect(judge([booked({ market: 'Germany', origin: 'DE' })], [told()])[0]?.[1]).toBe('matched');
  });

  it('in a free-entry-point window there is one category', () => {
    const free = told({ type: 'free_entry_point', category: 'referral-conversion', amount: toMicros(0n), tierFrom: null });
    expect(judge([booked({ ...FREE, pricingType: 'free_entry_point' })], [free])[0]?.[1]).toBe('matched');
  });

  it('a file without types is compared with what we charged', () => {
    const ours = books([booked(), booked(FREE)]);
    expect(short(reconcile(ours, billed([told({ tierFrom: null })], { types: false, tiers: false })))).toEqual([[DE, 'matched', 0n, null]]);
  });
});

describe('volume discounts', () => {
  const discount = (ours: bigint, pending: bigint): Partial<MonthBooks> => ({
    discounts: [{ market: 'Germany', category: 'utility', booked: toMicros(ours), pending: toMicros(pending) }],
  });
  const tiered = [told({ units: 1, amount: toMicros(100n) }), told({ units: 1, amount: toMicros(60n), tierFrom: 250_001 })];
  const LINE = '2026-10/Germany/*/utility/volume_discount';

  it('are one line, whether they are booked or only due', () => {
    for (const [ours, pending] of [
      [-40n, 0n],
      [0n, -40n],
    ] as const)
      expect(short(reconcile(books([booked()], discount(ours, pending)), billed(tiered)))).toEqual([
        [DE, 'matched', 0n, null],
        [LINE, 'matched', 0n, null],
      ]);
    expect(short(reconcile(books([booked()]), billed(tiered)))).toEqual([
      [DE, 'matched', 0n, null],
      [LINE, 'price_differs', -40n, 'volume_tier'],
    ]);
  });

  it('are found in the amounts of a source that tells no tiers', () => {
    const flat = billed([told({ amount: toMicros(160n), tierFrom: null })], { types: true, tiers: false });
    expect(short(reconcile(books([booked()], discount(0n, -40n)), flat)).map(([, verdict]) => verdict)).toEqual(['matched', 'matched']);
    expect(short(reconcile(books([booked()]), flat))).toEqual([[DE, 'price_differs', -40n, 'other_price']]);
  });
});

describe('accepting', () => {
  const accept = (ours: readonly BookedLine[], figures: BilledMonth) => acceptances(reconcile(books(ours), figures), OCTOBER, SOURCE);

  it('books what differs in money on its own day, and says what it was compared with', () => {
    expect(accept([booked()], billed([told({ units: 3, amount: toMicros(300n) })]))).toEqual([
      {
        line: DE,
        source: 'd1',
        bucket: {
          day: '2026-10-05',
          market: 'Germany',
          category: 'utility',
          pricingType: 'regular',
          template: '',
          campaignId: '',
          costCenter: '',
        },
        amount: 100n,
        reason: 'reconciled with the provider: 2026-10-05, DE, utility, regular: only theirs',
      },
    ]);
    expect(accept([booked()], billed([told()]))).toEqual([]);
    expect(accept([], billed([told({ category: 'ai-bot', period: OCTOBER })]))).toMatchObject([
      { bucket: { day: '2026-10-31', category: 'service' } },
    ]);
  });

  it.each([
    ['a lost webhook', [booked()], [told({ units: 3, amount: toMicros(300n) })]],
    ['another category', [booked()], [told({ category: 'marketing', amount: toMicros(500n) })]],
    ['free there', [booked()], [told({ type: 'free_customer_service', amount: toMicros(0n), tierFrom: null })]],
    ['another day', [booked()], [told({ period: SIXTH })]],
    ['a tier', [booked()], [told({ amount: toMicros(150n), tierFrom: 250_001 })]],
  ] as const)('after it, %s is no difference any more', (_, ours, theirs) => {
    const figures = billed(theirs);
    const accepted = accept(ours, figures).map(({ line, amount }) => ({ line, amount }));
    const after = reconcile(books(ours, { accepted }), figures);
    expect(after.filter(isDifference)).toEqual([]);
    expect(after.some(({ verdict }) => verdict === 'accepted')).toBe(true);
  });

  it('a finer acceptance holds in a coarser comparison', () => {
    const accepted = [{ line: DE, amount: toMicros(100n) }];
    const monthly = billed([told({ period: OCTOBER, country: null, market: 'Germany', units: 3, amount: toMicros(300n) })]);
    expect(short(reconcile(books([booked()], { accepted }), monthly))).toEqual([
      ['2026-10/Germany/*/utility/regular', 'accepted', 0n, null],
    ]);
  });

  it('counts alone cannot be booked, and go on differing', () => {
    const free = billed([told({ type: 'free_customer_service', amount: toMicros(0n), tierFrom: null })]);
    expect(accept([], free)).toEqual([]);
    expect(reconcile(books([]), free).filter(isDifference)).toHaveLength(1);
  });
});

describe('the messages behind', () => {
  const kind = { day: '2026-10-05' as Day, market: 'Germany', origin: '+4915', category: 'utility' } as const;
  const id = 'm' as MessageId;
  const find = (ours: readonly BookedLine[], theirs: readonly BilledLine[]) => {
    const [here, there] = [books(ours), billed(theirs)];
    return lineFinder(reconcile(here, there), here, there);
  };

  it('are the deliveries of a line that differs', () => {
    const line = find([booked()], []);
    expect(line({ ...kind, id, state: null, pricingType: 'regular' })).toBe(DE);
    expect(line({ ...kind, id, state: null, pricingType: 'free_entry_point' })).toBeNull();
    expect(find([booked()], [told()])({ ...kind, id, state: null, pricingType: 'regular' })).toBeNull();
  });

  it('may be those without a status, of the day or the day before, where they have more', () => {
    const line = find([], [told({ period: SIXTH })]);
    expect(line({ ...kind, id, state: 'sent' })).toBe('2026-10-06/Germany/DE/utility/regular');
    expect(line({ ...kind, id, state: 'sent', day: '2026-10-04' as Day })).toBeNull();
    expect(line({ ...kind, id, state: 'sent', category: 'marketing' })).toBeNull();
    expect(find([booked()], [])({ ...kind, id, state: 'sent' })).toBeNull();
    const free = told({ type: 'free_entry_point', category: 'referral-conversion', amount: toMicros(0n), tierFrom: null });
    expect(find([], [free])({ ...kind, id, state: 'sent' })).toBe('2026-10-05/Germany/DE/referral-conversion/free_entry_point');
  });
});

it('ten thousand lines that differ are judged without comparing each with each', () => {
  const days = Array.from({ length: 30 }, (_, index) => `2026-10-${String(index + 1).padStart(2, '0')}` as Day);
  const origins = Array.from({ length: 340 }, (_, index) => `+${index + 1}`);
  const ours = days.flatMap((day) => origins.map((origin) => booked({ day, origin: `+49${origin.slice(1)}`, market: `m${origin}` })));
  const start = performance.now();
  expect(reconcile(books(ours), billed([])).filter(isDifference)).toHaveLength(10_200);
  expect(performance.now() - start).toBeLessThan(5_000); // about 0.3 s; each with each takes a minute
});
