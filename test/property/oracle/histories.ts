// Random histories that crowd where bills go wrong: midnights of month ends in three zones, both clock changes, the days on which prices, markets and rules changed,
// the end of a window, the last units of the allowance; and statuses that come twice, late, in any order, or into a closed month.

import fc from 'fast-check';
import { CATEGORIES, type Category, type History, PEOPLE, type PersonName, SENDER_NAMES, type Told, WORDS } from './history.ts';
import { MONTHS, type Plan, toHistory } from './plan.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Instants at which something changes. Their hour is that of UTC. */
const TURNS = [
  '2026-03-08T07:00', // the clocks of New York go forward
  '2026-03-29T01:00', // those of Berlin
  '2026-03-31T22:00', // April begins in Berlin
  '2026-04-01T04:00', // and in New York
  '2026-06-30T22:00', // July, with a new card and a moved market
  '2026-07-01T00:00',
  '2026-07-01T04:00',
  '2026-09-30T22:00', // October, with new rules besides
  '2026-10-01T00:00',
  '2026-10-01T04:00',
  '2026-10-25T01:00', // the clocks of Berlin go back
  '2026-10-31T23:00', // November in Berlin
  '2026-11-01T00:00',
  '2026-11-01T04:00', // in New York, two hours before its clocks go back
  '2026-11-01T06:00',
].map((text) => Date.parse(`${text}:00Z`));

/** A little or much, and often exactly so much. */
function lasting(...usual: readonly number[]): fc.Arbitrary<number> {
  return fc.oneof(
    fc.constantFrom(...usual),
    fc.integer({ min: 0, max: 3 * 3_600 }).map((seconds) => seconds * SECOND),
  );
}

/** Mostly nothing. */
function rarely<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

const STORIES: readonly (readonly Told['kind'][])[] = [
  ['delivered'],
  ['delivered'],
  ['sent', 'delivered'],
  ['sent', 'delivered', 'read'],
  ['delivered', 'read'],
  ['read'],
  ['sent', 'read'],
  ['failed'],
  ['sent', 'failed', 'delivered'],
  ['sent'],
  [],
];

const status = fc.record({
  after: lasting(0, SECOND, MINUTE),
  word: fc.option(fc.constantFrom(...WORDS, 'regular'), { freq: 2 }),
  cost: rarely(fc.constantFrom(61_003n, 7_919n)),
  international: fc.boolean(),
  lag: lasting(0, SECOND, 2 * DAY, 10 * DAY, 35 * DAY),
  repeatedAfter: rarely(lasting(0, DAY, 40 * DAY)),
  freeEntryFor: rarely(fc.constantFrom(HOUR, 72 * HOUR)),
});

// Some are drawn more often than others, so that enough comes together in one month, market and category for its tiers.
const conversation = fc.record({
  sender: fc.constantFrom(...SENDER_NAMES, 'berlin', 'new-york'),
  person: fc.constantFrom(...(Object.keys(PEOPLE) as PersonName[]), 'anna', 'bert'),
  category: fc.constantFrom<Category>(...CATEGORIES, 'utility', 'utility', 'service'),
  copies: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 4 })),
  turn: fc.nat(),
  offset: fc.oneof(
    fc.constantFrom(-SECOND, 0, SECOND, -HOUR, HOUR, -DAY, DAY),
    fc.integer({ min: -7_200, max: 7_200 }).map((seconds) => seconds * SECOND),
  ),
  queued: lasting(0, SECOND, MINUTE),
  underway: lasting(SECOND, MINUTE, 26 * HOUR),
  wrote: fc.option(fc.tuple(lasting(DAY, DAY - 1, DAY + 1, HOUR), fc.constantFrom(0, 0, 0, SECOND, 30 * HOUR)), { freq: 5 }),
  story: fc.constantFrom(...STORIES).chain((kinds) => fc.tuple(...kinds.map((kind) => status.map((how) => ({ kind, ...how }))))),
});

const closing = fc.record({
  sender: fc.constantFrom(...SENDER_NAMES),
  month: fc.constantFrom(...MONTHS),
  after: fc.constantFrom(-HOUR, 0, 4 * HOUR, 5 * HOUR, 3 * DAY, 20 * DAY),
});

// Of a thousand that are free.
const bulk = fc.record({ sender: fc.constantFrom(...SENDER_NAMES), copies: fc.integer({ min: 997, max: 1_000 }) });

/** Histories of a few dozen messages. */
export const histories: fc.Arbitrary<History> = fc
  .record({
    bulk: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: bulk }),
    turns: fc.subarray(TURNS, { minLength: 1, maxLength: 2 }),
    conversations: fc.array(conversation, { minLength: 1, maxLength: 30, size: 'max' }),
    closings: fc.array(closing, { maxLength: 30, size: 'max' }),
    closesAll: fc.constantFrom(null, 5 * HOUR, 5 * HOUR, 60 * DAY),
    together: fc.constantFrom(SECOND, HOUR, DAY),
  })
  .map((plan: Plan) => toHistory(plan));
