// Conservation of money through the two rules alone, without a store: whatever happens to a message, in whatever order, its reservation is
// closed exactly once and it is charged exactly when it was delivered.

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addCounts, type Counters, eventCounts, holdCounts, type LedgerEntry, NO_COUNTS } from '../../src/domain/ledger.ts';
import { EVENT_KINDS, isClosed, isDelivered, PRICING_TYPES } from '../../src/domain/message.ts';
import type { ChargeFacts, MessageFacts } from '../../src/ports/store/settle.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import { DAY_MS, toInstant } from '../../src/values/time.ts';
import { admissionFacts, message, NOW, outcome, PRICES } from '../send/facts.ts';

/** What an engine does between outcomes: claims what is queued, takes back what a dead process held. */
const engineSteps = fc.constantFrom('claim' as const, 'take_back' as const, 'give_up' as const);

const costs = fc.bigInt(1n, 3n).map((amount) => ({ amount: toMicros(amount), currency: 'USD' as Currency }));

const outcomes: fc.Arbitrary<Outcome> = fc
  .record({
    kind: fc.constantFrom(...EVENT_KINDS),
    attempt: fc.option(fc.integer({ min: 1, max: 3 })),
    days: fc.integer({ min: -60, max: 60 }),
    pricing: fc.option(
      fc.record(
        { type: fc.constantFrom(...PRICING_TYPES), category: fc.constant('utility'), cost: costs },
        { requiredKeys: ['type', 'category'] },
      ),
    ),
  })
  .map(({ kind, attempt, days, pricing }) => outcome(kind, { attempt, pricing, at: toInstant(NOW + days * DAY_MS) }));

// Claims are frequent, so that most histories get past the queue.
const histories = fc.array(fc.oneof({ weight: 2, arbitrary: engineSteps }, { weight: 5, arbitrary: outcomes }), { maxLength: 25 });

type Life = { readonly facts: MessageFacts; readonly entries: readonly LedgerEntry[] };

function admitted(): Life {
  const [admission] = decideAdmissions(admissionFacts()).admissions;
  if (admission?.kind !== 'admitted') throw new Error('the facts are correct');
  const { bucket, price, reservation } = admission.message;
  return { facts: message({ state: 'queued', attempt: 0, price, held: price, holdBucket: bucket }), entries: [reservation] };
}

function live({ facts, entries }: Life, step: 'claim' | 'take_back' | 'give_up' | Outcome): Life {
  if (typeof step !== 'string') {
    const { change, entries: news } = decideSettlements(facts, step, PRICES, NOW);
    const booked = news.at(-1);
    const charge = (): ChargeFacts | null =>
      booked === undefined ? null : { amount: booked.posted, bucket: booked.bucket, at: booked.eventAt, attempt: booked.attempt };
    const { state, held, pricing, readAt } = change ?? { ...facts, pricing: null, readAt: null };
    const next = { state, held, pricing: pricing ?? facts.pricing, readAt: readAt ?? facts.readAt };
    return { facts: { ...facts, ...next, charge: booked === undefined ? facts.charge : charge }, entries: [...entries, ...news] };
  }
  if (step === 'claim') {
    return facts.state === 'queued' ? { entries, facts: { ...facts, state: 'sending', attempt: facts.attempt + 1 } } : { facts, entries };
  }
  return facts.state === 'sending'
    ? { entries, facts: { ...facts, state: step === 'take_back' ? 'queued' : 'unknown' } }
    : { facts, entries };
}

function foldCounts(entries: readonly LedgerEntry[]): Counters {
  return entries.flatMap((entry) => [eventCounts(entry), holdCounts(entry)]).reduce(addCounts, NO_COUNTS);
}

function expectBalanced({ facts, entries }: Life): void {
  const held = entries.reduce((sum, entry) => sum + entry.held, 0n);
  const charges = entries.filter(({ kind }) => kind === 'charge');
  const releases = entries.filter(({ kind }) => kind === 'release');
  expect(held).toBe(facts.held);
  expect(held).toBe(isClosed(facts.state) ? 0n : facts.price);
  expect(charges).toHaveLength(isDelivered(facts.state) ? 1 : 0);
  // A late delivery leaves its release behind.
  expect(releases.length).toBeLessThanOrEqual(1);
  if (!isDelivered(facts.state)) expect(releases).toHaveLength(isClosed(facts.state) ? 1 : 0);
  const once = entries.filter(({ kind }) => kind !== 'adjustment');
  expect(new Set(once.map(({ kind, attempt }) => `${kind} ${attempt}`)).size).toBe(once.length);

  // What is booked is what the last word says, where it says; all else was taken back from where it was.
  const counts = foldCounts(entries);
  const posted = entries.reduce((sum, entry) => sum + entry.posted, 0n);
  expect(counts).toMatchObject({ units: 1, delivered: charges.length, reserved: held, committed: held + posted });
  expect(counts.charged + counts.adjusted).toBe(posted);
  expect(counts.billableUnits + counts.freeUnits).toBe(charges.length);
  expect(counts.failed).toBeLessThanOrEqual(releases.length);
  const last = entries.findLast(({ kind }) => kind === 'charge' || kind === 'adjustment');
  expect(posted).toBe(last?.posted ?? 0n);
  const delivered = (own: readonly LedgerEntry[]): number => own.reduce((sum, entry) => sum + eventCounts(entry).delivered, 0);
  for (const { bucket } of entries) {
    const own = entries.filter((entry) => isDeepStrictEqual(entry.bucket, bucket));
    expect(delivered(own)).toBe(isDeepStrictEqual(bucket, last?.bucket) ? 1 : 0);
  }
  if (last !== undefined && facts.pricing !== null) expect(last.bucket.pricingType).toBe(facts.pricing.type);
}

it('holds after every step of every history', () => {
  fc.assert(
    fc.property(histories, (steps) => {
      let life = admitted();
      expectBalanced(life);
      for (const step of steps) {
        life = live(life, step);
        expectBalanced(life);
      }
    }),
    { numRuns: 500 },
  );
});

it('comes to the same charge on the same day, in whatever order the statuses of a delivery arrive and however often', () => {
  const word = { type: 'regular', category: 'utility', cost: { amount: toMicros(61_000n), currency: 'USD' as Currency } } as const;
  const heard = [
    outcome('accepted'),
    outcome('sent', { pricing: { type: 'free_entry_point', category: 'utility' } }),
    outcome('failed'),
    outcome('delivered', { at: toInstant(NOW + DAY_MS) }),
    outcome('read', { at: toInstant(NOW + 3 * DAY_MS), pricing: word }),
  ] as const;
  const orders = fc
    .array(fc.constantFrom(...heard), { maxLength: 5 })
    .chain((repeats) => fc.shuffledSubarray([...heard, ...repeats], { minLength: heard.length + repeats.length }));
  fc.assert(
    fc.property(orders, (steps) => {
      const { facts, entries } = steps.reduce(live, live(admitted(), 'claim'));
      expect(facts.state).toBe('read');
      expect(entries.reduce((sum, { posted }) => sum + posted, 0n)).toBe(61_000n);
      expect(entries.at(-1)).toMatchObject({ bucket: { day: '2026-11-23', pricingType: 'regular' }, evidence: { rule: 'told_cost' } });
    }),
  );
});
