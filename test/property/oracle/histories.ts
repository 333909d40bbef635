// Random histories that crowd where bills go wrong: midnights of month ends in three zones, both clock changes, the days on which prices, markets and rules changed,
// the end of a window, the last units of the allowance; and statuses that come twice, late, in any order, or into a closed month.

import fc from 'fast-check';
import {
  CATEGORIES,
  type Category,
  type History,
  type Message,
  PEOPLE,
  type PersonName,
  SENDER_NAMES,
  type Step,
  type Told,
  WORDS,
} from './history.ts';

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

const MONTHS = ['2026-03', '2026-04', '2026-05', '2026-06', '2026-07', '2026-08', '2026-09', '2026-10', '2026-11'];

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
  /** After the one before. */
  after: lasting(0, SECOND, MINUTE),
  word: fc.option(fc.constantFrom(...WORDS), { freq: 2 }),
  /** How long it takes until we hear of it. */
  lag: lasting(0, SECOND, 2 * DAY, 10 * DAY, 35 * DAY),
  repeatedAfter: rarely(lasting(0, DAY, 40 * DAY)),
  freeEntryFor: rarely(fc.constantFrom(HOUR, 72 * HOUR)),
});

const conversation = fc.record({
  sender: fc.constantFrom(...SENDER_NAMES),
  person: fc.constantFrom(...(Object.keys(PEOPLE) as PersonName[])),
  category: fc.constantFrom<Category>(...CATEGORIES, 'utility', 'service'),
  copies: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 4 }) }),
  turn: fc.nat(),
  /** Of the first status, around the turn. */
  offset: fc.oneof(
    fc.constantFrom(-SECOND, 0, SECOND, -HOUR, HOUR, -DAY, DAY),
    fc.integer({ min: -7_200, max: 7_200 }).map((seconds) => seconds * SECOND),
  ),
  queued: lasting(0, SECOND, MINUTE),
  underway: lasting(SECOND, MINUTE, 26 * HOUR),
  /** How long before it leaves the person wrote, and how long after that we heard of it. */
  wrote: fc.option(fc.tuple(lasting(DAY, DAY - 1, DAY + 1, HOUR), fc.constantFrom(0, 0, 0, SECOND, 30 * HOUR)), { freq: 5 }),
  story: fc.constantFrom(...STORIES).chain((kinds) => fc.tuple(...kinds.map((kind) => status.map((how) => ({ kind, ...how }))))),
});

type Conversation = typeof conversation extends fc.Arbitrary<infer Value> ? Value : never;

const closing = fc.record({
  sender: fc.constantFrom(...SENDER_NAMES),
  month: fc.constantFrom(...MONTHS),
  after: fc.constantFrom(-HOUR, 0, 4 * HOUR, 5 * HOUR, 3 * DAY, 20 * DAY),
});

/** So many replies of one sender early in October that little is left of its allowance; all its other replies come later. */
const bulk = fc.record({ sender: fc.constantFrom(...SENDER_NAMES), left: fc.integer({ min: 0, max: 3 }) });
const OCTOBER_TURNS = ['2026-10-25T01:00:00Z', '2026-10-31T23:00:00Z'].map((text) => Date.parse(text));

/** Histories of a few dozen messages. */
export const histories: fc.Arbitrary<History> = fc
  .record({
    bulk: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: bulk }),
    turns: fc.subarray(TURNS, { minLength: 1, maxLength: 3 }),
    conversations: fc.array(conversation, { minLength: 1, maxLength: 30, size: 'max' }),
    closings: fc.array(closing, { maxLength: 30, size: 'max' }),
    closesAll: fc.boolean(),
    /** Statuses are heard of when so much time is full, all that came in it together. */
    together: fc.constantFrom(SECOND, HOUR, DAY),
  })
  .map((plan) => toHistory(plan));

type Plan = {
  readonly bulk: { readonly sender: Message['sender']; readonly left: number } | null;
  readonly turns: readonly number[];
  readonly conversations: readonly Conversation[];
  readonly closings: readonly { readonly sender: Message['sender']; readonly month: string; readonly after: number }[];
  readonly closesAll: boolean;
  readonly together: number;
};

function toHistory({ bulk, turns, conversations, closings, closesAll, together }: Plan): History {
  const heard = new Map<number, Told[]>();
  const steps: Step[] = [bulkOf(bulk), ...conversations].flatMap((each, number) => {
    if (each === null) return [];
    const sender = bulk !== null && each.category === 'service' ? bulk.sender : each.sender;
    const known = bulk === null ? turns : OCTOBER_TURNS;
    const { steps: own, told } = stepsOf({ ...each, sender }, number, known[each.turn % known.length] ?? 0);
    for (const [at, what] of told) {
      const instant = Math.ceil(at / together) * together;
      heard.set(instant, [...(heard.get(instant) ?? []), what]);
    }
    return own;
  });
  for (const [at, told] of heard) steps.push({ at, do: 'hear', told });
  const all = closesAll ? MONTHS.flatMap((month) => SENDER_NAMES.map((sender) => ({ sender, month, after: 60 * DAY }))) : [];
  for (const { sender, month, after } of [...closings, ...all]) steps.push({ at: endOf(month) + after, do: 'close', sender, month });
  return Object.assign(
    steps.toSorted((one, other) => one.at - other.at),
    {
      [fc.toStringMethod]: () =>
        `\n${steps
          .toSorted((one, other) => one.at - other.at)
          .map(lineOf)
          .join('\n')}\n`,
    },
  );
}

const DELIVERED = { kind: 'delivered', after: 0, word: null, lag: 0, repeatedAfter: null, freeEntryFor: null } as const;

function bulkOf(plan: Plan['bulk']): Conversation | null {
  if (plan === null) return null;
  const when = { turn: 0, offset: -20 * DAY, queued: 0, underway: MINUTE } as const;
  return {
    sender: plan.sender,
    person: 'anna',
    category: 'service',
    copies: 1_000 - plan.left,
    ...when,
    wrote: [HOUR, 0],
    story: [DELIVERED],
  };
}

// A step as one reads it where a test has failed.
function lineOf(step: Step): string {
  const at = textOf(step.at);
  if (step.do === 'close') return `${at} close ${step.sender} ${step.month}`;
  if (step.do === 'hear') {
    return step.told
      .map(({ message, kind, at: then, word, freeEntryUntil }) => {
        const words = [
          kind,
          `at ${textOf(then)}`,
          word ?? 'no word',
          freeEntryUntil === null ? '' : `free entry until ${textOf(freeEntryUntil)}`,
        ];
        return `${at} hear of ${message.number}: ${words.join(' ').trim()}`;
      })
      .join('\n');
  }
  const { number, sender, person, category, copies } = step.message;
  const wrote = step.do === 'write' ? ` at ${textOf(step.written)}` : '';
  return `${at} ${step.do} ${number} (${copies} ${category}, ${sender} to ${person})${wrote}`;
}

function textOf(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function stepsOf(
  plan: Conversation,
  number: number,
  turn: number,
): { readonly steps: readonly Step[]; readonly told: readonly (readonly [number, Told])[] } {
  const { sender, person, category, copies, offset, underway, queued, wrote, story } = plan;
  const message: Message = { number, sender, person, category, copies };
  const claimed = turn + offset - underway;
  const admitted = claimed - (category === 'authentication' ? Math.min(queued, MINUTE) : queued);
  const steps: Step[] = [];
  if (wrote !== null) {
    const [before, lag] = wrote;
    steps.push({ at: claimed - before + lag, do: 'write', message, written: claimed - before });
  }
  steps.push({ at: admitted, do: 'admit', message }, { at: claimed, do: 'claim', message });
  const told: (readonly [number, Told])[] = [];
  let at = turn + offset;
  for (const { kind, after, word, lag, repeatedAfter, freeEntryFor } of story) {
    at += told.length === 0 ? 0 : after;
    const what = {
      message,
      kind,
      at,
      word: kind === 'failed' ? null : word,
      freeEntryUntil: freeEntryFor === null ? null : at + freeEntryFor,
    };
    told.push([at + lag, what]);
    if (repeatedAfter !== null) told.push([at + lag + repeatedAfter, what]);
  }
  return { steps, told };
}

function endOf(month: string): number {
  return Date.UTC(2026, Number(month.slice(5)), 1);
}
