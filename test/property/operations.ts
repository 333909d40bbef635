// Random days in the life of a store: what people, providers and clocks may do to it, and how it is done to a real one.

import fc from 'fast-check';
import { BUDGET_PERIODS } from '../../src/domain/budget.ts';
import { CONSENT_KINDS, EVERYWHERE, PURPOSES } from '../../src/domain/consent.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import { EVENT_KINDS, type EventKind, PRICING_TYPES } from '../../src/domain/message.ts';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

export const PEOPLE = 8;
const SENDERS = 2;

const person = fc.nat(PEOPLE - 1);
const sender = fc.nat(SENDERS - 1);
const costCenter = fc.option(fc.constantFrom('shop', 'care'));

const admit = fc.record({
  do: fc.constant('admit' as const),
  sender,
  template: fc.constantFrom('offer', 'offer', 'notice', null),
  campaign: fc.option(fc.constantFrom('autumn', 'winter')),
  rows: fc.array(
    fc.record({
      person,
      // Few keys and fewer contents, so that repeats and conflicts are common, within a batch too.
      key: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { freq: 1 }),
      content: fc.constantFrom('one', 'one', 'one', 'two'),
      costCenter,
      maxPrice: fc.option(fc.constantFrom(40n, 100n), { freq: 1 }),
      tags: fc.subarray(['vip', 'test']),
    }),
    { maxLength: 10, size: 'max' },
  ),
});

const consent = fc.record({
  do: fc.constant('consent' as const),
  sender,
  person,
  kind: fc.constantFrom(...CONSENT_KINDS, 'opt_in', 'unblock'),
  purpose: fc.constantFrom(...PURPOSES, 'marketing', 'utility'),
  everywhere: fc.boolean(),
});

const budget = fc.record({
  do: fc.constant('budget' as const),
  sender,
  period: fc.constantFrom(...BUDGET_PERIODS),
  cap: fc.bigInt(0n, 2_000n),
  category: fc.option(fc.constantFrom('marketing' as const, 'utility' as const)),
  costCenter,
});

/** How a request to the provider ends; `lost` never does, as when the process dies. */
const answer = fc.constantFrom<readonly EventKind[]>(
  ['accepted'],
  ['accepted', 'sent', 'delivered'],
  ['accepted', 'sent', 'delivered', 'read'],
  ['accepted', 'failed'],
  ['rejected'],
  ['retry'],
  ['retry'],
  ['unknown'],
  [],
);

const turn = fc.record({
  do: fc.constant('turn' as const),
  sender,
  room: fc.nat(6),
  scope: fc.constantFrom('all' as const, 'autumn' as const, 'messages' as const),
  answers: fc.array(answer, { minLength: 1, maxLength: 6 }),
});

/** What the provider may say that a message costs, in dollars; not all senders pay in them. */
export const TOLD_COSTS = [77n, 88n];

const toldCost = fc.constantFrom(...TOLD_COSTS).map((amount) => ({ amount: toMicros(amount), currency: 'USD' as Currency }));

/** Webhooks: of any message, of any request of it, late, repeated, in any order, also of messages that nobody knows. */
const eventsOf = {
  events: fc.array(
    fc.record({
      message: fc.nat(),
      kind: fc.constantFrom(...EVENT_KINDS),
      attempt: fc.option(fc.integer({ min: 1, max: 2 })),
      agoMs: fc.integer({ min: 0, max: 40 * DAY }),
      pricing: fc.option(
        fc.record(
          { type: fc.constantFrom(...PRICING_TYPES), category: fc.constant('utility'), cost: toldCost },
          { requiredKeys: ['type', 'category'] },
        ),
      ),
      code: fc.option(fc.constantFrom('131050', '131026')),
    }),
    { maxLength: 10, size: 'max' },
  ),
};

const events = fc.record({ ...eventsOf, do: fc.constant('events' as const) });

/** The same, through the door of webhooks, with what customers write among them. */
const webhook = fc.record({
  ...eventsOf,
  do: fc.constant('webhook' as const),
  sender,
  person,
  text: fc.constantFrom('STOP', 'START', 'Hello'),
});

/** The provider puts a template into another category, or pauses it. */
const template = fc.record({
  do: fc.constant('template' as const),
  sender,
  name: fc.constantFrom('offer', 'notice'),
  category: fc.constantFrom('marketing' as const, 'utility' as const),
  status: fc.constantFrom('approved' as const, 'approved' as const, 'paused' as const),
});

/** A person got another number, which may be somebody else's. */
const move = fc.record({ do: fc.constant('move' as const), sender, from: person, to: person });

export const operations = fc.oneof(
  { weight: 6, arbitrary: admit },
  { weight: 6, arbitrary: turn },
  { weight: 3, arbitrary: events },
  { weight: 3, arbitrary: webhook },
  { weight: 2, arbitrary: template },
  { weight: 1, arbitrary: move },
  { weight: 2, arbitrary: consent },
  { weight: 1, arbitrary: budget },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove_budget' as const), sender, index: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('inbound' as const), sender, person }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), messages: fc.array(fc.nat(), { maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.oneof(fc.nat(3_600 * SECOND), fc.nat(25 * DAY)) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
);

export type Operation = typeof operations extends fc.Arbitrary<infer Kind> ? Kind : never;

/** The scope that an event of consent holds in. */
export function scopeOf<Id>(everywhere: boolean, senderId: Id): Id | typeof EVERYWHERE {
  return everywhere ? EVERYWHERE : senderId;
}
